#include "models/document/object_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "models/document/quantities.h"
#include "models/document/spelling.h"

namespace cnisim::document {

namespace {

std::string Shortest(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, result.ptr};
}

// How a quantity is called and written, for messages.
struct QuantityWords {
  std::string_view noun;      // "a duration"
  std::string_view examples;  // "10ns, 10us or 10ms"
};

constexpr QuantityWords kDurationWords{"a duration",
                                       "write it as 10ns, 10us, 10ms, 10s, 10m, 10h, 10d or 1h30m"};
constexpr QuantityWords kSizeWords{"a size", "write it as 10B, 10KB, 10KiB, 10MiB or 10GiB"};
constexpr QuantityWords kRateWords{"a data rate", "write it as 10bps, 10kbps, 10Mbps or 10Gbps"};
constexpr QuantityWords kPerSecondWords{"a rate", "write it as 500/s, 500/m or 500/h"};
constexpr QuantityWords kPercentageWords{"a percentage", "write it as 33%"};

std::string_view Reason(QuantityError error) {
  switch (error) {
    case QuantityError::kNoUnit:
      return " without a unit";
    case QuantityError::kNegative:
      return ", which is negative";
    case QuantityError::kTooFine:
      return ", which is too fine";
    case QuantityError::kTooLarge:
      return ", which is too large";
    case QuantityError::kNotANumber:
    case QuantityError::kUnknownUnit:
      break;
  }
  return "";
}

template <class T, class Parse>
std::optional<T> ReadQuantity(const Value* value, Diagnostics& diagnostics,
                              const QuantityWords& words, Parse parse) {
  if (value == nullptr) return std::nullopt;
  const Result<T, QuantityError> result = parse(value->text());
  if (result) return *result;
  diagnostics.Error(*value,
                    "expected " + std::string(words.noun) + ", found " + Quote(value->text()) +
                        std::string(Reason(result.error())),
                    std::string(words.examples));
  return std::nullopt;
}

}  // namespace

ObjectReader::ObjectReader(const Value& value, Diagnostics& diagnostics, UnknownKeys unknown)
    : value_(value), diagnostics_(diagnostics), unknown_(unknown) {
  if (!value.is_map()) WrongType(value, "a map");
}

void ObjectReader::WrongType(const Value& found, std::string_view expected) {
  diagnostics_.Error(found, "expected " + std::string(expected) + ", found " + found.Describe());
}

const Value* ObjectReader::Lookup(std::string_view key, bool required) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  const Value* value = value_.Find(key);
  if (value != nullptr && value->is_null()) value = nullptr;
  if (value == nullptr && required && value_.is_map()) ReportMissing(std::string(key));
  return value;
}

void ObjectReader::ReportMissing(const std::string& key) {
  const bool misspelt = std::any_of(
      value_.members().begin(), value_.members().end(), [this, &key](const Member& member) {
        return std::find(known_.begin(), known_.end(), member.key) == known_.end() &&
               !NearSpellings(member.key, {key}).empty();
      });
  if (!misspelt) {
    Error("missing key " + Quote(key));
  } else if (std::find(misspelt_.begin(), misspelt_.end(), key) == misspelt_.end()) {
    misspelt_.push_back(key);
  }
}

ObjectReader::~ObjectReader() {
  for (const std::string& key : misspelt_) Error("missing key " + Quote(key));
}

const Value* ObjectReader::Get(std::string_view key) { return Lookup(key, false); }
const Value* ObjectReader::Require(std::string_view key) { return Lookup(key, true); }

const Value* ObjectReader::OfKind(std::string_view key, Kind kind, std::string_view expected,
                                  bool required) {
  const Value* value = Lookup(key, required);
  if (value == nullptr || value->kind() == kind) return value;
  WrongType(*value, expected);
  return nullptr;
}

const Value* ObjectReader::Map(std::string_view key) {
  return OfKind(key, Kind::kMap, "a map", false);
}
const Value* ObjectReader::Sequence(std::string_view key) {
  return OfKind(key, Kind::kSequence, "a sequence", false);
}
const Value* ObjectReader::RequireMap(std::string_view key) {
  return OfKind(key, Kind::kMap, "a map", true);
}
const Value* ObjectReader::RequireSequence(std::string_view key) {
  return OfKind(key, Kind::kSequence, "a sequence", true);
}

const Value* ObjectReader::Scalar(std::string_view key, std::string_view expected) {
  return OfKind(key, Kind::kScalar, expected, false);
}

std::optional<std::string> ObjectReader::String(std::string_view key) {
  const Value* value = Scalar(key, "a string");
  if (value == nullptr) return std::nullopt;
  return std::string(value->text());
}

std::vector<std::string> ObjectReader::Strings(std::string_view key) {
  std::vector<std::string> strings;
  const Value* sequence = Sequence(key);
  if (sequence == nullptr) return strings;
  for (const Value& item : sequence->items()) {
    if (item.is_scalar()) {
      strings.emplace_back(item.text());
    } else {
      WrongType(item, "a string");
    }
  }
  return strings;
}

std::optional<std::int64_t> ObjectReader::Integer(std::string_view key, std::int64_t min,
                                                  std::int64_t max) {
  const Value* value = Scalar(key, "an integer");
  if (value == nullptr) return std::nullopt;
  const std::optional<std::int64_t> number = ParseInteger(value->text());
  if (!number || value->quoted()) {
    diagnostics_.Error(*value, "expected an integer, found " + value->Describe(),
                       number ? "remove the quotes" : "");
    return std::nullopt;
  }
  if (*number < min || *number > max) {
    diagnostics_.Error(*value, "expected an integer from " + std::to_string(min) + " to " +
                                   std::to_string(max) + ", found " + Quote(value->text()));
    return std::nullopt;
  }
  return number;
}

std::optional<double> ObjectReader::Number(std::string_view key, double min, double max) {
  const Value* value = Scalar(key, "a number");
  if (value == nullptr) return std::nullopt;
  const std::optional<double> number = ParseNumber(value->text());
  if (!number || value->quoted()) {
    diagnostics_.Error(*value, "expected a number, found " + value->Describe(),
                       number ? "remove the quotes" : "");
    return std::nullopt;
  }
  if (*number < min || *number > max) {
    diagnostics_.Error(*value, "expected a number from " + Shortest(min) + " to " + Shortest(max) +
                                   ", found " + Quote(value->text()));
    return std::nullopt;
  }
  return number;
}

std::optional<bool> ObjectReader::Boolean(std::string_view key) {
  const Value* value = Scalar(key, "true or false");
  if (value == nullptr) return std::nullopt;
  const std::string_view text = value->text();
  const auto is = [text](std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
  };
  if (!value->quoted()) {
    if (is({"true", "True", "TRUE"})) return true;
    if (is({"false", "False", "FALSE"})) return false;
    if (unknown_ == UnknownKeys::kNotModelled) {
      if (is({"yes", "Yes", "YES", "on", "On", "ON"})) return true;
      if (is({"no", "No", "NO", "off", "Off", "OFF"})) return false;
    }
  }
  diagnostics_.Error(*value, "expected true or false, found " + value->Describe(),
                     is({"true", "false"}) ? "remove the quotes" : "");
  return std::nullopt;
}

std::optional<SimTime> ObjectReader::Duration(std::string_view key) {
  return ReadQuantity<SimTime>(Scalar(key, kDurationWords.noun), diagnostics_, kDurationWords,
                               ParseDuration);
}
std::optional<Nanoseconds> ObjectReader::FineDuration(std::string_view key) {
  return ReadQuantity<Nanoseconds>(Scalar(key, kDurationWords.noun), diagnostics_, kDurationWords,
                                   ParseFineDuration);
}
std::optional<Bytes> ObjectReader::Size(std::string_view key) {
  return ReadQuantity<Bytes>(Scalar(key, kSizeWords.noun), diagnostics_, kSizeWords, ParseSize);
}
std::optional<BitsPerSecond> ObjectReader::Rate(std::string_view key) {
  return ReadQuantity<BitsPerSecond>(Scalar(key, kRateWords.noun), diagnostics_, kRateWords,
                                     ParseRate);
}
std::optional<double> ObjectReader::PerSecond(std::string_view key) {
  return ReadQuantity<double>(Scalar(key, kPerSecondWords.noun), diagnostics_, kPerSecondWords,
                              ParsePerSecond);
}
std::optional<double> ObjectReader::Percentage(std::string_view key) {
  return ReadQuantity<double>(Scalar(key, kPercentageWords.noun), diagnostics_, kPercentageWords,
                              ParsePercentage);
}

std::optional<std::size_t> ObjectReader::ChoiceIndex(std::string_view key,
                                                     const std::vector<std::string>& words) {
  const Value* value = Scalar(key, "one of " + OrList(words));
  if (value == nullptr) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), value->text());
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::vector<std::string> near = NearSpellings(value->text(), words);
  for (std::string& word : near) word = Quote(word);
  std::vector<std::string> shown = words;
  for (std::string& word : shown) {
    if (word.empty()) word = "''";
  }
  diagnostics_.Error(*value, "expected " + OrList(shown) + ", found " + Quote(value->text()),
                     near.empty() ? "" : "did you mean " + OrList(near) + "?");
  return std::nullopt;
}

std::optional<std::string> ObjectReader::RequireString(std::string_view key) {
  return Lookup(key, true) == nullptr ? std::nullopt : String(key);
}
std::optional<std::int64_t> ObjectReader::RequireInteger(std::string_view key, std::int64_t min,
                                                         std::int64_t max) {
  return Lookup(key, true) == nullptr ? std::nullopt : Integer(key, min, max);
}
std::optional<double> ObjectReader::RequireNumber(std::string_view key, double min, double max) {
  return Lookup(key, true) == nullptr ? std::nullopt : Number(key, min, max);
}
std::optional<SimTime> ObjectReader::RequireDuration(std::string_view key) {
  return Lookup(key, true) == nullptr ? std::nullopt : Duration(key);
}
std::optional<Bytes> ObjectReader::RequireSize(std::string_view key) {
  return Lookup(key, true) == nullptr ? std::nullopt : Size(key);
}

void ObjectReader::Ignore(std::string_view key) { Lookup(key, false); }

void ObjectReader::NotModelled(std::string_view key) {
  if (const Value* value = Lookup(key, false)) diagnostics_.NotModelled(*value);
}

void ObjectReader::Error(std::string message, std::string hint) {
  diagnostics_.Error(value_, std::move(message), std::move(hint));
}

void ObjectReader::Finish() {
  for (const Member& member : value_.members()) {
    if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
    if (unknown_ == UnknownKeys::kError) {
      // One message for one mistake: the unknown key's says which key was meant.
      std::erase_if(misspelt_, [&member](const std::string& key) {
        return !NearSpellings(member.key, {key}).empty();
      });
    }
    if (unknown_ == UnknownKeys::kNotModelled) {
      diagnostics_.NotModelled(member.value);
    } else {
      diagnostics_.Error(member.key_where(), value_.path(), "unknown key " + Quote(member.key),
                         SpellingHint(member.key, known_));
    }
  }
}

}  // namespace cnisim::document

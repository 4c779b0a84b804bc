#include "models/document/quantities.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>
#include <utility>

namespace cnisim::document {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array kTimeUnits = {
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"\xC2\xB5s", 1'000},  // micro sign
    Unit{"\xCE\xBCs", 1'000},  // Greek mu
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"h", 3'600'000'000'000},
    Unit{"d", 86'400'000'000'000},
};
constexpr std::array kSizeUnits = {
    Unit{"B", 1},
    Unit{"KB", 1'000},
    Unit{"kB", 1'000},
    Unit{"MB", 1'000'000},
    Unit{"GB", 1'000'000'000},
    Unit{"TB", 1'000'000'000'000},
    Unit{"KiB", std::int64_t{1} << 10},
    Unit{"MiB", std::int64_t{1} << 20},
    Unit{"GiB", std::int64_t{1} << 30},
    Unit{"TiB", std::int64_t{1} << 40},
};
constexpr std::array kRateUnits = {
    Unit{"bps", 1},          Unit{"kbps", 1'000},         Unit{"Kbps", 1'000},
    Unit{"Mbps", 1'000'000}, Unit{"Gbps", 1'000'000'000}, Unit{"Tbps", 1'000'000'000'000},
};
constexpr std::array kFrequencyUnits = {
    // seconds in the period
    Unit{"/s", 1}, Unit{"/m", 60}, Unit{"/min", 60}, Unit{"/h", 3'600}, Unit{"/d", 86'400},
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A decimal number as it stands in the text: digits, perhaps a point and more digits.
struct Decimal {
  std::string_view whole;
  std::string_view fraction;
};

// Takes a number off the front of `text`.
std::optional<Decimal> TakeDecimal(std::string_view& text) {
  const auto digits = [&text] {
    std::size_t n = 0;
    while (n < text.size() && IsDigit(text[n])) ++n;
    const std::string_view taken = text.substr(0, n);
    text.remove_prefix(n);
    return taken;
  };
  Decimal number{digits(), {}};
  if (number.whole.empty()) return std::nullopt;
  if (text.size() > 1 && text[0] == '.' && IsDigit(text[1])) {
    text.remove_prefix(1);
    number.fraction = digits();
  }
  return number;
}

// Takes a unit's letters (everything up to the next digit) off the front of `text`.
std::string_view TakeWord(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && !IsDigit(text[n])) ++n;
  const std::string_view word = text.substr(0, n);
  text.remove_prefix(n);
  return word;
}

template <class Units>
const Unit* FindUnit(const Units& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// number x factor, exactly.
Result<std::int64_t, QuantityError> Scaled(const Decimal& number, std::int64_t factor) {
  std::int64_t whole = 0;
  for (const char c : number.whole) {
    if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, c - '0', &whole))
      return Failure{QuantityError::kTooLarge};
  }
  std::int64_t total = 0;
  if (__builtin_mul_overflow(whole, factor, &total)) return Failure{QuantityError::kTooLarge};
  std::string_view fraction = number.fraction;
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.size() > 18) return Failure{QuantityError::kTooFine};
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;
  for (const char c : fraction) {
    numerator = numerator * 10 + (c - '0');
    denominator *= 10;
  }
  __extension__ typedef __int128 Wide;
  const Wide product = static_cast<Wide>(numerator) * factor;
  if (product % denominator != 0) return Failure{QuantityError::kTooFine};
  if (__builtin_add_overflow(total, static_cast<std::int64_t>(product / denominator), &total)) {
    return Failure{QuantityError::kTooLarge};
  }
  return total;
}

// Sign and kind of number, common to all quantities.
std::optional<QuantityError> CheckStart(std::string_view text) {
  if (text.starts_with('-') && text.size() > 1 && IsDigit(text[1])) return QuantityError::kNegative;
  if (text.empty() || !IsDigit(text[0])) return QuantityError::kNotANumber;
  return std::nullopt;
}

std::string_view WithoutSpaceBeforeUnit(std::string_view rest) {
  if (rest.size() > 1 && rest[0] == ' ') rest.remove_prefix(1);
  return rest;
}

// One number and one unit.
template <class Units>
Result<std::int64_t, QuantityError> ParseScaled(std::string_view text, const Units& units) {
  if (const auto error = CheckStart(text)) return Failure{*error};
  const std::optional<Decimal> number = TakeDecimal(text);
  text = WithoutSpaceBeforeUnit(text);
  if (text.empty()) return Failure{QuantityError::kNoUnit};
  const Unit* unit = FindUnit(units, text);
  if (unit == nullptr) return Failure{QuantityError::kUnknownUnit};
  return Scaled(*number, unit->factor);
}

// The number in front of a unit, with fraction and exponent; the unit is left in `text`.
std::optional<double> TakeNumber(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

Result<SimTime, QuantityError> ParseDuration(std::string_view text) {
  if (const auto error = CheckStart(text)) return Failure{*error};
  std::int64_t total = 0;
  std::int64_t smaller_than = INT64_MAX;
  while (!text.empty()) {
    const std::optional<Decimal> number = TakeDecimal(text);
    if (!number) return Failure{QuantityError::kUnknownUnit};
    text = WithoutSpaceBeforeUnit(text);
    const std::string_view word = TakeWord(text);
    if (word.empty()) return Failure{QuantityError::kNoUnit};
    const Unit* unit = FindUnit(kTimeUnits, word);
    if (unit == nullptr || unit->factor >= smaller_than) {
      return Failure{QuantityError::kUnknownUnit};
    }
    smaller_than = unit->factor;
    const auto part = Scaled(*number, unit->factor);
    if (!part) return Failure{part.error()};
    if (__builtin_add_overflow(total, *part, &total)) return Failure{QuantityError::kTooLarge};
  }
  return SimTime::FromNanos(total);
}

Result<Nanoseconds, QuantityError> ParseFineDuration(std::string_view text) {
  if (const auto error = CheckStart(text)) return Failure{*error};
  const std::optional<double> number = TakeNumber(text);
  if (!number) return Failure{QuantityError::kNotANumber};
  text = WithoutSpaceBeforeUnit(text);
  if (text.empty()) return Failure{QuantityError::kNoUnit};
  const Unit* unit = FindUnit(kTimeUnits, text);
  if (unit == nullptr) return Failure{QuantityError::kUnknownUnit};
  return Nanoseconds(*number * static_cast<double>(unit->factor));
}

Result<Bytes, QuantityError> ParseSize(std::string_view text) {
  const auto count = ParseScaled(text, kSizeUnits);
  if (!count) return Failure{count.error()};
  return Bytes(*count);
}

Result<BitsPerSecond, QuantityError> ParseRate(std::string_view text) {
  const auto value = ParseScaled(text, kRateUnits);
  if (!value) return Failure{value.error()};
  return BitsPerSecond(*value);
}

Result<double, QuantityError> ParsePerSecond(std::string_view text) {
  if (const auto error = CheckStart(text)) return Failure{*error};
  const std::optional<double> number = TakeNumber(text);
  if (!number) return Failure{QuantityError::kNotANumber};
  if (text.empty()) return Failure{QuantityError::kNoUnit};
  const Unit* unit = FindUnit(kFrequencyUnits, text);
  if (unit == nullptr) return Failure{QuantityError::kUnknownUnit};
  return *number / static_cast<double>(unit->factor);
}

Result<double, QuantityError> ParsePercentage(std::string_view text) {
  if (const auto error = CheckStart(text)) return Failure{*error};
  const std::optional<double> number = TakeNumber(text);
  if (!number) return Failure{QuantityError::kNotANumber};
  text = WithoutSpaceBeforeUnit(text);
  if (text.empty()) return Failure{QuantityError::kNoUnit};
  if (text != "%") return Failure{QuantityError::kUnknownUnit};
  return *number / 100;
}

std::optional<std::int64_t> ParseInteger(std::string_view text) {
  const bool plus = text.starts_with('+');
  if (plus) text.remove_prefix(1);
  if (text.empty() || (!IsDigit(text[0]) && (plus || text[0] != '-'))) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> ParseNumber(std::string_view text) {
  const bool plus = text.starts_with('+');
  if (plus) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  if (!IsDigit(text[0]) && text[0] != '.' && (plus || text[0] != '-')) return std::nullopt;
  const std::optional<double> value = TakeNumber(text);
  return text.empty() ? value : std::nullopt;
}

}  // namespace cnisim::document

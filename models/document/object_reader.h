#pragma once

/// @file
/// Reads the members of a map, typed, and accounts for every key: what nobody asked for is an error
/// with near spellings (our files) or "read, not modelled" (other people's).
///
///     ObjectReader reader(value, diagnostics, UnknownKeys::kError);
///     pool.name = reader.RequireString("name").value_or("");
///     pool.count = static_cast<int>(reader.Integer("count", 0, 5000).value_or(3));
///     reader.Finish();
///
/// A member that is absent or null gives nothing, silently; the Require... forms make that an
/// error.  A member of the wrong type gives nothing and an error that says what was found and what
/// is expected.  A value that is no map at all gives one error, and then nothing for every key.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/value.h"
#include "sim/base/units.h"

namespace cnisim::document {

enum class UnknownKeys : std::uint8_t { kError, kNotModelled };

class ObjectReader {
 public:
  /// `value` and `diagnostics` must outlive the reader.
  ObjectReader(const Value& value, Diagnostics& diagnostics, UnknownKeys unknown);
  ~ObjectReader();
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  /// False when the value is no map.
  bool valid() const { return value_.is_map(); }
  const Value& value() const { return value_; }
  Diagnostics& diagnostics() { return diagnostics_; }
  UnknownKeys unknown_keys() const { return unknown_; }

  /// Any kind of value; nullptr when absent or null.
  const Value* Get(std::string_view key);
  /// A map or a sequence; an error when it is something else.
  const Value* Map(std::string_view key);
  const Value* Sequence(std::string_view key);
  const Value* Require(std::string_view key);
  const Value* RequireMap(std::string_view key);
  const Value* RequireSequence(std::string_view key);

  /// Any scalar, as its text: `kubernetes: 1.30` is "1.30".
  std::optional<std::string> String(std::string_view key);
  /// A sequence of scalars.
  std::vector<std::string> Strings(std::string_view key);
  std::optional<std::int64_t> Integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<double> Number(std::string_view key, double min, double max);
  /// true or false; in other people's files also YAML 1.1's yes, no, on, off.
  std::optional<bool> Boolean(std::string_view key);
  std::optional<SimTime> Duration(std::string_view key);
  std::optional<Nanoseconds> FineDuration(std::string_view key);
  std::optional<Bytes> Size(std::string_view key);
  std::optional<BitsPerSecond> Rate(std::string_view key);
  std::optional<double> PerSecond(std::string_view key);
  std::optional<double> Percentage(std::string_view key);

  /// One of a few words: Choice<Kind>("kind", {{"rr", Kind::kRr}, {"crr", Kind::kCrr}}).
  template <class E>
  std::optional<E> Choice(std::string_view key,
                          std::initializer_list<std::pair<std::string_view, E>> choices) {
    std::vector<std::string> words;
    for (const auto& choice : choices) words.emplace_back(choice.first);
    const std::optional<std::size_t> index = ChoiceIndex(key, words);
    if (!index) return std::nullopt;
    return (choices.begin() + *index)->second;
  }

  std::optional<std::string> RequireString(std::string_view key);
  std::optional<std::int64_t> RequireInteger(std::string_view key, std::int64_t min,
                                             std::int64_t max);
  std::optional<double> RequireNumber(std::string_view key, double min, double max);
  std::optional<SimTime> RequireDuration(std::string_view key);
  std::optional<Bytes> RequireSize(std::string_view key);

  /// The key is known and has no use here: neither an error nor "not modelled".
  void Ignore(std::string_view key);
  /// The key is known but must be reported as not modelled if it is there.
  void NotModelled(std::string_view key);

  /// An error about this map (field: its path).
  void Error(std::string message, std::string hint = {});

  /// Reports the keys that nobody asked for.  Call it once, after the last getter.  A key that is
  /// required and there in a wrong spelling is reported here, once, as unknown.
  void Finish();

 private:
  void ReportMissing(const std::string& key);
  const Value* Lookup(std::string_view key, bool required);
  const Value* Scalar(std::string_view key, std::string_view expected);
  const Value* OfKind(std::string_view key, Kind kind, std::string_view expected, bool required);
  std::optional<std::size_t> ChoiceIndex(std::string_view key,
                                         const std::vector<std::string>& words);
  void WrongType(const Value& found, std::string_view expected);

  const Value& value_;
  Diagnostics& diagnostics_;
  UnknownKeys unknown_;
  std::vector<std::string> known_;  // every key that a getter named, in that order
  // Required keys that are missing while another key looks like a slip of them.
  std::vector<std::string> misspelt_;
};

}  // namespace cnisim::document

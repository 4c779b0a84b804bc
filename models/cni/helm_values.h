#pragma once

/// @file
/// Helm values of one release as the chart would see them: files in order, then `--set`, the last
/// word winning for each key.  Every key that is never asked for is reported as read, not modelled.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/document/value.h"

namespace cnisim::cni {

class HelmValues {
 public:
  explicit HelmValues(document::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  /// Lays the values of a file over those added before.  A `null` takes a key away.
  /// @pre the document outlives this object
  void Add(const document::Value& root);
  /// `--set` as users write it down: a map of dotted paths (`{hubble.relay.enabled: true}`) or a
  /// list of `path=value`; `{a,b}` is a list.
  void AddSettings(const document::Value& settings);

  /// One leaf: a scalar, a list, or an empty map.
  struct Entry {
    std::string text;  ///< of a scalar
    bool quoted = false;
    bool is_list = false;
    const document::Value* value = nullptr;  ///< never nullptr
    document::SourceLocation key_where;
    document::SourceLocation where;
  };

  /// The leaf at `path`, or nullptr; counts as read.
  const Entry* Find(std::string_view path);
  /// Whether any leaf stands at or below `path`; counts nothing as read.
  bool Has(std::string_view path) const;

  /// Typed values; absent means not set.  A value of the wrong type is an error and reads as
  /// absent.
  std::optional<bool> Boolean(std::string_view path);
  std::optional<std::int64_t> Integer(std::string_view path, std::int64_t min, std::int64_t max);
  std::optional<std::string> String(std::string_view path);
  /// One of `choices`, else an error that lists them.
  std::optional<std::string> Choice(std::string_view path,
                                    std::initializer_list<std::string_view> choices);
  std::vector<std::pair<std::string, document::SourceLocation>> Strings(std::string_view path);

  /// Reports the leaf at `path` as not modelled although its value was checked.
  void NotModelled(std::string_view path);
  /// Counts everything at or below `path` as read: it says nothing about the network.
  void Ignore(std::string_view path);
  /// Reports what nobody asked for.
  void ReportUnread();

 private:
  void AddBelow(const std::string& path, const document::Value& value);
  void Put(const std::string& path, Entry entry);
  void Wrong(std::string_view path, const Entry& entry, std::string_view expected,
             std::string hint = {});

  struct Leaf {
    Entry entry;
    bool read = false;
  };
  document::Diagnostics& diagnostics_;
  std::map<std::string, Leaf, std::less<>> leaves_;  // by dotted path
};

}  // namespace cnisim::cni

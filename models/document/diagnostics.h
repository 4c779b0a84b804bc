#pragma once

/// @file
/// What is wrong with, or noteworthy about, the files that a user gave us.  Readers collect
/// everything and go on, so that one run shows every mistake.
///
/// Thread safety: none; give each thread its own and Merge() them in a fixed order.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "models/document/source_location.h"

namespace cnisim::document {

class Value;

enum class Severity : std::uint8_t { kError, kWarning, kNote };

struct Diagnostic {
  Severity severity = Severity::kError;
  SourceLocation where;
  std::string field;    ///< path in the document, "cluster.node_pools[1].count"; may be empty
  std::string message;  ///< lower case, no final period; printed with " in <field>" behind it
  std::string hint;     ///< what to write instead; may be empty

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// A key of someone else's file that was read and has no meaning for the models.
struct NotModelledKey {
  std::string key_path;  ///< generic: "Deployment spec.template.spec.dnsPolicy"
  std::uint64_t count = 0;
  SourceLocation first;  ///< where it was met first
};

/// Keys that are plainly irrelevant (images, probes, annotations): counted, never listed.
/// A pattern is a key ("image": anywhere) or the end of a generic path ("spec.selector").
class IgnoredKeys {
 public:
  void Add(std::string pattern) { patterns_.insert(std::move(pattern)); }
  bool Matches(std::string_view key_path) const;
  std::size_t size() const { return patterns_.size(); }

 private:
  std::set<std::string, std::less<>> patterns_;
};

class Diagnostics {
 public:
  /// Errors and warnings kept in full; what comes later is counted only.
  static constexpr std::size_t kMaxKept = 1000;

  /// Adds one; an equal one that is there already is not added again.
  void Add(Diagnostic diagnostic);

  void Error(SourceLocation where, std::string field, std::string message, std::string hint = {});
  void Error(const Value& at, std::string message, std::string hint = {});
  void Warning(SourceLocation where, std::string field, std::string message, std::string hint = {});
  void Warning(const Value& at, std::string message, std::string hint = {});
  void Note(SourceLocation where, std::string field, std::string message, std::string hint = {});
  void Note(const Value& at, std::string message, std::string hint = {});

  /// Counts the value's generic path as read and not modelled.
  void NotModelled(const Value& value);
  /// The same for what is no key, such as a whole object: its kind.
  void NotModelled(std::string key_path, SourceLocation where);
  void set_ignored_keys(IgnoredKeys keys) { ignored_keys_ = std::move(keys); }

  bool has_errors() const { return errors_ > 0; }
  std::size_t error_count() const { return errors_; }
  std::size_t warning_count() const { return warnings_; }
  /// In the order in which they came.
  const std::vector<Diagnostic>& list() const { return list_; }

  /// Sorted by path, without the ignored ones.
  std::vector<NotModelledKey> not_modelled() const;
  /// How often a key on the list of ignored ones was met.
  std::uint64_t ignored_count() const { return ignored_; }

  /// Remembers a file's text, so that Print() can show lines of it.  The parser calls it.
  void AddSource(const std::string& file, std::shared_ptr<const std::string> text);

  /// Adds everything that `other` holds, in its order.
  void Merge(const Diagnostics& other);

  /// One diagnostic as people read it, with its source line, a caret and the hint:
  ///
  ///     overlay-1k.yaml:14:5: error: unknown key 'cillium' in configurations[1]
  ///        14 |     cillium: {values: values.yaml}
  ///           |     ^
  ///       did you mean 'cilium'? known: az, calico, cilium
  ///
  /// Control characters of the source are replaced; long lines are cut around the caret.
  std::string Render(const Diagnostic& diagnostic) const;

  /// Appends all of them, rendered, errors and warnings in the order in which they came.
  void Print(std::string& out) const;
  std::string ToString() const;

 private:
  std::vector<Diagnostic> list_;
  std::set<std::tuple<int, std::string, std::string>> seen_;  // severity, place, message
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
  std::size_t left_out_ = 0;
  std::map<std::string, NotModelledKey> not_modelled_;
  std::uint64_t ignored_ = 0;
  IgnoredKeys ignored_keys_;
  std::map<std::string, std::shared_ptr<const std::string>> sources_;
};

}  // namespace cnisim::document

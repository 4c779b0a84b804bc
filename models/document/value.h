#pragma once

/// @file
/// A YAML or JSON document as one tree of values, each with its place and its path.
///
/// The tree is fixed after parsing (parser.h): a Value neither moves nor changes as long as its
/// Document lives, so pointers to values may be kept.  Safe to read from several threads.
/// Aliases and merge keys (`<<`) are expanded; a copied value keeps the place where its text
/// stands.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/document/source_location.h"

namespace cnisim::document {

enum class Kind : std::uint8_t { kNull, kScalar, kSequence, kMap };

/// What a scalar is by the YAML core schema.  A quoted scalar is always a string.
enum class ScalarType : std::uint8_t { kString, kBoolean, kInteger, kFloat };

struct Member;
namespace internal {
class TreeBuilder;
}

class Value {
 public:
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  Value(Value&&) noexcept;
  Value& operator=(Value&&) noexcept;
  ~Value();

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_scalar() const { return kind_ == Kind::kScalar; }
  bool is_sequence() const { return kind_ == Kind::kSequence; }
  bool is_map() const { return kind_ == Kind::kMap; }

  /// Where the value begins; of a block map that is its first key.
  SourceLocation where() const;

  /// From the document's root: "spec.ports[0].port", "metadata.labels['a.b/c']"; "" for the root.
  std::string path() const;

  /// The same for a whole class of values: indices are left out ("spec.ports[].port"), and inside a
  /// Kubernetes object the path starts at that object ("Service spec.ports[].port").
  std::string generic_path() const;

  /// Text of a scalar as YAML reads it (quotes and escapes resolved); "" for everything else.
  std::string_view text() const { return text_; }
  /// True for a scalar in quotes, a block scalar (`|`, `>`), or one tagged `!!str`.
  bool quoted() const { return quoted_; }
  ScalarType scalar_type() const;

  /// Elements of a sequence, in order; empty for everything else.
  const std::vector<Value>& items() const;
  /// Members of a map in the order of the text, keys unique; empty for everything else.
  const std::vector<Member>& members() const;

  /// The member's value, or nullptr when there is none (or this is no map).  O(members).
  const Value* Find(std::string_view key) const;
  /// Find() along several keys: At({"spec", "template"}).
  const Value* At(std::initializer_list<std::string_view> keys) const;

  /// The map or sequence that holds this value; nullptr for the root.
  const Value* parent() const { return parent_; }
  /// Its key in the parent; "" in a sequence and for the root.
  std::string_view key() const;
  /// Where its key stands; where() itself in a sequence and for the root.
  SourceLocation key_where() const;

  /// What it is, for messages: "a map", "a sequence", "nothing", "'abc'".
  std::string Describe() const;

 private:
  friend class internal::TreeBuilder;
  struct Children;

  Value();

  Kind kind_ = Kind::kNull;
  bool quoted_ = false;
  std::int32_t line_ = 0;
  std::int32_t column_ = 0;
  std::uint32_t index_ = 0;  // among the parent's items or members
  const Value* parent_ = nullptr;
  const std::string* file_ = nullptr;  // owned by the Document
  std::string text_;
  std::unique_ptr<Children> children_;
};

struct Member {
  std::string key;
  std::int32_t key_line = 0;
  std::int32_t key_column = 0;
  Value value;

  SourceLocation key_where() const { return value.key_where(); }
};

/// One document of a stream and all its values.
class Document {
 public:
  const Value& root() const { return *root_; }
  /// The file's name as given to the parser.
  const std::string& file() const { return *file_; }

 private:
  friend class internal::TreeBuilder;
  Document(std::shared_ptr<const std::string> file, std::unique_ptr<const Value> root)
      : file_(std::move(file)), root_(std::move(root)) {}

  std::shared_ptr<const std::string> file_;
  std::unique_ptr<const Value> root_;
};

}  // namespace cnisim::document

#include "models/document/value.h"

#include <algorithm>

#include "models/document/internal/value_children.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"
#include "sim/base/check.h"

namespace cnisim::document {

namespace {

// A key that cannot stand bare behind a dot without being read as something else.
bool NeedsBrackets(std::string_view key) {
  return key.empty() || key.find_first_of(".[]' ") != std::string_view::npos;
}

void AppendKey(std::string& path, std::string_view key) {
  if (NeedsBrackets(key)) {
    path += "['";
    path += key;
    path += "']";
    return;
  }
  if (!path.empty() && path.back() != ' ') path += '.';
  path += key;
}

// The values from the root (excluded) down to `value`.
std::vector<const Value*> Ancestry(const Value* value) {
  std::vector<const Value*> chain;
  for (; value->parent() != nullptr; value = value->parent()) chain.push_back(value);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

// The kind of the Kubernetes object that `map` is; "" when it is none, or a list of objects.
std::string_view ObjectKind(const Value& map) {
  const Value* kind = map.Find("kind");
  if (kind == nullptr || !kind->is_scalar() || map.Find("apiVersion") == nullptr) return {};
  if (kind->text().ends_with("List")) return {};
  return kind->text();
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

Value::Value() = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

SourceLocation Value::where() const { return {*file_, line_, column_}; }

std::string_view Value::key() const {
  if (parent_ == nullptr || !parent_->is_map()) return {};
  return parent_->members()[index_].key;
}

SourceLocation Value::key_where() const {
  if (parent_ == nullptr || !parent_->is_map()) return where();
  const Member& member = parent_->members()[index_];
  return {*file_, member.key_line, member.key_column};
}

std::string Value::path() const {
  std::string path;
  for (const Value* value : Ancestry(this)) {
    if (value->parent_->is_map()) {
      AppendKey(path, value->key());
    } else {
      path += '[' + std::to_string(value->index_) + ']';
    }
  }
  return path;
}

std::string Value::generic_path() const {
  std::string path;
  bool inside_object = false;
  for (const Value* value : Ancestry(this)) {
    const Value& parent = *value->parent_;
    if (parent.is_map()) {
      const std::string_view kind = inside_object ? std::string_view() : ObjectKind(parent);
      if (!kind.empty()) {
        inside_object = true;
        path = std::string(kind) + ' ';
      }
      AppendKey(path, value->key());
    } else {
      path += "[]";
    }
  }
  return path;
}

ScalarType Value::scalar_type() const {
  if (quoted_) return ScalarType::kString;
  if (IsOneOf(text_, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
    return ScalarType::kBoolean;
  }
  if (ParseInteger(text_)) return ScalarType::kInteger;
  if (ParseNumber(text_)) return ScalarType::kFloat;
  return ScalarType::kString;
}

const std::vector<Value>& Value::items() const {
  static const std::vector<Value> none;
  return children_ ? children_->items : none;
}

const std::vector<Member>& Value::members() const {
  static const std::vector<Member> none;
  return children_ ? children_->members : none;
}

const Value* Value::Find(std::string_view key) const {
  for (const Member& member : members()) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

const Value* Value::At(std::initializer_list<std::string_view> keys) const {
  const Value* value = this;
  for (const std::string_view key : keys) {
    value = value->Find(key);
    if (value == nullptr) return nullptr;
  }
  return value;
}

std::string Value::Describe() const {
  switch (kind_) {
    case Kind::kNull:
      return "nothing";
    case Kind::kSequence:
      return "a sequence";
    case Kind::kMap:
      return "a map";
    case Kind::kScalar:
      break;
  }
  if (quoted_ && (ParseNumber(text_) || IsOneOf(text_, {"true", "false"}))) {
    return "the string " + Quote(text_);
  }
  return Quote(text_);
}

}  // namespace cnisim::document

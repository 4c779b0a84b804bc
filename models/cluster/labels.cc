#include "models/cluster/labels.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "models/document/object_reader.h"
#include "models/document/spelling.h"

namespace cnisim::cluster {

using document::Diagnostics;
using document::Quote;
using document::Value;

namespace {

constexpr std::size_t kMaxLabelName = 63;
constexpr std::size_t kMaxSubdomain = 253;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlphanumeric(char c) { return IsLower(c) || IsUpper(c) || IsDigit(c); }

// Letters and digits at both ends, '-', '_' and '.' between.
bool IsQualifiedName(std::string_view text) {
  if (text.empty() || text.size() > kMaxLabelName) return false;
  if (!IsAlphanumeric(text.front()) || !IsAlphanumeric(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

// Cilium's "k8s:app" without its source.
std::string_view WithoutSource(std::string_view key, LabelSyntax syntax) {
  if (syntax == LabelSyntax::kKubernetes) return key;
  const std::size_t colon = key.find(':');
  return colon == std::string_view::npos ? key : key.substr(colon + 1);
}

// Reports a key that is none; true when it is one.
bool CheckKey(std::string_view key, const document::SourceLocation& where, const std::string& field,
              Diagnostics& diagnostics, LabelSyntax syntax) {
  if (IsLabelKey(WithoutSource(key, syntax))) return true;
  diagnostics.Error(where, field, "expected a label key, found " + Quote(key),
                    "a key is letters, digits, '-', '_' and '.', at most 63, perhaps behind a DNS "
                    "name and '/'");
  return false;
}

// A label's value; nothing, and an error, when it cannot be one.
std::optional<std::string> ReadLabelValue(const Value& value, Diagnostics& diagnostics) {
  if (value.is_null()) return std::string();
  if (!value.is_scalar()) {
    diagnostics.Error(value, "expected a label value, found " + value.Describe());
    return std::nullopt;
  }
  const std::string text(value.text());
  if (value.scalar_type() != document::ScalarType::kString) {
    diagnostics.Error(value, "expected a label value (a string), found " + text,
                      "write it in quotes: \"" + text + "\"");
    return std::nullopt;
  }
  if (!IsLabelValue(text)) {
    diagnostics.Error(value, "expected a label value, found " + Quote(text),
                      "a value is letters, digits, '-', '_' and '.', at most 63");
    return std::nullopt;
  }
  return text;
}

void ReadMatchExpression(const Value& value, Diagnostics& diagnostics, LabelSyntax syntax,
                         LabelSelector& selector) {
  using Operator = LabelRequirement::Operator;
  document::ObjectReader reader(value, diagnostics, document::UnknownKeys::kNotModelled);
  const std::optional<std::string> key = reader.RequireString("key");
  std::optional<Operator> op;
  if (reader.Require("operator") != nullptr) {
    op = reader.Choice<Operator>("operator", {{"In", LabelRequirement::kIn},
                                              {"NotIn", LabelRequirement::kNotIn},
                                              {"Exists", LabelRequirement::kExists},
                                              {"DoesNotExist", LabelRequirement::kDoesNotExist}});
  }
  const Value* values = reader.Sequence("values");
  reader.Finish();
  if (!key || !op ||
      !CheckKey(*key, value.Find("key")->where(), value.path(), diagnostics, syntax)) {
    return;
  }
  LabelRequirement requirement{*key, *op, {}};
  if (values != nullptr) {
    for (const Value& item : values->items()) {
      if (auto text = ReadLabelValue(item, diagnostics)) {
        requirement.values.push_back(std::move(*text));
      }
    }
    std::sort(requirement.values.begin(), requirement.values.end());
    requirement.values.erase(std::unique(requirement.values.begin(), requirement.values.end()),
                             requirement.values.end());
  }
  const bool needs_values = *op == LabelRequirement::kIn || *op == LabelRequirement::kNotIn;
  const bool has_values = values != nullptr && !values->items().empty();
  if (needs_values && !has_values) {
    diagnostics.Error(value, "operator " + std::string(value.Find("operator")->text()) +
                                 " needs at least one value");
    return;
  }
  if (!needs_values && has_values) {
    diagnostics.Error(
        *values, "operator " + std::string(value.Find("operator")->text()) + " takes no values");
    return;
  }
  selector.requirements.push_back(std::move(requirement));
}

}  // namespace

bool LabelRequirement::Matches(const Labels& labels) const {
  const auto found = labels.find(key);
  const bool present = found != labels.end();
  switch (op) {
    case kExists:
      return present;
    case kDoesNotExist:
      return !present;
    case kIn:
      return present && std::binary_search(values.begin(), values.end(), found->second);
    case kNotIn:
      return !present || !std::binary_search(values.begin(), values.end(), found->second);
  }
  return false;
}

bool LabelSelector::Matches(const Labels& labels) const {
  return std::all_of(requirements.begin(), requirements.end(),
                     [&labels](const LabelRequirement& r) { return r.Matches(labels); });
}

bool Selects(const Labels& selector, const Labels& labels) {
  return std::all_of(selector.begin(), selector.end(), [&labels](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

std::string LabelSelector::ToString() const {
  if (empty()) return "everything";
  std::string text;
  for (const LabelRequirement& requirement : requirements) {
    if (!text.empty()) text += ',';
    const bool one = requirement.values.size() == 1;
    switch (requirement.op) {
      case LabelRequirement::kExists:
        text += requirement.key;
        continue;
      case LabelRequirement::kDoesNotExist:
        text += '!' + requirement.key;
        continue;
      case LabelRequirement::kIn:
        text += requirement.key + (one ? "=" : " in (");
        break;
      case LabelRequirement::kNotIn:
        text += requirement.key + (one ? "!=" : " notin (");
        break;
    }
    for (std::size_t i = 0; i < requirement.values.size(); ++i) {
      if (i > 0) text += ',';
      text += requirement.values[i];
    }
    if (!one) text += ')';
  }
  return text;
}

LabelSelector ReadLabelSelector(const Value& value, Diagnostics& diagnostics, LabelSyntax syntax) {
  LabelSelector selector;
  if (value.is_null()) return selector;
  document::ObjectReader reader(value, diagnostics, document::UnknownKeys::kError);
  if (const Value* match_labels = reader.Map("matchLabels")) {
    for (auto& [key, text] : ReadLabels(*match_labels, diagnostics, syntax)) {
      selector.requirements.push_back({key, LabelRequirement::kIn, {text}});
    }
  }
  if (const Value* expressions = reader.Sequence("matchExpressions")) {
    for (const Value& item : expressions->items()) {
      ReadMatchExpression(item, diagnostics, syntax, selector);
    }
  }
  reader.Finish();
  return selector;
}

Labels ReadLabels(const Value& value, Diagnostics& diagnostics, LabelSyntax syntax) {
  Labels labels;
  if (!value.is_map()) {
    if (!value.is_null()) diagnostics.Error(value, "expected a map, found " + value.Describe());
    return labels;
  }
  for (const document::Member& member : value.members()) {
    if (!CheckKey(member.key, member.key_where(), value.path(), diagnostics, syntax)) continue;
    if (auto text = ReadLabelValue(member.value, diagnostics)) {
      labels.emplace(member.key, std::move(*text));
    }
  }
  return labels;
}

std::string ToString(const Labels& labels) {
  if (labels.empty()) return "no labels";
  std::string text;
  for (const auto& [key, value] : labels) {
    if (!text.empty()) text += ',';
    text += key + '=' + value;
  }
  return text;
}

bool IsLabelKey(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return IsQualifiedName(text);
  return IsDnsSubdomain(text.substr(0, slash)) && IsQualifiedName(text.substr(slash + 1));
}

bool IsLabelValue(std::string_view text) { return text.empty() || IsQualifiedName(text); }

bool IsDnsLabel(std::string_view text) {
  if (text.empty() || text.size() > kMaxLabelName) return false;
  if (text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; });
}

bool IsDnsSubdomain(std::string_view text) {
  if (text.empty() || text.size() > kMaxSubdomain) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!IsDnsLabel(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace cnisim::cluster

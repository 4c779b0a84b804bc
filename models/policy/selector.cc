#include "models/policy/selector.h"

#include <algorithm>
#include <utility>

namespace cnisim::policy {
namespace {

constexpr int kMaxDepth = 50;
constexpr std::size_t kMaxSelectorBytes = 65'536;

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '/' || c == '-';
}

bool HoldsIn(const LabelExpression& expression, const cluster::Labels& labels) {
  switch (expression.kind) {
    case LabelExpression::kTerm: {
      const auto found = labels.find(expression.term.key);
      return expression.term.Holds(found == labels.end() ? nullptr : &found->second);
    }
    case LabelExpression::kAnd:
      return std::all_of(expression.operands.begin(), expression.operands.end(),
                         [&](const auto& operand) { return HoldsIn(*operand, labels); });
    case LabelExpression::kOr:
      return std::any_of(expression.operands.begin(), expression.operands.end(),
                         [&](const auto& operand) { return HoldsIn(*operand, labels); });
    case LabelExpression::kNot:
      return !HoldsIn(*expression.operands.front(), labels);
    case LabelExpression::kTrue:
      return true;
    case LabelExpression::kFalse:
      return false;
  }
  return false;
}

using Node = std::shared_ptr<const LabelExpression>;

/// Recursive descent over Calico's language; position_ is in bytes of the text.
class Parser {
 public:
  Parser(std::string_view text, std::string_view prefix) : text_(text), prefix_(prefix) {}

  Node Parse() {
    Node node = Alternatives(0);
    SkipSpace();
    if (node && position_ != text_.size()) return Fail("expected '&&', '||' or the end");
    return node;
  }
  const std::string& error() const { return error_; }

 private:
  Node Fail(std::string message) {
    if (error_.empty()) {
      error_ = std::move(message) + " at character " + std::to_string(position_ + 1);
    }
    return nullptr;
  }

  void SkipSpace() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\t' ||
                                        text_[position_] == '\n' || text_[position_] == '\r')) {
      ++position_;
    }
  }

  bool Take(std::string_view token) {
    SkipSpace();
    if (text_.substr(position_, token.size()) != token) return false;
    // A word must end where the token ends.
    if (IsWordCharacter(token.back()) && position_ + token.size() < text_.size() &&
        IsWordCharacter(text_[position_ + token.size()])) {
      return false;
    }
    position_ += token.size();
    return true;
  }

  Node Join(LabelExpression::Kind kind, std::vector<Node> operands) {
    if (operands.size() == 1) return operands.front();
    auto node = std::make_shared<LabelExpression>();
    node->kind = kind;
    node->operands = std::move(operands);
    return node;
  }

  Node Alternatives(int depth) {
    if (depth > kMaxDepth) return Fail("nested too deeply");
    std::vector<Node> operands;
    do {
      Node operand = Conjunction(depth);
      if (!operand) return nullptr;
      operands.push_back(std::move(operand));
    } while (Take("||"));
    return Join(LabelExpression::kOr, std::move(operands));
  }

  Node Conjunction(int depth) {
    std::vector<Node> operands;
    do {
      Node operand = Factor(depth);
      if (!operand) return nullptr;
      operands.push_back(std::move(operand));
    } while (Take("&&"));
    return Join(LabelExpression::kAnd, std::move(operands));
  }

  Node Factor(int depth) {
    if (depth > kMaxDepth) return Fail("nested too deeply");
    if (Take("!")) {
      Node operand = Factor(depth + 1);
      if (!operand) return nullptr;
      auto node = std::make_shared<LabelExpression>();
      node->kind = LabelExpression::kNot;
      node->operands.push_back(std::move(operand));
      return node;
    }
    if (Take("(")) {
      Node node = Alternatives(depth + 1);
      if (!node) return nullptr;
      if (!Take(")")) return Fail("expected ')'");
      return node;
    }
    if (Take("all()")) return Constant(LabelExpression::kTrue);
    if (Take("global()")) return Constant(LabelExpression::kFalse);
    if (Take("has(")) {
      const std::string key = Word();
      if (key.empty()) return Fail("expected a label's key");
      if (!Take(")")) return Fail("expected ')'");
      return Term(key, LabelTerm::kExists, {});
    }
    const std::string key = Word();
    if (key.empty()) return Fail("expected a label's key, 'has(', 'all()' or '('");
    return Comparison(key);
  }

  Node Comparison(const std::string& key) {
    if (Take("==")) return OneValue(key, LabelTerm::kIn);
    if (Take("!=")) return OneValue(key, LabelTerm::kNotIn);
    if (Take("in")) return ManyValues(key, LabelTerm::kIn);
    if (Take("not")) {
      if (!Take("in")) return Fail("expected 'in'");
      return ManyValues(key, LabelTerm::kNotIn);
    }
    if (Take("contains")) return OneValue(key, LabelTerm::kContains);
    if (Take("starts")) {
      if (!Take("with")) return Fail("expected 'with'");
      return OneValue(key, LabelTerm::kStartsWith);
    }
    if (Take("ends")) {
      if (!Take("with")) return Fail("expected 'with'");
      return OneValue(key, LabelTerm::kEndsWith);
    }
    return Fail("expected '==', '!=', 'in', 'not in', 'contains', 'starts with' or 'ends with'");
  }

  Node OneValue(const std::string& key, LabelTerm::Operator op) {
    std::optional<std::string> value = Quoted();
    if (!value) return Fail("expected a value in quotes");
    return Term(key, op, {std::move(*value)});
  }

  Node ManyValues(const std::string& key, LabelTerm::Operator op) {
    if (!Take("{")) return Fail("expected '{'");
    std::vector<std::string> values;
    if (!Take("}")) {
      do {
        std::optional<std::string> value = Quoted();
        if (!value) return Fail("expected a value in quotes");
        values.push_back(std::move(*value));
      } while (Take(","));
      if (!Take("}")) return Fail("expected ',' or '}'");
    }
    return Term(key, op, std::move(values));
  }

  std::string Word() {
    SkipSpace();
    const std::size_t start = position_;
    while (position_ < text_.size() && IsWordCharacter(text_[position_])) ++position_;
    return std::string(text_.substr(start, position_ - start));
  }

  std::optional<std::string> Quoted() {
    SkipSpace();
    if (position_ >= text_.size()) return std::nullopt;
    const char quote = text_[position_];
    if (quote != '\'' && quote != '"') return std::nullopt;
    const std::size_t end = text_.find(quote, position_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string value(text_.substr(position_ + 1, end - position_ - 1));
    position_ = end + 1;
    return value;
  }

  static Node Constant(LabelExpression::Kind kind) {
    auto node = std::make_shared<LabelExpression>();
    node->kind = kind;
    return node;
  }

  Node Term(const std::string& key, LabelTerm::Operator op, std::vector<std::string> values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    auto node = std::make_shared<LabelExpression>();
    node->kind = LabelExpression::kTerm;
    // Labels that Calico itself adds to pods and namespaces.
    if (key == "projectcalico.org/namespace" ||
        (!prefix_.empty() && key == "projectcalico.org/name")) {
      node->term = {std::string(kNamespaceKey), op, std::move(values)};
    } else {
      node->term = {std::string(prefix_) + key, op, std::move(values)};
    }
    return node;
  }

  std::string_view text_;
  std::string_view prefix_;
  std::size_t position_ = 0;
  std::string error_;
};

// Splits what stands in a top-level conjunction into plain terms, so that they can be indexed.
void AddExpression(Selector& selector, const Node& node) {
  if (node->kind == LabelExpression::kTrue) return;
  if (node->kind == LabelExpression::kTerm) {
    selector.terms.push_back(node->term);
    return;
  }
  if (node->kind == LabelExpression::kAnd) {
    for (const Node& operand : node->operands) AddExpression(selector, operand);
    return;
  }
  if (!selector.expression) {
    selector.expression = node;
    return;
  }
  auto both = std::make_shared<LabelExpression>();
  both->kind = LabelExpression::kAnd;
  both->operands = {selector.expression, node};
  selector.expression = both;
}

std::string Joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    if (!text.empty()) text += ',';
    text += value;
  }
  return text;
}

}  // namespace

bool LabelTerm::Holds(const std::string* value) const {
  const auto listed = [&] { return std::binary_search(values.begin(), values.end(), *value); };
  const auto any_value = [&](auto test) {
    return std::any_of(values.begin(), values.end(),
                       [&](const std::string& wanted) { return test(wanted); });
  };
  switch (op) {
    case kIn:
      return value != nullptr && listed();
    case kNotIn:
      return value == nullptr || !listed();
    case kExists:
      return value != nullptr;
    case kDoesNotExist:
      return value == nullptr;
    case kStartsWith:
      return value != nullptr && any_value([&](const auto& w) { return value->starts_with(w); });
    case kEndsWith:
      return value != nullptr && any_value([&](const auto& w) { return value->ends_with(w); });
    case kContains:
      return value != nullptr &&
             any_value([&](const auto& w) { return value->find(w) != std::string::npos; });
  }
  return false;
}

std::string LabelTerm::ToString() const {
  switch (op) {
    case kIn:
      if (values.size() == 1) return key + '=' + values.front();
      return key + " in (" + Joined(values) + ')';
    case kNotIn:
      if (values.size() == 1) return key + "!=" + values.front();
      return key + " notin (" + Joined(values) + ')';
    case kExists:
      return key;
    case kDoesNotExist:
      return '!' + key;
    case kStartsWith:
      return key + " starts with " + Joined(values);
    case kEndsWith:
      return key + " ends with " + Joined(values);
    case kContains:
      return key + " contains " + Joined(values);
  }
  return key;
}

std::string LabelExpression::ToString() const {
  switch (kind) {
    case kTerm:
      return term.ToString();
    case kTrue:
      return "all()";
    case kFalse:
      return "none()";
    case kNot:
      return "!(" + operands.front()->ToString() + ')';
    case kAnd:
    case kOr:
      break;
  }
  std::string text = "(";
  for (const auto& operand : operands) {
    if (text.size() > 1) text += kind == kAnd ? " && " : " || ";
    text += operand->ToString();
  }
  return text + ')';
}

bool Selector::Matches(const cluster::Labels& composite) const {
  for (const LabelTerm& term : terms) {
    const auto found = composite.find(term.key);
    if (!term.Holds(found == composite.end() ? nullptr : &found->second)) return false;
  }
  return !expression || HoldsIn(*expression, composite);
}

std::string Selector::ToString() const {
  std::vector<std::string> parts;
  for (const LabelTerm& term : terms) parts.push_back(term.ToString());
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  if (expression) parts.push_back(expression->ToString());
  return parts.empty() ? "everything" : Joined(parts);
}

std::optional<std::string> Selector::only_namespace() const {
  for (const LabelTerm& term : terms) {
    if (term.key == kNamespaceKey && term.op == LabelTerm::kIn && term.values.size() == 1) {
      return term.values.front();
    }
  }
  return std::nullopt;
}

void Selector::Add(std::string_view key, LabelTerm::Operator op, std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  terms.push_back({std::string(key), op, std::move(values)});
}

void Selector::Add(const cluster::LabelSelector& selector, std::string_view prefix) {
  for (const cluster::LabelRequirement& requirement : selector.requirements) {
    LabelTerm::Operator op = LabelTerm::kIn;
    switch (requirement.op) {
      case cluster::LabelRequirement::kIn:
        break;
      case cluster::LabelRequirement::kNotIn:
        op = LabelTerm::kNotIn;
        break;
      case cluster::LabelRequirement::kExists:
        op = LabelTerm::kExists;
        break;
      case cluster::LabelRequirement::kDoesNotExist:
        op = LabelTerm::kDoesNotExist;
        break;
    }
    Add(std::string(prefix) + requirement.key, op, requirement.values);
  }
}

cluster::Labels CompositeLabels(const cluster::Labels& pod_labels, std::string_view ns,
                                const cluster::Labels& namespace_labels) {
  cluster::Labels labels = pod_labels;
  labels.emplace(kNamespaceKey, ns);
  for (const auto& [key, value] : namespace_labels) {
    labels.emplace(std::string(kNamespaceLabelPrefix) + key, value);
  }
  return labels;
}

std::optional<Selector> ParseCalicoSelector(const document::Value& value, std::string_view prefix,
                                            document::Diagnostics& diagnostics) {
  if (!value.is_scalar()) {
    diagnostics.Error(value, "expected a selector as text, found " + value.Describe(),
                      "write it as app == 'web' && has(tier)");
    return std::nullopt;
  }
  const std::string_view text = value.text();
  if (text.size() > kMaxSelectorBytes) {
    diagnostics.Error(
        value, "the selector is longer than " + std::to_string(kMaxSelectorBytes) + " bytes");
    return std::nullopt;
  }
  Selector selector;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return selector;
  Parser parser(text, prefix);
  const Node node = parser.Parse();
  if (!node) {
    diagnostics.Error(value, "selector not understood: " + parser.error(),
                      "write it as app == 'web' && has(tier)");
    return std::nullopt;
  }
  AddExpression(selector, node);
  return selector;
}

}  // namespace cnisim::policy

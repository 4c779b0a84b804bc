// Verdicts in words.

#include "models/policy/evaluator.h"

namespace cnisim::policy {
namespace {

std::string RuleText(const Rule& rule) {
  return rule.section + '[' + std::to_string(rule.index) + ']';
}

std::string PlaceText(const document::SourceLocation& where) {
  if (where.file.empty()) return {};
  return " (" + where.file + ':' + std::to_string(where.line) + ')';
}

}  // namespace

std::string_view ToString(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAllow:
      return "allow";
    case Outcome::kDeny:
      return "deny";
    case Outcome::kForbidden:
      return "forbidden";
    case Outcome::kRefused:
      return "refused";
  }
  return "";
}

std::string Decision::ToString(Direction direction) const {
  const std::string way(policy::ToString(direction));
  switch (reason) {
    case Reason::kNotEnforced:
      return "not enforced";
    case Reason::kNotIsolated:
      return "no policy isolates the pod for " + way;
    case Reason::kOwnNode:
      return "a pod and the node under it always reach each other";
    case Reason::kUnchecked:
      return "the engine does not check what a node forwards";
    case Reason::kSamePod:
      return "a pod's traffic to itself never leaves it";
    case Reason::kPassed:
      return "every tier passes it on, and the namespace's profile allows";
    case Reason::kUnknownProtocol:
      return "SCTP is dropped unless sctp.enabled is set";
    case Reason::kNoTarget:
      return "the Service has no such port on this backend";
    case Reason::kRule:
      return (outcome == Outcome::kAllow ? "allowed by " : "denied by ") + policy->ToString() +
             ' ' + RuleText(*rule) + PlaceText(rule->where);
    case Reason::kL7NoRule:
      return "no L7 rule of " + policy->ToString() + ' ' + RuleText(*rule) + " matches" +
             PlaceText(rule->where);
    case Reason::kNoRule:
      return "isolated by " + policy->ToString() + PlaceText(policy->where) + ", and no " + way +
             " rule matches";
  }
  return {};
}

std::string Verdict::ToString() const {
  std::string text(policy::ToString(outcome));
  if (outcome == Outcome::kAllow) return text;
  return text + ": " + deciding().ToString(direction());
}

}  // namespace cnisim::policy

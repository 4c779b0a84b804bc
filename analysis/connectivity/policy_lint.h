#pragma once

/// @file
/// What is probably not meant in a set of policies.

#include <string>
#include <string_view>
#include <vector>

#include "models/document/source_location.h"
#include "models/policy/evaluator.h"

namespace cnisim::connectivity {

enum class LintKind : std::uint8_t {
  kUnread,         ///< the engine does not read the policy, or refuses it
  kSelectsNobody,  ///< the policy selects no pod
  kMatchesNobody,  ///< no pod is a peer of the rule
  kUnservedPort,   ///< no pod in question declares the port
  kUnknownName,    ///< no pod in question has a port of that name
  kAllowsNothing,  ///< an entirely empty Cilium rule
  kShadowed,       ///< an earlier rule of the policy allows as much
  kUnlisted,       ///< rules under a direction that policyTypes leaves out
  kDnsCutOff,      ///< pods isolated for egress that cannot reach the cluster's DNS
  kNearLimit,      ///< a limit of the engine is nearly or wholly used
};
std::string_view ToString(LintKind kind);  ///< "shadowed rule"

struct LintFinding {
  LintKind kind = LintKind::kUnread;
  document::SourceLocation where;  ///< no place for kNearLimit
  std::string subject;             ///< "NetworkPolicy shop/api ingress[0]"
  std::string message;
};

/// Findings in the order of the policies, then those about pods and limits.
std::vector<LintFinding> Lint(const policy::Evaluator& evaluator);

}  // namespace cnisim::connectivity

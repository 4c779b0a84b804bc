#pragma once

/// @file
/// What `cnisim policy` finds, for people and for other programs.

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "analysis/connectivity/policy_diff.h"
#include "analysis/connectivity/policy_lint.h"
#include "models/policy/evaluator.h"

namespace cnisim::report {

/// The flips with what decided, cause, fix and the policy to add, then a count; 80 columns but for
/// the manifests.
std::string DiffText(const connectivity::DiffReport& report);
nlohmann::ordered_json DiffJson(const connectivity::DiffReport& report);
/// The policies to add, each once, as one YAML stream; empty if no fix is a policy.
std::string FixManifests(const connectivity::DiffReport& report);

/// A finding a line, then a count.
std::string LintText(const std::vector<connectivity::LintFinding>& findings);
nlohmann::ordered_json LintJson(const std::vector<connectivity::LintFinding>& findings);

/// A verdict and who decided it, egress and ingress apart.  @param request "GET /path", or empty
std::string VerdictText(const policy::Evaluator& evaluator, const policy::Flow& flow,
                        const policy::Verdict& verdict, std::string_view request);
nlohmann::ordered_json VerdictJson(const policy::Evaluator& evaluator, const policy::Flow& flow,
                                   const policy::Verdict& verdict);

/// What the engine installs for the whole set: policies, identities and map entries or chains,
/// rules and ipsets.
std::string StructuresText(const policy::Evaluator& evaluator);

}  // namespace cnisim::report

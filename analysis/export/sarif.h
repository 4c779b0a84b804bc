#pragma once

/// @file
/// Lint findings as SARIF 2.1.0, which code hosts show at the line in question.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "analysis/connectivity/policy_lint.h"

namespace cnisim::exporting {

/// One run with one rule a kind of finding.  Places are as the caller named the files; a finding
/// without a place (a limit) points to none.
nlohmann::ordered_json LintSarif(const std::vector<connectivity::LintFinding>& findings,
                                 const std::string& program_version);

}  // namespace cnisim::exporting

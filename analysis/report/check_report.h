#pragma once

/// @file
/// What `cnisim check` says, in the forms that people and pipelines read.

#include <string>
#include <vector>

#include "analysis/budget/check_result.h"

namespace cnisim::report {

/// For the terminal, 80 columns: what is broken or worse first, then what is undecided, then one
/// line of what holds.
std::string CheckReport(const std::vector<budget::CheckResult>& checks, bool color);

/// JUnit XML as GitHub, GitLab and Azure Pipelines read it: a suite for each scenario, a case for
/// each budget and each figure of the baseline.  Undecided is no failure, but said.
std::string CheckJunit(const std::vector<budget::CheckResult>& checks);

/// GitHub workflow commands: an error on the line of each broken budget and a warning on that of
/// each undecided one; regressions on the scenario's first line.
std::string CheckGithub(const std::vector<budget::CheckResult>& checks);

/// For merge requests and $GITHUB_STEP_SUMMARY.
std::string CheckMarkdown(const std::vector<budget::CheckResult>& checks);

/// `--json` of check.
std::string CheckJson(const std::vector<budget::CheckResult>& checks);

/// "9.00 ms -> 9.81 ms (+9.0 %)".
std::string ChangeText(const budget::RegressionResult& regression);

}  // namespace cnisim::report

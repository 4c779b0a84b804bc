#pragma once

/// @file
/// Plans side by side: for a terminal (80 columns), as Markdown and as JSON.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "analysis/plan/scenario_plan.h"

namespace cnisim::report {

std::string PlanText(const std::string& scenario, const std::vector<plan::PlanResult>& results);
std::string PlanMarkdown(const std::string& scenario, const std::vector<plan::PlanResult>& results);

/// "quickstart: VNet addresses of 7 configurations, 17 nodes, 42 pods".
std::string PlanTitle(const std::string& scenario, const std::vector<plan::PlanResult>& results);
/// Configuration, addresses now, peak and stranded, first failure, what binds.
std::vector<std::string> PlanRow(const plan::PlanResult& result);
/// Which fit, what stops the others, and what a move saves.
std::vector<std::string> PlanSentences(const std::vector<plan::PlanResult>& results);

/// Everything, the address timeline of each configuration among it.
nlohmann::ordered_json PlanJson(const std::string& scenario,
                                const std::vector<plan::PlanResult>& results);

}  // namespace cnisim::report

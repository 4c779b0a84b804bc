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

/// Everything, the address timeline of each configuration among it.
nlohmann::ordered_json PlanJson(const std::string& scenario,
                                const std::vector<plan::PlanResult>& results);

}  // namespace cnisim::report

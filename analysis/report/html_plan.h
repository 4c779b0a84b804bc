#pragma once

/// @file
/// A plan of addresses as one self-contained page.

#include <string>
#include <vector>

#include "analysis/plan/scenario_plan.h"
#include "analysis/report/html_report.h"

namespace cnisim::report {

/// The whole page.  @pre !results.empty()
std::string HtmlPlan(const std::string& scenario, const std::vector<plan::PlanResult>& results,
                     const HtmlOptions& options);

}  // namespace cnisim::report

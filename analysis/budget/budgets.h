#pragma once

/// @file
/// Budgets of a scenario, held against its results.
///
/// A bound is met when the whole 95 % interval keeps it, broken when no part of the interval does,
/// and undecided in between: more replications would tell.  `better_than: kubenet` is met when the
/// difference is beyond chance and the model's error in the right direction, broken when it is in
/// the wrong one.

#include <vector>

#include "analysis/budget/check_result.h"
#include "analysis/experiment/result_document.h"

namespace cnisim::document {
class Diagnostics;
}
namespace cnisim::scenario {
struct BudgetSpec;
}

namespace cnisim::budget {

/// One result for each budget and configuration that it is for, in that order.  A budget for
/// traffic that names no ends is held against every source of traffic.  What a budget says wrongly
/// (no such metric, a bound in another unit, ends that nobody calls) goes to `diagnostics`.
/// Ends may leave their namespace out where that is clear.
std::vector<BudgetResult> CheckBudgets(const std::vector<scenario::BudgetSpec>& budgets,
                                       const experiment::ResultDocument& document,
                                       document::Diagnostics& diagnostics);

/// Adds to `diagnostics` what CheckBudgets() would.
/// @param unmeasured  what results will hold: ScenarioOptions::review
void ReviewBudgets(const std::vector<scenario::BudgetSpec>& budgets,
                   const experiment::ResultDocument& unmeasured,
                   document::Diagnostics& diagnostics);

/// CheckBudgets() for the scenario as it stands and then at each point of its sweep, where the
/// configuration is called "cilium at services=1000".
std::vector<BudgetResult> CheckAllBudgets(const std::vector<scenario::BudgetSpec>& budgets,
                                          const experiment::ResultDocument& document,
                                          document::Diagnostics& diagnostics);

}  // namespace cnisim::budget

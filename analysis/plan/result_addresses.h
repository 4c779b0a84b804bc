#pragma once

/// @file
/// A plan's addresses over time for the result document and for charts.

#include "analysis/experiment/result_document.h"
#include "analysis/plan/scenario_plan.h"

namespace cnisim::plan {

/// What was held when, and what the operations met.
experiment::AddressPlanResult Summarise(const PlanRecord& record);

/// Plans every configuration of the document that can be planned and fills its `addresses`: the
/// scenario's timeline and growth, or else one upgrade of every pool.
/// @pre the document is of this scenario
void AddAddresses(const scenario::Scenario& scenario, const azure::Limits& limits,
                  experiment::ResultDocument& document);

}  // namespace cnisim::plan

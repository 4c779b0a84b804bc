#pragma once

/// @file
/// A scenario as plans: one input for each configuration, with the timeline of the scenario.

#include <vector>

#include "analysis/plan/address_plan.h"
#include "models/document/diagnostics.h"
#include "models/scenario/scenario.h"

namespace cnisim::plan {

/// What the scenario asks, for every configuration in its order.  Without a timeline and growth,
/// every pool is upgraded once, one after the other.  Names in the timeline that the scenario does
/// not have are errors.
std::vector<PlanInput> MakePlanInputs(const scenario::Scenario& scenario,
                                      const azure::Limits& limits,
                                      document::Diagnostics& diagnostics);

/// A configuration's plan with its outcome.
struct PlanResult {
  PlanInput input;
  PlanRecord record;
  PlanAdvice advice;
};

/// A configuration that cannot be planned at all is an error in `diagnostics`, and left out.
std::vector<PlanResult> RunPlans(const scenario::Scenario& scenario, const azure::Limits& limits,
                                 document::Diagnostics& diagnostics);

}  // namespace cnisim::plan

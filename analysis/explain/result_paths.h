#pragma once

/// @file
/// The paths of a scenario's flows for its result document: what `explain` shows of each, in short.

#include "analysis/experiment/result_document.h"
#include "analysis/explain/path_explanation.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario.h"

namespace cnisim::explain {

/// One path in short: the stages of all its messages, summed by stage, node and who pays.
experiment::PathResult Summarise(const PathExplanation& explanation);

/// Fills `paths` of every configuration (the likeliest way of each traffic and call) and the
/// document's cost_sources.  Prepares each configuration once more: seconds for a large cluster.
/// @pre the document is of this scenario and catalog
void AddPaths(const scenario::Scenario& scenario, const scenario::Catalog& catalog,
              experiment::ResultDocument& document);

}  // namespace cnisim::explain

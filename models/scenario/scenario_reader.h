#pragma once

/// @file
/// Reads scenario.yaml and every file that it names: Helm values, Installation, manifests,
/// policies.  Paths are relative to the scenario's folder.
///
/// Our own file is read strictly: an unknown key, a number without its unit or a word that is not a
/// choice is an error.  All mistakes of all files come out of one call.  What is left out gets a
/// default, so that a name and one configuration are enough (scenarios/smallest.yaml).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/edit.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario.h"

namespace cnisim::scenario {

/// nullopt when `diagnostics` has errors; warnings and notes ("no application is given: the
/// standard workload is used") may be there in either case.
std::optional<Scenario> ReadScenario(const std::string& path, const Catalog& catalog,
                                     document::Diagnostics& diagnostics);

/// The same for a text that stands for the file `path` (which need not exist).
std::optional<Scenario> ReadScenarioText(std::string_view text, const std::string& path,
                                         const Catalog& catalog,
                                         document::Diagnostics& diagnostics);

/// The scenario with some fields changed: a point of its sweep (sweep.h).
std::optional<Scenario> ReadScenarioAt(const Scenario& scenario,
                                       const std::vector<document::Edit>& edits,
                                       const Catalog& catalog, document::Diagnostics& diagnostics);

}  // namespace cnisim::scenario

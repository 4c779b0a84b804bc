#pragma once

/// @file
/// `sweep:` of a scenario: which fields take which values.
///
///     sweep: {services: [100, 1000, 10000], traffic.0.rate: [500/s, 2000/s]}    # a grid: 6 points
///     sweep:                                                                    # a list: 2 points
///       - {services: 100, rate: 500/s}
///       - {services: 10000, rate: 2000/s}
///
/// A field is named by its path in the scenario (an item of a list by its index or its name:
/// cluster.node_pools.apps.count), or in short where that cannot be mistaken: `services`, `rate`.

#include <string>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/edit.h"
#include "models/document/value.h"

namespace cnisim::scenario {

struct SweepPoint {
  std::vector<std::string> values;  ///< of Sweep::parameters, as written
  std::vector<document::Edit> edits;
};

struct Sweep {
  std::vector<std::string> parameters;  ///< as written, in the order of the text
  std::vector<SweepPoint> points;       ///< of a grid: the last parameter changes fastest
};

/// Reads it; empty if `sweep` is nullptr or wrong, and then `diagnostics` says why.  Whether the
/// fields exist is found when a point is read (ReadScenarioAt).
/// @param root  of the scenario's document
Sweep ReadSweep(const document::Value* sweep, const document::Value& root,
                document::Diagnostics& diagnostics);

}  // namespace cnisim::scenario

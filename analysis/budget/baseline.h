#pragma once

/// @file
/// Results held against earlier ones.
///
/// Runs with the same seed and number of replications saw the same random numbers, so they are
/// compared pair by pair; otherwise by Welch's test.  All figures together keep the stated level
/// (Holm), so that a gate over hundreds of figures does not cry wolf.  Exact figures (addresses,
/// rules, map entries) need no test: any change is one.  A change within the tolerance is none.

#include <string>
#include <vector>

#include "analysis/budget/check_result.h"
#include "analysis/experiment/result_document.h"

namespace cnisim::budget {

struct BaselineOptions {
  double tolerance = 0;  ///< relative change that does not matter
};

/// Latencies, throughput, goodput and errors of the sources, CPU on networking, drops, denials, and
/// every exact figure, for each configuration of the baseline; those that `current` does not have
/// are kMissing.  Configurations that only `current` has are new, and not judged.
std::vector<RegressionResult> CompareWithBaseline(const experiment::ResultDocument& current,
                                                  const experiment::ResultDocument& baseline,
                                                  const BaselineOptions& options);

/// Sentences about everything but figures that differs: program, catalog, scenario, measurement.
std::vector<std::string> DifferencesFromBaseline(const experiment::ResultDocument& current,
                                                 const experiment::ResultDocument& baseline);

/// Why the two cannot be held against each other at all, in a sentence: they are of different
/// scenarios, or have no configuration in common.  Empty if they can.
std::string WhyNoBaseline(const experiment::ResultDocument& current,
                          const experiment::ResultDocument& baseline);

}  // namespace cnisim::budget

#pragma once

/// @file
/// Result documents for tests of everything that is drawn from them.

#include <string>
#include <vector>

#include "analysis/experiment/result_document.h"

namespace cnisim::testing_support {

/// What an example says about one configuration.
struct ExampleConfiguration {
  std::string name;
  double vnet_addresses = 0;
  double p50_ns = 0;
  double p99_ns = 0;
  double network_cores = 0;
  double errors = 0;
  std::string binds = "workers";
  bool saturated = false;
};

/// A document with one source of traffic, external -> frontend, 1000 requests/s; figures as given,
/// chance +-1 %, model +-8 %.  Comparisons follow a plain rule: a difference of less than 2 % is
/// not significant, one of less than 10 % is within the model's error.
experiment::ResultDocument ExampleResults(const std::vector<ExampleConfiguration>& configurations);

/// Gives every configuration the path of its traffic (two stages, the second dearer in each
/// configuration than in the one before) and its addresses over time: 947 of subnet "nodes" and an
/// upgrade that fails in the first, a few in the others.
void AddExampleContext(experiment::ResultDocument& document);

/// Two configurations over four rates: the first flat, then steep, then past its limit.
experiment::ResultDocument ExampleSweep();

/// Four configurations that differ in all that can differ.
experiment::ResultDocument ExampleResults();

}  // namespace cnisim::testing_support

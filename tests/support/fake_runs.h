#pragma once

/// @file
/// Runs that need no scenario: a record computed from a request in microseconds, with a cause for
/// chance (the seed), for differences (the subject) and for the model's error (the cost draw).

#include <string>

#include "analysis/experiment/metrics.h"
#include "analysis/experiment/replication_plan.h"

namespace cnisim::testing_support {

/// A queue whose server is slowed by a network cost.
struct FakeSystem {
  std::string name = "a";
  double network_us = 100;  ///< added to every request
  double cost_spread = 0;   ///< relative range of the network cost under cost draws
  int requests = 500;
  double failed = 0;  ///< share that times out
};

/// One source, external -> frontend (1000/s), one call, frontend -> cart; two nodes.
experiment::Subject FakeSubject(const FakeSystem& system);
experiment::FlowLabels FakeLabels();

}  // namespace cnisim::testing_support

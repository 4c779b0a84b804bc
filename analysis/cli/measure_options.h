#pragma once

/// @file
/// The options of commands that simulate: which configurations, how long, how often.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/experiment/scenario_experiment.h"

namespace CLI {
class App;
}

namespace cnisim::cli {

struct Invocation;

struct MeasureOptions {
  std::vector<std::string> configurations;
  std::optional<int> replications;
  std::string precision;
  std::string warm_up;
  std::string duration;
  int cost_draws = 8;
  std::optional<std::uint64_t> shuffle_ties;
  bool no_fusing = false;
  std::string ranks = "auto";

  /// The object must live as long as `command`.
  void AddTo(CLI::App& command);

  experiment::ScenarioOptions ToExperiment(const Invocation& invocation) const;
};

}  // namespace cnisim::cli

#pragma once

/// @file
/// The options of commands that simulate: which configurations, how long, how often.

#include <optional>
#include <string>
#include <vector>

#include "analysis/experiment/scenario_experiment.h"

namespace CLI {
class App;
}

namespace cnisim::cli {

struct CommonOptions;

struct MeasureOptions {
  std::vector<std::string> configurations;
  std::optional<int> replications;
  std::string precision;
  std::string warm_up;
  std::string duration;
  int cost_draws = 8;

  /// The object must live as long as `command`.
  void AddTo(CLI::App& command);

  experiment::ScenarioOptions ToExperiment(const CommonOptions& common) const;
};

}  // namespace cnisim::cli

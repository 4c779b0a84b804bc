#pragma once

/// @file
/// A scenario's experiment, from its configurations to the result document.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/experiment/replication_plan.h"
#include "analysis/experiment/result_document.h"
#include "sim/base/units.h"

namespace cnisim::document {
class Diagnostics;
}
namespace cnisim::scenario {
class PreparedConfiguration;
struct Catalog;
struct Scenario;
}  // namespace cnisim::scenario

namespace cnisim::experiment {

/// What a command line may say in place of the scenario.
struct ScenarioOptions {
  std::vector<std::string> configurations;  ///< empty: all
  std::optional<std::uint64_t> seed;
  std::optional<int> replications;  ///< also the number at which `precision` starts
  std::optional<double> precision;
  std::optional<SimTime> warm_up;
  bool find_warm_up = false;  ///< as MeasureSpec has it; leaves `warm_up` aside
  std::optional<SimTime> duration;
  int cost_draws = 8;
  unsigned threads = 1;
  std::optional<std::uint64_t> shuffle_ties;  ///< as engine::RunOptions has it
  bool fused = true;                          ///< as workload::TrafficOptions has it
  engine::Ranks* ranks = nullptr;             ///< as PlanOptions has it
  RankUse rank_use = RankUse::kAuto;
  /// Gets, before anything is simulated, what results will hold: all configurations with their
  /// exact figures, the others without a value.  Errors that it adds end the experiment.
  std::function<void(const ResultDocument&, document::Diagnostics&)> review;
  std::function<void(const Progress&)> progress;  ///< as PlanOptions::progress
  EngineProfile* profile = nullptr;               ///< as there
  /// Shown each configuration of the scenario as it stands once it is ready to run, from several
  /// threads at once.  A configuration whose results an earlier call has left is not shown.
  std::function<void(const scenario::PreparedConfiguration&)> inspect;
};

/// How long it took; depends on the machine, so it is no part of the results.
struct ExperimentTiming {
  double prepare_seconds = 0;
  double run_seconds = 0;
  unsigned threads = 1;
  std::uint64_t runs = 0;
  std::uint64_t events = 0;
};

/// Prepares the configurations and runs them.  nullopt if none can be run or one that was asked for
/// does not exist; the reasons are in `diagnostics`.  What `diagnostics` holds when this returns
/// becomes the document's warnings, so hand over the one that the scenario was read with.
std::optional<ResultDocument> RunScenario(const scenario::Scenario& scenario,
                                          const scenario::Catalog& catalog,
                                          const ScenarioOptions& options,
                                          document::Diagnostics& diagnostics,
                                          ExperimentTiming& timing);

/// timing.json.
std::string ToJson(const ExperimentTiming& timing);

}  // namespace cnisim::experiment

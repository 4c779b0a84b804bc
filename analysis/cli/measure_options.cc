#include "analysis/cli/measure_options.h"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include "analysis/cli/invocation.h"
#include "analysis/cli/option_checks.h"
#include "models/document/quantities.h"

namespace cnisim::cli {

void MeasureOptions::AddTo(CLI::App& command) {
  command.add_option("--configuration", configurations, "only this one; may be given again")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  command.add_option("--replications", replications, "runs of each configuration")
      ->type_name("N")
      ->check(WholeNumberFrom(1));
  command
      .add_option("--precision", precision,
                  "more replications until each compared figure is known to this")
      ->type_name("PERCENT")
      ->check(PercentageText());
  command
      .add_option("--warm-up", warm_up,
                  "simulated time before measuring, as 500ms; auto: until latency has settled")
      ->type_name("TIME")
      ->check(DurationOrAutoText());
  command.add_option("--duration", duration, "simulated time measured, as 2s")
      ->type_name("TIME")
      ->check(PositiveDurationText());
  command.add_option("--cost-draws", cost_draws, "runs with costs from their ranges; 0: none")
      ->type_name("N")
      ->check(WholeNumberFrom(0));
  command
      .add_option("--shuffle-ties", shuffle_ties,
                  "order simultaneous events by this seed: what moves hangs on ties")
      ->type_name("SEED")
      ->check(WholeNumberFrom(0, UINT64_MAX));
  command.add_flag("--no-fusing", no_fusing,
                   "move every server by events, none in closed form: slower, the same results");
  command
      .add_option("--ranks", ranks,
                  "what MPI ranks share: whole runs, or each run's nodes in blocks or stripes")
      ->type_name("HOW")
      ->check(CLI::IsMember({"auto", "runs", "blocks", "stripes"}));
}

experiment::ScenarioOptions MeasureOptions::ToExperiment(const Invocation& invocation) const {
  const CommonOptions& common = invocation.options;
  experiment::ScenarioOptions experiment;
  experiment.configurations = configurations;
  experiment.seed = common.seed;
  experiment.replications = replications;
  if (!precision.empty()) experiment.precision = document::ParsePercentage(precision).value();
  experiment.find_warm_up = warm_up == "auto";
  if (!warm_up.empty() && warm_up != "auto") experiment.warm_up = DurationOf(warm_up);
  if (!duration.empty()) experiment.duration = DurationOf(duration);
  experiment.cost_draws = cost_draws;
  experiment.threads = common.threads;
  experiment.shuffle_ties = shuffle_ties;
  experiment.fused = !no_fusing;
  experiment.ranks = invocation.ranks;
  if (ranks == "runs") experiment.rank_use = experiment::RankUse::kRuns;
  if (ranks == "blocks") experiment.rank_use = experiment::RankUse::kBlocks;
  if (ranks == "stripes") experiment.rank_use = experiment::RankUse::kStripes;
  return experiment;
}

}  // namespace cnisim::cli

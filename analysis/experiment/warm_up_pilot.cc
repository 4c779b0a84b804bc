#include "analysis/experiment/warm_up_pilot.h"

#include <algorithm>

#include "analysis/stats/warm_up.h"

namespace cnisim::experiment {
namespace {

using workload::LatencySeries;
using workload::LatencyStep;

constexpr std::int64_t kSteps = 250;
constexpr int kPilot = -1;  // in the place of a replication's number

/// When the latency has settled; nothing if it cannot be said.
std::optional<SimTime> Settles(const LatencySeries& series, SimTime step) {
  std::vector<double> means;
  std::vector<std::int64_t> steps;  // of each mean
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (series[i].answered == 0) continue;
    means.push_back(static_cast<double>(series[i].latency_ns) /
                    static_cast<double>(series[i].answered));
    steps.push_back(static_cast<std::int64_t>(i));
  }
  const std::optional<std::size_t> cut = stats::Mser5Truncation(means);
  if (!cut) return std::nullopt;
  return *cut == 0 ? SimTime() : step * steps[*cut];
}

/// Lets the experiment's progress count the pilots, which come first.
void CountPilots(std::size_t subjects, PlanOptions& pilot, PlanOptions& plan) {
  if (!plan.progress) return;
  const auto pilots = static_cast<int>(subjects);
  const int runs = pilots * (plan.replications + plan.cost_draws);
  const SimTime simulated = plan.duration * pilots;
  pilot.progress = [tell = plan.progress, runs, span = plan.duration * runs](Progress now) {
    now.total += runs;
    now.simulated_total += span;
    tell(now);
  };
  plan.progress = [tell = plan.progress, pilots, simulated](Progress now) {
    now.done += pilots;
    now.total += pilots;
    now.simulated += simulated;
    now.simulated_total += simulated;
    tell(now);
  };
}

}  // namespace

WarmUpCut RunPilots(const std::vector<Subject>& subjects, PlanOptions& plan) {
  PlanOptions pilot = plan;
  pilot.seed = ReplicationSeed(plan.seed, kPilot);
  pilot.replications = 1;
  pilot.cost_draws = 0;
  pilot.precision.reset();
  pilot.warm_up = SimTime();
  pilot.series_step = std::max(SimTime::FromNanos(1), plan.duration / kSteps);
  CountPilots(subjects.size(), pilot, plan);
  const std::vector<SubjectRecord> records = RunAll(subjects, pilot);

  WarmUpCut cut;
  for (std::size_t subject = 0; subject < records.size(); ++subject) {
    const auto& sources = records[subject].replications.front().sources;
    for (std::size_t source = 0; source < sources.size(); ++source) {
      if (sources[source].series.empty()) continue;
      const auto settled = Settles(sources[source].series, pilot.series_step);
      if (!settled) cut.unsettled.push_back({subject, source});
      const SimTime own = settled.value_or(plan.duration / 2);
      if (own <= cut.time) continue;
      cut.time = own;
      cut.longest = subject;
    }
  }
  return cut;
}

}  // namespace cnisim::experiment

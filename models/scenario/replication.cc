#include "models/scenario/replication.h"

#include <algorithm>

#include "models/workload/traffic_simulation.h"

namespace cnisim::scenario {

namespace {

/// Share of its time that a node was busy, mean over nodes weighted by the time that they spent on
/// networking: where the packets are is where caches matter.
double BusyWherePacketsAre(const ReplicationRecord& record) {
  double network = 0;
  double weighted = 0;
  for (const NodeCpu& node : record.nodes) {
    const SimTime busy = node.application + node.task_network + node.softirq;
    const double capacity =
        static_cast<double>(record.measured.nanos()) * static_cast<double>(node.cores);
    const auto weight = static_cast<double>(node.network().nanos());
    weighted += weight * std::min(1.0, static_cast<double>(busy.nanos()) / capacity);
    network += weight;
  }
  return network > 0 ? weighted / network : 0;
}

}  // namespace

double CacheFactor(Caches caches, double busy, double cold) {
  switch (caches) {
    case Caches::kWarm:
      return 1;
    case Caches::kCold:
      return cold;
    case Caches::kByLoad:
      return cold - (cold - 1) * busy;
  }
  return 1;
}

ReplicationRecord RunReplication(const PreparedConfiguration& configuration,
                                 const ReplicationOptions& options) {
  const workload::TrafficOptions traffic{.seed = options.seed,
                                         .threads = options.threads,
                                         .warm_up = options.warm_up,
                                         .duration = options.duration,
                                         .shuffle_ties = options.shuffle_ties,
                                         .fused = options.fused,
                                         .ranks = options.ranks,
                                         .series_step = options.series_step,
                                         .tell = options.tell,
                                         .profile = options.profile,
                                         .stripes = options.stripes};
  const datapath::CostModel costs =
      options.cost_draw ? configuration.costs().Draw(*options.cost_draw) : configuration.costs();
  const auto run = [&](double factor) {
    return workload::SimulateTraffic(
        configuration.BuildModel(factor == 1 ? costs : costs.WithWorkScaled(factor)), traffic);
  };
  const Caches caches = configuration.caches();
  const datapath::CostFactor* cold = costs.FindFactor("cold_caches");
  if (caches == Caches::kWarm || cold == nullptr) return run(1);
  // How busy the nodes are is found with warm caches first.
  const double busy = caches == Caches::kByLoad ? BusyWherePacketsAre(run(1)) : 0;
  return run(CacheFactor(caches, busy, cold->in_use));
}

}  // namespace cnisim::scenario

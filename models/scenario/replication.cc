#include "models/scenario/replication.h"

#include "models/workload/traffic_simulation.h"

namespace cnisim::scenario {

ReplicationRecord RunReplication(const PreparedConfiguration& configuration,
                                 const ReplicationOptions& options) {
  const workload::TrafficOptions traffic{.seed = options.seed,
                                         .threads = options.threads,
                                         .warm_up = options.warm_up,
                                         .duration = options.duration};
  const datapath::CostModel& costs = configuration.costs();
  const workload::Model model =
      configuration.BuildModel(options.cost_draw ? costs.Draw(*options.cost_draw) : costs);
  return workload::SimulateTraffic(model, traffic);
}

}  // namespace cnisim::scenario

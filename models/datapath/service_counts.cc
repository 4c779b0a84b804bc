#include "models/datapath/service_counts.h"

namespace cnisim::datapath {

void SetServiceCounts(const service::ServicePortShape& port, service::Address address,
                      bool client_is_pod, const service::IptablesCounts& tables,
                      const service::ProxyOptions& options, Counts& counts) {
  // On the backend's node the same connection is one to no Service.
  SetNoServiceCounts(tables, counts);
  const service::IptablesWalk walk =
      service::WalkToService(port, address, client_is_pod, tables, options);
  counts.Set(Count::kServiceRulesBeforeMatch, walk.services);
  counts.Set(Count::kNodePortRules, walk.node_ports);
  counts.Set(Count::kServiceChainRules, walk.chain);
  counts.Set(Count::kServiceRandomRules, walk.random);
  counts.Set(Count::kAffinityRules, walk.affinity);
  counts.Set(Count::kMasqueradeMarks, walk.masqueraded ? 1 : 0);
}

void SetHashedServiceCounts(const service::ServicePortShape& port, service::Address address,
                            bool client_is_pod, const service::ProxyOptions& options,
                            bool affinity_rules, Counts& counts) {
  // What is masqueraded, and which endpoints affinity is tested for, does not depend on the mode.
  const service::IptablesWalk walk =
      service::WalkToService(port, address, client_is_pod, {}, options);
  if (affinity_rules) counts.Set(Count::kAffinityRules, walk.affinity);
  counts.Set(Count::kMasqueradeMarks, walk.masqueraded ? 1 : 0);
}

void SetNoServiceCounts(const service::IptablesCounts& tables, Counts& counts) {
  counts.Set(Count::kServiceRulesAll, service::WalkToNoService(tables).services);
}

}  // namespace cnisim::datapath

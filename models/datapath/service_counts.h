#pragma once

/// @file
/// From the exact structures of Services (models/service) to the counts that stages scale with.

#include "models/datapath/flow_class.h"
#include "models/service/iptables_tables.h"

namespace cnisim::datapath {

/// Sets the counts of a connection to `port` that is looked up on a node with these tables.
/// The tables are those of the node where it happens: the client's, or the entry node's.
void SetServiceCounts(const service::ServicePortShape& port, service::Address address,
                      bool client_is_pod, const service::IptablesCounts& tables,
                      const service::ProxyOptions& options, Counts& counts);

/// Likewise under nftables and ipvs, whose look-ups are hashes: what still scales is affinity
/// (nftables only) and the mark for SNAT.
void SetHashedServiceCounts(const service::ServicePortShape& port, service::Address address,
                            bool client_is_pod, const service::ProxyOptions& options,
                            bool affinity_rules, Counts& counts);

/// Sets the counts of a connection to no Service.
void SetNoServiceCounts(const service::IptablesCounts& tables, Counts& counts);

}  // namespace cnisim::datapath

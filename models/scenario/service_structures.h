#pragma once

/// @file
/// The structures that a configuration's Service engine keeps on a node for the Services of a
/// cluster, and what a new connection walks of them.  Exact: see models/service.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/azure/limits.h"
#include "models/cluster/cluster.h"
#include "models/datapath/cost_model.h"
#include "models/datapath/flow_class.h"
#include "models/datapath/switches.h"
#include "models/scenario/scenario.h"
#include "models/service/ebpf_maps.h"
#include "models/service/iptables_tables.h"
#include "models/service/nftables_tables.h"
#include "models/service/service_port_shape.h"

namespace cnisim::scenario {

/// A port of a Service of the cluster.
struct ServicePortRef {
  const cluster::PlacedService* service = nullptr;  ///< nullptr: addressed without a Service
  std::size_t port = 0;                             ///< index
};

/// A structure with a limit that the Services of a cluster do not fit into.
struct FullStructure {
  std::string name;           ///< "Cilium's Service map"
  std::uint64_t entries = 0;  ///< that all Services need
  std::uint64_t limit = 0;
  std::uint64_t ports_left_out = 0;  ///< Service ports without an entry, whichever they are
};

class ServiceStructures {
 public:
  /// @param background  Services beside the cluster's
  ServiceStructures(const cluster::Cluster& cluster, const BackgroundServices& background,
                    const datapath::Switches& switches, bool pods_in_vnet);

  /// Sets the counts that a new connection to `target` has.
  /// @param client_is_pod  false: a host process or a client outside
  void SetCounts(const ServicePortRef& target, datapath::ServiceAccess access, bool client_is_pod,
                 datapath::Counts& counts) const;

  /// @param lb_map_entries  as the CNI's configuration sets it; 0: the catalog's
  std::vector<FullStructure> Full(const azure::Limits& limits, std::uint64_t lb_map_entries) const;

  /// Work of a node's `service_engine` for one sync that takes changed endpoints of `service`.
  Nanoseconds ChangeWork(const cluster::PlacedService& service, std::string_view service_engine,
                         const datapath::CostModel& costs) const;

  std::uint64_t ports() const { return shapes_.size(); }
  std::uint64_t endpoints() const;
  /// Rules of KUBE-SERVICES; 0 without kube-proxy in iptables mode.
  std::uint64_t service_rules() const;
  /// iptables-save lines, or rules and chains of nftables; 0 without kube-proxy.
  std::uint64_t lines() const;
  /// Entries of the eBPF load balancer's maps; 0 without one.
  std::uint64_t map_entries() const;

 private:
  std::vector<service::ServicePortShape> shapes_;  // cluster's ports in order, then background
  std::vector<std::size_t> first_port_;            // [service id] -> shapes_
  service::ProxyOptions options_;
  service::IptablesCounts tables_;
  std::uint64_t shared_backends_ = 0;  ///< endpoints that a Service before has had already
  int node_rules_ = 0;
  bool iptables_ = false;
  bool nftables_ = false;
  bool ipvs_ = false;
  bool ebpf_ = false;
  bool calico_ = false;
};

}  // namespace cnisim::scenario

#pragma once

/// @file
/// Runs a cluster's timeline for one network configuration on the engine's clock and says which
/// addresses each moment takes, and which operation fails first, where and how.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/azure/limits.h"
#include "models/azure/refusal.h"
#include "models/cluster/node_pool.h"
#include "models/ipam/ipam_configuration.h"
#include "models/ipam/pod_address_allocator.h"
#include "models/lifecycle/timeline.h"
#include "models/net/cidr.h"
#include "sim/base/units.h"

namespace cnisim::plan {

struct PlannedSubnet {
  std::string name;
  net::Cidr prefix;
};

/// A node pool as a plan sees it.  `pool.max_pods` is set.
struct PlannedPool {
  cluster::NodePool pool;
  bool made_later = false;                ///< by an operation; `pool.count` is 0 until then
  std::size_t node_subnet = 0;            ///< index in PlanInput::subnets
  std::optional<std::size_t> pod_subnet;  ///< in modes that have one
};

/// Pods of one workload, each with an address of its own.
struct PlannedWorkload {
  std::string name;  ///< "ns/name"
  int replicas = 0;
  /// The Deployment's; empty: Kubernetes' default.
  std::optional<cluster::MaxSurge> rollout_surge = std::nullopt;
};

/// Addresses of a subnet that neither nodes nor pods take.
struct OtherUse {
  std::size_t subnet = 0;  ///< index in PlanInput::subnets
  int addresses = 0;
  std::string what;
};

/// The network mode that a cluster may move to.
struct Migration {
  std::string configuration;
  ipam::IpamConfiguration ipam;
};

/// The load balancer's outbound rule, where the cluster asks for a number of ports a node.
struct OutboundProfile {
  int ports_per_node = 0;  ///< 0: AKS's own table, which never refuses a node
  int addresses = 1;
  int services = 0;  ///< LoadBalancer Services, each a rule a port with every node as back end
  int ports_per_service = 1;
};

/// One configuration of the comparison and what shall happen to it.
struct PlanInput {
  std::string configuration;
  ipam::IpamConfiguration ipam;
  std::vector<PlannedSubnet> subnets;
  std::vector<PlannedPool> pools;  ///< at least one
  std::vector<PlannedWorkload> workloads;
  int pods_per_node = 0;         ///< of DaemonSets, with addresses of their own
  std::vector<OtherUse> others;  ///< load balancers, endpoints, API servers: from the creation on
  OutboundProfile outbound;
  std::vector<Migration> migrations;  ///< what operations may move to
  lifecycle::Timeline timeline;
};

/// State of a subnet or of the pod ranges at one moment.
struct TimelinePoint {
  SimTime at;
  std::vector<ipam::PoolHoldings> pools;  ///< the same pools at every point
  std::uint32_t nodes = 0;
  std::uint32_t pods = 0;
  std::uint32_t pending_pods = 0;  ///< want an address or a node and have none
};

/// What stops a plan, in the order in which limits are met.
enum class Binding : std::uint8_t {
  kNothing,
  kSubnet,
  kPodCidr,
  kRoutes,
  kNic,
  kVnet,
  kScaleSet,
  kClusterNodes,
  kMaxPods,  ///< nodes are full: pods stay Pending
  kSnatPorts,
  kBackends,  ///< of the load balancer
};
std::string_view ToString(Binding binding);

/// How one operation went.
struct OperationRecord {
  std::string name;
  SimTime start;
  SimTime end;
  std::uint64_t vnet_peak = 0;  ///< most VNet addresses taken during it
  bool failed = false;
  bool before_start = false;  ///< a check refused it and nothing was made
  azure::Refusal refusal;
  Binding binding = Binding::kNothing;
  std::string subject;  ///< "aks-apps-surge-3", or the pods that stay Pending
};

struct PlanRecord {
  std::string configuration;
  std::vector<TimelinePoint> timeline;      ///< where something changed
  std::vector<OperationRecord> operations;  ///< creation, then as they ran
  std::uint64_t vnet_now = 0;               ///< taken after the creation
  std::uint64_t vnet_peak = 0;
  std::vector<std::uint64_t> peak_held;  ///< [pool of the timeline]
  std::uint32_t peak_nodes = 0;
  /// Most nodes in each pod range, as AKS's check counts them in overlay mode: autoscaler maxima,
  /// used or not.  [0: the cluster's own; 1 + index in PlanInput::migrations]
  std::vector<std::uint32_t> pod_range_nodes;
  std::int64_t outbound_nodes = 0;      ///< most nodes that outbound ports were asked for
  std::vector<int> pool_nodes;          ///< [pool] at the end
  std::optional<SimTime> exhausted_at;  ///< the growth step that failed first
  std::uint64_t events = 0;

  /// nullptr when everything fits.
  const OperationRecord* FirstFailure() const;
};

/// Runs it.  The same input gives the same record.  A failed operation leaves what it had made, and
/// the plan goes on; growth stops at its first failure.
/// @pre the ipam configuration passes ipam::CheckConfiguration()
PlanRecord RunPlan(const PlanInput& input, const azure::Limits& limits);

/// What would carry the whole plan.
struct PlanAdvice {
  struct Prefix {
    std::string name;  ///< subnet, or "pod CIDR"
    int now = 0;
    std::optional<int> needed;  ///< longest that carries the plan; nothing: none does
  };
  std::vector<Prefix> prefixes;
  struct Surge {
    std::string pool;
    int asked = 0;
    int fits = 0;  ///< the largest that fits; -1: not even without surge nodes
    /// An earlier step that fails, whatever the surges: the upgrade was not looked at.
    std::string blocked_by;
  };
  /// Addresses of the load balancer's outbound rule, where the ports of a node are fixed.
  struct OutboundAddresses {
    int now = 0;
    std::int64_t needed = 0;
  };
  std::optional<OutboundAddresses> outbound_addresses;
  std::vector<Surge> surges;      ///< one an upgrade, each after the ones before fit
  std::uint64_t vnet_needed = 0;  ///< at the peak, with room for everything
};
PlanAdvice Advise(const PlanInput& input, const azure::Limits& limits);

struct PlanOutcome {
  PlanRecord record;
  PlanAdvice advice;
};
/// Runs and advises all of them side by side.  The same outcomes at any number of threads.
/// @param threads  0: all cores
std::vector<PlanOutcome> RunAndAdvise(const std::vector<PlanInput>& inputs,
                                      const azure::Limits& limits, unsigned threads = 0);

}  // namespace cnisim::plan

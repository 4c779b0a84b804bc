#pragma once

/// @file
/// A cluster with every pod on its node and every Service with its endpoints: fixed after
/// building, read by all threads.  What changes during a run is kept by the models that change it.
///
/// Nothing here has an address: that depends on the network mode (models/ipam).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/cluster/ids.h"
#include "models/cluster/labels.h"
#include "models/cluster/node_pool.h"
#include "models/cluster/objects.h"
#include "models/document/diagnostics.h"

namespace cnisim::cluster {

struct Node {
  NodeId id;
  std::string name;  ///< "aks-apps-3", or the dump's
  PoolId pool;
  int zone = 0;  ///< 1 to 3; 0: none
  /// Number of its proximity placement group, from 1 on; 0: none.
  int proximity_group = 0;
  int max_pods = 0;  ///< hostNetwork pods count too
  Labels labels;
  std::vector<PodId> pods;  ///< ascending
};

/// What all pods of one template share; policies and selectors look at these.
struct PodTemplate {
  std::string ns;
  Labels labels;
  std::vector<ContainerPort> ports;
  bool host_network = false;

  friend bool operator==(const PodTemplate&, const PodTemplate&) = default;
};

struct PlacedPod {
  PodId id;
  std::string name;
  WorkloadId workload;  ///< invalid for a bare pod
  NodeId node;
  std::uint32_t pod_template = 0;   ///< index into Cluster::templates()
  std::vector<net::IpAddress> ips;  ///< of a dump; empty otherwise
};

struct ServiceEndpoint {
  PodId pod;                              ///< invalid: an address outside the cluster's pods
  std::optional<net::IpAddress> address;  ///< set when `pod` is invalid
  std::uint16_t port = 0;
};

struct PlacedService {
  ServiceId id;
  Service service;
  /// [port of the Service] -> its endpoints, ascending by pod.  Ports may differ: a named target
  /// port exists on some pods only.
  std::vector<std::vector<ServiceEndpoint>> endpoints;
};

/// A pod that no node could take.
struct UnplacedPod {
  std::string ns;
  std::string name;
  WorkloadId workload;
  std::string reason;
};

class Cluster {
 public:
  const std::vector<NodePool>& pools() const { return pools_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Workload>& workloads() const { return workloads_; }
  const std::vector<PodTemplate>& templates() const { return templates_; }
  const std::vector<PlacedPod>& pods() const { return pods_; }
  const std::vector<PlacedService>& services() const { return services_; }
  const std::vector<Namespace>& namespaces() const { return namespaces_; }
  const std::vector<UnplacedPod>& unplaced() const { return unplaced_; }

  const NodePool& pool(PoolId id) const { return pools_[id.value()]; }
  const Node& node(NodeId id) const { return nodes_[id.value()]; }
  const Workload& workload(WorkloadId id) const { return workloads_[id.value()]; }
  const PlacedPod& pod(PodId id) const { return pods_[id.value()]; }
  const PlacedService& service(ServiceId id) const { return services_[id.value()]; }
  const PodTemplate& template_of(PodId id) const { return templates_[pod(id).pod_template]; }
  /// Pods of a workload, ascending.
  const std::vector<PodId>& pods_of(WorkloadId id) const { return workload_pods_[id.value()]; }

  /// nullptr or invalid when there is none.
  const PlacedService* FindService(std::string_view ns, std::string_view name) const;
  WorkloadId FindWorkload(std::string_view ns, std::string_view name) const;
  /// nullptr when only other objects name it, or nobody does.
  const Namespace* FindNamespace(std::string_view name) const;

 private:
  friend class ClusterBuilder;

  std::vector<NodePool> pools_;
  std::vector<Node> nodes_;
  std::vector<Workload> workloads_;
  std::vector<PodTemplate> templates_;
  std::vector<PlacedPod> pods_;
  std::vector<PlacedService> services_;
  std::vector<Namespace> namespaces_;
  std::vector<UnplacedPod> unplaced_;
  std::vector<std::vector<PodId>> workload_pods_;  // [workload id]
  std::vector<std::uint32_t> services_by_name_;    // ids, by namespace and name
  std::vector<std::uint32_t> workloads_by_name_;   // likewise
};

struct PlacementOptions {
  /// Workloads that the platform runs beside the user's (CoreDNS, agents); placed first.
  std::vector<Workload> system_workloads;
  /// Pods of a pool that does not say how many a node takes.
  int default_max_pods = 110;
};

/// Makes the pools' nodes, or takes those of a dump when `objects` has nodes, and places the pods:
/// first those that a dump places, then DaemonSets on every node that they select, then replica by
/// replica in the order of the workloads.  A replica goes where, in this order, fewest pods of its
/// workload are in the zone, fewest are on the node, the node is least full, the node's number is
/// lowest.  No node gets more than its max_pods; what does not fit is in unplaced(), with a warning
/// once a workload.  The same input gives the same placement everywhere.
///
/// Pods of workloads in kube-system may use every pool; others only pools in mode User when there
/// is one.
Cluster BuildCluster(const std::vector<NodePool>& pools, const Objects& objects,
                     const PlacementOptions& options, document::Diagnostics& diagnostics);

}  // namespace cnisim::cluster

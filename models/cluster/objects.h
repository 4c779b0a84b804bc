#pragma once

/// @file
/// The Kubernetes objects that the models use, typed: what manifests declare and what a cluster
/// dump shows.  Fields that say nothing about the network are not here.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/cluster/ids.h"
#include "models/cluster/labels.h"
#include "models/cluster/manifest_set.h"
#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/net/cidr.h"
#include "models/net/ip_address.h"
#include "sim/base/units.h"

namespace cnisim::cluster {

using document::SourceLocation;

enum class Protocol : std::uint8_t { kTcp, kUdp, kSctp };
std::string_view ToString(Protocol protocol);  ///< "TCP"

/// The label that Kubernetes puts on every namespace.
inline constexpr std::string_view kNamespaceNameLabel = "kubernetes.io/metadata.name";

struct ContainerPort {
  std::string name;  ///< may be empty
  Protocol protocol = Protocol::kTcp;
  std::uint16_t port = 0;

  friend bool operator==(const ContainerPort&, const ContainerPort&) = default;
};

struct Namespace {
  std::string name;
  Labels labels;         ///< always with kNamespaceNameLabel
  SourceLocation where;  ///< no place for a namespace that is only named by other objects
};

struct NodeObject {
  std::string name;
  Labels labels;
  std::string pool;           ///< label kubernetes.azure.com/agentpool, or agentpool
  std::string instance_type;  ///< label node.kubernetes.io/instance-type
  std::string zone;           ///< label topology.kubernetes.io/zone, "westeurope-1"
  std::vector<net::Cidr> pod_cidrs;
  std::vector<net::IpAddress> addresses;  ///< InternalIP
  std::optional<int> max_pods;            ///< status.allocatable.pods
  bool unschedulable = false;
  SourceLocation where;
};

enum class WorkloadKind : std::uint8_t {
  kDeployment,
  kStatefulSet,
  kDaemonSet,
  kReplicaSet,
  kJob,
};
std::string_view ToString(WorkloadKind kind);  ///< "Deployment"

/// A Service that a workload's environment names ("CART_ADDR=cart:7070"): an edge of the call
/// graph.  Only host and port are kept, and only when the host is a Service of the same files.
struct ServiceEdge {
  std::string variable;
  std::string service_ns;
  std::string service;
  std::uint16_t port = 0;
  SourceLocation where;
};

/// Whose resolv.conf a pod gets.
enum class DnsPolicy : std::uint8_t {
  kClusterFirst,             ///< the cluster's; in the host's network the node's
  kClusterFirstWithHostNet,  ///< the cluster's, there too
  kDefault,                  ///< the node's
  kNone,                     ///< what dnsConfig says, and nothing else
};

/// What a manifest says of its pods' resolver.
struct PodDns {
  DnsPolicy policy = DnsPolicy::kClusterFirst;
  std::optional<int> ndots;
  std::vector<std::string> searches;  ///< behind the policy's own

  /// A pod asks the cluster's DNS server.
  bool AsksCluster(bool host_network) const {
    return policy == DnsPolicy::kClusterFirst ? !host_network : policy != DnsPolicy::kDefault;
  }
};

struct Workload {
  WorkloadKind kind = WorkloadKind::kDeployment;
  std::string ns;
  std::string name;
  Labels pod_labels;
  int replicas = 1;  ///< of a DaemonSet: unused, it has one pod a node
  std::vector<ContainerPort> ports;
  bool host_network = false;
  Labels node_selector;
  std::int64_t cpu_request_millicores = 0;  ///< of one pod; 0 when not given
  /// Of its first container, which the application is taken to run in; 0 when not given.
  std::int64_t cpu_limit_millicores = 0;
  Bytes memory_request;
  Bytes memory_limit;
  PodDns dns;
  std::vector<ServiceEdge> edges;
  std::string rollout_max_surge;        ///< "25%" or "1"; empty when not given
  std::string rollout_max_unavailable;  ///< same
  SourceLocation where;

  /// "shop/cart"
  std::string ToString() const { return ns + '/' + name; }
};

enum class PodPhase : std::uint8_t { kPending, kRunning, kSucceeded, kFailed, kUnknown };

/// A pod that the files contain itself (a bare Pod or a cluster dump).
struct Pod {
  std::string ns;
  std::string name;
  Labels labels;
  std::string node_name;  ///< empty: not placed yet
  std::vector<net::IpAddress> ips;
  bool host_network = false;
  std::vector<ContainerPort> ports;
  PodPhase phase = PodPhase::kRunning;
  WorkloadId workload;  ///< index into Objects::workloads; invalid for a bare Pod
  Labels node_selector;
  SourceLocation where;

  /// Completed pods hold no address and receive nothing.
  bool completed() const { return phase == PodPhase::kSucceeded || phase == PodPhase::kFailed; }
  std::string ToString() const { return ns + '/' + name; }
};

enum class ServiceType : std::uint8_t {
  kClusterIp,
  kNodePort,
  kLoadBalancer,
  kHeadless,
  kExternalName,
};
enum class TrafficPolicy : std::uint8_t { kCluster, kLocal };

/// A port by number or by the name of a container port.
struct TargetPort {
  std::uint16_t number = 0;  ///< 0 when `name` is used
  std::string name;
};

struct ServicePort {
  std::string name;
  Protocol protocol = Protocol::kTcp;
  std::uint16_t port = 0;
  TargetPort target_port;
  std::uint16_t node_port = 0;  ///< 0: none, or chosen by Kubernetes
  SourceLocation where;
};

struct Service {
  std::string ns;
  std::string name;
  ServiceType type = ServiceType::kClusterIp;
  Labels selector;  ///< empty: endpoints come from EndpointSlices alone
  std::vector<ServicePort> ports;
  std::vector<net::IpAddress> cluster_ips;  ///< empty when Kubernetes chooses
  TrafficPolicy external_traffic_policy = TrafficPolicy::kCluster;
  TrafficPolicy internal_traffic_policy = TrafficPolicy::kCluster;
  bool session_affinity = false;  ///< ClientIP
  std::vector<net::Cidr> source_ranges;
  std::vector<net::IpAddress> external_ips;
  std::string external_name;
  std::string traffic_distribution;
  bool internal_load_balancer = false;  ///< takes an address of the VNet
  bool live = false;                    ///< out of a running cluster: it has a uid
  SourceLocation where;
  SourceLocation selector_where;

  std::string ToString() const { return ns + '/' + name; }
};

struct EndpointSliceEndpoint {
  std::vector<net::IpAddress> addresses;
  bool ready = true;
  std::string node_name;
  std::string pod_name;  ///< of targetRef when that is a Pod
};

struct EndpointSlice {
  std::string ns;
  std::string name;
  std::string service;  ///< label kubernetes.io/service-name
  std::vector<EndpointSliceEndpoint> endpoints;
  std::vector<ContainerPort> ports;
  SourceLocation where;
};

struct Objects {
  std::vector<Namespace> namespaces;  ///< sorted by name; also those that are only named elsewhere
  std::vector<NodeObject> nodes;      ///< this and what follows: in the order of the files
  std::vector<Pod> pods;
  std::vector<Workload> workloads;  ///< owned ones (a Deployment's ReplicaSet) are left out
  std::vector<Service> services;
  std::vector<EndpointSlice> endpoint_slices;

  /// nullptr when there is none.  O(objects of that kind).
  const Namespace* FindNamespace(std::string_view name) const;
  const Workload* FindWorkload(std::string_view ns, std::string_view name) const;
  const Service* FindService(std::string_view ns, std::string_view name) const;
};

struct ReadOptions {
  /// Whether a Service that selects no pod is an error.  In a dump of a running cluster it is a
  /// warning: there it is a fact, and no slip.
  bool require_endpoints = true;
};

/// Reads what is listed above; other kinds are left to other readers, and what nobody reads is
/// "not modelled".  Everything wrong is reported; what could be read is returned.
Objects ReadObjects(const ManifestSet& manifests, document::Diagnostics& diagnostics,
                    const ReadOptions& options = {});

}  // namespace cnisim::cluster

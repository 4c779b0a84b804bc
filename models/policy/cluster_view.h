#pragma once

/// @file
/// The cluster as policies see it: who has which labels, addresses, ports, and stands on which
/// node.  Plain data; an Evaluator takes a copy and changes it as told.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/cluster/cluster.h"
#include "models/cluster/objects.h"
#include "models/net/ip_address.h"

namespace cnisim::policy {

struct PodView {
  std::string ns;
  std::string name;
  cluster::Labels labels;
  std::vector<cluster::ContainerPort> ports;
  std::vector<net::IpAddress> ips;  ///< empty: unknown, so no prefix contains it
  std::string node;                 ///< empty: not placed; no node is its own then
  bool host_network = false;        ///< policies see its node instead
  std::string workload;             ///< "shop/cart", for grouping; empty for a bare pod
  std::uint32_t replicas = 1;       ///< pods that this one stands for

  std::string ToString() const { return ns + '/' + name; }
};

struct NodeView {
  std::string name;
  std::vector<net::IpAddress> ips;
};

/// Someone outside the cluster.
struct ExternalView {
  std::string name;
  std::vector<net::IpAddress> ips;
  std::vector<std::string> names;  ///< DNS names that its addresses answer for, lower case
  bool api_server = false;         ///< the cluster's API server
};

struct ClusterView {
  std::vector<cluster::Namespace> namespaces;
  std::vector<PodView> pods;
  std::vector<NodeView> nodes;
  std::vector<ExternalView> externals;
  std::vector<cluster::Service> services;
};

/// Pods of the files as they are; a workload without pods of its own becomes one pod that stands
/// for its replicas, on no node and without an address.
ClusterView ViewOf(const cluster::Objects& objects);

/// The cluster's pods, [PodId] in order.
/// @param pod_addresses   [PodId] its address; empty: addresses of a dump, if any
/// @param node_addresses  [NodeId] likewise
ClusterView ViewOf(const cluster::Cluster& cluster,
                   std::span<const std::optional<net::IpAddress>> pod_addresses = {},
                   std::span<const std::optional<net::IpAddress>> node_addresses = {});

}  // namespace cnisim::policy

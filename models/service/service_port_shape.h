#pragma once

/// @file
/// What the structures of a Service depend on: the sizes of one service port as one node sees them.
/// Everything in this folder is counted from these, exactly.

#include <cstdint>

namespace cnisim::service {

/// One port of one Service, on one node.  The letters are those of the formulas in
/// iptables_tables.h.
struct ServicePortShape {
  std::uint32_t endpoints = 0;          ///< E: usable under the cluster policy
  std::uint32_t local_endpoints = 0;    ///< L: of those on this node
  std::uint32_t external_ips = 0;       ///< x
  std::uint32_t load_balancer_ips = 0;  ///< b
  std::uint32_t source_ranges = 0;      ///< r: loadBalancerSourceRanges
  bool node_port = false;               ///< n
  bool health_check_node_port = false;  ///< h
  bool client_ip_affinity = false;      ///< a
  bool internal_policy_local = false;   ///< internalTrafficPolicy: Local
  bool external_policy_local = false;   ///< externalTrafficPolicy: Local
  bool node_in_source_ranges = false;   ///< the node's own address is in one of the ranges

  /// Reachable by something else than its cluster IP.
  bool externally_accessible() const {
    return node_port || external_ips > 0 || load_balancer_ips > 0;
  }
  /// Some of its traffic may go to any node's endpoints.  Even with a Local external policy pods
  /// of the cluster are short-circuited to all of them.
  bool uses_cluster_endpoints() const { return !internal_policy_local || externally_accessible(); }
  /// Some of its traffic must stay on the node.
  bool uses_local_endpoints() const {
    return internal_policy_local || (external_policy_local && externally_accessible());
  }
  /// U: endpoints that some rule of this node points to.
  std::uint32_t usable_endpoints() const {
    if (uses_cluster_endpoints()) return endpoints;
    return local_endpoints;
  }

  friend bool operator==(const ServicePortShape&, const ServicePortShape&) = default;
};

/// How the node's proxy is set up.
struct ProxyOptions {
  /// d: a cluster CIDR, node CIDR, bridge or interface prefix tells pods of this cluster from
  /// others.  CNIs that give pods VNet addresses often run kube-proxy without one.
  bool local_detector = false;
  bool masquerade_all = false;
  /// KUBE-FIREWALL is there: IPv4 with NodePorts on localhost.
  bool localhost_node_ports = true;
  /// 0: NodePorts on every local address, one guard; otherwise one guard an address.
  std::uint32_t node_port_addresses = 0;

  /// m: the cluster IP's chain begins with a rule that marks traffic for SNAT.
  bool masquerade_rule() const { return local_detector || masquerade_all; }
};

}  // namespace cnisim::service

#pragma once

/// @file
/// kube-proxy's iptables mode: how many rules, chains and iptables-save lines it writes, and how
/// many rules a new connection's first packet meets.  Exact, by the structure of
/// kubernetes/kubernetes: pkg/proxy/iptables/proxier.go.
///
/// A ClusterIP-only port has 1 + m + 3 E rules and 2 + m + 4 E lines.

#include <cstdint>
#include <span>

#include "models/service/service_port_shape.h"

namespace cnisim::service {

/// Rules by chain and chain declarations; one family (IPv4 or IPv6).  Sums of ports are sums of
/// these.
struct IptablesCounts {
  // Table nat.
  std::uint64_t nat_services = 0;    ///< KUBE-SERVICES
  std::uint64_t nat_node_ports = 0;  ///< KUBE-NODEPORTS
  std::uint64_t nat_svc = 0;         ///< KUBE-SVC-*
  std::uint64_t nat_svl = 0;         ///< KUBE-SVL-*
  std::uint64_t nat_sep = 0;         ///< KUBE-SEP-*
  std::uint64_t nat_ext = 0;         ///< KUBE-EXT-*
  std::uint64_t nat_fw = 0;          ///< KUBE-FW-*
  std::uint64_t nat_other = 0;       ///< KUBE-POSTROUTING, KUBE-MARK-MASQ, jumps from built-ins
  // Table filter.
  std::uint64_t filter_services = 0;           ///< KUBE-SERVICES
  std::uint64_t filter_external_services = 0;  ///< KUBE-EXTERNAL-SERVICES
  std::uint64_t filter_node_ports = 0;         ///< KUBE-NODEPORTS
  std::uint64_t filter_proxy_firewall = 0;     ///< KUBE-PROXY-FIREWALL
  std::uint64_t filter_other = 0;              ///< KUBE-FORWARD, KUBE-FIREWALL, jumps
  // Chain declarations, built-in chains not counted.
  std::uint64_t nat_chains = 0;
  std::uint64_t filter_chains = 0;

  std::uint64_t nat_rules() const;
  std::uint64_t filter_rules() const;
  std::uint64_t rules() const { return nat_rules() + filter_rules(); }
  std::uint64_t chains() const { return nat_chains + filter_chains; }
  /// Lines of iptables-save: rules and chain declarations.
  std::uint64_t lines() const { return rules() + chains(); }

  IptablesCounts& operator+=(const IptablesCounts& other);
  friend bool operator==(const IptablesCounts&, const IptablesCounts&) = default;
};

/// What one port adds.
IptablesCounts CountPort(const ServicePortShape& port, const ProxyOptions& options);
/// What is there without any Service.
IptablesCounts CountFixed(const ProxyOptions& options);
/// All of a node's tables.
IptablesCounts CountTables(std::span<const ServicePortShape> ports, const ProxyOptions& options);

/// How a connection names the Service.
enum class Address : std::uint8_t { kClusterIp, kNodePort, kLoadBalancerIp };

/// Rules that the first packet of a connection meets, expectations over what has no order: the
/// proxy iterates over a hash map, so a port's place in KUBE-SERVICES is uniform and changes from
/// one sync to the next.
struct IptablesWalk {
  double services = 0;       ///< KUBE-SERVICES, the matching one included
  double node_ports = 0;     ///< the guard and KUBE-NODEPORTS, the matching one included
  double chain = 0;          ///< KUBE-EXT, KUBE-FW, KUBE-SVC, KUBE-SEP, KUBE-MARK-MASQ, POSTROUTING
  double random = 0;         ///< rules with a random draw: (E + 1) / 2
  double affinity = 0;       ///< rules of `recent`: a E
  bool masqueraded = false;  ///< the connection leaves with the node's address

  double total() const { return services + node_ports + chain + random + affinity; }
};

/// Walk of a connection to `port`.
/// @param tables            of the node where it is looked up
/// @param client_is_pod     a pod of the cluster, as the local detector sees it
/// @pre port has an endpoint that this traffic may use
IptablesWalk WalkToService(const ServicePortShape& port, Address address, bool client_is_pod,
                           const IptablesCounts& tables, const ProxyOptions& options);

/// Rules that the first packet of a connection to no Service meets: all of KUBE-SERVICES.
IptablesWalk WalkToNoService(const IptablesCounts& tables);

/// Lines that a sync writes.
struct IptablesSync {
  std::uint64_t full_lines = 0;
  /// KUBE-SERVICES, KUBE-NODEPORTS, KUBE-POSTROUTING and KUBE-EXTERNAL-SERVICES are written whole,
  /// other chains of changed ports only.
  std::uint64_t partial_lines = 0;
};
IptablesSync SyncLines(const IptablesCounts& tables, std::span<const ServicePortShape> changed,
                       const ProxyOptions& options);

}  // namespace cnisim::service

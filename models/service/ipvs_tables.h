#pragma once

/// @file
/// kube-proxy's ipvs mode: virtual and real servers, addresses on kube-ipvs0, members of the
/// ipsets that its constant number of iptables rules match (kubernetes/kubernetes:
/// pkg/proxy/ipvs).

#include <cstdint>
#include <span>

#include "models/service/service_port_shape.h"

namespace cnisim::service {

struct IpvsCounts {
  std::uint64_t virtual_servers = 0;
  std::uint64_t real_servers = 0;
  std::uint64_t dummy_addresses = 0;  ///< at most one a cluster, external or load balancer IP
  // Members of the ipsets.
  std::uint64_t cluster_ip = 0;           ///< KUBE-CLUSTER-IP
  std::uint64_t loop_back = 0;            ///< KUBE-LOOP-BACK: one an endpoint on this node
  std::uint64_t external_ip = 0;          ///< KUBE-EXTERNAL-IP
  std::uint64_t external_ip_local = 0;    ///< KUBE-EXTERNAL-IP-LOCAL
  std::uint64_t load_balancer = 0;        ///< KUBE-LOAD-BALANCER
  std::uint64_t load_balancer_local = 0;  ///< KUBE-LOAD-BALANCER-LOCAL
  std::uint64_t load_balancer_fw = 0;     ///< KUBE-LOAD-BALANCER-FW
  std::uint64_t source_cidr = 0;          ///< KUBE-LOAD-BALANCER-SOURCE-CIDR
  std::uint64_t source_ip = 0;            ///< KUBE-LOAD-BALANCER-SOURCE-IP
  std::uint64_t node_port = 0;            ///< KUBE-NODE-PORT-TCP/UDP
  std::uint64_t node_port_local = 0;      ///< KUBE-NODE-PORT-LOCAL-TCP/UDP

  /// Members of the fullest set; each set has a limit of its own.
  std::uint64_t largest_set() const;
  IpvsCounts& operator+=(const IpvsCounts& other);
  friend bool operator==(const IpvsCounts&, const IpvsCounts&) = default;
};

/// @param node_addresses  local addresses that serve NodePorts
IpvsCounts CountIpvsPort(const ServicePortShape& port, std::uint32_t node_addresses);
IpvsCounts CountIpvs(std::span<const ServicePortShape> ports, std::uint32_t node_addresses);

}  // namespace cnisim::service

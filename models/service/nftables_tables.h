#pragma once

/// @file
/// kube-proxy's nftables mode: map elements, chains and rules, exact by the structure of
/// kubernetes/kubernetes: pkg/proxy/nftables/proxier.go.  Every look-up is a hash: a first packet's
/// work depends neither on the number of Services nor on that of endpoints.
///
/// A ClusterIP-only port has 1 map element, 1 + E chains and m + 1 + 2 E + 2 a E rules.

#include <cstdint>
#include <span>

#include "models/service/service_port_shape.h"

namespace cnisim::service {

struct NftablesCounts {
  std::uint64_t service_ip_elements = 0;     ///< (address, protocol, port) -> chain
  std::uint64_t node_port_elements = 0;      ///< (protocol, port) -> chain
  std::uint64_t firewall_elements = 0;       ///< load balancer IPs with source ranges
  std::uint64_t no_endpoint_elements = 0;    ///< addresses to drop or reject
  std::uint64_t no_endpoint_node_ports = 0;  ///< NodePorts to drop or reject
  std::uint64_t endpoint_map_elements = 0;   ///< in the inline maps of service chains
  std::uint64_t chains = 0;
  std::uint64_t rules = 0;

  std::uint64_t map_elements() const {
    return service_ip_elements + node_port_elements + firewall_elements + no_endpoint_elements +
           no_endpoint_node_ports;
  }
  NftablesCounts& operator+=(const NftablesCounts& other);
  friend bool operator==(const NftablesCounts&, const NftablesCounts&) = default;
};

/// What one port adds to the table of its family.
NftablesCounts CountNftablesPort(const ServicePortShape& port, const ProxyOptions& options);
NftablesCounts CountNftables(std::span<const ServicePortShape> ports, const ProxyOptions& options);

}  // namespace cnisim::service

#pragma once

/// @file
/// Service maps of eBPF load balancers: Cilium's (cilium/cilium: bpf/lib/lb.h,
/// Documentation/network/kubernetes/kubeproxy-free.rst) and Calico's (projectcalico/calico:
/// felix/bpf-gpl).  Look-ups are hashes; what can run out is room in the maps.

#include <cstdint>
#include <span>

#include "models/service/service_port_shape.h"

namespace cnisim::service {

struct CiliumLbOptions {
  std::uint32_t node_addresses = 1;  ///< addresses that serve NodePorts
  bool maglev = false;               ///< loadBalancer.algorithm: maglev, for outside traffic
  std::uint32_t maglev_table_size = 16381;
};

struct CiliumLbCounts {
  std::uint64_t frontends = 0;
  std::uint64_t service_entries = 0;  ///< one a frontend (slot 0) and one a backend slot
  std::uint64_t backends = 0;         ///< entries of the backend map, one an endpoint of the port
  std::uint64_t source_range_entries = 0;
  std::uint64_t maglev_tables = 0;
  std::uint64_t maglev_bytes = 0;  ///< 4 bytes a table slot

  CiliumLbCounts& operator+=(const CiliumLbCounts& other);
  friend bool operator==(const CiliumLbCounts&, const CiliumLbCounts&) = default;
};

/// Entries of one port: a frontend for its cluster IP, one for each external and load balancer IP,
/// and for a NodePort one an address and a wildcard.  With a Local external policy each of the
/// external ones exists in two scopes, with all backends and with the node's own.
CiliumLbCounts CountCiliumPort(const ServicePortShape& port, const CiliumLbOptions& options);
CiliumLbCounts CountCiliumLb(std::span<const ServicePortShape> ports,
                             const CiliumLbOptions& options);

struct CalicoNatCounts {
  std::uint64_t frontends = 0;  ///< NAT front-end map
  std::uint64_t backends = 0;   ///< NAT back-end map

  friend bool operator==(const CalicoNatCounts&, const CalicoNatCounts&) = default;
};
CalicoNatCounts CountCalicoNat(std::span<const ServicePortShape> ports,
                               std::uint32_t node_addresses);

}  // namespace cnisim::service

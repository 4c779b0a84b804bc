#pragma once

/// @file
/// Source ports of connections that leave the VNet, and the load balancer's back ends.

#include <cstdint>
#include <optional>

#include "models/azure/limits.h"
#include "models/azure/refusal.h"
#include "sim/base/units.h"

namespace cnisim::azure {

/// SNAT ports of each node when `AllocatedOutboundPorts` is 0; nothing past 1,000 nodes.  Growing
/// past a step takes ports away from nodes that run.
std::optional<std::int64_t> DefaultPortsPerNode(std::int64_t nodes, const Limits& limits);

/// Most nodes that can have so many ports each.  @pre ports_per_node > 0
std::int64_t MostNodesForPorts(std::int64_t ports_per_node, std::int64_t outbound_ips,
                               const Limits& limits);

/// A number of ports that AKS takes: a multiple of 8 and no more than an address has.
std::optional<Refusal> CheckPortsPerNode(std::int64_t ports_per_node, const Limits& limits);

struct OutboundPorts {
  std::int64_t nodes = 0;
  std::int64_t ports_per_node = 0;
  std::int64_t outbound_ips = 0;
  std::int64_t available = 0;
  std::int64_t required() const { return nodes * ports_per_node; }
  bool fits() const { return required() <= available; }
};

/// What `nodes` (autoscaler maxima and surge nodes among them) ask of the load balancer.
OutboundPorts LoadBalancerPorts(std::int64_t nodes, std::int64_t ports_per_node,
                                std::int64_t outbound_ips, const Limits& limits);

/// `InvalidLoadBalancerProfileAllocatedOutboundPorts`.
std::optional<Refusal> CheckLoadBalancerPorts(const OutboundPorts& ports);

/// Ports of a NAT gateway, which all nodes of the subnet share.
std::int64_t NatGatewayPorts(std::int64_t public_ips, const Limits& limits);

enum class ConnectionEnd : std::uint8_t { kFin, kRst, kHalfOpen };

/// How long a NAT gateway keeps a port from the same destination.
SimTime NatPortHold(ConnectionEnd end, const Limits& limits);

struct BackendConfigurations {
  std::int64_t configurations = 0;  ///< services x ports x nodes
  bool at_limit = false;
};

BackendConfigurations LoadBalancerBackends(std::int64_t services, std::int64_t ports_per_service,
                                           std::int64_t nodes, const Limits& limits);

}  // namespace cnisim::azure

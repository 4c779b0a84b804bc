#include "models/azure/outbound.h"

#include <fmt/format.h>

#include "sim/base/check.h"

namespace cnisim::azure {

std::optional<std::int64_t> DefaultPortsPerNode(std::int64_t nodes, const Limits& limits) {
  return limits.Lookup(LimitTableId::kLbDefaultPorts, nodes);
}

std::int64_t MostNodesForPorts(std::int64_t ports_per_node, std::int64_t outbound_ips,
                               const Limits& limits) {
  CNISIM_CHECK(ports_per_node > 0, "a node has ports");
  return limits[LimitId::kLbPortsPerIp] * outbound_ips / ports_per_node;
}

std::optional<Refusal> CheckPortsPerNode(std::int64_t ports_per_node, const Limits& limits) {
  const std::int64_t multiple = limits[LimitId::kLbPortMultiple];
  const std::int64_t most = limits[LimitId::kLbPortsPerIp];
  if (ports_per_node % multiple != 0) {
    return Refusal{"", fmt::format("not a multiple of {}", multiple)};
  }
  if (ports_per_node < 0 || ports_per_node > most) {
    return Refusal{"", fmt::format("not from 0 to {}", most)};
  }
  return std::nullopt;
}

OutboundPorts LoadBalancerPorts(std::int64_t nodes, std::int64_t ports_per_node,
                                std::int64_t outbound_ips, const Limits& limits) {
  return {nodes, ports_per_node, outbound_ips, limits[LimitId::kLbPortsPerIp] * outbound_ips};
}

std::optional<Refusal> CheckLoadBalancerPorts(const OutboundPorts& ports) {
  if (ports.fits()) return std::nullopt;
  return Refusal{
      "InvalidLoadBalancerProfileAllocatedOutboundPorts",
      fmt::format("Load balancer profile allocated ports {} is not in an allowable range "
                  "given the number of nodes and IPs provisioned. Total node count {} "
                  "requires {} ports but only {} ports are available given {} outbound "
                  "public IPs. Refer to https://aka.ms/aks/slb-ports for more details.",
                  ports.ports_per_node, ports.nodes, ports.required(), ports.available,
                  ports.outbound_ips)};
}

std::int64_t NatGatewayPorts(std::int64_t public_ips, const Limits& limits) {
  return limits[LimitId::kNatPortsPerIp] * public_ips;
}

SimTime NatPortHold(ConnectionEnd end, const Limits& limits) {
  LimitId id = LimitId::kNatReuseHalfOpen;
  if (end == ConnectionEnd::kFin) id = LimitId::kNatReuseAfterFin;
  if (end == ConnectionEnd::kRst) id = LimitId::kNatReuseAfterRst;
  return SimTime::FromNanos(limits[id] * 1'000'000'000);
}

BackendConfigurations LoadBalancerBackends(std::int64_t services, std::int64_t ports_per_service,
                                           std::int64_t nodes, const Limits& limits) {
  const std::int64_t configurations = services * ports_per_service * nodes;
  return {configurations, configurations >= limits[LimitId::kLbBackendIpConfigurations]};
}

}  // namespace cnisim::azure

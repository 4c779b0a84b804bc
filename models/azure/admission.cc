#include "models/azure/admission.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/azure/virtual_network.h"

namespace cnisim::azure {

std::optional<Refusal> CheckPreallocation(std::uint64_t needed, std::uint64_t available,
                                          const net::Cidr& range, std::string_view name,
                                          bool counts_autoscaler) {
  if (needed <= available) return std::nullopt;
  std::string message = fmt::format(
      "Pre-allocated IPs {} exceeds IPs available {} in Subnet Cidr {}, Subnet Name {}.", needed,
      available, range.ToString(), name);
  if (counts_autoscaler) {
    message +=
        " If Autoscaler is enabled, the max-count from each nodepool is counted towards this total"
        " (which means that pre-allocated IPs count represents a theoretical max value, not the"
        " actual number of IPs requested).";
  }
  message += " http://aka.ms/aks/insufficientsubnetsize";
  return Refusal{"InsufficientSubnetSize", message};
}

std::uint64_t CheckedAddressesPerNode(bool node_subnet_mode, int max_pods, const Limits& limits) {
  if (!node_subnet_mode) return 1;
  return static_cast<std::uint64_t>(max_pods + limits[LimitId::kAdmissionCountsNode]);
}

Refusal SubnetIsFull(std::string_view name, const net::Cidr& prefix, std::uint64_t wanted) {
  return {"SubnetIsFull",
          fmt::format(
              "Subnet {} with address prefix {} does not have enough capacity for {} IP addresses.",
              name, prefix.ToString(), wanted)};
}

std::optional<Refusal> CheckScaleSet(std::int64_t nodes, std::int64_t surge, const Limits& limits) {
  const std::int64_t most = limits[LimitId::kPoolNodes];
  if (nodes + surge <= most) return std::nullopt;
  return Refusal{"", fmt::format("{} nodes and {} surge nodes are {}, a scale set has {} at most",
                                 nodes, surge, nodes + surge, most)};
}

std::optional<Refusal> CheckMaxPods(int max_pods, std::int64_t nodes, const Limits& limits) {
  const std::int64_t least = limits[LimitId::kNodeMaxPodsLeast];
  const std::int64_t most = limits[LimitId::kNodeMaxPodsMost];
  const std::int64_t pool = limits[LimitId::kPoolPodsLeast];
  if (max_pods < least || max_pods > most) {
    return Refusal{"", fmt::format("max pods is {}, expected {} to {}", max_pods, least, most)};
  }
  if (nodes * max_pods < pool) {
    return Refusal{"", fmt::format("{} nodes with {} pods each are {} pods, a pool has at least {}",
                                   nodes, max_pods, nodes * max_pods, pool)};
  }
  return std::nullopt;
}

std::optional<Refusal> CheckRoutes(std::uint64_t routes, const Limits& limits) {
  if (RouteTable(limits).Add(routes)) return std::nullopt;
  return Refusal{"", fmt::format("{} routes, a route table has {} at most", routes,
                                 limits[LimitId::kRouteTableRoutes])};
}

std::optional<Refusal> CheckClusterNodes(std::int64_t nodes, const Limits& limits) {
  if (nodes <= limits[LimitId::kClusterNodes]) return std::nullopt;
  return Refusal{
      "", fmt::format("{} nodes, a cluster has {} at most", nodes, limits[LimitId::kClusterNodes])};
}

std::optional<int> SmallestApiServerSubnet(std::uint64_t clusters, const Limits& limits) {
  const auto addresses = static_cast<std::uint64_t>(limits[LimitId::kApiserverSubnetAddresses]);
  const std::optional<int> length = SmallestSubnetFor(clusters * addresses, limits);
  if (!length) return std::nullopt;
  return std::min(*length, static_cast<int>(limits[LimitId::kApiserverSubnetLongestPrefix]));
}

}  // namespace cnisim::azure

#pragma once

/// @file
/// The checks that AKS makes before an operation, and what it says when one fails or when Azure
/// runs out in the middle.

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/azure/limits.h"
#include "models/azure/refusal.h"
#include "models/net/cidr.h"

namespace cnisim::azure {

/// Name of the pod range in the check's message.
inline constexpr std::string_view kPodCidrTarget = "networkProfile.podCIDR";

/// `InsufficientSubnetSize` when an operation would take more addresses than there are.  The check
/// counts; it reserves nothing.
/// @param counts_autoscaler  the message explains that autoscaler maxima count
std::optional<Refusal> CheckPreallocation(std::uint64_t needed, std::uint64_t available,
                                          const net::Cidr& range, std::string_view name,
                                          bool counts_autoscaler);

/// Addresses that the check counts for one node: in node subnet mode its pods and itself, else one.
std::uint64_t CheckedAddressesPerNode(bool node_subnet_mode, int max_pods, const Limits& limits);

/// `SubnetIsFull`: a VM could not get its addresses although the check had passed.
Refusal SubnetIsFull(std::string_view name, const net::Cidr& prefix, std::uint64_t wanted);

/// A pool with its surge nodes past the limit of a scale set.
std::optional<Refusal> CheckScaleSet(std::int64_t nodes, std::int64_t surge, const Limits& limits);

/// Max pods out of bounds, or too few pods in the whole pool.
std::optional<Refusal> CheckMaxPods(int max_pods, std::int64_t nodes, const Limits& limits);

/// Routes of a kubenet cluster.
std::optional<Refusal> CheckRoutes(std::uint64_t routes, const Limits& limits);

/// Nodes of the whole cluster.
std::optional<Refusal> CheckClusterNodes(std::int64_t nodes, const Limits& limits);

/// Prefix length of the smallest subnet for the API servers of so many clusters, with VNet
/// integration.
std::optional<int> SmallestApiServerSubnet(std::uint64_t clusters, const Limits& limits);

}  // namespace cnisim::azure

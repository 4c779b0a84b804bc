// Cilium's cluster pool: the operator gives each node a block of the first range that has one; the
// agent takes the first addresses for its router and health endpoints.

#include "models/ipam/allocators.h"
#include "models/ipam/internal/block_per_node_allocator.h"

namespace cnisim::ipam {

std::unique_ptr<PodAddressAllocator> MakeClusterPoolAllocator(
    const IpamConfiguration& configuration, azure::VirtualNetwork& vnet,
    const azure::Limits& limits) {
  using azure::LimitId;
  internal::BlockRules rules;
  rules.length = BlockLength(configuration, net::IpFamily::kIpv4, limits);
  rules.length_v6 = BlockLength(configuration, net::IpFamily::kIpv6, limits);
  rules.reserved_first = static_cast<std::uint64_t>(limits[LimitId::kClusterPoolReservedFirst]);
  rules.reserved_last = static_cast<std::uint64_t>(limits[LimitId::kClusterPoolReservedLast]);
  rules.kept_per_node = static_cast<std::uint64_t>(
      configuration.kept_per_node.value_or(limits[LimitId::kClusterPoolKeptPerNode]));
  return std::make_unique<internal::BlockPerNodeAllocator>(configuration.pod_cidrs, rules, vnet,
                                                           limits);
}

}  // namespace cnisim::ipam

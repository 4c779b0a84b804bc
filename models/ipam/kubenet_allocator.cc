// kubenet: blocks in order, host-local behind the node's bridge, and a route a node and family.

#include "models/ipam/allocators.h"
#include "models/ipam/internal/block_per_node_allocator.h"

namespace cnisim::ipam {

std::unique_ptr<PodAddressAllocator> MakeKubenetAllocator(const IpamConfiguration& configuration,
                                                          azure::VirtualNetwork& vnet,
                                                          const azure::Limits& limits) {
  using azure::LimitId;
  internal::BlockRules rules;
  rules.length = BlockLength(configuration, net::IpFamily::kIpv4, limits);
  rules.length_v6 = BlockLength(configuration, net::IpFamily::kIpv6, limits);
  rules.reserved_first = static_cast<std::uint64_t>(limits[LimitId::kKubenetReservedFirst]);
  rules.reserved_last = static_cast<std::uint64_t>(limits[LimitId::kKubenetReservedLast]);
  rules.reuse = internal::Reuse::kNext;
  rules.routes = true;
  return std::make_unique<internal::BlockPerNodeAllocator>(configuration.pod_cidrs, rules, vnet,
                                                           limits);
}

}  // namespace cnisim::ipam

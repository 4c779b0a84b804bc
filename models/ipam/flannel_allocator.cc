// Flannel: each node leases a subnet, from the second one of the network on; host-local behind the
// node's bridge.

#include "models/ipam/allocators.h"
#include "models/ipam/internal/block_per_node_allocator.h"

namespace cnisim::ipam {

std::unique_ptr<PodAddressAllocator> MakeFlannelAllocator(const IpamConfiguration& configuration,
                                                          azure::VirtualNetwork& vnet,
                                                          const azure::Limits& limits) {
  using azure::LimitId;
  internal::BlockRules rules;
  rules.length = BlockLength(configuration, net::IpFamily::kIpv4, limits);
  rules.length_v6 = BlockLength(configuration, net::IpFamily::kIpv6, limits);
  rules.reserved_first = static_cast<std::uint64_t>(limits[LimitId::kFlannelReservedFirst]);
  rules.reserved_last = static_cast<std::uint64_t>(limits[LimitId::kFlannelReservedLast]);
  rules.skip_first_blocks = static_cast<std::uint64_t>(limits[LimitId::kFlannelFirstBlock]);
  rules.reuse = internal::Reuse::kNext;
  return std::make_unique<internal::BlockPerNodeAllocator>(configuration.pod_cidrs, rules, vnet,
                                                           limits);
}

}  // namespace cnisim::ipam

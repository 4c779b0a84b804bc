// Azure CNI overlay: a Linux node's whole block is usable from the first moment, a Windows
// node's without the first two addresses and the last.

#include "models/ipam/allocators.h"
#include "models/ipam/internal/block_per_node_allocator.h"

namespace cnisim::ipam {

std::unique_ptr<PodAddressAllocator> MakeOverlayAllocator(const IpamConfiguration& configuration,
                                                          azure::VirtualNetwork& vnet,
                                                          const azure::Limits& limits) {
  using azure::LimitId;
  internal::BlockRules rules;
  rules.length = BlockLength(configuration, net::IpFamily::kIpv4, limits);
  rules.length_v6 = BlockLength(configuration, net::IpFamily::kIpv6, limits);
  rules.reserved_first = static_cast<std::uint64_t>(limits[LimitId::kOverlayReservedFirst]);
  rules.reserved_last = static_cast<std::uint64_t>(limits[LimitId::kOverlayReservedLast]);
  if (configuration.windows_nodes) {
    rules.reserved_first =
        static_cast<std::uint64_t>(limits[LimitId::kOverlayReservedFirstWindows]);
    rules.reserved_last = static_cast<std::uint64_t>(limits[LimitId::kOverlayReservedLastWindows]);
  }
  return std::make_unique<internal::BlockPerNodeAllocator>(configuration.pod_cidrs, rules, vnet,
                                                           limits);
}

}  // namespace cnisim::ipam

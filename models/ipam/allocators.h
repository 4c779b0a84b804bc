#pragma once

/// @file
/// One factory a kind of allocator; MakeAllocator() (pod_address_allocator.h) chooses.

#include <memory>

#include "models/azure/limits.h"
#include "models/azure/virtual_network.h"
#include "models/ipam/ipam_configuration.h"
#include "models/ipam/pod_address_allocator.h"
#include "models/net/ip_address.h"

namespace cnisim::ipam {

using AllocatorFactory = std::unique_ptr<PodAddressAllocator>(const IpamConfiguration&,
                                                              azure::VirtualNetwork&,
                                                              const azure::Limits&);

AllocatorFactory MakeNodeSubnetAllocator;
AllocatorFactory MakeDynamicPodSubnetAllocator;
AllocatorFactory MakeStaticPodSubnetAllocator;
AllocatorFactory MakeOverlayAllocator;
AllocatorFactory MakeKubenetAllocator;
AllocatorFactory MakeClusterPoolAllocator;
AllocatorFactory MakeCalicoAllocator;
AllocatorFactory MakeFlannelAllocator;

/// Prefix length of a node's (in Calico: of a) block of that family: the configuration's or the
/// mode's default.  @pre the kind has blocks
int BlockLength(const IpamConfiguration& configuration, net::IpFamily family,
                const azure::Limits& limits);

/// Blocks that a node of a static pod subnet takes: enough for its pods and what is kept.
std::uint64_t StaticBlocksPerNode(int max_pods, const azure::Limits& limits);

}  // namespace cnisim::ipam

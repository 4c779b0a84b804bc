#pragma once

/// @file
/// What overlay, kubenet, Cilium's cluster pool and Flannel have in common: a node owns one block
/// of a private range, and its pods get the block's addresses.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/azure/virtual_network.h"
#include "models/ipam/internal/address_block.h"
#include "models/ipam/internal/block_pool.h"
#include "models/ipam/pod_address_allocator.h"

namespace cnisim::ipam::internal {

/// How the modes differ.
struct BlockRules {
  int length = 24;
  int length_v6 = 120;
  std::uint64_t skip_first_blocks = 0;
  std::uint64_t reserved_first = 0;  ///< lowest addresses of a block that no pod gets
  std::uint64_t reserved_last = 0;
  std::uint64_t kept_per_node = 0;  ///< addresses that the node's agent takes first
  Reuse reuse = Reuse::kLowest;
  bool routes = false;  ///< a route a node and family, in one table
};

/// A node keeps its block until it goes.  With IPv6 ranges, every pod gets a second address.
class BlockPerNodeAllocator : public PodAddressAllocator {
 public:
  BlockPerNodeAllocator(const std::vector<net::Cidr>& ranges, const BlockRules& rules,
                        azure::VirtualNetwork& vnet, const azure::Limits& limits);

 protected:
  std::optional<AllocateError> Attach(const NodeRequest& request, SimTime now) override;
  void Detach(const NodeRequest& request, SimTime now) override;
  Result<PodAddresses, AllocateError> TakeFor(NodeId node, SimTime now) override;
  void GiveBack(NodeId node, const net::IpAddress& address, SimTime now) override;
  std::optional<PoolHoldings> PodRangeHoldings() const override;

 private:
  struct NodeBlocks {
    AddressBlock v4;
    std::optional<AddressBlock> v6;
    std::vector<net::IpAddress> second;  // [index in the IPv4 block]; with IPv6 only
  };

  std::uint64_t families() const { return pool_v6_ ? 2 : 1; }
  AddressBlock MakeBlock(const net::Cidr& cidr, SimTime now) const;

  BlockRules rules_;
  std::string name_;  // of the ranges
  BlockPool pool_;
  std::optional<BlockPool> pool_v6_;
  azure::RouteTable routes_;
  std::vector<std::optional<NodeBlocks>> blocks_;  // [node id]
  std::uint64_t assigned_ = 0;                     // IPv4, what agents keep included
};

}  // namespace cnisim::ipam::internal

// Calico: a node claims small blocks one at a time as its pods need them, and borrows single
// addresses from others' blocks when there is none left.  A block of a node that is gone lives on
// while a borrowed address of it is in use.  IPv4 only.

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "models/ipam/allocators.h"
#include "models/ipam/internal/address_block.h"
#include "models/ipam/internal/block_pool.h"
#include "sim/base/check.h"

namespace cnisim::ipam {
namespace {

using azure::LimitId;

class CalicoAllocator : public PodAddressAllocator {
 public:
  CalicoAllocator(const IpamConfiguration& configuration, azure::VirtualNetwork& vnet,
                  const azure::Limits& limits)
      : PodAddressAllocator(vnet, limits),
        ranges_(RangesV4(configuration)),
        pool_(ranges_, BlockLength(configuration, net::IpFamily::kIpv4, limits), /*skip_first=*/0),
        max_blocks_(static_cast<std::size_t>(configuration.max_blocks_per_node.value_or(0) > 0
                                                 ? *configuration.max_blocks_per_node
                                                 : limits[LimitId::kCalicoBlocksPerNode])),
        kept_(static_cast<std::size_t>(
            configuration.kept_per_node.value_or(limits[LimitId::kCalicoKeptPerNode]))),
        borrows_(!configuration.strict_affinity),
        cooldown_(configuration.cooldown) {}

 protected:
  std::optional<AllocateError> Attach(const NodeRequest& request, SimTime now) override {
    const std::size_t index = request.id.value();
    if (nodes_.size() <= index) nodes_.resize(index + 1);
    nodes_[index] = {};
    for (std::size_t i = 0; i < kept_; ++i) {
      const auto address = TakeFor(request.id, now);
      if (!address) {
        Detach(request, now);
        return address.error();
      }
    }
    return std::nullopt;
  }

  void Detach(const NodeRequest& request, SimTime now) override {
    Node& node = nodes_[request.id.value()];
    while (!node.addresses.empty()) {
      const net::IpAddress address = node.addresses.back();
      GiveBack(request.id, address, now);
    }
    for (const std::size_t index : node.blocks) {
      blocks_[index]->owned = false;
      FreeIfEmpty(index);
    }
    node = {};
  }

  Result<PodAddresses, AllocateError> TakeFor(NodeId id, SimTime now) override {
    Node& node = nodes_[id.value()];
    bool cooling = false;
    for (const std::size_t index : node.blocks) {
      if (blocks_[index]->addresses.full()) continue;
      if (const auto address = TakeFrom(index, node, now)) return *address;
      cooling = true;
    }
    if (node.blocks.size() < max_blocks_) {
      if (const std::optional<net::Cidr> block = pool_.Take()) {
        const std::size_t index = NewBlock(*block);
        node.blocks.push_back(index);
        if (const auto address = TakeFrom(index, node, now)) return *address;
      }
    }
    if (borrows_) {
      for (const std::size_t index : open_) {
        if (const auto address = TakeFrom(index, node, now)) return *address;
        cooling = true;
      }
    }
    if (cooling) return Failure{AllocateError::kCoolingDown};
    const bool at_most_blocks = !borrows_ && node.blocks.size() >= max_blocks_;
    return Failure{at_most_blocks ? AllocateError::kNodeFull : AllocateError::kNoBlock};
  }

  void GiveBack(NodeId id, const net::IpAddress& address, SimTime now) override {
    std::vector<net::IpAddress>& held = nodes_[id.value()].addresses;
    const auto found = std::find(held.begin(), held.end(), address);
    CNISIM_CHECK(found != held.end(), "a pod gives back the address that it has");
    *found = held.back();
    held.pop_back();
    const std::size_t index = IndexOf(address);
    blocks_[index]->addresses.Give(address, now);
    open_.insert(index);
    --assigned_;
    FreeIfEmpty(index);
  }

  std::optional<PoolHoldings> PodRangeHoldings() const override {
    const std::uint64_t size = std::uint64_t{1} << (32 - pool_.block_length());
    PoolHoldings holdings;
    holdings.kind = PoolHoldings::Kind::kPodRange;
    for (const net::Cidr& range : ranges_) {
      if (!holdings.name.empty()) holdings.name += ", ";
      holdings.name += range.ToString();
    }
    holdings.capacity = pool_.blocks() * size;
    holdings.held = pool_.taken() * size;
    holdings.assigned = assigned_;
    return holdings;
  }

 private:
  struct Block {
    internal::AddressBlock addresses;
    bool owned = true;
  };
  struct Node {
    std::vector<std::size_t> blocks;        // indices, in the order of claiming
    std::vector<net::IpAddress> addresses;  // of its pods and its tunnel, own and borrowed
  };

  static std::vector<net::Cidr> RangesV4(const IpamConfiguration& configuration) {
    std::vector<net::Cidr> ranges;
    for (const net::Cidr& range : configuration.pod_cidrs) {
      if (range.family() == net::IpFamily::kIpv4) ranges.push_back(range);
    }
    return ranges;
  }

  // Number of the block that holds an address: blocks of the first range, then of the second ...
  std::size_t IndexOf(const net::IpAddress& address) const {
    const int length = pool_.block_length();
    std::uint64_t before = 0;
    for (const net::Cidr& range : ranges_) {
      if (range.Contains(address)) {
        return static_cast<std::size_t>(before + (range.IndexOf(address) >> (32 - length)));
      }
      before += range.SubnetCount(length);
    }
    CNISIM_CHECK(false, "the address lies in a range of the pool");
    return 0;
  }

  std::size_t NewBlock(const net::Cidr& cidr) {
    const std::size_t index = IndexOf(cidr.base());
    if (blocks_.size() <= index) blocks_.resize(index + 1);
    blocks_[index].emplace(
        Block{internal::AddressBlock(cidr, 0, 0, internal::Reuse::kOldest, cooldown_), true});
    open_.insert(index);
    return index;
  }

  std::optional<PodAddresses> TakeFrom(std::size_t index, Node& node, SimTime now) {
    internal::AddressBlock& addresses = blocks_[index]->addresses;
    const std::optional<net::IpAddress> address = addresses.Take(now);
    if (!address) return std::nullopt;
    if (addresses.full()) open_.erase(index);
    node.addresses.push_back(*address);
    ++assigned_;
    return PodAddresses{*address, std::nullopt};
  }

  void FreeIfEmpty(std::size_t index) {
    Block& block = *blocks_[index];
    if (block.owned || block.addresses.used() > 0) return;
    pool_.Give(block.addresses.cidr());
    open_.erase(index);
    blocks_[index].reset();
  }

  std::vector<net::Cidr> ranges_;
  internal::BlockPool pool_;
  std::size_t max_blocks_;
  std::size_t kept_;
  bool borrows_;
  SimTime cooldown_;
  std::vector<std::optional<Block>> blocks_;  // [number of the block]
  std::set<std::size_t> open_;                // blocks in use that are not full
  std::vector<Node> nodes_;                   // [node id]
  std::uint64_t assigned_ = 0;
};

}  // namespace

std::unique_ptr<PodAddressAllocator> MakeCalicoAllocator(const IpamConfiguration& configuration,
                                                         azure::VirtualNetwork& vnet,
                                                         const azure::Limits& limits) {
  return std::make_unique<CalicoAllocator>(configuration, vnet, limits);
}

}  // namespace cnisim::ipam

// Azure CNI pod subnet with static allocation: /28 blocks for the life of the node.  Azure maps
// blocks, not addresses, so a block counts once against the VNet's limit.

#include <algorithm>
#include <utility>
#include <vector>

#include "models/ipam/allocators.h"
#include "models/net/index_pool.h"
#include "sim/base/check.h"

namespace cnisim::ipam {
namespace {

using azure::LimitId;

class StaticPodSubnetAllocator : public PodAddressAllocator {
 public:
  StaticPodSubnetAllocator(int block_length, azure::VirtualNetwork& vnet,
                           const azure::Limits& limits)
      : PodAddressAllocator(vnet, limits),
        block_length_(block_length),
        block_size_(std::uint64_t{1} << (32 - block_length)) {}

 protected:
  std::optional<AllocateError> Attach(const NodeRequest& request, SimTime /*now*/) override {
    CNISIM_CHECK(request.pod_subnet.valid(), "the mode has a pod subnet");
    const std::uint64_t count = StaticBlocksPerNode(request.max_pods, limits());
    NodeBlocks node;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto block = vnet().TakeBlock(request.pod_subnet, block_length_);
      if (!block) {
        for (const net::Cidr& taken : node.blocks) vnet().GiveBlock(request.pod_subnet, taken);
        return FromVnet(block.error());
      }
      node.blocks.push_back(*block);
    }
    const std::uint64_t kept =
        std::min(limit(LimitId::kStaticBlockKeptPerNode), count * block_size_);
    node.used = net::IndexPool(count * block_size_);
    for (std::uint64_t i = 0; i < kept; ++i) node.used.Take(i);
    usage(request.pod_subnet).assigned += kept;
    if (nodes_.size() <= request.id.value()) nodes_.resize(request.id.value() + 1);
    nodes_[request.id.value()] = std::move(node);
    return std::nullopt;
  }

  void Detach(const NodeRequest& request, SimTime /*now*/) override {
    NodeBlocks& node = nodes_[request.id.value()];
    for (const net::Cidr& block : node.blocks) vnet().GiveBlock(request.pod_subnet, block);
    usage(request.pod_subnet).assigned -= node.used.taken();
    node = {};
  }

  Result<PodAddresses, AllocateError> TakeFor(NodeId node, SimTime /*now*/) override {
    NodeBlocks& blocks = nodes_[node.value()];
    const std::optional<std::uint64_t> index = blocks.used.TakeLowest();
    if (!index) return Failure{AllocateError::kNodeFull};
    ++usage(request(node).pod_subnet).assigned;
    return PodAddresses{blocks.blocks[*index / block_size_].At(*index % block_size_), std::nullopt};
  }

  void GiveBack(NodeId node, const net::IpAddress& address, SimTime /*now*/) override {
    NodeBlocks& blocks = nodes_[node.value()];
    for (std::size_t i = 0; i < blocks.blocks.size(); ++i) {
      if (!blocks.blocks[i].Contains(address)) continue;
      blocks.used.Give(i * block_size_ + blocks.blocks[i].IndexOf(address));
      --usage(request(node).pod_subnet).assigned;
      return;
    }
    CNISIM_CHECK(false, "a pod gives back an address of its node's blocks");
  }

 private:
  struct NodeBlocks {
    std::vector<net::Cidr> blocks;
    net::IndexPool used{0};  // of addresses, block after block
  };

  int block_length_;
  std::uint64_t block_size_;
  std::vector<NodeBlocks> nodes_;  // [node id]
};

}  // namespace

std::uint64_t StaticBlocksPerNode(int max_pods, const azure::Limits& limits) {
  const std::int64_t block = std::int64_t{1} << (32 - limits[LimitId::kStaticBlockLength]);
  const std::int64_t addresses = max_pods + limits[LimitId::kStaticBlockKeptPerNode];
  return static_cast<std::uint64_t>((addresses + block - 1) / block);
}

std::unique_ptr<PodAddressAllocator> MakeStaticPodSubnetAllocator(
    const IpamConfiguration& /*configuration*/, azure::VirtualNetwork& vnet,
    const azure::Limits& limits) {
  return std::make_unique<StaticPodSubnetAllocator>(
      static_cast<int>(limits[LimitId::kStaticBlockLength]), vnet, limits);
}

}  // namespace cnisim::ipam

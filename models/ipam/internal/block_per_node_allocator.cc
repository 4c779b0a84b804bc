#include "models/ipam/internal/block_per_node_allocator.h"

#include <utility>

#include "sim/base/check.h"

namespace cnisim::ipam::internal {
namespace {

std::vector<net::Cidr> OfFamily(const std::vector<net::Cidr>& ranges, net::IpFamily family) {
  std::vector<net::Cidr> found;
  for (const net::Cidr& range : ranges) {
    if (range.family() == family) found.push_back(range);
  }
  return found;
}

std::string Join(const std::vector<net::Cidr>& ranges) {
  std::string text;
  for (const net::Cidr& range : ranges) {
    if (!text.empty()) text += ", ";
    text += range.ToString();
  }
  return text;
}

}  // namespace

BlockPerNodeAllocator::BlockPerNodeAllocator(const std::vector<net::Cidr>& ranges,
                                             const BlockRules& rules, azure::VirtualNetwork& vnet,
                                             const azure::Limits& limits)
    : PodAddressAllocator(vnet, limits),
      rules_(rules),
      name_(Join(OfFamily(ranges, net::IpFamily::kIpv4))),
      pool_(OfFamily(ranges, net::IpFamily::kIpv4), rules.length, rules.skip_first_blocks),
      routes_(limits) {
  const std::vector<net::Cidr> v6 = OfFamily(ranges, net::IpFamily::kIpv6);
  if (!v6.empty()) pool_v6_.emplace(v6, rules.length_v6, rules.skip_first_blocks);
}

AddressBlock BlockPerNodeAllocator::MakeBlock(const net::Cidr& cidr, SimTime now) const {
  AddressBlock block(cidr, rules_.reserved_first, rules_.reserved_last, rules_.reuse);
  for (std::uint64_t i = 0; i < rules_.kept_per_node; ++i) block.Take(now);
  return block;
}

std::optional<AllocateError> BlockPerNodeAllocator::Attach(const NodeRequest& request,
                                                           SimTime now) {
  const std::optional<net::Cidr> v4 = pool_.Take();
  if (!v4) return AllocateError::kNoBlock;
  std::optional<net::Cidr> v6;
  if (pool_v6_) {
    v6 = pool_v6_->Take();
    if (!v6) {
      pool_.Give(*v4);
      return AllocateError::kNoBlock;
    }
  }
  if (rules_.routes && !routes_.Add(families())) {
    pool_.Give(*v4);
    if (v6) pool_v6_->Give(*v6);
    return AllocateError::kRoutesFull;
  }
  if (blocks_.size() <= request.id.value()) blocks_.resize(request.id.value() + 1);
  NodeBlocks blocks{MakeBlock(*v4, now), std::nullopt, {}};
  if (v6) {
    blocks.v6 = MakeBlock(*v6, now);
    blocks.second.resize(v4->Size());
  }
  assigned_ += blocks.v4.used();
  blocks_[request.id.value()] = std::move(blocks);
  return std::nullopt;
}

void BlockPerNodeAllocator::Detach(const NodeRequest& request, SimTime /*now*/) {
  std::optional<NodeBlocks>& blocks = blocks_[request.id.value()];
  assigned_ -= blocks->v4.used();
  pool_.Give(blocks->v4.cidr());
  if (blocks->v6) pool_v6_->Give(blocks->v6->cidr());
  if (rules_.routes) routes_.Remove(families());
  blocks.reset();
}

Result<PodAddresses, AllocateError> BlockPerNodeAllocator::TakeFor(NodeId node, SimTime now) {
  NodeBlocks& blocks = *blocks_[node.value()];
  const std::optional<net::IpAddress> v4 = blocks.v4.Take(now);
  if (!v4) return Failure{AllocateError::kNodeFull};
  PodAddresses addresses{*v4, std::nullopt};
  if (blocks.v6) {
    addresses.second = blocks.v6->Take(now);
    if (!addresses.second) {
      blocks.v4.Give(*v4, now);
      return Failure{AllocateError::kNodeFull};
    }
    blocks.second[blocks.v4.cidr().IndexOf(*v4)] = *addresses.second;
  }
  ++assigned_;
  return addresses;
}

void BlockPerNodeAllocator::GiveBack(NodeId node, const net::IpAddress& address, SimTime now) {
  NodeBlocks& blocks = *blocks_[node.value()];
  blocks.v4.Give(address, now);
  if (blocks.v6) blocks.v6->Give(blocks.second[blocks.v4.cidr().IndexOf(address)], now);
  --assigned_;
}

std::optional<PoolHoldings> BlockPerNodeAllocator::PodRangeHoldings() const {
  const std::uint64_t block = std::uint64_t{1} << (32 - pool_.block_length());
  PoolHoldings holdings;
  holdings.kind = PoolHoldings::Kind::kPodRange;
  holdings.name = name_;
  holdings.capacity = pool_.blocks() * block;
  holdings.held = pool_.taken() * block;
  holdings.assigned = assigned_;
  return holdings;
}

}  // namespace cnisim::ipam::internal

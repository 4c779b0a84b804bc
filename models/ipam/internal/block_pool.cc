#include "models/ipam/internal/block_pool.h"

#include <algorithm>

#include "sim/base/check.h"

namespace cnisim::ipam::internal {
namespace {

// A /64 has more /120 blocks than any cluster has nodes; so many of them are kept account of.
constexpr std::uint64_t kMostBlocks = std::uint64_t{1} << 24;

}  // namespace

BlockPool::BlockPool(const std::vector<net::Cidr>& ranges, int block_length,
                     std::uint64_t skip_first)
    : block_length_(block_length) {
  for (const net::Cidr& cidr : ranges) {
    Range range{cidr, net::IndexPool(std::min(cidr.SubnetCount(block_length), kMostBlocks))};
    const std::uint64_t skipped = std::min(skip_first, range.pool.size());
    for (std::uint64_t i = 0; i < skipped; ++i) range.pool.Take(i);
    blocks_ += range.pool.free();
    ranges_.push_back(std::move(range));
  }
}

std::optional<net::Cidr> BlockPool::Take() {
  for (Range& range : ranges_) {
    if (const std::optional<std::uint64_t> index = range.pool.TakeLowest()) {
      ++taken_;
      return range.cidr.Subnet(block_length_, *index);
    }
  }
  return std::nullopt;
}

void BlockPool::Give(const net::Cidr& block) {
  for (Range& range : ranges_) {
    if (!range.cidr.Contains(block)) continue;
    // Distance of the bases in blocks; both words, since IPv6 blocks lie far apart.
    const int host = net::AddressBits(block.family()) - block_length_;
    const std::uint64_t distance =
        host >= 64 ? (block.base().high() - range.cidr.base().high()) >> (host - 64)
                   : (block.base().low() - range.cidr.base().low()) >> host;
    range.pool.Give(distance);
    --taken_;
    return;
  }
  CNISIM_CHECK(false, "a block is given back to the range that it came from");
}

}  // namespace cnisim::ipam::internal

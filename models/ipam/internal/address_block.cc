#include "models/ipam/internal/address_block.h"

#include "sim/base/check.h"

namespace cnisim::ipam::internal {

AddressBlock::AddressBlock(net::Cidr block, std::uint64_t reserved_first,
                           std::uint64_t reserved_last, Reuse reuse, SimTime cooldown)
    : cidr_(block), used_(block.Size()), usable_(0), reuse_(reuse), cooldown_(cooldown) {
  CNISIM_CHECK(reserved_first + reserved_last < block.Size(), "a block has addresses for pods");
  for (std::uint64_t i = 0; i < reserved_first; ++i) used_.Take(i);
  for (std::uint64_t i = 0; i < reserved_last; ++i) used_.Take(block.Size() - 1 - i);
  usable_ = used_.free();
  next_ = reserved_first;
}

std::optional<std::uint64_t> AddressBlock::Choose(SimTime now) {
  switch (reuse_) {
    case Reuse::kLowest:
      return used_.LowestFree();
    case Reuse::kNext: {
      std::optional<std::uint64_t> index = used_.LowestFree(next_);
      if (!index) index = used_.LowestFree();
      if (index) next_ = *index + 1;
      return index;
    }
    case Reuse::kOldest:
      if (const std::optional<std::uint64_t> index = used_.LowestFree(next_)) {
        next_ = *index + 1;
        return index;
      }
      if (released_.empty() || now < released_.front().at + cooldown_) return std::nullopt;
      const std::uint64_t index = released_.front().index;
      released_.pop_front();
      return index;
  }
  return std::nullopt;
}

std::optional<net::IpAddress> AddressBlock::Take(SimTime now) {
  const std::optional<std::uint64_t> index = Choose(now);
  if (!index) return std::nullopt;
  used_.Take(*index);
  return cidr_.At(*index);
}

void AddressBlock::Give(const net::IpAddress& address, SimTime now) {
  const std::uint64_t index = cidr_.IndexOf(address);
  used_.Give(index);
  if (reuse_ == Reuse::kOldest) released_.push_back({index, now});
}

}  // namespace cnisim::ipam::internal

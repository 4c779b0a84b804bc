#include "models/azure/virtual_network.h"

#include <algorithm>
#include <utility>

#include "sim/base/check.h"

namespace cnisim::azure {
namespace {

std::uint64_t ReservedFirst(const Limits& limits) {
  return static_cast<std::uint64_t>(limits[LimitId::kSubnetReservedFirst]);
}
std::uint64_t ReservedLast(const Limits& limits) {
  return static_cast<std::uint64_t>(limits[LimitId::kSubnetReservedLast]);
}

}  // namespace

std::uint64_t UsableAddresses(int prefix_length, const Limits& limits) {
  CNISIM_CHECK(prefix_length >= 0 && prefix_length <= 32, "a subnet is an IPv4 prefix");
  const std::uint64_t all = std::uint64_t{1} << (32 - prefix_length);
  const std::uint64_t reserved = ReservedFirst(limits) + ReservedLast(limits);
  return all > reserved ? all - reserved : 0;
}

std::optional<int> SmallestSubnetFor(std::uint64_t addresses, const Limits& limits) {
  for (int length = 32; length >= 0; --length) {
    if (UsableAddresses(length, limits) >= std::max<std::uint64_t>(addresses, 1)) return length;
  }
  return std::nullopt;
}

Subnet::Subnet(std::string name, net::Cidr prefix, const Limits& limits)
    : name_(std::move(name)),
      prefix_(prefix),
      usable_(UsableAddresses(prefix.length(), limits)),
      pool_(prefix.Size()) {
  const std::uint64_t size = prefix.Size();
  for (std::uint64_t i = 0; i < std::min(ReservedFirst(limits), size); ++i) pool_.Take(i);
  for (std::uint64_t i = 0; i < ReservedLast(limits) && pool_.free() > 0; ++i) {
    if (!pool_.IsTaken(size - 1 - i)) pool_.Take(size - 1 - i);
  }
  reserved_ = pool_.taken();
}

std::uint64_t Subnet::taken() const {
  const std::uint64_t block = std::uint64_t{1} << (32 - block_length_);
  return (pool_.taken() - reserved_) * block;
}

SubnetId VirtualNetwork::AddSubnet(std::string name, net::Cidr prefix) {
  CNISIM_CHECK(
      prefix.family() == net::IpFamily::kIpv4 && prefix.length() >= 8 && prefix.length() <= 29,
      "a subnet is an IPv4 prefix from /8 to /29");
  subnets_.push_back(Subnet(std::move(name), prefix, *limits_));
  return SubnetId(static_cast<std::uint32_t>(subnets_.size() - 1));
}

SubnetId VirtualNetwork::Find(std::string_view name) const {
  for (std::size_t i = 0; i < subnets_.size(); ++i) {
    if (subnets_[i].name() == name) return SubnetId(static_cast<std::uint32_t>(i));
  }
  return SubnetId();
}

std::uint64_t VirtualNetwork::most_mappings() const {
  return static_cast<std::uint64_t>((*limits_)[LimitId::kVnetPrivateAddresses]);
}

std::uint64_t VirtualNetwork::taken() const {
  std::uint64_t sum = 0;
  for (const Subnet& subnet : subnets_) sum += subnet.taken();
  return sum;
}

void VirtualNetwork::Note(Subnet& subnet) {
  ++mappings_;
  subnet.peak_ = std::max(subnet.peak_, subnet.taken());
}

Result<net::IpAddress, TakeError> VirtualNetwork::TakeAddress(SubnetId id) {
  Subnet& subnet = subnets_[id.value()];
  if (subnet.mode_ == SubnetMode::kBlocks) return Failure{TakeError::kOtherMode};
  if (subnet.pool_.free() == 0) return Failure{TakeError::kSubnetFull};
  if (mappings_ >= most_mappings()) return Failure{TakeError::kVnetFull};
  subnet.mode_ = SubnetMode::kAddresses;
  const std::uint64_t index = *subnet.pool_.TakeLowest();
  Note(subnet);
  return subnet.prefix_.At(index);
}

Result<std::vector<net::IpAddress>, TakeError> VirtualNetwork::TakeAddresses(SubnetId id,
                                                                             std::uint64_t count) {
  const Subnet& subnet = subnets_[id.value()];
  if (subnet.mode_ == SubnetMode::kBlocks) return Failure{TakeError::kOtherMode};
  if (subnet.pool_.free() < count) return Failure{TakeError::kSubnetFull};
  if (most_mappings() < mappings_ + count) return Failure{TakeError::kVnetFull};
  std::vector<net::IpAddress> addresses;
  addresses.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) addresses.push_back(*TakeAddress(id));
  return addresses;
}

Result<net::Cidr, TakeError> VirtualNetwork::TakeBlock(SubnetId id, int length) {
  Subnet& subnet = subnets_[id.value()];
  if (length < subnet.prefix_.length()) return Failure{TakeError::kSubnetFull};
  if (subnet.mode_ == SubnetMode::kAddresses) return Failure{TakeError::kOtherMode};
  if (subnet.mode_ == SubnetMode::kUnused) {
    // Blocks that hold a reserved address are never free.
    const std::uint64_t block = std::uint64_t{1} << (32 - length);
    net::IndexPool blocks(subnet.prefix_.SubnetCount(length));
    for (std::uint64_t i = 0; i < blocks.size(); ++i) {
      // The reserved addresses are the lowest and highest of the subnet.
      if (subnet.pool_.IsTaken(i * block) || subnet.pool_.IsTaken((i + 1) * block - 1)) {
        blocks.Take(i);
      }
    }
    subnet.mode_ = SubnetMode::kBlocks;
    subnet.block_length_ = length;
    subnet.reserved_ = blocks.taken();
    subnet.usable_ = blocks.free() * block;
    subnet.pool_ = std::move(blocks);
  }
  if (subnet.block_length_ != length) return Failure{TakeError::kOtherMode};
  if (subnet.pool_.free() == 0) return Failure{TakeError::kSubnetFull};
  if (mappings_ >= most_mappings()) return Failure{TakeError::kVnetFull};
  const std::uint64_t index = *subnet.pool_.TakeLowest();
  Note(subnet);
  return subnet.prefix_.Subnet(length, index);
}

void VirtualNetwork::GiveAddress(SubnetId id, const net::IpAddress& address) {
  Subnet& subnet = subnets_[id.value()];
  CNISIM_CHECK(subnet.mode_ == SubnetMode::kAddresses, "the subnet hands out single addresses");
  subnet.pool_.Give(subnet.prefix_.IndexOf(address));
  --mappings_;
}

void VirtualNetwork::GiveBlock(SubnetId id, const net::Cidr& block) {
  Subnet& subnet = subnets_[id.value()];
  CNISIM_CHECK(subnet.mode_ == SubnetMode::kBlocks && subnet.block_length_ == block.length(),
               "the subnet hands out such blocks");
  subnet.pool_.Give(subnet.prefix_.IndexOf(block.base()) >> (32 - block.length()));
  --mappings_;
}

bool RouteTable::Add(std::uint64_t count) {
  if (routes_ + count > most_) return false;
  routes_ += count;
  return true;
}

void RouteTable::Remove(std::uint64_t count) {
  CNISIM_CHECK(count <= routes_, "a route is removed once");
  routes_ -= count;
}

}  // namespace cnisim::azure

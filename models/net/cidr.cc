#include "models/net/cidr.h"

#include <charconv>

#include "sim/base/check.h"

namespace cnisim::net {
namespace {

struct Words {
  std::uint64_t high;
  std::uint64_t low;
};

// Ones in the upper `length` of `bits` bits (32, as the lower half of the low word, or 128).
Words NetworkMask(int length, int bits) {
  const int host = bits - length;
  Words mask{UINT64_MAX, UINT64_MAX};
  mask.low = host >= 64 ? 0 : UINT64_MAX << host;
  if (host > 64) mask.high = host >= 128 ? 0 : UINT64_MAX << (host - 64);
  return mask;
}

IpAddress Make(IpFamily family, std::uint64_t high, std::uint64_t low) {
  return family == IpFamily::kIpv4 ? IpAddress::V4(static_cast<std::uint32_t>(low))
                                   : IpAddress::V6(high, low);
}

IpAddress Mask(const IpAddress& address, int length) {
  const Words mask = NetworkMask(length, AddressBits(address.family()));
  return Make(address.family(), address.high() & mask.high, address.low() & mask.low);
}

std::uint64_t PowerOfTwo(int exponent) {
  return exponent >= 64 ? UINT64_MAX : std::uint64_t{1} << exponent;
}

}  // namespace

Cidr::Cidr(IpAddress address, int length) : length_(length) {
  CNISIM_CHECK(length >= 0 && length <= AddressBits(address.family()),
               "the prefix length fits the family");
  base_ = Mask(address, length);
}

std::optional<Cidr> Cidr::Parse(std::string_view text, HostBits host_bits) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<IpAddress> address = IpAddress::Parse(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  if (!address || digits.empty() || digits.size() > 3) return std::nullopt;
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (length > static_cast<unsigned>(AddressBits(address->family()))) return std::nullopt;
  const Cidr cidr(*address, static_cast<int>(length));
  if (host_bits == HostBits::kRefuse && cidr.base() != *address) return std::nullopt;
  return cidr;
}

std::uint64_t Cidr::Size() const { return PowerOfTwo(AddressBits(family()) - length_); }

IpAddress Cidr::Last() const {
  const Words mask = NetworkMask(length_, AddressBits(family()));
  return Make(family(), base_.high() | ~mask.high, base_.low() | ~mask.low);
}

IpAddress Cidr::At(std::uint64_t index) const {
  CNISIM_CHECK(index < Size(), "the address lies in the prefix");
  return *base_.Plus(index);
}

std::uint64_t Cidr::IndexOf(const IpAddress& address) const {
  CNISIM_CHECK(Contains(address), "the address lies in the prefix");
  return address.low() - base_.low();
}

bool Cidr::Contains(const IpAddress& address) const {
  return address.family() == family() && Mask(address, length_) == base_;
}

bool Cidr::Contains(const Cidr& other) const {
  return other.length_ >= length_ && Contains(other.base_);
}

bool Cidr::Overlaps(const Cidr& other) const { return Contains(other) || other.Contains(*this); }

std::uint64_t Cidr::SubnetCount(int new_length) const {
  CNISIM_CHECK(new_length >= length_ && new_length <= AddressBits(family()),
               "a part is no larger than the whole");
  return PowerOfTwo(new_length - length_);
}

Cidr Cidr::Subnet(int new_length, std::uint64_t index) const {
  CNISIM_CHECK(index < SubnetCount(new_length), "the part lies in the prefix");
  const int host = AddressBits(family()) - new_length;
  // index << host, over two words.
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  if (host >= 128) {
    // Only ::/0 itself, index 0.
  } else if (host >= 64) {
    high = index << (host - 64);
  } else {
    low = index << host;
    high = host == 0 ? 0 : index >> (64 - host);
  }
  return Cidr(Make(family(), base_.high() | high, base_.low() | low), new_length);
}

std::string Cidr::ToString() const { return base_.ToString() + "/" + std::to_string(length_); }

std::optional<int> SmallestPrefixFor(std::uint64_t addresses) {
  for (int length = 32; length >= 0; --length) {
    if (PowerOfTwo(32 - length) >= addresses) return length;
  }
  return std::nullopt;
}

}  // namespace cnisim::net

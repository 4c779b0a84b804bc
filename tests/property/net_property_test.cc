// What holds for every address and prefix, against a slow model: a prefix as a list of bits.

#include <algorithm>

#include <gtest/gtest.h>

#include "models/net/cidr.h"
#include "models/net/ip_address.h"
#include "sim/base/random.h"

namespace cnisim::net {
namespace {

constexpr int kCases = 20'000;

// Mostly zeros and ones in places, so that runs of zeros and near misses are frequent.
std::uint64_t SparseBits(RandomStream& random) {
  std::uint64_t bits = random.Bits();
  for (std::uint32_t i = random.Below(4); i > 0; --i) bits &= random.Bits();
  for (int group = 0; group < 4; ++group) {
    if (random.Below(3) == 0) bits &= ~(std::uint64_t{0xffff} << (16 * group));
  }
  return bits;
}

IpAddress AnyAddress(RandomStream& random) {
  if (random.Below(2) == 0) return IpAddress::V4(static_cast<std::uint32_t>(SparseBits(random)));
  const std::uint64_t high = SparseBits(random);
  return IpAddress::V6(high, SparseBits(random));
}

Cidr AnyCidr(RandomStream& random) {
  const IpAddress address = AnyAddress(random);
  const int bits = AddressBits(address.family());
  return Cidr(address, static_cast<int>(random.Below(static_cast<std::uint32_t>(bits) + 1)));
}

bool Bit(const IpAddress& address, int index) {
  const int from_right = AddressBits(address.family()) - 1 - index;
  const std::uint64_t word = from_right >= 64 ? address.high() : address.low();
  return (word >> (from_right % 64) & 1) != 0;
}

bool SlowContains(const Cidr& cidr, const IpAddress& address) {
  if (cidr.family() != address.family()) return false;
  for (int i = 0; i < cidr.length(); ++i) {
    if (Bit(cidr.base(), i) != Bit(address, i)) return false;
  }
  return true;
}

TEST(NetPropertyTest, TextAndBackIsTheSame) {
  RandomStream random(/*seed=*/1, /*entity=*/0, /*purpose=*/0);
  for (int i = 0; i < kCases; ++i) {
    const IpAddress address = AnyAddress(random);
    ASSERT_EQ(IpAddress::Parse(address.ToString()), address) << address.ToString();
    const Cidr cidr = AnyCidr(random);
    ASSERT_EQ(Cidr::Parse(cidr.ToString()), cidr) << cidr.ToString();
  }
}

TEST(NetPropertyTest, DamagedTextIsRefusedOrCanonical) {
  RandomStream random(/*seed=*/2, /*entity=*/0, /*purpose=*/0);
  constexpr std::string_view kAlphabet = "0123456789abcdef:./ x";
  for (int i = 0; i < kCases; ++i) {
    std::string text = AnyCidr(random).ToString();
    const std::size_t at = random.Below(static_cast<std::uint32_t>(text.size()));
    text[at] = kAlphabet[random.Below(static_cast<std::uint32_t>(kAlphabet.size()))];
    if (const std::optional<Cidr> cidr = Cidr::Parse(text)) {
      ASSERT_EQ(Cidr::Parse(cidr->ToString()), cidr) << text;
    }
  }
}

TEST(NetPropertyTest, ContainmentIsAgreementOfBits) {
  RandomStream random(/*seed=*/3, /*entity=*/0, /*purpose=*/0);
  for (int i = 0; i < kCases; ++i) {
    const Cidr cidr = AnyCidr(random);
    // Half the time an address that differs in one bit at most, else any.
    IpAddress address = AnyAddress(random);
    if (random.Below(2) == 0) {
      const int bits = AddressBits(cidr.family());
      const int flip = static_cast<int>(random.Below(static_cast<std::uint32_t>(bits)));
      const std::uint64_t mask = std::uint64_t{1} << (flip % 64);
      address = cidr.family() == IpFamily::kIpv4
                    ? IpAddress::V4(static_cast<std::uint32_t>(cidr.base().low() ^ mask))
                    : IpAddress::V6(cidr.base().high() ^ (flip >= 64 ? mask : 0),
                                    cidr.base().low() ^ (flip < 64 ? mask : 0));
    }
    ASSERT_EQ(cidr.Contains(address), SlowContains(cidr, address))
        << cidr.ToString() << " " << address.ToString();
    ASSERT_TRUE(cidr.Contains(cidr.base()) && cidr.Contains(cidr.Last()));
  }
}

TEST(NetPropertyTest, OverlapIsSymmetricAndMeansContainment) {
  RandomStream random(/*seed=*/4, /*entity=*/0, /*purpose=*/0);
  for (int i = 0; i < kCases; ++i) {
    const Cidr a = AnyCidr(random);
    const Cidr b = AnyCidr(random);
    ASSERT_EQ(a.Overlaps(b), b.Overlaps(a));
    ASSERT_EQ(a.Overlaps(b), a.Contains(b) || b.Contains(a));
    if (a.Overlaps(b) && a != b) {
      ASSERT_NE(a.length(), b.length());
    }
  }
}

TEST(NetPropertyTest, SubnetsTileTheWhole) {
  RandomStream random(/*seed=*/5, /*entity=*/0, /*purpose=*/0);
  for (int i = 0; i < kCases; ++i) {
    const Cidr whole = AnyCidr(random);
    const int room = std::min(AddressBits(whole.family()) - whole.length(), 20);
    const int length =
        whole.length() + static_cast<int>(random.Below(static_cast<std::uint32_t>(room) + 1));
    const auto count = static_cast<std::uint32_t>(whole.SubnetCount(length));
    const std::uint32_t index = random.Below(count);
    const Cidr part = whole.Subnet(length, index);
    ASSERT_TRUE(whole.Contains(part));
    ASSERT_EQ(part.base() == whole.base(), index == 0);
    ASSERT_EQ(part.Last() == whole.Last(), index == count - 1);
    if (index + 1 < count) {
      ASSERT_EQ(part.Last().Plus(1), whole.Subnet(length, index + 1).base());
    }
  }
}

}  // namespace
}  // namespace cnisim::net

#include "models/net/cidr.h"

#include <gtest/gtest.h>

namespace cnisim::net {
namespace {

Cidr Of(std::string_view text) { return *Cidr::Parse(text); }

TEST(CidrTest, ReadsAndWrites) {
  EXPECT_EQ(Of("10.244.0.0/16").ToString(), "10.244.0.0/16");
  EXPECT_EQ(Of("0.0.0.0/0").ToString(), "0.0.0.0/0");
  EXPECT_EQ(Of("::/0").ToString(), "::/0");
  EXPECT_EQ(Of("fd12:3456:789a::/64").ToString(), "fd12:3456:789a::/64");
  EXPECT_EQ(Of("10.0.0.1/32").Size(), 1u);
}

TEST(CidrTest, RefusesWhatIsNoPrefix) {
  for (const char* text : {"", "10.0.0.0", "10.0.0.0/", "/16", "10.0.0.0/33", "10.0.0.0/-1",
                           "10.0.0.0/08", "10.0.0.0/8x", "10.0/8", "::/129", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(Cidr::Parse(text)) << "'" << text << "'";
  }
}

TEST(CidrTest, HostBitsAreRefusedOrCleared) {
  EXPECT_EQ(Cidr::Parse("10.0.0.5/16"), std::nullopt);
  EXPECT_EQ(Cidr::Parse("10.0.0.5/16", HostBits::kClear), Of("10.0.0.0/16"));
}

TEST(CidrTest, SizeAndEnds) {
  EXPECT_EQ(Of("10.0.0.0/24").Size(), 256u);
  EXPECT_EQ(Of("0.0.0.0/0").Size(), std::uint64_t{1} << 32);
  EXPECT_EQ(Of("fd00::/120").Size(), 256u);
  EXPECT_EQ(Of("fd00::/64").Size(), UINT64_MAX);
  EXPECT_EQ(Of("10.0.0.0/24").Last().ToString(), "10.0.0.255");
  EXPECT_EQ(Of("fd00::/32").Last().ToString(), "fd00:0:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(Of("10.0.0.0/24").At(17).ToString(), "10.0.0.17");
  EXPECT_EQ(Of("10.0.0.0/24").IndexOf(*IpAddress::Parse("10.0.0.17")), 17u);
}

TEST(CidrTest, ContainsAndOverlaps) {
  const Cidr whole = Of("10.0.0.0/16");
  EXPECT_TRUE(whole.Contains(whole));
  EXPECT_TRUE(whole.Contains(Of("10.0.255.0/24")));
  EXPECT_FALSE(Of("10.0.255.0/24").Contains(whole));
  EXPECT_TRUE(Of("10.0.255.0/24").Overlaps(whole));
  EXPECT_FALSE(whole.Overlaps(Of("10.1.0.0/16")));
  EXPECT_FALSE(Of("0.0.0.0/0").Overlaps(Of("::/0")));
  EXPECT_FALSE(Of("::/0").Contains(*IpAddress::Parse("10.0.0.1")));
}

TEST(CidrTest, Subnets) {
  EXPECT_EQ(Of("10.244.0.0/16").SubnetCount(24), 256u);
  EXPECT_EQ(Of("10.244.0.0/16").Subnet(24, 2), Of("10.244.2.0/24"));
  EXPECT_EQ(Of("fd12:3456:789a::/64").Subnet(120, 258), Of("fd12:3456:789a::1:200/120"));
  EXPECT_EQ(Of("fd00::/16").Subnet(64, 0x10000), Of("fd00:0:1::/64"));
  EXPECT_EQ(Of("::/0").Subnet(0, 0), Of("::/0"));
  EXPECT_EQ(Of("::/0").SubnetCount(64), UINT64_MAX);
}

TEST(CidrTest, SmallestPrefix) {
  EXPECT_EQ(SmallestPrefixFor(1), 32);
  EXPECT_EQ(SmallestPrefixFor(256), 24);
  EXPECT_EQ(SmallestPrefixFor(257), 23);
  EXPECT_EQ(SmallestPrefixFor((std::uint64_t{1} << 32) + 1), std::nullopt);
}

}  // namespace
}  // namespace cnisim::net

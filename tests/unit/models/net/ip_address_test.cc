#include "models/net/ip_address.h"

#include <gtest/gtest.h>

namespace cnisim::net {
namespace {

std::string Canonical(std::string_view text) {
  const std::optional<IpAddress> address = IpAddress::Parse(text);
  return address ? address->ToString() : "refused";
}

TEST(IpAddressTest, ReadsDottedDecimal) {
  EXPECT_EQ(IpAddress::Parse("10.244.3.7"), IpAddress::V4(0x0AF40307));
  EXPECT_EQ(Canonical("255.255.255.255"), "255.255.255.255");
  EXPECT_EQ(Canonical("0.0.0.0"), "0.0.0.0");
}

TEST(IpAddressTest, RefusesWhatIsNoAddress) {
  for (const char* text : {"",
                           "10",
                           "10.0.0",
                           "10.0.0.",
                           "10.0.0.256",
                           "10.0.0.01",
                           "10.0.0.1.2",
                           " 10.0.0.1",
                           "10.0.0.1 ",
                           "a.b.c.d",
                           "1000.0.0.1",
                           "-1.0.0.0",
                           "10..0.1",
                           ":",
                           ":::",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1::2::3",
                           "12345::",
                           "g::",
                           "1:2:3:4:5:6:7::8",
                           "::1.2.3",
                           "1.2.3.4::",
                           "fe80::1%eth0",
                           "[::1]",
                           "1:"}) {
    EXPECT_EQ(Canonical(text), "refused") << "'" << text << "'";
  }
}

TEST(IpAddressTest, WritesIpv6AsRfc5952Has) {
  EXPECT_EQ(Canonical("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(Canonical("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");     // first of equal runs
  EXPECT_EQ(Canonical("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");  // one zero is no run
  EXPECT_EQ(Canonical("::"), "::");
  EXPECT_EQ(Canonical("0:0:0:0:0:0:0:0"), "::");
  EXPECT_EQ(Canonical("1::"), "1::");
  EXPECT_EQ(Canonical("::1"), "::1");
  EXPECT_EQ(Canonical("fd12:3456:789a::"), "fd12:3456:789a::");
  EXPECT_EQ(Canonical("::ffff:1.2.3.4"), "::ffff:102:304");
  EXPECT_EQ(Canonical("64:ff9b::192.0.2.33"), "64:ff9b::c000:221");
}

TEST(IpAddressTest, FamiliesDiffer) {
  EXPECT_NE(IpAddress::V4(1), IpAddress::V6(0, 1));
  EXPECT_LT(IpAddress::V4(0xffffffff), IpAddress::V6(0, 0));
  EXPECT_LT(IpAddress::V6(1, UINT64_MAX), IpAddress::V6(2, 0));
}

TEST(IpAddressTest, PlusCarriesAndEnds) {
  EXPECT_EQ(IpAddress::V4(0x0A0000FF).Plus(1), IpAddress::V4(0x0A000100));
  EXPECT_EQ(IpAddress::V4(0xFFFFFFFF).Plus(1), std::nullopt);
  EXPECT_EQ(IpAddress::V4(1).Plus(UINT64_MAX), std::nullopt);
  EXPECT_EQ(IpAddress::V6(1, UINT64_MAX).Plus(1), IpAddress::V6(2, 0));
  EXPECT_EQ(IpAddress::V6(UINT64_MAX, UINT64_MAX).Plus(1), std::nullopt);
}

}  // namespace
}  // namespace cnisim::net

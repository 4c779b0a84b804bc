#include "models/net/encapsulation.h"

#include <array>

#include <gtest/gtest.h>

namespace cnisim::net {
namespace {

using namespace literals;

TEST(EncapsulationTest, OverheadsAreThoseOfThePlugins) {
  EXPECT_EQ(EncapsulationOverhead(Encapsulation::kNone, IpFamily::kIpv4), 0_B);
  EXPECT_EQ(EncapsulationOverhead(Encapsulation::kVxlan, IpFamily::kIpv4), 50_B);
  EXPECT_EQ(EncapsulationOverhead(Encapsulation::kVxlan, IpFamily::kIpv6), 70_B);
  EXPECT_EQ(EncapsulationOverhead(Encapsulation::kGeneve, IpFamily::kIpv4), 50_B);
  EXPECT_EQ(EncapsulationOverhead(Encapsulation::kIpip, IpFamily::kIpv4), 20_B);
  EXPECT_EQ(EncapsulationOverhead(Encapsulation::kWireGuard, IpFamily::kIpv4), 60_B);
  EXPECT_EQ(EncapsulationOverhead(Encapsulation::kWireGuard, IpFamily::kIpv6), 80_B);
  EXPECT_EQ(EncapsulationOverhead(Encapsulation::kIpsec, IpFamily::kIpv4), 77_B);
  EXPECT_EQ(EncapsulationOverhead(Encapsulation::kFlannelUdp, IpFamily::kIpv4), 28_B);
}

TEST(EncapsulationTest, LayersAddUp) {
  // 1500 - 50 - 60 = 1390 for VXLAN inside WireGuard.
  const std::array both{Encapsulation::kVxlan, Encapsulation::kWireGuard};
  EXPECT_EQ(InnerMtu(1500_B, both, IpFamily::kIpv4), 1390_B);
  EXPECT_EQ(InnerMtu(1500_B, {}, IpFamily::kIpv4), 1500_B);
}

TEST(EncapsulationTest, SegmentSizes) {
  EXPECT_EQ(MaxSegmentSize(1500_B, IpFamily::kIpv4, /*timestamps=*/false), 1460_B);
  EXPECT_EQ(MaxSegmentSize(1450_B, IpFamily::kIpv4, /*timestamps=*/true), 1398_B);
  EXPECT_EQ(MaxSegmentSize(1500_B, IpFamily::kIpv6, /*timestamps=*/false), 1440_B);
}

TEST(EncapsulationTest, Ports) {
  EXPECT_EQ(DefaultPort(Encapsulation::kVxlan), 4789);
  EXPECT_EQ(DefaultPort(Encapsulation::kGeneve), 6081);
  EXPECT_EQ(DefaultPort(Encapsulation::kIpip), 0);
}

TEST(EncapsulationDeathTest, HeadersThatFillThePacketAreABug) {
  EXPECT_EXIT(MaxSegmentSize(40_B, IpFamily::kIpv4, false), testing::ExitedWithCode(3),
              "headers leave room for payload");
}

}  // namespace
}  // namespace cnisim::net

#include "models/azure/virtual_network.h"

#include <gtest/gtest.h>

namespace cnisim::azure {
namespace {

class VirtualNetworkTest : public testing::Test {
 protected:
  static Limits LoadLimits() {
    document::Diagnostics diagnostics;
    return Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics), diagnostics);
  }

  SubnetId Add(std::string_view prefix) {
    return vnet.AddSubnet("nodes", *net::Cidr::Parse(prefix));
  }

  Limits limits = LoadLimits();
  VirtualNetwork vnet{limits};
};

TEST_F(VirtualNetworkTest, FiveAddressesAreReserved) {
  const SubnetId nodes = Add("10.0.0.0/29");
  EXPECT_EQ(vnet.subnet(nodes).usable(), 3u);
  EXPECT_EQ(vnet.TakeAddress(nodes)->ToString(), "10.0.0.4");
  EXPECT_EQ(vnet.TakeAddress(nodes)->ToString(), "10.0.0.5");
  EXPECT_EQ(vnet.TakeAddress(nodes)->ToString(), "10.0.0.6");
  EXPECT_EQ(vnet.TakeAddress(nodes).error(), TakeError::kSubnetFull);
  vnet.GiveAddress(nodes, *net::IpAddress::Parse("10.0.0.5"));
  EXPECT_EQ(vnet.TakeAddress(nodes)->ToString(), "10.0.0.5");
  EXPECT_EQ(vnet.subnet(nodes).peak(), 3u);
}

TEST_F(VirtualNetworkTest, SeveralAddressesAreAllOrNone) {
  const SubnetId nodes = Add("10.0.0.0/28");  // 11 usable
  EXPECT_EQ(vnet.TakeAddresses(nodes, 8)->size(), 8u);
  EXPECT_EQ(vnet.TakeAddresses(nodes, 4).error(), TakeError::kSubnetFull);
  EXPECT_EQ(vnet.subnet(nodes).free(), 3u);
  EXPECT_EQ(vnet.TakeAddresses(nodes, 3)->size(), 3u);
}

TEST_F(VirtualNetworkTest, TheVnetHasALimitOfItsOwn) {
  const SubnetId first = Add("10.0.0.0/16");
  const SubnetId second = Add("10.1.0.0/24");
  EXPECT_TRUE(vnet.TakeAddresses(first, 65'531).ok());
  EXPECT_TRUE(vnet.TakeAddresses(second, 5).ok());
  EXPECT_EQ(vnet.TakeAddress(second).error(), TakeError::kVnetFull);
  EXPECT_EQ(vnet.mappings(), 65'536u);
}

TEST_F(VirtualNetworkTest, BlocksAvoidReservedAddressesAndCountOnce) {
  const SubnetId pods = Add("10.0.0.0/26");  // four /28, the first and the last hold reserved ones
  EXPECT_EQ(vnet.TakeBlock(pods, 28)->ToString(), "10.0.0.16/28");
  EXPECT_EQ(vnet.TakeBlock(pods, 28)->ToString(), "10.0.0.32/28");
  EXPECT_EQ(vnet.TakeBlock(pods, 28).error(), TakeError::kSubnetFull);
  EXPECT_EQ(vnet.subnet(pods).usable(), 32u);
  EXPECT_EQ(vnet.subnet(pods).taken(), 32u);
  EXPECT_EQ(vnet.mappings(), 2u);
}

TEST_F(VirtualNetworkTest, ASubnetKeepsItsMode) {
  const SubnetId pods = Add("10.0.0.0/24");
  const net::Cidr block = *vnet.TakeBlock(pods, 28);
  vnet.GiveBlock(pods, block);
  EXPECT_EQ(vnet.TakeAddress(pods).error(), TakeError::kOtherMode);  // even when empty
  EXPECT_EQ(vnet.TakeBlock(pods, 27).error(), TakeError::kOtherMode);
  EXPECT_EQ(*vnet.TakeBlock(pods, 28), block);
}

TEST_F(VirtualNetworkTest, SmallestSubnet) {
  EXPECT_EQ(SmallestSubnetFor(251, limits), 24);
  EXPECT_EQ(SmallestSubnetFor(252, limits), 23);
  EXPECT_EQ(SmallestSubnetFor(0, limits), 29);
  EXPECT_EQ(UsableAddresses(30, limits), 0u);
}

TEST_F(VirtualNetworkTest, RouteTablesEnd) {
  RouteTable table(limits);
  EXPECT_TRUE(table.Add(399));
  EXPECT_FALSE(table.Add(2));
  EXPECT_TRUE(table.Add(1));
  table.Remove(400);
  EXPECT_EQ(table.routes(), 0u);
}

}  // namespace
}  // namespace cnisim::azure

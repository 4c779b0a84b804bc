#include "models/ipam/pod_address_allocator.h"

#include <gtest/gtest.h>

namespace cnisim::ipam {
namespace {

using namespace literals;

class PodAddressAllocatorTest : public testing::Test {
 protected:
  static azure::Limits LoadLimits() {
    document::Diagnostics diagnostics;
    return azure::Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics),
                               diagnostics);
  }

  void Make(const IpamConfiguration& configuration, std::string_view pod_subnet = "") {
    if (!pod_subnet.empty()) pods = vnet.AddSubnet("pods", *net::Cidr::Parse(pod_subnet));
    allocator = MakeAllocator(configuration, vnet, limits);
  }

  Result<net::IpAddress, AllocateError> AddNode(std::uint32_t id, int max_pods = 30) {
    return allocator->AddNode({NodeId(id), nodes, pods, max_pods}, 0_s);
  }

  std::string Pod(std::uint32_t node, SimTime now = 0_s) {
    const auto addresses = allocator->Allocate(NodeId(node), now);
    if (!addresses) return std::string(ToString(addresses.error()));
    return addresses->address.ToString() +
           (addresses->second ? " " + addresses->second->ToString() : "");
  }

  static IpamConfiguration Of(IpamKind kind, const std::vector<std::string>& ranges = {}) {
    IpamConfiguration configuration;
    configuration.kind = kind;
    for (const std::string& range : ranges) {
      configuration.pod_cidrs.push_back(*net::Cidr::Parse(range));
    }
    return configuration;
  }

  azure::Limits limits = LoadLimits();
  azure::VirtualNetwork vnet{limits};
  azure::SubnetId nodes = vnet.AddSubnet("nodes", *net::Cidr::Parse("10.0.0.0/20"));
  azure::SubnetId pods;
  std::unique_ptr<PodAddressAllocator> allocator;
};

TEST_F(PodAddressAllocatorTest, NodeSubnetBindsAllAddressesAtOnce) {
  Make(Of(IpamKind::kNodeSubnet));
  EXPECT_EQ(AddNode(0)->ToString(), "10.0.0.4");
  EXPECT_EQ(AddNode(1)->ToString(), "10.0.0.35");  // 31 further
  EXPECT_EQ(Pod(0), "10.0.0.5");
  EXPECT_EQ(Pod(1), "10.0.0.36");
  allocator->Release(NodeId(0), *net::IpAddress::Parse("10.0.0.5"), 0_s);
  EXPECT_EQ(allocator->Holdings().at(0).held, 62u);
  EXPECT_EQ(allocator->Holdings().at(0).stranded(), 59u);  // two nodes and a pod are in use
  EXPECT_EQ(AddNode(2, 256).error(), AllocateError::kNicFull);
  EXPECT_EQ(allocator->Holdings().at(0).held, 62u);  // nothing was kept
}

TEST_F(PodAddressAllocatorTest, DualStackPodsGetTwoAddresses) {
  Make(Of(IpamKind::kOverlay, {"10.244.0.0/16", "fd12:3456:789a::/64"}));
  ASSERT_TRUE(AddNode(0).ok() && AddNode(1).ok());
  EXPECT_EQ(Pod(0), "10.244.0.0 fd12:3456:789a::");
  EXPECT_EQ(Pod(1), "10.244.1.0 fd12:3456:789a::100");
  EXPECT_EQ(Pod(1), "10.244.1.1 fd12:3456:789a::101");
}

TEST_F(PodAddressAllocatorTest, KubenetTakesARouteAFamilyAndGoesRoundItsBlock) {
  Make(Of(IpamKind::kKubenet, {"10.128.0.0/10", "fd00::/64"}));
  for (std::uint32_t i = 0; i < 200; ++i) ASSERT_TRUE(AddNode(i).ok());
  EXPECT_EQ(AddNode(200).error(), AllocateError::kRoutesFull);  // 2 x 201 > 400
  EXPECT_EQ(Pod(0), "10.128.0.2 fd00::2");
  allocator->Release(NodeId(0), *net::IpAddress::Parse("10.128.0.2"), 0_s);
  EXPECT_EQ(Pod(0), "10.128.0.3 fd00::3");  // not the one just given back
  allocator->RemoveNode(NodeId(7), 0_s);
  EXPECT_TRUE(AddNode(200).ok());
}

TEST_F(PodAddressAllocatorTest, ClusterPoolGoesOnToTheNextRange) {
  Make(Of(IpamKind::kClusterPool, {"10.244.0.0/24", "10.9.0.0/23"}));
  ASSERT_TRUE(AddNode(0).ok() && AddNode(1).ok() && AddNode(2).ok());
  EXPECT_EQ(Pod(0), "10.244.0.3");  // network, router and health address stand before it
  EXPECT_EQ(Pod(1), "10.9.0.3");
  EXPECT_EQ(AddNode(3).error(), AllocateError::kNoBlock);
}

TEST_F(PodAddressAllocatorTest, FlannelStartsAtTheSecondSubnet) {
  Make(Of(IpamKind::kFlannel, {"10.244.0.0/16"}));
  ASSERT_TRUE(AddNode(0).ok());
  EXPECT_EQ(Pod(0), "10.244.1.2");
}

TEST_F(PodAddressAllocatorTest, CalicoBorrowsAndKeepsWhatIsBorrowed) {
  IpamConfiguration configuration = Of(IpamKind::kCalicoBlocks, {"10.244.0.0/29"});
  configuration.block_length = 30;  // two blocks of four
  Make(configuration);
  ASSERT_TRUE(AddNode(0).ok() && AddNode(1).ok());  // a tunnel address each
  for (int i = 0; i < 3; ++i) Pod(0);
  EXPECT_EQ(Pod(0), "10.244.0.5");  // its block is full, there is no other: borrowed
  allocator->RemoveNode(NodeId(1), 0_s);
  EXPECT_EQ(allocator->Holdings().back().held, 8u);  // the block lives on
  EXPECT_EQ(allocator->Holdings().back().assigned, 5u);
  allocator->Release(NodeId(0), *net::IpAddress::Parse("10.244.0.5"), 0_s);
  EXPECT_EQ(allocator->Holdings().back().held, 4u);
}

TEST_F(PodAddressAllocatorTest, CalicoReusesTheOldestAfterItsCooldown) {
  IpamConfiguration configuration = Of(IpamKind::kCalicoBlocks, {"10.244.0.0/30"});
  configuration.block_length = 30;
  configuration.cooldown = 60_s;
  Make(configuration);
  ASSERT_TRUE(AddNode(0).ok());
  for (int i = 0; i < 3; ++i) Pod(0);
  allocator->Release(NodeId(0), *net::IpAddress::Parse("10.244.0.2"), 10_s);
  allocator->Release(NodeId(0), *net::IpAddress::Parse("10.244.0.1"), 20_s);
  EXPECT_EQ(Pod(0, 69_s), "all free addresses were released too recently");
  EXPECT_EQ(Pod(0, 70_s), "10.244.0.2");
}

TEST_F(PodAddressAllocatorTest, DynamicPoolsGiveBatchesBack) {
  Make(Of(IpamKind::kPodSubnetDynamic), "10.1.0.0/24");
  ASSERT_TRUE(AddNode(0).ok());
  const auto held = [&] { return allocator->Holdings().at(1).held; };
  EXPECT_EQ(held(), 17u);
  std::vector<net::IpAddress> given;
  for (int i = 0; i < 9; ++i) given.push_back(allocator->Allocate(NodeId(0), 0_s)->address);
  SimTime now = Settle(*allocator, 0_s, 100_s);
  EXPECT_EQ(held(), 33u);
  EXPECT_EQ(now, 7_s);  // a tick of 1 s, 5 s of control plane, 1 s until the host has them
  for (const net::IpAddress& address : given) allocator->Release(NodeId(0), address, now);
  now = Settle(*allocator, now, 100_s);
  EXPECT_EQ(held(), 17u);  // 32 free is 24 or more; 16 is not
}

TEST_F(PodAddressAllocatorTest, ConfigurationsThatCannotWorkSayWhy) {
  EXPECT_EQ(CheckConfiguration(Of(IpamKind::kOverlay, {"10.244.0.0/26"}), limits),
            "the pod range 10.244.0.0/26 has no room for a /24 block");
  EXPECT_EQ(CheckConfiguration(Of(IpamKind::kOverlay), limits), "there is no IPv4 pod range");
  EXPECT_EQ(CheckConfiguration(Of(IpamKind::kNodeSubnet), limits), std::nullopt);
}

}  // namespace
}  // namespace cnisim::ipam

#include "models/azure/admission.h"

#include <array>

#include <gtest/gtest.h>

#include "models/azure/address_ranges.h"
#include "models/azure/outbound.h"

namespace cnisim::azure {
namespace {

Limits LoadLimits() {
  document::Diagnostics diagnostics;
  return Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics), diagnostics);
}

std::string Message(const std::optional<Refusal>& refusal) {
  if (!refusal) return "";
  return refusal->code.empty() ? refusal->message : refusal->code + ": " + refusal->message;
}

net::Cidr Range(std::string_view text) { return *net::Cidr::Parse(text); }

TEST(AdmissionTest, ChecksSayWhatAzureSays) {
  const Limits limits = LoadLimits();
  EXPECT_EQ(
      Message(CheckPreallocation(255, 251, Range("10.10.0.0/24"), "AKS", false)),
      "InsufficientSubnetSize: Pre-allocated IPs 255 exceeds IPs available 251 in Subnet Cidr "
      "10.10.0.0/24, Subnet Name AKS. http://aka.ms/aks/insufficientsubnetsize");
  EXPECT_EQ(Message(CheckPreallocation(251, 251, Range("10.10.0.0/24"), "AKS", false)), "");
  EXPECT_EQ(
      Message(SubnetIsFull("one", Range("10.0.0.0/20"), 1)),
      "SubnetIsFull: Subnet one with address prefix 10.0.0.0/20 does not have enough capacity "
      "for 1 IP addresses.");
  EXPECT_EQ(Message(CheckScaleSet(950, 95, limits)),
            "950 nodes and 95 surge nodes are 1045, a scale set has 1000 at most");
  EXPECT_EQ(Message(CheckMaxPods(10, 2, limits)),
            "2 nodes with 10 pods each are 20 pods, a pool has at least 30");
  EXPECT_EQ(Message(CheckMaxPods(251, 3, limits)), "max pods is 251, expected 10 to 250");
  EXPECT_EQ(Message(CheckRoutes(401, limits)), "401 routes, a route table has 400 at most");
  EXPECT_EQ(Message(CheckClusterNodes(5'001, limits)), "5001 nodes, a cluster has 5000 at most");
}

TEST(AdmissionTest, TheArticlesOwnFormulaIsAnOption) {
  Limits limits = LoadLimits();
  EXPECT_EQ(CheckedAddressesPerNode(true, 30, limits), 31u);
  limits.Set("admission.counts_node=0");
  EXPECT_EQ(CheckedAddressesPerNode(true, 30, limits), 30u);
  EXPECT_EQ(CheckedAddressesPerNode(false, 30, limits), 1u);
}

TEST(AddressRangesTest, RefusedRangesAndOverlaps) {
  const Limits limits = LoadLimits();
  EXPECT_EQ(RefusedReason(Range("169.254.10.0/24"), limits), "lies in 169.254.0.0/16");
  EXPECT_EQ(RefusedReason(Range("172.16.0.0/12"), limits),
            "contains 172.30.0.0/16 and 172.31.0.0/16");
  EXPECT_EQ(RefusedReason(Range("10.244.0.0/16"), limits), std::nullopt);
  EXPECT_EQ(Message(CheckServiceCidr(Range("10.0.0.0/12"), limits)), "must be smaller than /12");
  EXPECT_EQ(Message(CheckServiceCidr(Range("fd00::/108"), limits)), "");
  const std::array services{Range("10.0.0.0/16")};
  EXPECT_EQ(
      Message(CheckDnsServiceIp(services, *net::IpAddress::Parse("10.1.0.10"))),
      "DnsServiceIpOutOfServiceCidr: The specified DNS service IP 10.1.0.10 is outside of the "
      "service CIDR 10.0.0.0/16.");
  const std::array ranges{NamedRange{"subnet nodes", Range("10.224.0.0/22")},
                          NamedRange{"--pod-cidr", Range("10.224.0.0/16")}};
  EXPECT_EQ(
      Overlaps(ranges),
      (std::vector<std::string>{"--pod-cidr 10.224.0.0/16 overlaps subnet nodes 10.224.0.0/22"}));
}

TEST(OutboundTest, PortsRunOut) {
  const Limits limits = LoadLimits();
  const OutboundPorts ports = LoadBalancerPorts(113, 4'000, 7, limits);
  EXPECT_FALSE(ports.fits());
  EXPECT_EQ(CheckLoadBalancerPorts(ports)->code,
            "InvalidLoadBalancerProfileAllocatedOutboundPorts");
  EXPECT_EQ(CheckLoadBalancerPorts(LoadBalancerPorts(112, 4'000, 7, limits)), std::nullopt);
}

// The message of https://github.com/Azure/azure-cli/issues/22374.
TEST(OutboundTest, TheRefusalCountsNodesAndPorts) {
  EXPECT_EQ(CheckLoadBalancerPorts(LoadBalancerPorts(4, 21'000, 1, LoadLimits()))->message,
            "Load balancer profile allocated ports 21000 is not in an allowable range given the "
            "number of nodes and IPs provisioned. Total node count 4 requires 84000 ports but only "
            "64000 ports are available given 1 outbound public IPs. Refer to "
            "https://aka.ms/aks/slb-ports for more details.");
}

}  // namespace
}  // namespace cnisim::azure

#include "models/service/nftables_tables.h"

#include <vector>

#include <gtest/gtest.h>

namespace cnisim::service {
namespace {

// E = 3, m = 1, a = 0: 1 element, 1 + 3 chains, 1 + 1 + 6 rules, an inline map of 3.
TEST(NftablesTables, ClusterIp) {
  ServicePortShape port;
  port.endpoints = 3;
  ProxyOptions options;
  options.local_detector = true;
  const NftablesCounts counts = CountNftablesPort(port, options);
  EXPECT_EQ(counts.map_elements(), 1U);
  EXPECT_EQ(counts.chains, 4U);
  EXPECT_EQ(counts.rules, 8U);
  EXPECT_EQ(counts.endpoint_map_elements, 3U);
}

// a = 1: m + 1 + 2 E + 2 a E = 0 + 1 + 6 + 6.
TEST(NftablesTables, Affinity) {
  ServicePortShape port;
  port.endpoints = 3;
  port.client_ip_affinity = true;
  EXPECT_EQ(CountNftablesPort(port, {}).rules, 13U);
}

// Local with a local endpoint, d = m = 1: the ClusterIP's 4 chains and 8 rules, an external chain
// of 1 + 2 + 1 rules, a local chain of 1.
TEST(NftablesTables, LocalExternalPolicy) {
  ServicePortShape port;
  port.endpoints = 3;
  port.local_endpoints = 1;
  port.load_balancer_ips = 1;
  port.node_port = true;
  port.external_policy_local = true;
  ProxyOptions options;
  options.local_detector = true;
  const NftablesCounts counts = CountNftablesPort(port, options);
  EXPECT_EQ(counts.service_ip_elements, 2U);
  EXPECT_EQ(counts.node_port_elements, 1U);
  EXPECT_EQ(counts.chains, 6U);
  EXPECT_EQ(counts.rules, 13U);
}

// Source ranges are one rule, whatever their number.
TEST(NftablesTables, SourceRangesAreOneRule) {
  ServicePortShape port;
  port.endpoints = 1;
  port.load_balancer_ips = 1;
  port.source_ranges = 1;
  const std::uint64_t one = CountNftablesPort(port, {}).rules;
  port.source_ranges = 40;
  EXPECT_EQ(CountNftablesPort(port, {}).rules, one);
}

TEST(NftablesTables, NoEndpointsIsInTwoMaps) {
  ServicePortShape port;
  port.load_balancer_ips = 1;
  port.node_port = true;
  const NftablesCounts counts = CountNftablesPort(port, {});
  EXPECT_EQ(counts.no_endpoint_elements, 2U);
  EXPECT_EQ(counts.no_endpoint_node_ports, 1U);
  EXPECT_EQ(counts.rules, 0U);
}

}  // namespace
}  // namespace cnisim::service

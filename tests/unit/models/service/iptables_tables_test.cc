/// Counts and walks by hand, from the structure of kube-proxy's iptables mode.

#include "models/service/iptables_tables.h"

#include <vector>

#include <gtest/gtest.h>

namespace cnisim::service {
namespace {

ServicePortShape ClusterIp(std::uint32_t endpoints) {
  ServicePortShape port;
  port.endpoints = endpoints;
  return port;
}

ProxyOptions WithDetector() {
  ProxyOptions options;
  options.local_detector = true;
  return options;
}

ProxyOptions WithoutDetector() { return {}; }

// E = 2, m = 1: 1 + 1 + 3 * 2 = 8 rules a Service, the published 40000 rules for 5000 Services.
TEST(IptablesTables, FiveThousandServicesOfTwoEndpointsAreFortyThousandRules) {
  EXPECT_EQ(CountPort(ClusterIp(2), WithDetector()).rules(), 8U);
  const std::vector<ServicePortShape> ports(5000, ClusterIp(2));
  const IptablesCounts fixed = CountFixed(WithDetector());
  EXPECT_EQ(CountTables(ports, WithDetector()).rules() - fixed.rules(), 40000U);
}

// E = 4, m = 0: 1 + 3 * 4 = 13 rules and 2 + 4 * 4 = 18 lines.
TEST(IptablesTables, FourEndpointsWithoutClusterCidr) {
  const IptablesCounts counts = CountPort(ClusterIp(4), WithoutDetector());
  EXPECT_EQ(counts.rules(), 13U);
  EXPECT_EQ(counts.lines(), 18U);
  EXPECT_EQ(counts.chains(), 5U);
}

// No nat rules; 1 REJECT in KUBE-SERVICES.
TEST(IptablesTables, NoEndpointsIsOneReject) {
  const IptablesCounts counts = CountPort(ClusterIp(0), WithDetector());
  EXPECT_EQ(counts.nat_rules(), 0U);
  EXPECT_EQ(counts.filter_services, 1U);
  EXPECT_EQ(counts.lines(), 1U);
}

// x = 1, b = 1, n = 1: 3 REJECTs for what comes from outside.
TEST(IptablesTables, NoEndpointsRejectsEveryExternalAddress) {
  ServicePortShape port = ClusterIp(0);
  port.external_ips = 1;
  port.load_balancer_ips = 1;
  port.node_port = true;
  const IptablesCounts counts = CountPort(port, WithDetector());
  EXPECT_EQ(counts.filter_external_services, 3U);
  EXPECT_EQ(counts.rules(), 4U);
}

// a = 1, E = 3, m = 1: 1 + (1 + 3 * 2) + 6 = 14.
TEST(IptablesTables, AffinityAddsARuleForEachEndpoint) {
  ServicePortShape port = ClusterIp(3);
  port.client_ip_affinity = true;
  EXPECT_EQ(CountPort(port, WithDetector()).rules(), 14U);
}

// NodePort, E = 2, m = 1: KUBE-SERVICES 1, KUBE-NODEPORTS 1, SVC 3, SEP 4, EXT 2; chains SVC, EXT,
// 2 SEP.
TEST(IptablesTables, NodePortUnderTheClusterPolicy) {
  ServicePortShape port = ClusterIp(2);
  port.node_port = true;
  const IptablesCounts counts = CountPort(port, WithDetector());
  EXPECT_EQ(counts.nat_node_ports, 1U);
  EXPECT_EQ(counts.nat_ext, 2U);
  EXPECT_EQ(counts.rules(), 11U);
  EXPECT_EQ(counts.lines(), 15U);
}

// Load balancer, Local, E = 4 of which L = 1, d = m = 1, h = 1: SERVICES 2, NODEPORTS 1, SVC 1 + 4,
// SVL 1, SEP 8, EXT 1 + 2 + 1, filter NODEPORTS 1.
TEST(IptablesTables, LoadBalancerUnderTheLocalPolicyWithALocalEndpoint) {
  ServicePortShape port = ClusterIp(4);
  port.local_endpoints = 1;
  port.load_balancer_ips = 1;
  port.node_port = true;
  port.health_check_node_port = true;
  port.external_policy_local = true;
  const IptablesCounts counts = CountPort(port, WithDetector());
  EXPECT_EQ(counts.nat_svl, 1U);
  EXPECT_EQ(counts.nat_ext, 4U);
  EXPECT_EQ(counts.nat_rules(), 21U);
  EXPECT_EQ(counts.filter_rules(), 1U);
  EXPECT_EQ(counts.chains(), 7U);  // SVC, SVL, EXT, 4 SEP
}

// The same where L = 0: no SVL, EXT d + 2, and 2 DROPs (load balancer IP, NodePort).
TEST(IptablesTables, LoadBalancerUnderTheLocalPolicyWithoutALocalEndpoint) {
  ServicePortShape port = ClusterIp(4);
  port.load_balancer_ips = 1;
  port.node_port = true;
  port.external_policy_local = true;
  const IptablesCounts counts = CountPort(port, WithDetector());
  EXPECT_EQ(counts.nat_svl, 0U);
  EXPECT_EQ(counts.nat_ext, 3U);
  EXPECT_EQ(counts.filter_external_services, 2U);
}

// b = 1, r = 3, the node's address in a range: KUBE-FW 3 + 1 + 1, PROXY-FIREWALL 1.
TEST(IptablesTables, SourceRangesMakeAFirewallChain) {
  ServicePortShape port = ClusterIp(2);
  port.load_balancer_ips = 1;
  port.node_port = true;
  port.source_ranges = 3;
  port.node_in_source_ranges = true;
  const IptablesCounts counts = CountPort(port, WithoutDetector());
  EXPECT_EQ(counts.nat_fw, 5U);
  EXPECT_EQ(counts.filter_proxy_firewall, 1U);
}

// Internal Local, E = 5, L = 0, ClusterIP only: nothing in nat, one DROP.
TEST(IptablesTables, InternalLocalPolicyWithoutALocalEndpoint) {
  ServicePortShape port = ClusterIp(5);
  port.internal_policy_local = true;
  const IptablesCounts counts = CountPort(port, WithDetector());
  EXPECT_EQ(counts.nat_rules(), 0U);
  EXPECT_EQ(counts.filter_services, 1U);
  EXPECT_EQ(counts.chains(), 0U);
}

// Internal Local, E = 5, L = 2, m = 1: SERVICES 1, SVL 1 + 2, SEP 4 of the two local ones.
TEST(IptablesTables, InternalLocalPolicyWithLocalEndpoints) {
  ServicePortShape port = ClusterIp(5);
  port.local_endpoints = 2;
  port.internal_policy_local = true;
  const IptablesCounts counts = CountPort(port, WithDetector());
  EXPECT_EQ(counts.nat_svc, 0U);
  EXPECT_EQ(counts.nat_svl, 3U);
  EXPECT_EQ(counts.rules(), 8U);
  EXPECT_EQ(counts.chains(), 3U);
}

// KUBE-SERVICES 1, POSTROUTING 3, MARK-MASQ 1, 3 nat jumps; FORWARD 3, FIREWALL 1 + 2, 9 filter
// jumps.
TEST(IptablesTables, FixedRules) {
  const IptablesCounts counts = CountFixed(WithoutDetector());
  EXPECT_EQ(counts.nat_rules(), 8U);
  EXPECT_EQ(counts.filter_rules(), 15U);
  EXPECT_EQ(counts.nat_chains, 4U);
  EXPECT_EQ(counts.filter_chains, 6U);
}

// 99 Services of E = 3: a place of 1..99 is (99 + 1) / 2 = 50 on average; then no m, (3 + 1) / 2
// random, SEP 2, POSTROUTING 1.
TEST(IptablesTables, WalkToAClusterIp) {
  const std::vector<ServicePortShape> ports(99, ClusterIp(3));
  const IptablesCounts tables = CountTables(ports, WithoutDetector());
  const IptablesWalk walk =
      WalkToService(ports[0], Address::kClusterIp, true, tables, WithoutDetector());
  EXPECT_EQ(walk.services, 50);
  EXPECT_EQ(walk.random, 2);
  EXPECT_EQ(walk.chain, 3);
  EXPECT_EQ(walk.node_ports, 0);
  EXPECT_FALSE(walk.masqueraded);
  EXPECT_EQ(walk.total(), 55);
}

// NodePort: all 10 rules of KUBE-SERVICES, the guard, (10 + 1) / 2 of KUBE-NODEPORTS; EXT 2, m 1,
// SEP 2, mark 1 and POSTROUTING 3.
TEST(IptablesTables, WalkToANodePort) {
  ServicePortShape port = ClusterIp(1);
  port.node_port = true;
  const std::vector<ServicePortShape> ports(10, port);
  const IptablesCounts tables = CountTables(ports, WithDetector());
  const IptablesWalk walk = WalkToService(port, Address::kNodePort, false, tables, WithDetector());
  EXPECT_EQ(walk.services, 10);
  EXPECT_EQ(walk.node_ports, 6.5);
  EXPECT_EQ(walk.random, 1);
  EXPECT_EQ(walk.chain, 9);
  EXPECT_TRUE(walk.masqueraded);
}

// Traffic to no Service walks all 100 rules and the guard.
TEST(IptablesTables, WalkToNoService) {
  const std::vector<ServicePortShape> ports(100, ClusterIp(2));
  EXPECT_EQ(WalkToNoService(CountTables(ports, WithDetector())).services, 101);
}

// Local policy from outside keeps the client's address: EXT d + 2 + jump, no SNAT.
TEST(IptablesTables, LocalPolicyDoesNotMasquerade) {
  ServicePortShape port = ClusterIp(4);
  port.local_endpoints = 1;
  port.load_balancer_ips = 1;
  port.external_policy_local = true;
  const std::vector<ServicePortShape> ports{port};
  const IptablesCounts tables = CountTables(ports, WithDetector());
  const IptablesWalk walk =
      WalkToService(port, Address::kLoadBalancerIp, false, tables, WithDetector());
  EXPECT_FALSE(walk.masqueraded);
  EXPECT_EQ(walk.random, 1);  // one local endpoint
  EXPECT_EQ(walk.chain, 7);   // EXT 4, SEP 2, POSTROUTING 1
}

// 1000 Services of E = 2, one changed: full is every line; partial is KUBE-SERVICES 1001,
// POSTROUTING 3 and the changed one's SVC 3, SEP 4 and 3 chains.
TEST(IptablesTables, PartialSyncWritesKubeServicesWhole) {
  const std::vector<ServicePortShape> ports(1000, ClusterIp(2));
  const IptablesCounts tables = CountTables(ports, WithDetector());
  const IptablesSync sync = SyncLines(tables, std::span(ports).first(1), WithDetector());
  EXPECT_EQ(sync.full_lines, tables.lines());
  EXPECT_EQ(sync.partial_lines, 1001U + 3 + 3 + 4 + 3);
}

}  // namespace
}  // namespace cnisim::service

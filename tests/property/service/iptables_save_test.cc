/// The formulas against a proxy that writes every line (rule_set_writer.h), for random Services.

#include <gtest/gtest.h>

#include "models/service/iptables_tables.h"
#include "sim/base/random.h"
#include "tests/property/service/rule_set_writer.h"

namespace cnisim::service {
namespace {

TestService RandomService(RandomStream& random, int index) {
  TestService service;
  service.name = "S" + std::to_string(index);
  service.cluster_ip = "10.0." + std::to_string(index / 256) + "." + std::to_string(index % 256);
  const std::uint32_t endpoints = random.Below(4) == 0 ? 0 : random.Below(9);
  for (std::uint32_t i = 0; i < endpoints; ++i) {
    service.endpoints.push_back(
        {"10.244." + std::to_string(index % 200) + "." + std::to_string(i), random.Below(3) == 0});
  }
  const std::uint32_t kind = random.Below(4);
  if (kind >= 1) service.node_port = 30000 + index;
  if (kind >= 2) {
    for (std::uint32_t i = 0; i <= random.Below(2); ++i) {
      service.load_balancer_ips.push_back("20.0.0." + std::to_string(i));
    }
    for (std::uint32_t i = random.Below(5); i > 2; --i) {
      service.source_ranges.push_back("203.0.113." + std::to_string(i) + "/32");
    }
    service.node_in_source_ranges = !service.source_ranges.empty() && random.Below(2) == 0;
  }
  for (std::uint32_t i = random.Below(4); i > 2; --i)
    service.external_ips.push_back("198.51.100.9");
  service.affinity = random.Below(4) == 0;
  service.internal_local = random.Below(6) == 0;
  service.external_local = kind >= 1 && random.Below(3) == 0;
  if (service.external_local && kind >= 2) service.health_check_node_port = 31000 + index;
  return service;
}

ServicePortShape ShapeOf(const TestService& service) {
  ServicePortShape shape;
  shape.endpoints = static_cast<std::uint32_t>(service.endpoints.size());
  for (const TestEndpoint& e : service.endpoints) {
    if (e.on_this_node) ++shape.local_endpoints;
  }
  shape.external_ips = static_cast<std::uint32_t>(service.external_ips.size());
  shape.load_balancer_ips = static_cast<std::uint32_t>(service.load_balancer_ips.size());
  shape.source_ranges = static_cast<std::uint32_t>(service.source_ranges.size());
  shape.node_port = service.node_port != 0;
  shape.health_check_node_port = service.health_check_node_port != 0;
  shape.client_ip_affinity = service.affinity;
  shape.internal_policy_local = service.internal_local;
  shape.external_policy_local = service.external_local;
  shape.node_in_source_ranges = service.node_in_source_ranges;
  return shape;
}

std::size_t LinesThat(const std::string& text, char begin) {
  std::istringstream in(text);
  std::string line;
  std::size_t count = 0;
  while (std::getline(in, line)) {
    if (!line.empty() && line.front() == begin) ++count;
  }
  return count;
}

TEST(IptablesSave, CountsEqualTheLinesOfAWrittenRuleSet) {
  IptablesCounts all;  // over all trials: every kind of rule was met
  for (std::uint32_t trial = 0; trial < 300; ++trial) {
    RandomStream random(20240917, trial, 1);
    TestProxy proxy;
    proxy.detector = random.Below(2) == 0;
    proxy.masquerade_all = random.Below(4) == 0;
    proxy.localhost_node_ports = random.Below(2) == 0;
    ProxyOptions options;
    options.local_detector = proxy.detector;
    options.masquerade_all = proxy.masquerade_all;
    options.localhost_node_ports = proxy.localhost_node_ports;

    ProxyWriter writer(proxy);
    std::vector<ServicePortShape> ports;
    const int services = 1 + static_cast<int>(random.Below(40));
    for (int i = 0; i < services; ++i) {
      const TestService service = RandomService(random, i);
      writer.Write(service);
      ports.push_back(ShapeOf(service));
    }
    const IptablesCounts counts = CountTables(ports, options);
    all += counts;
    const std::string nat = writer.nat.Text();
    const std::string filter = writer.filter.Text();
    SCOPED_TRACE("trial " + std::to_string(trial));
    ASSERT_EQ(counts.nat_rules(), LinesThat(nat, '-'));
    ASSERT_EQ(counts.filter_rules(), LinesThat(filter, '-'));
    ASSERT_EQ(counts.nat_chains, LinesThat(nat, ':'));
    ASSERT_EQ(counts.filter_chains, LinesThat(filter, ':'));
    ASSERT_EQ(counts.lines(), LinesThat(nat, '-') + LinesThat(filter, '-') + LinesThat(nat, ':') +
                                  LinesThat(filter, ':'));
    ASSERT_EQ(counts.nat_services, writer.nat.RulesOf("KUBE-SERVICES"));
    ASSERT_EQ(counts.nat_node_ports, writer.nat.RulesOf("KUBE-NODEPORTS"));
    ASSERT_EQ(counts.nat_svc, writer.nat.RulesOfPrefix("KUBE-SVC-"));
    ASSERT_EQ(counts.nat_svl, writer.nat.RulesOfPrefix("KUBE-SVL-"));
    ASSERT_EQ(counts.nat_sep, writer.nat.RulesOfPrefix("KUBE-SEP-"));
    ASSERT_EQ(counts.nat_ext, writer.nat.RulesOfPrefix("KUBE-EXT-"));
    ASSERT_EQ(counts.nat_fw, writer.nat.RulesOfPrefix("KUBE-FW-"));
    ASSERT_EQ(counts.filter_services, writer.filter.RulesOf("KUBE-SERVICES"));
    ASSERT_EQ(counts.filter_external_services, writer.filter.RulesOf("KUBE-EXTERNAL-SERVICES"));
    ASSERT_EQ(counts.filter_proxy_firewall, writer.filter.RulesOf("KUBE-PROXY-FIREWALL"));
    ASSERT_EQ(counts.filter_node_ports, writer.filter.RulesOf("KUBE-NODEPORTS"));
  }
  EXPECT_GT(all.nat_svl, 100U);
  EXPECT_GT(all.nat_fw, 100U);
  EXPECT_GT(all.filter_services, 1000U);
  EXPECT_GT(all.filter_external_services, 100U);
  EXPECT_GT(all.filter_proxy_firewall, 100U);
}

}  // namespace
}  // namespace cnisim::service

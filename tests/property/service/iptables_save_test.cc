/// The formulas against a proxy that writes every line (rule_set_writer.h), for random Services.

#include <gtest/gtest.h>

#include "models/service/iptables_tables.h"
#include "sim/base/random.h"
#include "tests/property/service/random_services.h"
#include "tests/property/service/rule_set_writer.h"

namespace cnisim::service {
namespace {

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

/// Elements, chains, members and entries against engines that write every one of them
/// (map_writer.h), for random Services.

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/service/ebpf_maps.h"
#include "models/service/ipvs_tables.h"
#include "models/service/nftables_tables.h"
#include "sim/base/random.h"
#include "tests/property/service/map_writer.h"
#include "tests/property/service/random_services.h"

namespace cnisim::service {
namespace {

constexpr std::uint32_t kTrials = 300;

/// A node's Services at random, and what models/service counts from.
struct Trial {
  explicit Trial(std::uint32_t index, std::uint64_t seed) : random(seed, index, 1) {
    const int count = 1 + static_cast<int>(random.Below(40));
    for (int i = 0; i < count; ++i) {
      services.push_back(RandomService(random, i));
      ports.push_back(ShapeOf(services.back()));
    }
    for (std::uint32_t i = 0; i <= random.Below(3); ++i) {
      node_addresses.push_back("10.224.0." + std::to_string(4 + i));
    }
  }

  std::uint32_t addresses() const { return static_cast<std::uint32_t>(node_addresses.size()); }

  RandomStream random;
  std::vector<TestService> services;
  std::vector<ServicePortShape> ports;
  std::vector<std::string> node_addresses;
};

TEST(MapCounts, NftablesEqualsTheWrittenTable) {
  NftablesCounts all;  // over all trials: everything was met
  for (std::uint32_t index = 0; index < kTrials; ++index) {
    Trial trial(index, 20240921);
    TestProxy proxy;
    proxy.detector = trial.random.Below(2) == 0;
    proxy.masquerade_all = trial.random.Below(4) == 0;
    ProxyOptions options;
    options.local_detector = proxy.detector;
    options.masquerade_all = proxy.masquerade_all;
    const Lines lines = WriteNftables(trial.services, proxy);
    const NftablesCounts counts = CountNftables(trial.ports, options);
    all += counts;
    SCOPED_TRACE("trial " + std::to_string(index));
    ASSERT_EQ(counts.service_ip_elements, lines.Beginning("element service-ips "));
    ASSERT_EQ(counts.node_port_elements, lines.Beginning("element service-nodeports "));
    ASSERT_EQ(counts.firewall_elements, lines.Beginning("element firewall-ips "));
    ASSERT_EQ(counts.no_endpoint_elements, lines.Beginning("element no-endpoint-services "));
    ASSERT_EQ(counts.no_endpoint_node_ports, lines.Beginning("element no-endpoint-nodeports "));
    ASSERT_EQ(counts.map_elements(), lines.Beginning("element "));
    ASSERT_EQ(counts.endpoint_map_elements, lines.Beginning("inline "));
    ASSERT_EQ(counts.chains, lines.Beginning("chain "));
    ASSERT_EQ(counts.rules, lines.Beginning("rule "));
  }
  EXPECT_GT(all.firewall_elements, 100U);
  EXPECT_GT(all.no_endpoint_node_ports, 100U);
}

TEST(MapCounts, IpvsEqualsTheWrittenSetsAndServers) {
  IpvsCounts all;
  for (std::uint32_t index = 0; index < kTrials; ++index) {
    const Trial trial(index, 20240922);
    const Lines lines = WriteIpvs(trial.services, trial.node_addresses);
    const IpvsCounts counts = CountIpvs(trial.ports, trial.addresses());
    all += counts;
    SCOPED_TRACE("trial " + std::to_string(index));
    ASSERT_EQ(counts.virtual_servers, lines.Beginning("virtual "));
    ASSERT_EQ(counts.real_servers, lines.Beginning("real "));
    ASSERT_EQ(counts.dummy_addresses, lines.Beginning("address "));
    ASSERT_EQ(counts.cluster_ip, lines.Beginning("KUBE-CLUSTER-IP "));
    ASSERT_EQ(counts.loop_back, lines.Beginning("KUBE-LOOP-BACK "));
    ASSERT_EQ(counts.external_ip, lines.Beginning("KUBE-EXTERNAL-IP "));
    ASSERT_EQ(counts.external_ip_local, lines.Beginning("KUBE-EXTERNAL-IP-LOCAL "));
    ASSERT_EQ(counts.load_balancer, lines.Beginning("KUBE-LOAD-BALANCER "));
    ASSERT_EQ(counts.load_balancer_local, lines.Beginning("KUBE-LOAD-BALANCER-LOCAL "));
    ASSERT_EQ(counts.load_balancer_fw, lines.Beginning("KUBE-LOAD-BALANCER-FW "));
    ASSERT_EQ(counts.source_cidr, lines.Beginning("KUBE-LOAD-BALANCER-SOURCE-CIDR "));
    ASSERT_EQ(counts.source_ip, lines.Beginning("KUBE-LOAD-BALANCER-SOURCE-IP "));
    ASSERT_EQ(counts.node_port, lines.Beginning("KUBE-NODE-PORT-TCP "));
    ASSERT_EQ(counts.node_port_local, lines.Beginning("KUBE-NODE-PORT-LOCAL-TCP "));
  }
  EXPECT_GT(all.external_ip_local, 100U);
  EXPECT_GT(all.source_ip, 100U);
}

TEST(MapCounts, CiliumEqualsTheWrittenMaps) {
  CiliumLbCounts all;
  for (std::uint32_t index = 0; index < kTrials; ++index) {
    Trial trial(index, 20240923);
    CiliumLbOptions options;
    options.node_addresses = trial.addresses();
    options.maglev = trial.random.Below(2) == 0;
    options.maglev_table_size = trial.random.Below(2) == 0 ? 251 : 16381;
    const Lines lines = WriteCiliumLb(trial.services, trial.node_addresses, options.maglev);
    const CiliumLbCounts counts = CountCiliumLb(trial.ports, options);
    all += counts;
    SCOPED_TRACE("trial " + std::to_string(index));
    ASSERT_EQ(counts.frontends, lines.Beginning("frontend "));
    ASSERT_EQ(counts.service_entries, lines.Beginning("slot "));
    ASSERT_EQ(counts.backends, lines.Beginning("backend "));
    ASSERT_EQ(counts.source_range_entries, lines.Beginning("range "));
    ASSERT_EQ(counts.maglev_tables, lines.Beginning("maglev "));
    ASSERT_EQ(counts.maglev_bytes, counts.maglev_tables * options.maglev_table_size * 4);
  }
  EXPECT_GT(all.source_range_entries, 100U);
  EXPECT_GT(all.maglev_tables, 100U);
}

TEST(MapCounts, CalicoHasAFrontendForEachOfCiliumsScopesButOne) {
  for (std::uint32_t index = 0; index < kTrials; ++index) {
    Trial trial(index, 20240924);
    // Calico keeps one entry a frontend with counts of all and of local endpoints: no scopes.
    for (TestService& service : trial.services) service.external_local = false;
    const Lines lines = WriteCiliumLb(trial.services, trial.node_addresses, false);
    const CalicoNatCounts counts = CountCalicoNat(trial.ports, trial.addresses());
    ASSERT_EQ(counts.frontends, lines.Beginning("frontend ")) << index;
    ASSERT_EQ(counts.backends, lines.Beginning("backend ")) << index;
  }
}

}  // namespace
}  // namespace cnisim::service

// The packaged scenarios of what goes wrong show the symptoms that their comments promise.

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "models/scenario/prepared_configuration.h"
#include "models/scenario/replication.h"
#include "models/scenario/scenario_reader.h"
#include "tests/unit/models/scenario/test_catalog.h"

namespace cnisim::scenario {
namespace {

/// One replication of a configuration of a packaged scenario.
ReplicationRecord Simulate(const std::string& file, const std::string& configuration) {
  document::Diagnostics diagnostics;
  const auto scenario = ReadScenario(ScenarioPath(file), TestCatalog(), diagnostics);
  EXPECT_TRUE(scenario) << Messages(diagnostics);
  if (!scenario) return {};
  const ConfigurationSpec* spec = scenario->FindConfiguration(configuration);
  EXPECT_NE(spec, nullptr) << configuration;
  const auto prepared =
      PreparedConfiguration::Prepare(*scenario, *spec, TestCatalog(), diagnostics);
  EXPECT_TRUE(prepared) << Messages(diagnostics);
  return RunReplication(*prepared, {.seed = scenario->measure.seed,
                                    .warm_up = scenario->measure.warm_up,
                                    .duration = scenario->measure.duration});
}

std::uint64_t Drops(const ReplicationRecord& record, DropReason reason) {
  return record.drops[static_cast<std::size_t>(reason)];
}

double Share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

double Seconds(const Histogram& latency, double quantile) {
  return static_cast<double>(latency.Quantile(quantile)) / 1e9;
}

TEST(Symptoms, ANodeOpensNoMoreConnectionsThanItsPortsComeBack) {
  const ReplicationRecord record = Simulate("snat-exhaustion.yaml", "default-ports");
  const FlowRecord& payments = record.sources[0];
  // Until its FIN a connection lasts for two round trips and 30 ms; then its port rests for 240 s.
  const double per_node = 1024 / (240 + 2 * 0.020 + 0.030);
  const double answered = static_cast<double>(payments.completed) / record.measured.seconds();
  EXPECT_NEAR(answered, 3 * per_node, 0.02 * 3 * per_node);
  EXPECT_GT(Drops(record, DropReason::kSnatPorts), 0U);
  EXPECT_EQ(payments.total_failed(),
            payments.failed[static_cast<std::size_t>(FailureReason::kTimeout)]);
  EXPECT_NEAR(Share(payments.total_failed(), payments.completed + payments.total_failed()),
              1 - 3 * per_node / 15, 0.02);
  // Those that got a port at a later SYN.
  const Histogram& latency = payments.latency_total;
  EXPECT_NEAR(static_cast<double>(latency.Quantile(0)) / 1e6, 70, 1);
  EXPECT_GT(Seconds(latency, 1), 1.06);
  EXPECT_LT(Seconds(latency, 1), 7.1);
  EXPECT_EQ(record.binding().kind, ResourceKind::kSnatPorts);
  EXPECT_TRUE(record.binding().saturated);
  EXPECT_NE(record.resources[static_cast<std::size_t>(ResourceKind::kSnatPorts)].busiest.find(
                ": 1024 of 1024 to payments:443"),
            std::string::npos);
}

TEST(Symptoms, MorePortsOrANatGatewayRemoveTheExhaustion) {
  for (const char* configuration : {"4000-ports", "nat-gateway"}) {
    const ReplicationRecord record = Simulate("snat-exhaustion.yaml", configuration);
    EXPECT_EQ(Drops(record, DropReason::kSnatPorts), 0U) << configuration;
    EXPECT_EQ(record.sources[0].total_failed(), 0U) << configuration;
    EXPECT_LT(Seconds(record.sources[0].latency_total, 1), 0.08) << configuration;
  }
}

TEST(Symptoms, AFullConnectionTableLetsNothingNewThrough) {
  const ReplicationRecord record = Simulate("conntrack-full.yaml", "azure-overlay");
  const ResourceUse& tables = record.resources[static_cast<std::size_t>(ResourceKind::kConntrack)];
  // Each node: 1,000 connections a second as client, 500 as server of the other node's.
  EXPECT_NEAR(tables.first_drop.seconds(), 131072.0 / 1500, 0.02 * 131072.0 / 1500);
  EXPECT_DOUBLE_EQ(tables.busy_max, 1);
  EXPECT_EQ(record.binding().kind, ResourceKind::kConntrack);
  EXPECT_TRUE(record.binding().saturated);
  const FlowRecord& calls = record.sources[0];
  // From 87 s to 110 s nobody gets through, and those who began before 100 s have given up.
  const double open = 131072.0 / 1500 - 70;
  EXPECT_NEAR(Share(calls.completed, calls.offered), open / 40, 0.02);
  EXPECT_NEAR(Share(calls.total_failed(), calls.offered), (100 - 131072.0 / 1500) / 40, 0.02);
}

TEST(Symptoms, ATableThatEvictsDropsNothing) {
  const ReplicationRecord record = Simulate("conntrack-full.yaml", "cilium-overlay");
  EXPECT_EQ(Drops(record, DropReason::kConntrackFull), 0U);
  EXPECT_EQ(record.sources[0].total_failed(), 0U);
}

double QueriesPerLookup(const ReplicationRecord& record) {
  return static_cast<double>(record.sources[0].queries) /
         static_cast<double>(record.sources[0].lookups);
}

/// Queries a second that CoreDNS' one pod could answer, by what it needed for those it had.
double CapacityOfCoreDns(const ReplicationRecord& record) {
  const ResourceUse& limit = record.resources[static_cast<std::size_t>(ResourceKind::kCpuLimit)];
  EXPECT_EQ(limit.busiest, "pod coredns-0");
  return static_cast<double>(record.queries[0].answered) / record.measured.seconds() /
         limit.busy_max;
}

// One instance on two vCPUs answered 33,667 queries/s (coredns/deployment: Scaling_CoreDNS.md).
// There clients kept their sockets; here each look-up has a new one, whose entry costs the node 5
// us more.
TEST(Symptoms, CoreDnsOnTwoCoresServesThePublishedRate) {
  document::Diagnostics diagnostics;
  const auto scenario =
      ReadScenarioText(R"(
cnisim: 1
name: published
cluster: {node_pools: [{name: dns, sku: Standard_D2s_v5, count: 1},
                       {name: apps, sku: Standard_D16s_v5, count: 6}]}
configurations: [{name: kubenet, az: --network-plugin kubenet}]
applications: [../tests/data/scenario/own-dns.yaml]
dns: {}
work: {server: 1us}
traffic: [{from: client, to: server, rate: 25000/s, connection: per_call}]
)",
                       ScenarioPath("published.yaml"), TestCatalog(), diagnostics);
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  const auto prepared = PreparedConfiguration::Prepare(*scenario, scenario->configurations[0],
                                                       TestCatalog(), diagnostics);
  ASSERT_TRUE(prepared) << Messages(diagnostics);
  const ReplicationRecord record =
      RunReplication(*prepared, {.seed = 1,
                                 .warm_up = SimTime::FromNanos(200'000'000),
                                 .duration = SimTime::FromNanos(500'000'000)});
  EXPECT_EQ(record.binding().kind, ResourceKind::kDns);
  const double rate = static_cast<double>(record.queries[0].answered) / record.measured.seconds();
  EXPECT_NEAR(rate, 33'667, 0.08 * 33'667);
}

TEST(Symptoms, AShortNdotsAsksOnceAndNothingIsLost) {
  const ReplicationRecord record = Simulate("dns-ndots.yaml", "ndots-2");
  const FlowRecord& payments = record.sources[0];
  EXPECT_DOUBLE_EQ(QueriesPerLookup(record), 2);
  EXPECT_EQ(payments.total_failed(), 0U);
  EXPECT_EQ(Drops(record, DropReason::kDnsQueue), 0U);
  // Half a core, 47 us of work and the kernel's some 8 us: 9,000 to 11,000 queries a second.
  EXPECT_NEAR(CapacityOfCoreDns(record), 10000, 1000);
  EXPECT_LT(Seconds(payments.latency_lookup, 0.5), 0.001);
}

TEST(Symptoms, NdotsFiveAsksTenTimesAndFillsCoreDns) {
  const double capacity = CapacityOfCoreDns(Simulate("dns-ndots.yaml", "ndots-2"));
  const ReplicationRecord record = Simulate("dns-ndots.yaml", "ndots-5");
  const FlowRecord& payments = record.sources[0];
  EXPECT_EQ(record.binding().kind, ResourceKind::kDns);
  EXPECT_TRUE(record.binding().saturated);
  EXPECT_GT(Drops(record, DropReason::kDnsQueue), 0U);
  // It answers as fast as its limit allows, whatever is asked.
  EXPECT_NEAR(static_cast<double>(record.queries[0].answered) / record.measured.seconds(), capacity,
              0.05 * capacity);
  EXPECT_DOUBLE_EQ(record.resources[static_cast<std::size_t>(ResourceKind::kCpuLimit)].busy_max, 1);
  // Who loses a query waits for its timer: nothing between the longest queue and 5 s.
  const Histogram& lookup = payments.latency_lookup;
  EXPECT_GT(lookup.CountUpTo(1'000'000'000), lookup.count() / 3);
  EXPECT_EQ(lookup.CountUpTo(4'950'000'000), lookup.CountUpTo(1'000'000'000));
  EXPECT_GT(lookup.count() - lookup.CountUpTo(4'950'000'000), lookup.count() / 20);
  // Two attempts without an answer, or 10 s in all: the look-up fails, and nothing else does.
  EXPECT_GT(payments.total_failed(), 0U);
  EXPECT_EQ(payments.total_failed(),
            payments.failed[static_cast<std::size_t>(FailureReason::kLookup)]);
}

TEST(Symptoms, ALostRaceIsATailOfFiveSecondsWithNothingSaturated) {
  const ReplicationRecord record = Simulate("dns-ndots.yaml", "race");
  EXPECT_FALSE(record.binding().saturated);
  EXPECT_EQ(record.sources[0].total_failed(), 0U);
  EXPECT_NEAR(Share(Drops(record, DropReason::kConntrackRace), record.sources[0].offered), 0.01,
              0.003);
  const Histogram& lookup = record.sources[0].latency_lookup;
  EXPECT_EQ(lookup.CountUpTo(4'950'000'000), lookup.CountUpTo(100'000'000));
  // Of 14 s the slow ones of the last 5 s have no end yet.
  const double share = 0.01 * 9 / (0.01 * 9 + 0.99 * 14);
  EXPECT_NEAR(Share(lookup.count() - lookup.CountUpTo(4'950'000'000), lookup.count()), share,
              0.003);
}

TEST(Symptoms, ACacheOnTheNodeTakesTheTenQueries) {
  const ReplicationRecord record = Simulate("dns-ndots.yaml", "local-dns");
  EXPECT_DOUBLE_EQ(QueriesPerLookup(record), 10);
  EXPECT_EQ(record.sources[0].total_failed(), 0U);
  // Five names and two types on each of four nodes, all of them asked for in the warm-up.
  EXPECT_EQ(record.queries[0].name, "LocalDNS -> CoreDNS");
  EXPECT_EQ(record.queries[0].offered, 0U);
  // The queries make no entries: those of the connections themselves remain, 120 s each.
  const ReplicationRecord without = Simulate("dns-ndots.yaml", "ndots-2");
  EXPECT_LT(record.resources[static_cast<std::size_t>(ResourceKind::kConntrack)].busy_max,
            without.resources[static_cast<std::size_t>(ResourceKind::kConntrack)].busy_max);
}

}  // namespace
}  // namespace cnisim::scenario

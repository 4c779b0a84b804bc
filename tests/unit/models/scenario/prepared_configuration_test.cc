#include "models/scenario/prepared_configuration.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/scenario/replication.h"
#include "models/scenario/scenario_reader.h"
#include "models/workload/traffic_simulation.h"
#include "tests/support/source_path.h"

namespace cnisim::scenario {
namespace {

using namespace literals;
using document::Diagnostics;

const std::string kScenarios = test::SourcePath("scenarios/");

// A scenario with everything that its prepared configurations point to.
struct Prepared {
  Diagnostics diagnostics;
  Catalog catalog = Catalog::Load(std::nullopt, diagnostics);
  std::optional<Scenario> scenario;
  std::vector<std::unique_ptr<const PreparedConfiguration>> configurations;

  explicit Prepared(const std::string& file, const std::string& text = {}) {
    scenario = text.empty() ? ReadScenario(kScenarios + file, catalog, diagnostics)
                            : ReadScenarioText(text, kScenarios + file, catalog, diagnostics);
    if (!scenario) return;
    for (const ConfigurationSpec& spec : scenario->configurations) {
      configurations.push_back(
          PreparedConfiguration::Prepare(*scenario, spec, catalog, diagnostics));
    }
  }

  // All of them, or the reasons why not.
  testing::AssertionResult Ready() const {
    std::string out;
    diagnostics.Print(out);
    if (!scenario || diagnostics.has_errors()) return testing::AssertionFailure() << out;
    for (const auto& configuration : configurations) {
      if (configuration == nullptr) return testing::AssertionFailure() << out;
    }
    return testing::AssertionSuccess();
  }
};

constexpr const char* kSevenConfigurations = R"(
configurations:
  - {name: azure-node-subnet, az: --network-plugin azure}
  - {name: azure-overlay, az: --network-plugin azure --network-plugin-mode overlay}
  - {name: cilium-overlay, az: --network-plugin azure --network-plugin-mode overlay --network-dataplane cilium}
  - {name: kubenet, az: --network-plugin kubenet}
  - name: byocni-cilium
    az: --network-plugin none --pod-cidr 10.244.0.0/16
    cilium: {values: inputs/cilium-values.yaml, chart: 1.15.0}
  - name: byocni-calico
    az: --network-plugin none --pod-cidr 10.244.0.0/16
    calico: {installation: inputs/calico-installation.yaml}
  - name: byocni-flannel
    az: --network-plugin none --pod-cidr 10.244.0.0/16
    flannel: {config: inputs/flannel-configmap.yaml}
)";

std::string WithSevenConfigurations(const std::string& rest) {
  return "cnisim: 1\nname: test\n" + std::string(kSevenConfigurations) +
         "applications: [inputs/shop.yaml]\n" + rest;
}

TEST(PreparedConfigurationTest, QuickstartTakesTheAddressesOfTheFormulas) {
  const Prepared prepared("quickstart.yaml");
  ASSERT_TRUE(prepared.Ready());
  ASSERT_EQ(prepared.configurations.size(), 7U);
  // Node subnet: 3 nodes of 1 + 30 addresses and 14 of 1 + 60.  Elsewhere one a node.
  EXPECT_EQ(prepared.configurations[0]->facts().vnet_addresses, 3U * 31 + 14 * 61);
  for (std::size_t i = 1; i < 7; ++i) {
    EXPECT_EQ(prepared.configurations[i]->facts().vnet_addresses, 17U) << i;
  }
  for (const auto& configuration : prepared.configurations) {
    EXPECT_EQ(configuration->facts().nodes, 17U);
    EXPECT_EQ(configuration->facts().pods_unplaced, 0U);
    EXPECT_EQ(configuration->facts().service_ports, configuration->cluster().services().size());
  }
}

TEST(PreparedConfigurationTest, QuickstartHasTheRulesOfTheFormulas) {
  const Prepared prepared("quickstart.yaml");
  ASSERT_TRUE(prepared.Ready());
  // Eleven Services of one port, one of them with a load balancer: a rule in KUBE-SERVICES for each
  // address, and the jump to KUBE-NODEPORTS.
  EXPECT_EQ(prepared.configurations[0]->facts().service_rules, 11U + 1 + 1);
  EXPECT_EQ(prepared.configurations[0]->facts().service_map_entries, 0U);
  // Managed Cilium replaces kube-proxy: no rules; a master entry and one a backend for each
  // frontend, and the backends.
  const ConfigurationFacts& cilium = prepared.configurations[2]->facts();
  EXPECT_EQ(cilium.service_rules, 0U);
  EXPECT_GT(cilium.service_map_entries, 11U + cilium.service_endpoints);
  // The same cluster under a mode that knows its pod range has one more rule for each port.
  EXPECT_GT(prepared.configurations[1]->facts().service_lines,
            prepared.configurations[0]->facts().service_lines);
}

// An idle cluster: a transaction takes what its segments add up to, under every CNI.
TEST(PreparedConfigurationTest, UnloadedTransactionsTakeTheSumOfTheirSegments) {
  const Prepared prepared("unloaded.yaml", WithSevenConfigurations(R"(
cluster: {latency: azure-one-zone}
calls: {}
traffic:
  - {kind: rr, from: cart, to: cart-store, request: 100B, response: 1KiB}
  - {kind: crr, from: catalog, to: catalog-db, request: 100B, response: 1KiB}
)"));
  ASSERT_TRUE(prepared.Ready());
  const double fabric = prepared.catalog.costs.At("azure_fabric_one_way").fixed_ns;
  for (const auto& configuration : prepared.configurations) {
    SCOPED_TRACE(configuration->name());
    const workload::Model both = configuration->BuildModel(configuration->costs());
    for (std::size_t i = 0; i < 2; ++i) {
      workload::Model model = both;
      model.sources = {both.sources[i]};  // alone, so that nothing queues
      const ReplicationRecord record = workload::SimulateTraffic(
          model, {.seed = 1, .threads = 1, .warm_up = 100_ms, .duration = 1_s});
      const workload::EdgeModel& edge = model.edges[model.sources[0].edge];
      const datapath::CompiledFlow& flow = model.flows[edge.targets[0].flows[1]];
      using datapath::MessageKind;
      const auto demand = [&](MessageKind kind, Bytes payload) {
        return flow[kind].Demand(payload).value();
      };
      const auto wire = [&](MessageKind kind, Bytes payload) {  // at 12.5 Gbit/s
        return static_cast<double>((payload + flow[kind].header_bytes).count()) * 0.64;
      };
      double expected = demand(MessageKind::kReply, edge.response) + 2 * fabric +
                        wire(MessageKind::kRequest, edge.request) +
                        wire(MessageKind::kReply, edge.response);
      if (i == 0) {
        expected += demand(MessageKind::kRequest, edge.request);
      } else {
        expected += flow.connect.value() + demand(MessageKind::kSyn, Bytes{0}) +
                    demand(MessageKind::kSynAck, Bytes{0}) + 2 * fabric + flow.accept.value() +
                    demand(MessageKind::kControl, Bytes{0}) +
                    demand(MessageKind::kRequestFirst, edge.request);
      }
      EXPECT_NEAR(record.sources[0].latency_total.Mean(), expected, 0.01 * expected) << i;
    }
  }
}

TEST(PreparedConfigurationTest, RaisingTheRateRaisesTheTailUntilSomethingBinds) {
  const Prepared prepared("ramp.yaml", WithSevenConfigurations(R"(
cluster:
  node_pools: [{name: apps, sku: Standard_D2s_v5, count: 8}]
calls: {frontend: {api-server: {request: 600B, response: 8KiB}}}
work: {frontend: 200us, api-server: 200us}
traffic: [{from: external, to: frontend, rate: 1000/s}]
)"));
  ASSERT_TRUE(prepared.Ready());
  for (const auto& configuration : prepared.configurations) {
    SCOPED_TRACE(configuration->name());
    std::int64_t tail = 0;
    std::uint64_t drops = 0;
    for (const double rate : {1000.0, 16000.0, 64000.0}) {
      workload::Model model = configuration->BuildModel(configuration->costs());
      model.sources[0].rate = rate;
      const ReplicationRecord record = workload::SimulateTraffic(
          model, {.seed = 1, .threads = 1, .warm_up = 50_ms, .duration = 200_ms});
      const std::int64_t p99 = record.sources[0].latency_total.Quantile(0.99);
      EXPECT_GT(p99, tail) << rate;
      tail = p99;
      drops = 0;
      for (const std::uint64_t count : record.drops) drops += count;
      EXPECT_EQ(record.binding().saturated, drops > 0) << rate;
    }
    EXPECT_GT(drops, 0U);
  }
}

TEST(PreparedConfigurationTest, SameSeedSameRecordAndCostsMoveNothingElse) {
  const Prepared prepared("smallest.yaml");
  ASSERT_TRUE(prepared.Ready());
  const PreparedConfiguration& configuration = *prepared.configurations[0];
  ReplicationOptions options{.seed = 3, .warm_up = 100_ms, .duration = 500_ms};
  const ReplicationRecord record = RunReplication(configuration, options);
  options.threads = 2;
  const ReplicationRecord again = RunReplication(configuration, options);
  EXPECT_EQ(record.digest, again.digest);
  EXPECT_EQ(record.sources[0].latency_total, again.sources[0].latency_total);

  options.cost_draw = 1;
  const ReplicationRecord drawn = RunReplication(configuration, options);
  EXPECT_EQ(drawn.sources[0].offered, record.sources[0].offered);
  EXPECT_NE(drawn.sources[0].latency_total.Mean(), record.sources[0].latency_total.Mean());

  options.cost_draw.reset();
  options.seed = 4;
  EXPECT_NE(RunReplication(configuration, options).digest, record.digest);
}

// Both CoreDNS and LocalDNS are reached on every network, and the client finds its Service at once.
TEST(PreparedConfigurationTest, NamesAreLookedUpOnEveryNetwork) {
  for (const char* dns : {"dns: {}\n", "dns: {local: true}\n"}) {
    const Prepared prepared(
        "test.yaml",
        WithSevenConfigurations(std::string(dns) +
                                "calls: {}\ntraffic: [{from: frontend, to: cart, rate: 500/s, "
                                "connection: per_call}]\n"));
    ASSERT_TRUE(prepared.Ready());
    for (const auto& configuration : prepared.configurations) {
      const ReplicationRecord record =
          RunReplication(*configuration, {.seed = 1, .warm_up = 100_ms, .duration = 500_ms});
      const FlowRecord& traffic = record.sources[0];
      EXPECT_GT(traffic.lookups, 200U) << configuration->name();
      EXPECT_EQ(traffic.queries, 2 * traffic.lookups) << configuration->name();
      EXPECT_EQ(traffic.total_failed(), 0U) << configuration->name();
    }
  }
}

TEST(PreparedConfigurationTest, EachEngineLetsThroughWhatItReads) {
  const Prepared prepared("policies.yaml");
  ASSERT_TRUE(prepared.Ready());
  ASSERT_EQ(prepared.configurations.size(), 5U);
  const auto admission = [&](std::size_t configuration, std::size_t source) {
    const auto& ready = *prepared.configurations[configuration];
    const workload::Model model = ready.BuildModel(ready.costs());
    return model.edges[model.sources[source].edge].targets.at(0).admission;
  };
  using workload::Admission;
  // Traffic 1: POST /api/v1/orders; 2: DELETE, which no rule allows; 3: a caller that may not.
  // Azure NPM and Calico do not read Cilium's policies; managed Cilium has no proxy for HTTP rules.
  for (const std::size_t strict : {0U, 1U, 2U}) {
    for (const std::size_t source : {1U, 2U, 3U}) {
      EXPECT_EQ(admission(strict, source), Admission::kDroppedAtServer) << strict << source;
    }
  }
  EXPECT_EQ(admission(3, 1), Admission::kAllowed);
  EXPECT_EQ(admission(3, 2), Admission::kForbidden);
  EXPECT_EQ(admission(3, 3), Admission::kDroppedAtServer);
  for (const std::size_t source : {1U, 2U, 3U}) {
    EXPECT_EQ(admission(4, source), Admission::kAllowed);  // Flannel enforces nothing
  }
}

TEST(PreparedConfigurationTest, SaysWhatEachEnginePaysForThePolicies) {
  const Prepared prepared("policies.yaml");
  ASSERT_TRUE(prepared.Ready());
  std::map<std::string, ConfigurationFacts> facts;
  for (const auto& each : prepared.configurations) facts[each->name()] = each->facts();
  for (const auto& [name, fact] : facts) EXPECT_EQ(fact.policies, 7U) << name;
  EXPECT_EQ(facts["azure-npm"].policies_enforced, 6U);
  EXPECT_EQ(facts["byocni-cilium"].policies_enforced, 7U);
  EXPECT_EQ(facts["byocni-flannel"].policies_enforced, 0U);
  // Rules are walked by first packets only; a map is looked up with or without policies.
  EXPECT_GT(facts["azure-npm"].policy_first_packet, Nanoseconds());
  EXPECT_EQ(facts["azure-npm"].policy_packet, Nanoseconds());
  EXPECT_EQ(facts["cilium-overlay"].policy_first_packet, Nanoseconds());
  EXPECT_EQ(facts["byocni-flannel"].policy_first_packet, Nanoseconds());
  // Only one engine reads the HTTP rules, and pays the proxy for each request.
  EXPECT_GT(facts["byocni-cilium"].policy_packet, Nanoseconds(100'000));
  EXPECT_EQ(facts["cilium-overlay"].policy_packet, Nanoseconds());
  // The busiest node has seven pods, each computed again in 2.15 ms.
  EXPECT_DOUBLE_EQ(facts["byocni-cilium"].policy_update.value(), 7 * 2'150'000.0);
  EXPECT_GT(facts["azure-calico"].policy_update, facts["azure-npm"].policy_update);
  EXPECT_EQ(facts["byocni-flannel"].policy_update, Nanoseconds());
}

TEST(PreparedConfigurationTest, InternalLoadBalancersAndThePrivateEndpointTakeAddresses) {
  const std::string scenario = R"(cnisim: 1
name: internal
configurations:
  - {name: public, az: --network-plugin azure --network-plugin-mode overlay --node-count 3}
  - {name: private, az: --network-plugin azure --network-plugin-mode overlay --node-count 3 --enable-private-cluster}
applications: [../tests/data/scenario/internal-load-balancer.yaml]
traffic: [{from: external, to: web, rate: 1/s}]
)";
  const Prepared prepared("internal.yaml", scenario);
  ASSERT_TRUE(prepared.Ready());
  EXPECT_EQ(prepared.configurations[0]->facts().vnet_addresses, 3U + 1U);
  EXPECT_EQ(prepared.configurations[1]->facts().vnet_addresses, 3U + 1U + 1U);
}

TEST(PreparedConfigurationTest, ManagedCiliumHasTheReleaseOfTheCluster) {
  const Prepared prepared("npm-to-cilium.yaml");
  ASSERT_TRUE(prepared.Ready());
  EXPECT_EQ(prepared.configurations[1]->policies().settings().version, (policy::Version{1, 16}));
}

TEST(PreparedConfigurationTest, SaysWhichWaysAnEdgeTakes) {
  const Prepared prepared("quickstart.yaml");
  ASSERT_TRUE(prepared.Ready());
  const PreparedConfiguration& azure = *prepared.configurations[0];
  const CallSpec& call = prepared.scenario->calls[0];
  const std::vector<EdgeFlow> flows = azure.FlowsBetween(call.from, call.to);
  ASSERT_FALSE(flows.empty());
  EXPECT_EQ(flows[0].flow.path, datapath::PathKind::kPodToPodCrossNode);
  EXPECT_EQ(flows[0].flow.service, datapath::ServiceAccess::kClusterIp);
  EXPECT_EQ(flows[0].verdict, "allow");
  double share = 0;
  for (const EdgeFlow& flow : flows) share += flow.share;
  EXPECT_NEAR(share, 1, 1e-12);

  const TrafficSpec& traffic = prepared.scenario->traffic[0];
  const std::vector<EdgeFlow> entries = azure.FlowsBetween(traffic.from, traffic.to);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].flow.path, datapath::PathKind::kExternalToPodViaNode);
  EXPECT_NEAR(entries[0].share, 16.0 / 17, 1e-12);
  EXPECT_EQ(entries[1].flow.path, datapath::PathKind::kExternalToPod);
}

/// Two pods on two nodes, request-response on an open connection, under Flannel.
std::string FlannelPair(const std::string& backend, const std::string& cluster,
                        const std::string& measure, const std::string& response) {
  return "cnisim: 1\nname: pair\ncluster:\n  node_pools: [{name: apps, sku: Standard_D8s_v5, "
         "count: 2}]\n" +
         cluster +
         "configurations:\n  - {name: flannel, az: --network-plugin none --pod-cidr "
         "10.244.0.0/16, catalog_cni: byocni-flannel, switches: {" +
         backend + "}}\napplications: [../tests/data/explain/pair.yaml]\ntraffic:\n" +
         "  - {kind: rr, from: client, to: server, via: pod, request: 200B, response: " + response +
         "}\nmeasure: {" + measure + "}\n";
}

ReplicationRecord RunPair(const std::string& text, std::string* said = nullptr) {
  const Prepared prepared("quickstart.yaml", text);
  EXPECT_TRUE(prepared.Ready());
  if (said != nullptr) *said = prepared.diagnostics.ToString();
  ReplicationOptions options;
  options.seed = 3;
  options.warm_up = 10_ms;
  options.duration = 1_s;
  return RunReplication(*prepared.configurations.front(), options);
}

constexpr const char* kWireguard = "encapsulation: none, encryption: wireguard";

// 1440 bytes for pods and 60 of WireGuard are 1500, which a network of 1400 may not cut: small
// messages go through, and a reply of 4 KiB never comes.
TEST(PreparedConfigurationTest, PacketsThatMayNotBeCutDisappearInASmallerNetwork) {
  std::string said;
  const std::string network = "  network_mtu: 1400B\n";
  const ReplicationRecord small =
      RunPair(FlannelPair(kWireguard, network, "seed: 1", "200B"), &said);
  EXPECT_GT(small.sources[0].completed, 1000U);
  EXPECT_THAT(said, testing::HasSubstr("packets of 1500 B (60 B of headers around 1440) are lost"));
  const ReplicationRecord large = RunPair(FlannelPair(kWireguard, network, "seed: 1", "4KiB"));
  EXPECT_EQ(large.sources[0].completed, 0U);
  EXPECT_GT(large.drops[static_cast<std::size_t>(workload::DropReason::kPacketTooLarge)], 0U);
  const ReplicationRecord whole = RunPair(FlannelPair(kWireguard, "", "seed: 1", "4KiB"));
  EXPECT_GT(whole.sources[0].completed, 1000U);
}

// VXLAN's packets may be cut: everything arrives, and later.
TEST(PreparedConfigurationTest, PacketsThatMayBeCutArriveLater) {
  std::string said;
  const ReplicationRecord cut = RunPair(
      FlannelPair("encapsulation: vxlan", "  network_mtu: 1400B\n", "seed: 1", "16KiB"), &said);
  const ReplicationRecord whole =
      RunPair(FlannelPair("encapsulation: vxlan", "", "seed: 1", "16KiB"));
  EXPECT_THAT(said, testing::HasSubstr("are cut on their way between nodes"));
  EXPECT_EQ(cut.sources[0].total_failed(), 0U);
  EXPECT_GT(cut.sources[0].latency_total.Mean(), whole.sources[0].latency_total.Mean() + 5000);
}

// Cold caches make work dearer by the catalog's factor, and waits and fabric not; by load lies
// between, near the cold end on nodes that one connection at a time leaves idle.
TEST(PreparedConfigurationTest, CachesColdAndByLoadLieWhereTheFactorSays) {
  const auto latency = [](const std::string& caches) {
    return RunPair(FlannelPair("encapsulation: vxlan", "", "caches: " + caches, "200B"))
        .sources[0]
        .latency_total.Mean();
  };
  const double warm = latency("warm");
  const double by_load = latency("by-load");
  const double cold = latency("cold");
  EXPECT_LT(warm, by_load);
  EXPECT_LT(by_load, cold);
  EXPECT_LT(cold - by_load, 0.2 * (cold - warm));
  EXPECT_EQ(latency("warm"), warm);
}

TEST(PreparedConfigurationTest, CacheFactorIsOneOnABusyNode) {
  EXPECT_EQ(CacheFactor(Caches::kWarm, 0.2, 3), 1);
  EXPECT_EQ(CacheFactor(Caches::kCold, 0.2, 3), 3);
  EXPECT_EQ(CacheFactor(Caches::kByLoad, 0, 3), 3);
  EXPECT_EQ(CacheFactor(Caches::kByLoad, 0.5, 3), 2);
  EXPECT_EQ(CacheFactor(Caches::kByLoad, 1, 3), 1);
}

/// The shop under 10000 more Services, with pods of the Service cart replaced one after the other.
std::string Churning(const std::string& churn) {
  return WithSevenConfigurations(
      "background: {services: 10000, endpoints_per_service: 3}\n"
      "traffic: [{from: external, to: frontend, rate: 500/s, request: 500B, response: 2KiB}]\n"
      "calls: {frontend: {cart: {connection: per_call}}}\n" +
      churn);
}

// 200 ms on the way to a node on average, then the sync: 10000 Services are 10000 lines of 5 us for
// kube-proxy, and nothing to speak of for programs.
TEST(PreparedConfigurationTest, AChangeOfEndpointsTakesTheEnginesTime) {
  const Prepared prepared("quickstart.yaml",
                          Churning("churn: [{service: cart, at: 1s, every: 2s, times: 3}]\n"));
  ASSERT_TRUE(prepared.Ready());
  const auto mean = [&](std::size_t i) {
    return prepared.configurations[i]->facts().enforcement_mean;
  };
  const datapath::CostModel& costs = prepared.catalog.costs;
  const SimTime watch = Nanoseconds(costs.At("endpoint_watch").fixed_ns).Round();
  const SimTime lines =
      Nanoseconds(10000 * costs.At("iptables_partial_sync_per_service").fixed_ns).Round();
  EXPECT_EQ(prepared.configurations[1]->facts().endpoint_changes, 3U);
  EXPECT_GT(mean(1), watch / 2 + lines);    // azure-overlay, kube-proxy
  EXPECT_GT(mean(1), mean(2) + lines / 2);  // cilium-overlay, eBPF
  EXPECT_LT(mean(2), watch * 3 / 2 + 1_ms);
}

// Without grace the old pod's share of new connections fails until each node knows; with a grace
// longer than that nothing fails.
TEST(PreparedConfigurationTest, GraceHidesWhatNodesDoNotKnowYet) {
  const auto refused = [](const std::string& grace) {
    const Prepared prepared(
        "quickstart.yaml",
        Churning("churn: [{service: cart, at: 300ms, every: 500ms, times: 3, grace: " + grace +
                 "}]\n"));
    EXPECT_TRUE(prepared.Ready());
    ReplicationOptions options;
    options.seed = 5;
    options.warm_up = 100_ms;
    options.duration = 2_s;
    const ReplicationRecord record = RunReplication(*prepared.configurations[1], options);
    return record.edges[0].failed[static_cast<std::size_t>(FailureReason::kRefused)] +
           record.drops[static_cast<std::size_t>(DropReason::kPodGone)];
  };
  EXPECT_GT(refused("0s"), 10U);
  // Requests that a pod has begun when its grace ends are cut off; few are.
  EXPECT_LT(refused("1.5s"), 3U);
}

// 11 Services and 20000 more of three endpoints: 4 entries each do not fit 65536.  The first 16384
// or so do; kube-proxy's rules have no such limit.
TEST(PreparedConfigurationTest, SaysWhenTheLoadBalancersMapIsFull) {
  const Prepared prepared(
      "quickstart.yaml",
      WithSevenConfigurations("background: {services: 20000, endpoints_per_service: 3}\n"));
  ASSERT_TRUE(prepared.Ready());
  const std::string said = prepared.diagnostics.ToString();
  EXPECT_THAT(said, testing::HasSubstr("cilium-overlay: Services need 800"));
  EXPECT_THAT(said,
              testing::HasSubstr("entries of Cilium's Service map, which holds 65536: traffic "
                                 "to 36"));
  EXPECT_THAT(said, testing::Not(testing::HasSubstr("azure-overlay: Services need")));
  EXPECT_THAT(said, testing::Not(testing::HasSubstr("backend map")));
}

// Two Services before the server of the pair: each has a frontend and its slots, and Cilium
// keeps the pod as backend once.
TEST(PreparedConfigurationTest, CiliumKeepsABackendOnce) {
  const auto entries = [](const std::string& more) {
    const Prepared prepared("quickstart.yaml",
                            "cnisim: 1\nname: t\ncluster:\n  node_pools: [{name: apps, sku: "
                            "Standard_D8s_v5, count: 2}]\nconfigurations:\n  - {name: c, az: "
                            "--network-plugin azure --network-dataplane cilium}\napplications: [" +
                                std::string("../tests/data/explain/pair.yaml") + more +
                                "]\ntraffic: [{from: client, to: server, rate: 10/s}]\n");
    EXPECT_TRUE(prepared.Ready());
    return prepared.configurations.front()->facts();
  };
  const ConfigurationFacts one = entries("");
  const ConfigurationFacts two = entries(", ../tests/data/explain/pair-again.yaml");
  ASSERT_EQ(two.service_ports, one.service_ports + 1);
  const std::uint64_t pods = two.service_endpoints - one.service_endpoints;
  ASSERT_GT(pods, 0U);
  EXPECT_EQ(two.service_map_entries, one.service_map_entries + 1 + pods);
}

}  // namespace
}  // namespace cnisim::scenario

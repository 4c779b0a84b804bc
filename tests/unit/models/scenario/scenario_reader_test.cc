#include "models/scenario/scenario_reader.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch_folder.h"
#include "tests/unit/models/scenario/test_catalog.h"

namespace cnisim::scenario {
namespace {

using ::testing::ElementsAre;
using namespace literals;

struct Reader : ::testing::Test {
  // These texts pretend to stand beside scenarios/*.yaml, so that inputs/ is theirs.
  std::optional<Scenario> Read(const std::string& text) {
    return ReadScenarioText(text, ScenarioPath("t.yaml"), TestCatalog(), diagnostics);
  }
  /// One configuration on the shop, and what `more` adds from line 5 on.
  std::optional<Scenario> ReadShop(const std::string& more) {
    return Read(
        "cnisim: 1\nname: t\nconfigurations: [{name: a, az: --network-plugin azure}]\n"
        "applications: [inputs/shop.yaml]\n" +
        more);
  }
  /// One configuration and what `more` adds from line 4 on, on the standard workload.
  std::optional<Scenario> ReadCluster(const std::string& more,
                                      const std::string& az = "--network-plugin azure") {
    auto scenario =
        Read("cnisim: 1\nname: t\nconfigurations: [{name: a, az: " + az + "}]\n" + more);
    return scenario;
  }
  /// All but the note about the standard workload.
  std::string Complaints() const {
    std::string text = Messages(diagnostics);
    const std::string note =
        "t.yaml: note: no application is given: the standard workload is used (web, api, cache and "
        "store)\n  name your own with applications: [app.yaml]\n";
    const std::size_t at = text.find(note);
    if (at != std::string::npos) text.erase(at, note.size());
    return text;
  }
  document::Diagnostics diagnostics;
};

// Defaults.

TEST_F(Reader, ANameAndAConfigurationAreEnough) {
  const auto scenario = ReadCluster("");
  ASSERT_TRUE(scenario);
  EXPECT_EQ(
      Messages(diagnostics),
      "t.yaml: note: no application is given: the standard workload is used (web, api, cache and "
      "store)\n  name your own with applications: [app.yaml]\n");
  EXPECT_TRUE(scenario->standard_workload);
  EXPECT_EQ(scenario->name, "t");
  EXPECT_EQ(scenario->measure.replications, 10);
  EXPECT_EQ(scenario->measure.duration, 2_s);
  EXPECT_EQ(scenario->measure.warm_up, 500_ms);
  ASSERT_EQ(scenario->configurations.size(), 1u);
  const ConfigurationSpec& a = scenario->configurations[0];
  EXPECT_EQ(a.cni.profile, "azure-node-subnet");
  ASSERT_EQ(a.node_pools.size(), 1u);
  EXPECT_EQ(a.node_pools[0].pool.count, 3);
  EXPECT_EQ(a.node_pools[0].pool.max_pods, 30);
  EXPECT_EQ(a.node_pools[0].node_subnet, "nodes");
  EXPECT_EQ(a.dns_service_ip.ToString(), "10.0.0.10");
  ASSERT_EQ(scenario->traffic.size(), 1u);
  EXPECT_EQ(scenario->traffic[0].ToString(), "external -> standard/web");
  ASSERT_EQ(scenario->calls.size(), 3u);
  EXPECT_EQ(scenario->calls[0].from.ToString(), "standard/web");
  EXPECT_EQ(scenario->calls[0].to.ToString(), "standard/api");
  EXPECT_EQ(scenario->calls[0].port, 8080);
}

TEST_F(Reader, CallsComeFromTheEnvironmentWhenNoneAreGiven) {
  const auto scenario = ReadShop("traffic: [{from: external, to: frontend, rate: 5/s}]\n");
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  EXPECT_EQ(scenario->calls.size(), 10u);
  EXPECT_EQ(
      Messages(diagnostics),
      "inputs/shop.yaml:31:22: note: no calls are given: 10 are taken from the environment of the "
      "workloads, each once a request\n   31 |               value: api-server:8080\n"
      "      |                      ^\n");
}

TEST_F(Reader, ExternalsAreCalledByName) {
  const auto scenario = ReadShop(R"(externals:
  mail:
  payments: {host: api.payments.example, port: 8443, addresses: 2, rtt: 20ms, work: 30ms}
calls: {orders: {payments: {connection: per_call}}}
traffic:
  - {from: frontend, to: mail, rate: 5/s}
  - {from: cart, to: external, rate: 1/s}
)");
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  ASSERT_EQ(scenario->externals.size(), 3u);
  const ExternalSpec& mail = scenario->externals[0];
  EXPECT_EQ(mail.host, "mail.example.com");
  EXPECT_EQ(mail.port, 443);
  EXPECT_FALSE(mail.rtt);
  EXPECT_TRUE(mail.work.assumed);
  const ExternalSpec& payments = scenario->externals[1];
  EXPECT_EQ(payments.host, "api.payments.example");
  EXPECT_EQ(payments.addresses, 2);
  EXPECT_EQ(payments.rtt, 20_ms);
  EXPECT_EQ(payments.work.mean, 30_ms);
  EXPECT_EQ(scenario->externals[2].name, "");
  ASSERT_EQ(scenario->calls.size(), 1u);
  EXPECT_EQ(scenario->calls[0].to.kind, Party::Kind::kExternal);
  EXPECT_EQ(scenario->calls[0].to.ToString(), "payments");
  EXPECT_EQ(scenario->calls[0].port, 8443);
  EXPECT_EQ(scenario->traffic[0].ToString(), "shop/frontend -> mail");
  EXPECT_EQ(scenario->traffic[1].ToString(), "shop/cart -> external");
}

TEST_F(Reader, MaxPodsFollowTheModeWhereAPoolDoesNotSay) {
  const auto scenario = Read(R"(cnisim: 1
name: t
cluster: {node_pools: [{name: one}, {name: two, max_pods: 60}]}
configurations:
  - {name: a, az: --network-plugin azure}
  - {name: b, az: --network-plugin kubenet --max-pods 100}
)");
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->configurations[0].node_pools[0].pool.max_pods, 30);
  EXPECT_EQ(scenario->configurations[0].node_pools[1].pool.max_pods, 60);
  EXPECT_EQ(scenario->configurations[1].node_pools[0].pool.max_pods, 100);
  EXPECT_EQ(scenario->configurations[0].node_pools[0].pool.mode, cluster::PoolMode::kSystem);
  EXPECT_EQ(scenario->configurations[0].node_pools[1].pool.mode, cluster::PoolMode::kUser);
}

TEST_F(Reader, TheWarmUpMayBeLeftOpen) {
  const auto scenario = Read(R"(cnisim: 1
name: t
configurations: [{name: a, az: --network-plugin azure}]
measure: {warm_up: auto}
)");
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  EXPECT_TRUE(scenario->measure.find_warm_up);
}

TEST_F(Reader, PoolsOfAScriptStandForThoseOfTheScenario) {
  const auto scenario = Read(R"(cnisim: 1
name: t
configurations:
  - name: a
    az: inputs/aks-create-byocni.sh
    flannel: inputs/flannel-configmap.yaml
)");
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  const auto& pools = scenario->configurations[0].node_pools;
  ASSERT_EQ(pools.size(), 2u);
  EXPECT_EQ(pools[1].pool.name, "apps");
  EXPECT_EQ(pools[1].pool.count, 14);
  EXPECT_EQ(pools[1].pool.max_pods, 60);
  EXPECT_THAT(pools[1].pool.zones, ElementsAre(1, 2, 3));
  EXPECT_EQ(pools[1].pool.max_surge.NodesFor(14), 5);
  EXPECT_EQ(scenario->configurations[0].kubernetes, "1.30");
}

TEST_F(Reader, AFlagThatChangesThePoolsIsAWarning) {
  ASSERT_TRUE(ReadCluster("cluster: {node_pools: [{name: one, count: 5}]}\n",
                          "--network-plugin azure --node-count 9"));
  EXPECT_EQ(
      Complaints(),
      R"(t.yaml:3:68: warning: --node-count 9 replaces 5 of pool 'one' in configuration 'a' only, so it is compared on other nodes
    3 | configurations: [{name: a, az: --network-plugin azure --node-count 9}]
      |                                                                    ^
)");
}

TEST_F(Reader, AWorkloadMayBeNamedByTheServiceBeforeIt) {
  const auto scenario = ReadShop(
      "calls: {}\nwork: {shop/cart: {mean: 3ms, cv: 0.5}}\n"
      "traffic: [{from: shop/orders, to: cart, via: pod, kind: rr, connections: 4},\n"
      "  {name: a word for it, from: external, to: frontend, rate: 1/s}]\n");
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  EXPECT_EQ(scenario->traffic[0].to.kind, Party::Kind::kWorkload);
  EXPECT_EQ(scenario->traffic[0].port, 7070);
  EXPECT_EQ(scenario->traffic[0].kind, TrafficKind::kRr);
  EXPECT_EQ(scenario->traffic[0].connections, 4);
  EXPECT_EQ(scenario->traffic[0].ToString(), "shop/orders -> shop/cart");
  EXPECT_EQ(scenario->traffic[1].ToString(), "a word for it");
  bool found = false;
  for (const auto& [party, time] : scenario->work) {
    if (party.name != "cart") {
      EXPECT_TRUE(time.assumed) << party.name;
      continue;
    }
    found = true;
    EXPECT_EQ(time.mean, 3_ms);
    EXPECT_FALSE(time.assumed);
  }
  EXPECT_TRUE(found);
}

TEST_F(Reader, FlagsMayBeAMap) {
  const auto scenario = Read(R"(cnisim: 1
name: t
configurations:
  - name: a
    az: {network_plugin: azure, network_plugin_mode: overlay, pod_cidr: 10.100.0.0/16}
    kube_proxy: {mode: IPVS}
    switches: {host_routing: ebpf}
)");
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  const cni::CniConfiguration& cni = scenario->configurations[0].cni;
  EXPECT_EQ(cni.profile, "azure-overlay");
  EXPECT_EQ(cni.switches.at("service_engine"), "kube-proxy-ipvs");
  EXPECT_EQ(cni.switches.at("host_routing"), "ebpf");
  EXPECT_EQ(cni.ipam.pod_cidrs[0].ToString(), "10.100.0.0/16");
}

TEST_F(Reader, BudgetsAndTheRestAreKept) {
  const auto scenario = ReadCluster(R"(budgets:
  - {metric: latency.p99, from: external, to: web, max: 5ms, configurations: [a]}
  - {metric: latency.p50, better_than: a}
background: {services: 100, endpoints_per_service: 3}
timeline: [{at: 10m, upgrade: {pool: nodepool1}}]
growth: {pods: 5% a month}
sweep: {services: [100, 1000]}
)");
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  ASSERT_EQ(scenario->budgets.size(), 2u);
  EXPECT_EQ(scenario->budgets[0].value, "5ms");
  EXPECT_EQ(scenario->budgets[1].bound, Bound::kBetterThan);
  EXPECT_EQ(scenario->background.services, 100);
  ASSERT_NE(scenario->timeline, nullptr);
  EXPECT_EQ(scenario->timeline->items()[0].Find("at")->text(), "10m");
  EXPECT_NE(scenario->growth, nullptr);
  EXPECT_NE(scenario->sweep, nullptr);
}

// Mistakes: what follows the first three or four lines, and everything that is said about it.

struct Mistake {
  const char* name;
  const char* text;
  const char* said;
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class ClusterMistakes : public Reader, public ::testing::WithParamInterface<Mistake> {};

TEST_P(ClusterMistakes, AreSaidInFull) {
  EXPECT_FALSE(ReadCluster(GetParam().text));
  EXPECT_EQ(Complaints(), GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(
    Each, ClusterMistakes,
    ::testing::Values(
        Mistake{"UnknownKey", "clutser: {}\n", R"(t.yaml:4:1: error: unknown key 'clutser'
    4 | clutser: {}
      | ^
  did you mean 'cluster'? known: applications, background, budgets, calls, churn, cluster, cnisim, configurations, dns, externals, growth, lab, measure, name, policies, sweep, timeline, traffic, work
)"},
        Mistake{
            "SubnetsOverlap",
            "cluster:\n  vnet: {prefix: 10.224.0.0/12, subnets: {nodes: 10.224.0.0/22, more: "
            "10.224.2.0/24}}\n",
            R"(t.yaml:5:71: error: subnet 'more' 10.224.2.0/24 overlaps subnet 'nodes' 10.224.0.0/22
    5 |   vnet: {prefix: 10.224.0.0/12, subnets: {nodes: 10.224.0.0/22, more: 10.224.2.0/24}}
      |                                                                       ^
)"},
        Mistake{
            "SubnetOutside",
            "cluster:\n  vnet: {prefix: 10.224.0.0/16, subnets: {nodes: 10.225.0.0/22}}\n",
            R"(t.yaml:5:50: error: subnet 'nodes' (10.225.0.0/22) lies outside the VNet (10.224.0.0/16) in cluster.vnet.subnets
    5 |   vnet: {prefix: 10.224.0.0/16, subnets: {nodes: 10.225.0.0/22}}
      |                                                  ^
)"},
        Mistake{
            "ServiceRangeOverlaps", "cluster:\n  service_cidr: 10.224.0.0/20\n",
            R"(t.yaml:5:17: error: the Service range 10.224.0.0/20 overlaps subnet 'nodes' 10.224.0.0/16
    5 |   service_cidr: 10.224.0.0/20
      |                 ^
)"},
        Mistake{
            "ServiceRangeTooLarge", "cluster:\n  service_cidr: 11.0.0.0/8\n",
            R"(t.yaml:5:17: error: the Service range 11.0.0.0/8 is too large for AKS, which takes /13 at most
    5 |   service_cidr: 11.0.0.0/8
      |                 ^
)"},
        Mistake{
            "RefusedRange", "cluster:\n  service_cidr: 172.31.0.0/20\n",
            R"(t.yaml:5:17: error: the Service range 172.31.0.0/20 meets 172.31.0.0/16, which AKS keeps for itself
    5 |   service_cidr: 172.31.0.0/20
      |                 ^
)"},
        Mistake{
            "HostBits", "cluster:\n  service_cidr: 10.0.5.0/16\n",
            R"(t.yaml:5:17: error: found '10.0.5.0/16', expected an address range in cluster.service_cidr
    5 |   service_cidr: 10.0.5.0/16
      |                 ^
  did you mean 10.0.0.0/16?
)"},
        Mistake{
            "DnsOutside", "cluster:\n  dns_service_ip: 10.1.0.10\n  service_cidr: 10.0.0.0/16\n",
            R"(t.yaml:6:17: error: the DNS address 10.1.0.10 lies outside the Service range 10.0.0.0/16
    6 |   service_cidr: 10.0.0.0/16
      |                 ^
)"},
        Mistake{
            "DnsFirst", "cluster:\n  dns_service_ip: 10.0.0.0\n  service_cidr: 10.0.0.0/16\n",
            R"(t.yaml:6:17: error: the DNS address 10.0.0.0 is the first of the Service range; Kubernetes keeps that one
    6 |   service_cidr: 10.0.0.0/16
      |                 ^
)"},
        Mistake{"UnknownLatency", "cluster: {latency: azure-zonl}\n",
                R"(t.yaml:4:20: error: unknown latency profile 'azure-zonl' in cluster.latency
    4 | cluster: {latency: azure-zonl}
      |                    ^
  did you mean 'azure-zonal'? known: azure-one-zone, azure-zonal
)"},
        Mistake{
            "TooFewPods", "cluster: {node_pools: [{name: one, count: 1, max_pods: 20}]}\n",
            R"(t.yaml:4:24: error: node pool 'one' has room for 20 pods (1 x 20), and AKS wants at least 30
    4 | cluster: {node_pools: [{name: one, count: 1, max_pods: 20}]}
      |                        ^
)"},
        Mistake{
            "MaxPodsOutOfRange", "cluster: {node_pools: [{name: one, max_pods: 300}]}\n",
            R"(t.yaml:4:46: error: expected an integer from 10 to 250, found '300' in cluster.node_pools[0].max_pods
    4 | cluster: {node_pools: [{name: one, max_pods: 300}]}
      |                                              ^
)"},
        Mistake{
            "HalfAnAutoscaler", "cluster: {node_pools: [{name: one, min_count: 3}]}\n",
            R"(t.yaml:4:24: error: min_count and max_count need each other in cluster.node_pools[0]
    4 | cluster: {node_pools: [{name: one, min_count: 3}]}
      |                        ^
)"},
        Mistake{"TwoPoolsOfOneName", "cluster: {node_pools: [{name: one}, {name: one}]}\n",
                R"(t.yaml:4:37: error: a second node pool 'one' in cluster.node_pools[1]
    4 | cluster: {node_pools: [{name: one}, {name: one}]}
      |                                     ^
)"},
        Mistake{
            "Zone", "cluster: {node_pools: [{name: one, zones: [1, 4]}]}\n",
            R"(t.yaml:4:47: error: found '4', expected 1, 2 or 3 in cluster.node_pools[0].zones[1]
    4 | cluster: {node_pools: [{name: one, zones: [1, 4]}]}
      |                                               ^
)"},
        Mistake{
            "GroupAcrossZones",
            "cluster: {node_pools: [{name: one, zones: [1, 2], proximity_placement_group: g}]}\n",
            R"(t.yaml:4:78: error: pool 'one' has 2 zones, and a proximity placement group is in one datacenter of one zone in cluster.node_pools[0].proximity_placement_group
    4 | cluster: {node_pools: [{name: one, zones: [1, 2], proximity_placement_group: g}]}
      |                                                                              ^
  write one zone, as zones: [1]
)"},
        Mistake{
            "Surge", "cluster: {node_pools: [{name: one, max_surge: a third}]}\n",
            R"(t.yaml:4:47: error: found 'a third', expected a number of nodes or a percentage such as 33% in cluster.node_pools[0].max_surge
    4 | cluster: {node_pools: [{name: one, max_surge: a third}]}
      |                                               ^
)"},
        Mistake{
            "DurationWithoutUnit", "measure: {duration: 10}\n",
            R"(t.yaml:4:21: error: expected a duration, found '10' without a unit in measure.duration
    4 | measure: {duration: 10}
      |                     ^
  write it as 10ns, 10us, 10ms, 10s, 10m, 10h, 10d or 1h30m
)"},
        Mistake{"BudgetWithoutBound", "budgets: [{metric: latency.p99}]\n",
                R"(t.yaml:4:11: error: a budget with 0 bounds in budgets[0]
    4 | budgets: [{metric: latency.p99}]
      |           ^
  expected one of: max, min, equals, better_than
)"},
        Mistake{"BudgetOfNobody",
                "budgets: [{metric: latency.p99, max: 1ms, configurations: [b]}]\n",
                R"(t.yaml:4:11: error: no configuration 'b' in budgets
    4 | budgets: [{metric: latency.p99, max: 1ms, configurations: [b]}]
      |           ^
  known: a
)"},
        Mistake{"MissingPolicyFile", "policies: [deny.yaml]\n",
                R"(t.yaml:4:12: error: cannot read 'deny.yaml': no such file
    4 | policies: [deny.yaml]
      |            ^
)"}),
    [](const auto& each) { return std::string(each.param.name); });

class ShopMistakes : public Reader, public ::testing::WithParamInterface<Mistake> {};

TEST_P(ShopMistakes, AreSaidInFull) {
  EXPECT_FALSE(ReadShop(std::string("calls: {}\n") + GetParam().text));
  EXPECT_EQ(Messages(diagnostics), GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(
    Each, ShopMistakes,
    ::testing::Values(
        Mistake{"UnknownService", "traffic: [{from: frontend, to: kart}]\n",
                R"(t.yaml:6:32: error: the applications have no Service 'kart'
    6 | traffic: [{from: frontend, to: kart}]
      |                                ^
  did you mean 'cart'? known: api-server, cart, cart-store, catalog, catalog-db, email, frontend, orders, payment, recommendation, shipping
)"},
        Mistake{"UnknownWorkload", "traffic: [{from: nobody, to: cart}]\n",
                R"(t.yaml:6:18: error: the applications have no workload 'nobody'
    6 | traffic: [{from: nobody, to: cart}]
      |                  ^
  known: api-server, cart, cart-store, catalog, catalog-db, email, frontend, orders, payment, recommendation, shipping
)"},
        Mistake{"UnknownPort", "traffic: [{from: frontend, to: cart, port: 80}]\n",
                R"(t.yaml:6:44: error: Service 'cart' has no port '80' in traffic[0].port
    6 | traffic: [{from: frontend, to: cart, port: 80}]
      |                                            ^
  known: 7070 (grpc)
)"},
        Mistake{"ClosedToTheOutside", "traffic: [{from: external, to: cart}]\n",
                R"(t.yaml:6:32: error: 'cart' cannot be reached from outside in traffic[0].to
    6 | traffic: [{from: external, to: cart}]
      |                                ^
  it needs a Service of type LoadBalancer or NodePort
)"},
        Mistake{
            "RateWithoutUnit", "traffic: [{from: external, to: frontend, rate: 500}]\n",
            R"(t.yaml:6:48: error: expected a rate, found '500' without a unit in traffic[0].rate
    6 | traffic: [{from: external, to: frontend, rate: 500}]
      |                                                ^
  write it as 500/s, 500/m or 500/h
)"},
        Mistake{"ARateForABenchmark",
                "traffic: [{from: frontend, to: cart, kind: rr, rate: 5/s}]\n",
                R"(t.yaml:6:48: error: unknown key 'rate' in traffic[0]
    6 | traffic: [{from: frontend, to: cart, kind: rr, rate: 5/s}]
      |                                                ^
  known: connections, from, http, kind, name, port, request, response, same_node, to, via
)"},
        Mistake{
            "BenchmarkFromOutside", "traffic: [{from: external, to: frontend, kind: crr}]\n",
            R"(t.yaml:6:18: error: rr, crr and stream run between pods, not from outside in traffic[0].from
    6 | traffic: [{from: external, to: frontend, kind: crr}]
      |                  ^
)"},
        Mistake{"ExternalWithTheNameOfAService",
                "externals: {cart: }\ntraffic: [{from: frontend, to: cart}]\n",
                R"(t.yaml:6:13: error: 'cart' has this name already in externals
    6 | externals: {cart: }
      |             ^
  a name outside is not that of a workload or Service, or 'external'
)"},
        Mistake{"ExternalTooNear",
                "externals: {payments: {rtt: 5us}}\ntraffic: [{from: frontend, to: payments}]\n",
                R"(t.yaml:6:29: error: nothing outside is nearer than 20us in externals.payments.rtt
    6 | externals: {payments: {rtt: 5us}}
      |                             ^
  for instance 20ms
)"},
        Mistake{"AnotherPortOfAnExternal", "traffic: [{from: frontend, to: external, port: 80}]\n",
                R"(t.yaml:6:48: error: 'external' listens on port 443 in traffic[0].port
    6 | traffic: [{from: frontend, to: external, port: 80}]
      |                                                ^
  externals: {NAME: {port: ...}} says so
)"},
        Mistake{
            "FromOutsideToTheOutside", "traffic: [{from: external, to: external}]\n",
            R"(t.yaml:6:32: error: traffic from outside to the outside never meets the cluster in traffic[0].to
    6 | traffic: [{from: external, to: external}]
      |                                ^
)"},
        Mistake{
            "BenchmarkToTheOutside", "traffic: [{from: frontend, to: external, kind: rr}]\n",
            R"(t.yaml:6:32: error: rr, crr and stream run between pods, not to the outside in traffic[0].to
    6 | traffic: [{from: frontend, to: external, kind: rr}]
      |                                ^
)"},
        Mistake{
            "UnknownArrivals", "traffic: [{from: external, to: frontend, arrivals: poison}]\n",
            R"(t.yaml:6:52: error: expected poisson, constant or bursty, found 'poison' in traffic[0].arrivals
    6 | traffic: [{from: external, to: frontend, arrivals: poison}]
      |                                                    ^
  did you mean 'poisson'?
)"},
        Mistake{"BurstWithoutBursts", "traffic: [{from: external, to: frontend, burst: 5}]\n",
                R"(t.yaml:6:49: error: burst needs 'arrivals: bursty' in traffic[0].burst
    6 | traffic: [{from: external, to: frontend, burst: 5}]
      |                                                 ^
)"},
        Mistake{
            "NoHttpRequest", "traffic: [{from: external, to: frontend, http: FETCH it}]\n",
            R"(t.yaml:6:48: error: found 'FETCH it', expected a method and a path in traffic[0].http
    6 | traffic: [{from: external, to: frontend, http: FETCH it}]
      |                                                ^
  for instance GET /api/v1/products
)"},
        Mistake{"ExponentialWithAnotherCv",
                "work: {cart: {mean: 5ms, cv: 0.5, distribution: exponential}}\n",
                R"(t.yaml:6:14: error: the cv of an exponential distribution is 1 in work.cart
    6 | work: {cart: {mean: 5ms, cv: 0.5, distribution: exponential}}
      |              ^
t.yaml: note: no traffic is given: 100/s from outside to shop/frontend
)"},
        Mistake{"WorkWithoutUnit", "work: {cart: 5}\n",
                R"(t.yaml:6:14: error: found '5', expected a duration in work.cart
    6 | work: {cart: 5}
      |              ^
  for instance 2ms, or {mean: 2ms, cv: 0.5}
t.yaml: note: no traffic is given: 100/s from outside to shop/frontend
)"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST_F(Reader, CallsMayNotComeBack) {
  EXPECT_FALSE(
      ReadShop("traffic: [{from: external, to: frontend}]\ncalls:\n  frontend: {cart: }\n  cart: "
               "{frontend: }\n"));
  EXPECT_EQ(
      Messages(diagnostics),
      R"(t.yaml:8:10: error: the calls come back to shop/frontend: shop/cart calls it while it waits for an answer
    8 |   cart: {frontend: }
      |          ^
  a request would never end; remove one of the calls
)");
}

TEST_F(Reader, AMissingFileBringsOneMessage) {
  EXPECT_FALSE(Read(R"(cnisim: 1
name: t
configurations:
  - {name: a, az: nothing.sh}
  - {name: b, az: --network-plugin none, cilium: {values: none.yaml}}
applications: [nope.yaml]
calls: {frontend: {cart: }}
traffic: [{from: external, to: frontend}]
)"));
  EXPECT_EQ(Messages(diagnostics), R"(t.yaml:4:19: error: cannot read 'nothing.sh': no such file
    4 |   - {name: a, az: nothing.sh}
      |                   ^
t.yaml:5:59: error: cannot read 'none.yaml': no such file
    5 |   - {name: b, az: --network-plugin none, cilium: {values: none.yaml}}
      |                                                           ^
t.yaml:6:16: error: cannot read 'nope.yaml': no such file
    6 | applications: [nope.yaml]
      |                ^
)");
}

TEST_F(Reader, MistakesOfConfigurationsAreSaidTogether) {
  EXPECT_FALSE(Read(R"(cnisim: 1
name: t
configurations:
  - {name: a, az: --network-plugin azure, cillium: values.yaml}
  - {name: a, az: --network-plugin none}
  - {name: c, catalog_cni: azure-overly}
  - {name: d, az: --network-plugin azure, switches: {encapsulation: vxlam, foo: bar}}
  - {name: e, az: --network-plugin azure --node-vm-size Standard_D8s_v55}
)"));
  EXPECT_EQ(Complaints(), R"(t.yaml:4:43: error: unknown key 'cillium' in configurations[0]
    4 |   - {name: a, az: --network-plugin azure, cillium: values.yaml}
      |                                           ^
  did you mean 'cilium'? known: az, calico, catalog_cni, cilium, dns, flannel, kube_proxy, name, switches
t.yaml:5:36: error: this configuration has no CNI: with --network-plugin none pods get no network
    5 |   - {name: a, az: --network-plugin none}
      |                                    ^
  add cilium:, calico:, flannel: or catalog_cni:
t.yaml:5:5: error: a second configuration 'a' in configurations[1]
    5 |   - {name: a, az: --network-plugin none}
      |     ^
  give each its own name
t.yaml:6:28: error: the catalog has no CNI 'azure-overly' in configurations[2].catalog_cni
    6 |   - {name: c, catalog_cni: azure-overly}
      |                            ^
  did you mean 'azure-overlay'? known: azure-node-subnet, azure-overlay, azure-pod-subnet-dynamic, azure-pod-subnet-static, byocni-calico, byocni-cilium, byocni-flannel, cilium-node-subnet, cilium-overlay, cilium-pod-subnet-dynamic, cilium-pod-subnet-static, host-network, kubenet
t.yaml:7:69: error: found 'vxlam', expected none, vxlan, geneve or ipip in configurations[3].switches.encapsulation
    7 |   - {name: d, az: --network-plugin azure, switches: {encapsulation: vxlam, foo: bar}}
      |                                                                     ^
t.yaml:7:76: error: unknown switch 'foo' in configurations[3].switches
    7 |   - {name: d, az: --network-plugin azure, switches: {encapsulation: vxlam, foo: bar}}
      |                                                                            ^
  known: bridge_netfilter, dataplane, encapsulation, encryption, endpoint_routes, host_routing, hubble, kube_proxy_beside, l7_proxy, lb_mode, masquerade, mesh, outbound_type, pod_link, policy_engine, rss_inner_hash, service_engine, tunnel_notrack, tunnel_offload, xdp
t.yaml:8:57: error: unknown VM size 'Standard_D8s_v55'
    8 |   - {name: e, az: --network-plugin azure --node-vm-size Standard_D8s_v55}
      |                                                         ^
  did you mean 'Standard_D8s_v5', 'Standard_D2s_v5' or 'Standard_D48s_v5'? known: Standard_B16s_v2, Standard_B2ms, Standard_B2s, Standard_B2s_v2, Standard_B4ms, Standard_B4s_v2, Standard_B8ms, Standard_B8s_v2, Standard_D16ads_v6, Standard_D16as_v5 and 77 more
)");
}

TEST(ScenarioText, HoldsWhatEveryFileSays) {
  test::ScratchFolder folder;
  const auto text_with = [&](const std::string& changed, const std::string& more) {
    std::string path;
    const auto put = [&](const std::string& name, const std::string& text) {
      path = folder.Write(name, name == changed ? text + more : text);
    };
    put("values.yaml", "ipam: {operator: {clusterPoolIPv4PodCIDRList: [192.168.0.0/16]}}\n");
    put("app.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: p}}\n"
        "spec: {containers: [{name: c, image: i}]}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"
        "spec: {type: LoadBalancer, selector: {app: p}, ports: [{port: 80}]}\n");
    put("create.sh", "az aks create --network-plugin azure\n");
    put("t.yaml",
        "cnisim: 1\nname: t\nconfigurations:\n"
        "  - {name: a, az: --network-plugin none, cilium: {values: values.yaml}}\n"
        "  - {name: b, az: create.sh}\napplications: [app.yaml]\n"
        "traffic: [{from: external, to: s, rate: 10/s}]\n");
    document::Diagnostics diagnostics;
    const auto scenario = ReadScenario(path, TestCatalog(), diagnostics);
    EXPECT_TRUE(scenario) << Messages(diagnostics);
    return scenario ? scenario->text : "";
  };
  const std::string plain = text_with("", "");
  EXPECT_EQ(text_with("", ""), plain);
  for (const char* file : {"t.yaml", "values.yaml", "app.yaml", "create.sh"}) {
    EXPECT_NE(text_with(file, "# changed\n"), plain) << file;
  }
}

TEST_F(Reader, BrokenYamlIsSaidByTheParser) {
  EXPECT_FALSE(Read("cnisim: 1\nname: [\n"));
  EXPECT_EQ(
      Messages(diagnostics),
      "t.yaml:3:1: error: broken YAML: a '[' before this is never closed\n    3 | \n      | ^\n");
}

TEST_F(Reader, AServiceThatSelectsNothingIsAnError) {
  EXPECT_FALSE(ReadCluster("applications: [../tests/data/scenario/no-endpoints.yaml]\n"));
  ASSERT_EQ(diagnostics.error_count(), 1u);
  const document::Diagnostic& said = diagnostics.list()[0];
  EXPECT_EQ(said.where.line, 16);
  EXPECT_EQ(said.message,
            "Service default/web has no endpoints: it selects app=wed, and no pod matches");
  EXPECT_EQ(said.hint, "no pod of namespace default has app=wed; did you mean 'web'? known: web");
}

}  // namespace
}  // namespace cnisim::scenario

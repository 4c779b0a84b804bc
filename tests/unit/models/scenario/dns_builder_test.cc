// Names that clients of a scenario look up, and who is asked.

#include "models/scenario/dns_builder.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/scenario/dns_names.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/scenario_reader.h"
#include "tests/unit/models/scenario/test_catalog.h"

namespace cnisim::scenario {
namespace {

using testing::ElementsAre;

/// A prepared configuration, with the scenario that it points to.
struct Prepared {
  document::Diagnostics diagnostics;
  std::optional<Scenario> scenario;
  std::unique_ptr<const PreparedConfiguration> configuration;

  /// @param rest  what follows two configurations of 4-core nodes; the one prepared is `number`
  explicit Prepared(const std::string& rest, std::size_t number = 0) {
    const std::string text =
        "cnisim: 1\nname: test\nconfigurations:\n"
        "  - {name: plain, az: --network-plugin azure --network-plugin-mode overlay}\n"
        "  - {name: local, az: --network-plugin azure --network-plugin-mode overlay,"
        " dns: {local: true}}\n" +
        rest;
    scenario = ReadScenarioText(text, ScenarioPath("test.yaml"), TestCatalog(), diagnostics);
    if (!scenario) return;
    configuration = PreparedConfiguration::Prepare(*scenario, scenario->configurations[number],
                                                   TestCatalog(), diagnostics);
  }

  workload::Model Model() const { return configuration->BuildModel(TestCatalog().costs); }
};

/// Names that the edge called `name` looks up, in order; an asterisk marks one that exists.
std::vector<std::string> Asked(const workload::Model& model, const std::string& name) {
  std::vector<std::string> asked;
  for (const workload::EdgeModel& edge : model.edges) {
    if (edge.name != name || edge.lookup == workload::kNone) continue;
    for (const std::uint32_t each : model.dns.lookups[edge.lookup].names) {
      const workload::DnsName& known = model.dns.names[each];
      asked.push_back(known.name + (known.exists ? "*" : ""));
    }
  }
  return asked;
}

constexpr const char* kOutside = R"(
calls: {}
externals: {payments: {host: api.payments.example.com}}
traffic: [{from: web, to: payments, connection: per_call}]
)";

TEST(ExpandNameTest, FewDotsSearchFirstAndADotAtTheEndSearchesNothing) {
  const std::vector<std::string> search{"a", "b.c"};
  EXPECT_THAT(ExpandName("x", 1, search), ElementsAre("x.a", "x.b.c", "x"));
  EXPECT_THAT(ExpandName("x.y", 1, search), ElementsAre("x.y", "x.y.a", "x.y.b.c"));
  EXPECT_THAT(ExpandName("x.y", 2, search), ElementsAre("x.y.a", "x.y.b.c", "x.y"));
  EXPECT_THAT(ExpandName("x.y.", 5, search), ElementsAre("x.y"));
  EXPECT_THAT(ExpandName("x", 0, {}), ElementsAre("x"));
}

TEST(DnsBuilderTest, ANameOutsideGoesThroughTheWholeSearchList) {
  const Prepared prepared(std::string("dns: {}") + kOutside);
  ASSERT_TRUE(prepared.configuration) << Messages(prepared.diagnostics);
  const workload::Model model = prepared.Model();
  EXPECT_THAT(
      Asked(model, "standard/web -> payments"),
      ElementsAre("api.payments.example.com.standard.svc.cluster.local",
                  "api.payments.example.com.svc.cluster.local",
                  "api.payments.example.com.cluster.local",
                  "api.payments.example.com.internal.cloudapp.net", "api.payments.example.com*"));
  std::vector<bool> in_cluster;
  for (const workload::DnsName& name : model.dns.names) in_cluster.push_back(name.in_cluster);
  EXPECT_THAT(in_cluster, ElementsAre(true, true, true, false, false));
}

TEST(DnsBuilderTest, FewerDotsOrAFullNameAskOnce) {
  const std::string ndots = std::string("dns: {ndots: 3}") + kOutside;
  EXPECT_THAT(Asked(Prepared(ndots).Model(), "standard/web -> payments"),
              ElementsAre("api.payments.example.com*"));
  const std::string full = R"(
dns: {}
externals: {payments: {host: api.payments.example.com}}
traffic: [{from: web, to: payments, connection: per_call, lookup: api.payments.example.com.}]
)";
  EXPECT_THAT(Asked(Prepared(full).Model(), "standard/web -> payments"),
              ElementsAre("api.payments.example.com*"));
}

TEST(DnsBuilderTest, CallsUseTheServicesNames) {
  const Prepared prepared("dns: {}\n");
  ASSERT_TRUE(prepared.configuration) << Messages(prepared.diagnostics);
  const workload::Model model = prepared.Model();
  EXPECT_THAT(Asked(model, "standard/web -> standard/api"),
              ElementsAre("api.standard.svc.cluster.local*"));
  // Clients outside have their own resolver.
  EXPECT_THAT(Asked(model, "external -> standard/web"), ElementsAre());
  // web and api ask.
  EXPECT_EQ(model.query_edges, 2U);
  EXPECT_EQ(model.edges[model.call_edges - 1].backends.size(), 2U);
}

TEST(DnsBuilderTest, AServiceOfAnotherNamespaceIsFoundAtTheSecondTry) {
  const Prepared prepared(R"(
dns: {}
calls: {web: {api: {lookup: api.standard}}}
)");
  EXPECT_THAT(
      Asked(prepared.Model(), "standard/web -> standard/api"),
      ElementsAre("api.standard.standard.svc.cluster.local", "api.standard.svc.cluster.local*"));
}

TEST(DnsBuilderTest, NobodyAsksWithoutDnsOrForNone) {
  EXPECT_EQ(Prepared(kOutside).Model().query_edges, 0U);
  const Prepared prepared("dns: {}\ncalls: {web: {api: {lookup: none}}}\n");
  EXPECT_THAT(Asked(prepared.Model(), "standard/web -> standard/api"), ElementsAre());
}

TEST(DnsBuilderTest, TheProgramsCoreDnsIsTheScenariosToChange) {
  const Prepared prepared("dns: {coredns: {replicas: 3, cpu_limit: 1.5, work: 60us}}\n");
  ASSERT_TRUE(prepared.configuration) << Messages(prepared.diagnostics);
  const workload::Model model = prepared.Model();
  const workload::EdgeModel& query = model.edges[model.call_edges - 1];
  ASSERT_EQ(query.backends.size(), 3U);
  const std::uint32_t application = model.pods[query.backends[0].pod].application;
  EXPECT_EQ(model.applications[application].cpu_limit, 1500U);
  EXPECT_EQ(model.applications[application].workers, 2U);
  EXPECT_DOUBLE_EQ(model.applications[application].service_time.value(), 60000);
}

// AKS' ladder by nodes: 2 from the first on, 3 from 8, 4 from 16, 5 from 32; by cores: 3 from 512.
TEST(DnsBuilderTest, TheProgramsCoreDnsGrowsWithTheCluster) {
  const auto replicas = [](const std::string& pools) {
    const Prepared prepared("dns: {}\ncluster: {node_pools: [" + pools + "]}\n");
    EXPECT_TRUE(prepared.configuration) << Messages(prepared.diagnostics);
    const workload::Model model = prepared.Model();
    return model.edges[model.call_edges - 1].backends.size();
  };
  EXPECT_EQ(replicas("{name: apps, sku: Standard_D4s_v5, count: 7}"), 2U);
  EXPECT_EQ(replicas("{name: apps, sku: Standard_D4s_v5, count: 8}"), 3U);
  EXPECT_EQ(replicas("{name: apps, sku: Standard_D4s_v5, count: 20}"), 4U);
  EXPECT_EQ(replicas("{name: apps, sku: Standard_D96s_v5, count: 6}"), 3U);
  EXPECT_EQ(replicas("{name: a, sku: Standard_D4s_v5, count: 16}, "
                     "{name: b, sku: Standard_D4s_v5, count: 16}"),
            5U);
}

TEST(DnsBuilderTest, LaddersOfOthersAreNotCoreDns) {
  const Prepared prepared(
      "dns: {}\napplications: [../tests/data/scenario/other-ladder.yaml]\n"
      "traffic: [{from: web, to: web, connection: per_call}]\n");
  ASSERT_TRUE(prepared.configuration) << Messages(prepared.diagnostics);
  const workload::Model model = prepared.Model();
  EXPECT_EQ(model.edges[model.call_edges - 1].backends.size(), 2U);
}

TEST(DnsBuilderTest, LocalDnsAnswersOnTheClientsNodeWithoutConnectionTable) {
  const Prepared prepared("dns: {}\n", 1);
  ASSERT_TRUE(prepared.configuration) << Messages(prepared.diagnostics);
  const workload::Model model = prepared.Model();
  // LocalDNS's own queries, then those of web and api.
  ASSERT_EQ(model.query_edges, 3U);
  const workload::EdgeModel& forward = model.edges[model.call_edges - 3];
  EXPECT_EQ(forward.name, "LocalDNS -> CoreDNS");
  EXPECT_TRUE(forward.reuse_connection);
  const workload::EdgeModel& query = model.edges[model.call_edges - 1];
  EXPECT_TRUE(query.own_node);
  EXPECT_TRUE(query.untracked);
  ASSERT_EQ(query.backends.size(), model.nodes.size());
  for (std::uint32_t node = 0; node < model.nodes.size(); ++node) {
    EXPECT_EQ(model.pods[query.backends[node].pod].node, node);
  }
}

TEST(DnsBuilderTest, ADumpBringsItsOwnCoreDnsAndItsPodsTheirResolver) {
  const Prepared prepared(R"(
dns: {}
cluster: {node_pools: [{name: dns, sku: Standard_D2s_v5, count: 1},
                       {name: apps, sku: Standard_D8s_v5, count: 3}]}
applications: [../tests/data/scenario/own-dns.yaml]
externals: {payments: {host: payments.example.com}, short: {host: db.example}}
traffic:
  - {from: client, to: server, connection: per_call}
  - {from: client, to: payments, connection: per_call}
  - {from: client, to: short, connection: per_call, lookup: db}
)");
  ASSERT_TRUE(prepared.configuration) << Messages(prepared.diagnostics);
  const workload::Model model = prepared.Model();
  EXPECT_THAT(Asked(model, "shop/client -> shop/server"),
              ElementsAre("server.shop.svc.cluster.local*"));
  EXPECT_THAT(Asked(model, "shop/client -> payments"), ElementsAre("payments.example.com*"));
  EXPECT_THAT(Asked(model, "shop/client -> short"),
              ElementsAre("db.shop.svc.cluster.local", "db.svc.cluster.local", "db.cluster.local",
                          "db.internal.cloudapp.net", "db.corp.example", "db*"));
  const workload::EdgeModel& query = model.edges[model.call_edges - 1];
  ASSERT_EQ(query.backends.size(), 1U);
  const workload::PodModel& coredns = model.pods[query.backends[0].pod];
  EXPECT_EQ(model.nodes[coredns.node].cores, 2U);
  EXPECT_EQ(model.applications[coredns.application].cpu_limit, 0U);
  EXPECT_EQ(model.applications[coredns.application].workers, 2U);
}

TEST(DnsBuilderTest, APolicyThatForgetsTheNameServerStopsQueries) {
  const std::string text =
      "cnisim: 1\nname: test\nconfigurations:\n"
      "  - {name: npm, az: --network-plugin azure --network-policy azure}\n"
      "  - {name: calico, az: --network-plugin azure --network-policy calico}\n"
      "  - {name: none, az: --network-plugin azure}\n"
      "policies: [../tests/data/scenario/deny-egress.yaml]\n"
      "dns: {}\ntraffic: [{from: web, to: api, connection: per_call}]\n";
  document::Diagnostics diagnostics;
  const auto scenario =
      ReadScenarioText(text, ScenarioPath("test.yaml"), TestCatalog(), diagnostics);
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  std::vector<workload::Admission> queries;
  for (const ConfigurationSpec& spec : scenario->configurations) {
    const auto prepared =
        PreparedConfiguration::Prepare(*scenario, spec, TestCatalog(), diagnostics);
    ASSERT_TRUE(prepared) << Messages(diagnostics);
    const workload::Model model = prepared->BuildModel(TestCatalog().costs);
    queries.push_back(model.edges[model.call_edges - 1].targets[0].admission);
    EXPECT_EQ(model.edges.back().targets[0].admission, workload::Admission::kAllowed);
  }
  EXPECT_THAT(queries,
              ElementsAre(workload::Admission::kDroppedAtClient,
                          workload::Admission::kDroppedAtClient, workload::Admission::kAllowed));
}

TEST(DnsBuilderTest, LocalDnsWantsFourCores) {
  const Prepared prepared(
      "cluster: {node_pools: [{name: apps, sku: Standard_D2s_v5, count: 3}]}\n"
      "dns: {}\ntraffic: [{from: web, to: api, connection: per_call}]\n",
      1);
  EXPECT_EQ(prepared.configuration, nullptr);
  EXPECT_NE(Messages(prepared.diagnostics)
                .find("error: LocalDNS wants nodes of 4 cores, and aks-apps-0 has 2"),
            std::string::npos)
      << Messages(prepared.diagnostics);
}

TEST(DnsBuilderTest, ANameOfNothingIsAnError) {
  const Prepared prepared(R"(dns: {}
calls: {}
traffic: [{from: web, to: api, connection: per_call, lookup: api.shop}]
)");
  EXPECT_EQ(prepared.configuration, nullptr);
  EXPECT_NE(
      Messages(prepared.diagnostics)
          .find("error: 'api.shop' is the name of nothing for a client in namespace standard"),
      std::string::npos)
      << Messages(prepared.diagnostics);
}

}  // namespace
}  // namespace cnisim::scenario

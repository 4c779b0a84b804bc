/// A request that looks its server's name up first, against the sums of `explain`: without load it
/// takes what a first datagram to CoreDNS takes, CoreDNS' work, and what opening the connection
/// takes.

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/explain/path_explanation.h"
#include "analysis/explain/path_finder.h"
#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/replication.h"
#include "models/scenario/scenario_reader.h"
#include "tests/support/source_path.h"

namespace cnisim::explain {
namespace {

using namespace literals;
using scenario::Party;

// Clients and servers on one node, CoreDNS on another: one path each.
constexpr const char* kScenario = R"(
cnisim: 1
name: lookups
cluster: {node_pools: [{name: dns, sku: Standard_D8s_v5, count: 1},
                       {name: apps, sku: Standard_D16s_v5, count: 1}]}
configurations:
  - {name: azure-node-subnet, az: --network-plugin azure}
  - {name: azure-overlay, az: --network-plugin azure --network-plugin-mode overlay}
  - {name: cilium-overlay, az: --network-plugin azure --network-plugin-mode overlay --network-dataplane cilium}
  - {name: kubenet, az: --network-plugin kubenet}
applications: [../../../tests/data/scenario/own-dns.yaml]
dns: {aaaa: false}
work: {server: 100us}
traffic:
  - {from: client, to: server, rate: 200/s, connection: per_call}
)";

double OpenWay(const scenario::Scenario& scenario, const scenario::PreparedConfiguration& prepared,
               const scenario::Catalog& catalog, const Party& to, const ExchangeSizes& sizes) {
  const std::vector<PathQuestion> paths =
      FindPaths(scenario, prepared, catalog, scenario.traffic.at(0).from, to, 0, sizes);
  EXPECT_EQ(paths.size(), 1U);
  return paths.empty() ? 0 : Explain(paths.front()).open_way.typical;
}

TEST(ExplainLookups, AnUnloadedFirstRequestTakesBothPaths) {
  document::Diagnostics diagnostics;
  const scenario::Catalog catalog = scenario::Catalog::Load(std::nullopt, diagnostics);
  const auto scenario = scenario::ReadScenarioText(
      kScenario, test::SourcePath("tests/data/explain/lookups.yaml"), catalog, diagnostics);
  ASSERT_TRUE(scenario.has_value()) << diagnostics.ToString();
  const scenario::TrafficSpec& traffic = scenario->traffic.at(0);
  const workload::Defaults& defaults = catalog.workload;
  for (const scenario::ConfigurationSpec& spec : scenario->configurations) {
    const auto prepared =
        scenario::PreparedConfiguration::Prepare(*scenario, spec, catalog, diagnostics);
    ASSERT_NE(prepared, nullptr) << diagnostics.ToString();
    const auto lookup = prepared->LookupBetween(traffic.from, traffic.to);
    ASSERT_TRUE(lookup.has_value());
    EXPECT_EQ(lookup->queries, 1U);
    const double query = OpenWay(*scenario, *prepared, catalog,
                                 {Party::Kind::kService, "kube-system", "kube-dns", {}},
                                 {defaults.dns_query, defaults.dns_answer}) +
                         static_cast<double>(defaults.dns_work.nanos());
    const double open =
        OpenWay(*scenario, *prepared, catalog, traffic.to, {traffic.request, traffic.response});
    const scenario::ReplicationRecord record =
        scenario::RunReplication(*prepared, {.seed = 1, .warm_up = 100_ms, .duration = 10_s});
    const double network = record.sources[0].latency_network.Mean();
    EXPECT_NEAR(network, query + open, 0.01 * (query + open)) << spec.name;
    // The answer is read after the look-up's end, together with what follows.
    EXPECT_NEAR(record.sources[0].latency_lookup.Mean(), query, 0.04 * query) << spec.name;
  }
}

}  // namespace
}  // namespace cnisim::explain

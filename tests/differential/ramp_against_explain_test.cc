/// The first rate of a ramp against the sums of `explain`, under the seven configurations of the
/// quickstart: without load the network's part of a request is the path's round trip.

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/experiment/ramp.h"
#include "analysis/explain/path_explanation.h"
#include "analysis/explain/path_finder.h"
#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/scenario_reader.h"
#include "tests/support/source_path.h"

namespace cnisim::explain {
namespace {

using namespace literals;

constexpr const char* kScenario = R"(
cnisim: 1
name: pair
cluster:
  node_pools: [{name: apps, sku: Standard_D8s_v5, count: 2}]
configurations:
  - {name: azure-node-subnet, az: --network-plugin azure}
  - {name: azure-overlay, az: --network-plugin azure --network-plugin-mode overlay}
  - {name: cilium-overlay, az: --network-plugin azure --network-plugin-mode overlay --network-dataplane cilium}
  - {name: kubenet, az: --network-plugin kubenet}
  - name: byocni-cilium
    az: ../../../scenarios/inputs/aks-create-byocni.sh
    cilium: {values: ../../../scenarios/inputs/cilium-values.yaml, chart: 1.15.0}
  - name: byocni-calico
    az: ../../../scenarios/inputs/aks-create-byocni.sh
    calico: {installation: ../../../scenarios/inputs/calico-installation.yaml}
  - name: byocni-flannel
    az: ../../../scenarios/inputs/aks-create-byocni.sh
    flannel: {config: ../../../scenarios/inputs/flannel-configmap.yaml}
applications: [pair.yaml]
work: {server: 100us}
traffic:
  - {from: client, to: server, via: pod, rate: 1000/s, request: 200B, response: 4KiB}
)";

TEST(RampAgainstExplain, TheFirstRateTakesWhatThePathTakes) {
  document::Diagnostics diagnostics;
  const scenario::Catalog catalog = scenario::Catalog::Load(std::nullopt, diagnostics);
  const auto scenario = scenario::ReadScenarioText(
      kScenario, test::SourcePath("tests/data/explain/ramp.yaml"), catalog, diagnostics);
  ASSERT_TRUE(scenario.has_value()) << diagnostics.ToString();
  experiment::RampOptions options;
  options.range = {1000, 1000};
  options.warm_up = 100_ms;
  options.duration = 5_s;
  const auto results = experiment::RunRamp(*scenario, catalog, options, diagnostics);
  ASSERT_TRUE(results.has_value()) << diagnostics.ToString();
  ASSERT_EQ(results->size(), 7U);
  for (const experiment::RampResult& result : *results) {
    const auto prepared = scenario::PreparedConfiguration::Prepare(
        *scenario, *scenario->FindConfiguration(result.name), catalog, diagnostics);
    ASSERT_NE(prepared, nullptr);
    const scenario::TrafficSpec& traffic = scenario->traffic.at(0);
    const std::vector<PathQuestion> paths =
        FindPaths(*scenario, *prepared, catalog, traffic.from, traffic.to, 0,
                  {traffic.request, traffic.response});
    std::optional<double> explained;
    for (const PathQuestion& path : paths) {
      if (path.flow.path != datapath::PathKind::kPodToPodCrossNode) continue;
      explained = Explain(path).exchange_way.typical;
    }
    ASSERT_TRUE(explained.has_value()) << result.name;
    EXPECT_NEAR(result.points.front().network_mean_ns, *explained, 0.01 * *explained)
        << result.name;
  }
}

}  // namespace
}  // namespace cnisim::explain

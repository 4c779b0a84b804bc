/// The sums that `explain` prints against the mean that the simulation measures without load: one
/// transaction at a time, netperf's request-response on an open connection and
/// connection-request-response.
///
/// The two share the compiled segments and nothing else.  A transaction's waits and fabric delays
/// vary by about 15 %; a run of 2 s has more than 10000 of them, so the mean's own error is below
/// 0.2 %.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/explain/path_explanation.h"
#include "analysis/explain/path_finder.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/replication.h"
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
  - {name: azure-overlay, az: --network-plugin azure --network-plugin-mode overlay}
  - {name: cilium-overlay, az: --network-plugin azure --network-plugin-mode overlay --network-dataplane cilium}
  - {name: kubenet, az: --network-plugin kubenet}
  - name: flannel
    az: --network-plugin none --pod-cidr 10.244.0.0/16
    flannel: {config: ../../../scenarios/inputs/flannel-configmap.yaml}
applications: [pair.yaml]
background: {services: 200, endpoints_per_service: 3}
traffic:
)";
constexpr const char* kRr =
    "  - {kind: rr, from: client, to: server, via: pod, request: 200B, response: 4KiB}\n";
constexpr const char* kCrr =
    "  - {kind: crr, from: client, to: server, via: pod, request: 200B, response: 4KiB}\n";

class ExplainAgainstSimulation : public ::testing::TestWithParam<std::string> {
 protected:
  /// Runs `traffic` alone, so that nothing queues; the mean latency in ns.
  double Simulate(const std::string& traffic, std::uint64_t least) {
    catalog_.emplace(scenario::Catalog::Load(std::nullopt, diagnostics_));
    scenario_ = scenario::ReadScenarioText(
        kScenario + traffic, test::SourcePath("tests/data/explain/pair-scenario.yaml"), *catalog_,
        diagnostics_);
    if (!scenario_) return -1;
    prepared_ = scenario::PreparedConfiguration::Prepare(
        *scenario_, *scenario_->FindConfiguration(GetParam()), *catalog_, diagnostics_);
    if (prepared_ == nullptr) return -1;
    scenario::ReplicationOptions options;
    options.seed = 11;
    options.warm_up = 100_ms;
    options.duration = 2_s;
    const scenario::ReplicationRecord record = scenario::RunReplication(*prepared_, options);
    EXPECT_GT(record.sources.at(0).completed, least);
    return record.sources.at(0).latency_total.Mean();
  }

  PathExplanation ExplainIt() const {
    const scenario::TrafficSpec& traffic = scenario_->traffic.at(0);
    const std::vector<PathQuestion> paths =
        FindPaths(*scenario_, *prepared_, *catalog_, traffic.from, traffic.to, 0,
                  {traffic.request, traffic.response});
    for (const PathQuestion& path : paths) {
      if (path.flow.path == datapath::PathKind::kPodToPodCrossNode) return Explain(path);
    }
    ADD_FAILURE() << "the two pods are not on two nodes";
    return {};
  }

  document::Diagnostics diagnostics_;
  std::optional<scenario::Catalog> catalog_;
  std::optional<scenario::Scenario> scenario_;
  std::unique_ptr<const scenario::PreparedConfiguration> prepared_;
};

TEST_P(ExplainAgainstSimulation, OpenConnectionAgreesWithinOnePercent) {
  const double simulated = Simulate(kRr, 10000);
  ASSERT_GT(simulated, 0) << diagnostics_.ToString();
  const double explained = ExplainIt().exchange_way.typical;
  EXPECT_NEAR(simulated, explained, 0.01 * explained);
}

TEST_P(ExplainAgainstSimulation, NewConnectionAgreesWithinOnePercent) {
  const double simulated = Simulate(kCrr, 5000);
  ASSERT_GT(simulated, 0) << diagnostics_.ToString();
  const double explained = ExplainIt().open_way.typical;
  EXPECT_NEAR(simulated, explained, 0.01 * explained);
}

std::string TestName(const ::testing::TestParamInfo<std::string>& configuration) {
  std::string name = configuration.param;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Configurations, ExplainAgainstSimulation,
                         ::testing::Values("azure-overlay", "cilium-overlay", "kubenet", "flannel"),
                         TestName);

}  // namespace
}  // namespace cnisim::explain

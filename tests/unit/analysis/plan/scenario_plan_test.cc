#include "analysis/plan/scenario_plan.h"

#include <gtest/gtest.h>

#include "models/scenario/catalog.h"
#include "models/scenario/scenario_reader.h"

namespace cnisim::plan {
namespace {

class ScenarioPlanTest : public testing::Test {
 protected:
  std::vector<PlanResult> Run(const std::string& text) {
    const scenario::Catalog catalog = scenario::Catalog::Load(std::nullopt, diagnostics);
    const auto read = scenario::ReadScenarioText(text, "s.yaml", catalog, diagnostics);
    if (!read) return {};
    return RunPlans(*read, catalog.limits, diagnostics);
  }

  std::string Errors() const {
    std::string errors;
    for (const document::Diagnostic& diagnostic : diagnostics.list()) {
      if (diagnostic.severity != document::Severity::kError) continue;
      errors += diagnostic.where.ToString() + ": " + diagnostic.message + "\n";
    }
    return errors;
  }

  document::Diagnostics diagnostics;
};

constexpr std::string_view kCluster =
    "cnisim: 1\n"
    "name: plan\n"
    "cluster:\n"
    "  vnet: {prefix: 10.224.0.0/12, subnets: {nodes: 10.224.0.0/22}}\n"
    "  node_pools:\n"
    "    - {name: system, sku: Standard_D4s_v5, count: 3}\n"
    "    - {name: apps, sku: Standard_D8s_v5, count: 14, max_pods: 60, max_surge: 33%}\n"
    "configurations:\n"
    "  - {name: flat, az: --network-plugin azure}\n"
    "  - {name: overlay, az: --network-plugin azure --network-plugin-mode overlay}\n";

TEST_F(ScenarioPlanTest, WithoutATimelineEveryPoolIsUpgraded) {
  const std::vector<PlanResult> results = Run(std::string(kCluster));
  ASSERT_EQ(Errors(), "");
  ASSERT_EQ(results.size(), 2u);
  // 3 nodes of 31 and 14 of 61 are 947 of 1,019; one surge node of 61 fits, the second does not.
  EXPECT_EQ(results[0].record.vnet_now, 947u);
  EXPECT_EQ(results[0].record.vnet_peak, 1'008u);
  const OperationRecord* failure = results[0].record.FirstFailure();
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->name, "upgrade of pool apps");
  EXPECT_EQ(failure->subject, "aks-apps-surge-1");
  EXPECT_EQ(
      failure->refusal.message,
      "Subnet nodes with address prefix 10.224.0.0/22 does not have enough capacity for 61 IP "
      "addresses.");
  EXPECT_EQ(results[0].advice.prefixes.at(0).needed, 21);
  EXPECT_EQ(results[0].advice.surges.at(1).fits, 1);
  // Overlay: the nodes, and at the peak five surge nodes of the larger pool.
  EXPECT_EQ(results[1].record.FirstFailure(), nullptr);
  EXPECT_EQ(results[1].record.vnet_now, 17u);
  EXPECT_EQ(results[1].record.vnet_peak, 22u);
}

TEST_F(ScenarioPlanTest, TheTimelineOfTheScenarioRuns) {
  const std::vector<PlanResult> results = Run(std::string(kCluster) +
                                              "timeline:\n"
                                              "  - {at: 10m, scale: {pool: apps, nodes: 15}}\n"
                                              "growth: {rate: 5%, every: 30d, for: 365d}\n");
  ASSERT_EQ(Errors(), "");
  EXPECT_EQ(results[0].record.operations.at(1).name, "pool apps to 15 nodes");
  // 3 x 31 + 15 x 61 = 1,008 of 1,019; the first month asks for a fourth node of the smaller pool.
  EXPECT_EQ(results[0].record.exhausted_at,
            SimTime::FromNanos(30 * std::int64_t{86'400'000'000'000}));
  EXPECT_FALSE(results[1].record.exhausted_at.has_value());
}

TEST_F(ScenarioPlanTest, NamesThatDoNotExistAreErrors) {
  Run(std::string(kCluster) + "timeline:\n  - {at: 10m, upgrade: {pool: aps}}\n");
  EXPECT_EQ(Errors(), "s.yaml:12:5: there is no pool 'aps'\n");
}

}  // namespace
}  // namespace cnisim::plan

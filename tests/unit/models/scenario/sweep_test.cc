#include "models/scenario/sweep.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario.h"
#include "models/scenario/scenario_reader.h"

namespace cnisim::scenario {
namespace {

using testing::ElementsAre;

class SweepTest : public testing::Test {
 protected:
  std::optional<Scenario> Read(const std::string& sweep) {
    const std::string text = R"(cnisim: 1
name: swept
cluster:
  node_pools:
    - {name: system, sku: Standard_D4s_v5, count: 3}
    - {name: apps, sku: Standard_D8s_v5, count: 5}
configurations:
  - {name: azure, az: --network-plugin azure}
traffic:
  - {from: external, to: web, rate: 300/s}
)" + sweep;
    return ReadScenarioText(text, "swept.yaml", catalog_, diagnostics_);
  }
  Sweep Points(const Scenario& scenario) {
    return ReadSweep(scenario.sweep, scenario.inputs->documents.front().root(), diagnostics_);
  }

  document::Diagnostics diagnostics_;
  Catalog catalog_ = Catalog::Load(std::nullopt, diagnostics_);
};

TEST_F(SweepTest, AGridHasAllCombinationsTheLastFieldFastest) {
  const auto scenario = Read("sweep: {services: [10, 20], rate: [100/s, 200/s]}\n");
  ASSERT_TRUE(scenario) << diagnostics_.ToString();
  const Sweep sweep = Points(*scenario);
  EXPECT_THAT(sweep.parameters, ElementsAre("services", "rate"));
  ASSERT_EQ(sweep.points.size(), 4U);
  EXPECT_THAT(sweep.points[0].values, ElementsAre("10", "100/s"));
  EXPECT_THAT(sweep.points[1].values, ElementsAre("10", "200/s"));
  EXPECT_THAT(sweep.points[3].values, ElementsAre("20", "200/s"));

  const auto at = ReadScenarioAt(*scenario, sweep.points[3].edits, catalog_, diagnostics_);
  ASSERT_TRUE(at) << diagnostics_.ToString();
  EXPECT_EQ(at->background.services, 20);
  EXPECT_EQ(at->traffic[0].rate, 200);
  EXPECT_EQ(scenario->background.services, 0);  // the scenario itself is as it was
  EXPECT_EQ(scenario->traffic[0].rate, 300);
}

TEST_F(SweepTest, AListHasItsPointsAndPathsNameItems) {
  const auto scenario = Read(R"(sweep:
  - {cluster.node_pools.apps.count: 7, measure.seed: 2}
  - {cluster.node_pools.apps.count: 9, measure.seed: 3}
)");
  ASSERT_TRUE(scenario) << diagnostics_.ToString();
  const Sweep sweep = Points(*scenario);
  ASSERT_EQ(sweep.points.size(), 2U);
  const auto at = ReadScenarioAt(*scenario, sweep.points[1].edits, catalog_, diagnostics_);
  ASSERT_TRUE(at) << diagnostics_.ToString();
  EXPECT_EQ(at->configurations[0].node_pools[1].pool.count, 9U);
  EXPECT_EQ(at->configurations[0].node_pools[0].pool.count, 3U);
  EXPECT_EQ(at->measure.seed, 3U);
}

TEST_F(SweepTest, AWrongValueIsReportedWhereItStands) {
  const auto scenario = Read("sweep: {rate: [100/s, 200]}\n");
  ASSERT_TRUE(scenario) << diagnostics_.ToString();
  const Sweep sweep = Points(*scenario);
  document::Diagnostics own;
  EXPECT_FALSE(ReadScenarioAt(*scenario, sweep.points[1].edits, catalog_, own));
  ASSERT_EQ(own.error_count(), 1U);
  for (const document::Diagnostic& diagnostic : own.list()) {
    if (diagnostic.severity != document::Severity::kError) continue;
    EXPECT_EQ(diagnostic.where.ToString(), "swept.yaml:11:23");
    EXPECT_EQ(diagnostic.message, "expected a rate, found '200' without a unit");
  }
}

TEST_F(SweepTest, AnUnknownFieldIsRefusedWithNearNames) {
  EXPECT_FALSE(Read("sweep: {servces: [1]}\n"));
  EXPECT_THAT(diagnostics_.ToString(),
              testing::HasSubstr("'servces' is no field that can be swept in sweep"));
  EXPECT_THAT(diagnostics_.ToString(), testing::HasSubstr("did you mean 'services'?"));
}

TEST_F(SweepTest, APathThatLeadsNowhereIsRefused) {
  const auto scenario = Read("sweep: {traffic.1.rate: [100/s]}\n");
  ASSERT_TRUE(scenario);
  document::Diagnostics own;
  EXPECT_FALSE(ReadScenarioAt(*scenario, Points(*scenario).points[0].edits, catalog_, own));
  EXPECT_THAT(own.ToString(), testing::HasSubstr("nothing in this scenario is called '1'"));
}

TEST_F(SweepTest, ListsAreAskedForAndPointsOfAListAreAlike) {
  EXPECT_FALSE(Read("sweep: {services: 10}\n"));
  EXPECT_FALSE(Read("sweep: [{services: 10}, {rate: 1/s}]\n"));
  EXPECT_FALSE(Read("sweep: {}\n"));
  EXPECT_FALSE(Read("sweep: many\n"));
  const std::string text = diagnostics_.ToString();
  EXPECT_THAT(text, testing::HasSubstr("found '10', expected a list of values"));
  EXPECT_THAT(text, testing::HasSubstr("its fields are not those of the first point"));
  EXPECT_THAT(text, testing::HasSubstr("a sweep over nothing"));
  EXPECT_THAT(text, testing::HasSubstr("found 'many', expected fields and their values"));
}

}  // namespace
}  // namespace cnisim::scenario

#include "analysis/experiment/ramp.h"

#include <algorithm>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario_reader.h"
#include "tests/support/source_path.h"

namespace cnisim::experiment {
namespace {

using namespace literals;

TEST(RampTest, ReadsARisingRangeAndNothingElse) {
  const auto range = ParseRamp("rate=100..1e5");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->from, 100);
  EXPECT_EQ(range->to, 1e5);
  for (const char* text : {"", "rate=", "100..200", "rate=100", "rate=0..5", "rate=200..100",
                           "rate=1..x", "rate=1..5/s", "rate=1..nan", "rate=1..inf"}) {
    EXPECT_FALSE(ParseRamp(text).has_value()) << text;
  }
}

// One server pod on a node of eight cores serves 1 ms each: no more than 8 000 a second whatever
// the network costs.  What the network costs is known from a run with all cores busy: they serve
// what they have time for.
TEST(RampTest, FindsTheRateThatTheCoresCarryAndNamesThem) {
  document::Diagnostics diagnostics;
  const scenario::Catalog catalog = scenario::Catalog::Load(std::nullopt, diagnostics);
  const auto scenario = scenario::ReadScenarioText(R"(
cnisim: 1
name: ramp
cluster:
  node_pools: [{name: apps, sku: Standard_D8s_v5, count: 2}]
configurations:
  - {name: azure-overlay, az: --network-plugin azure --network-plugin-mode overlay}
applications: [pair.yaml]
work: {server: 1ms}
traffic:
  - {from: client, to: server, via: pod, rate: 100/s, request: 200B, response: 4KiB}
)",
                                                   test::SourcePath("tests/data/explain/ramp.yaml"),
                                                   catalog, diagnostics);
  ASSERT_TRUE(scenario.has_value());
  RampOptions options;
  options.range = {500, 50'000};
  options.warm_up = 200_ms;
  options.duration = 1_s;
  const auto results = RunRamp(*scenario, catalog, options, diagnostics);
  ASSERT_TRUE(results.has_value());
  ASSERT_EQ(results->size(), 1U);
  const RampResult& result = results->front();
  ASSERT_TRUE(result.sustained.has_value());
  ASSERT_TRUE(result.broke.has_value());
  EXPECT_TRUE(result.knee.has_value());
  EXPECT_LT(*result.knee, *result.sustained);
  EXPECT_EQ(result.broke->binds, "cores");
  EXPECT_LT(*result.sustained, 8000);
  EXPECT_GT(*result.sustained, 8000 * 0.9);
  // Beyond the limit the cores serve their rate, whatever comes.
  const auto beyond =
      std::find_if(result.points.begin(), result.points.end(),
                   [&](const RampPoint& p) { return p.rate > 1.01 * *result.sustained; });
  ASSERT_NE(beyond, result.points.end());
  EXPECT_NEAR(*result.sustained, beyond->answered, 0.01 * beyond->answered);
  // At rest nothing waits; at the limit most of the time is waiting for a core.
  const auto share = [](const RampPoint& point, const std::string& kind) {
    for (const RampWait& wait : point.waits) {
      if (wait.kind == kind) return wait.share;
    }
    return -1.0;
  };
  EXPECT_LT(share(result.points.front(), "cores"), 0.02);
  EXPECT_GT(share(*result.broke, "cores"), 0.3);
  // Nothing changes with the threads, and a range that ends early breaks nowhere.
  options.threads = 2;
  options.range = {500, 1000};
  const auto low = RunRamp(*scenario, catalog, options, diagnostics);
  ASSERT_TRUE(low.has_value());
  EXPECT_EQ(low->front().sustained, 1000);
  EXPECT_FALSE(low->front().broke.has_value());
  EXPECT_EQ(low->front().points.front().p99_ns, result.points.front().p99_ns);
}

}  // namespace
}  // namespace cnisim::experiment

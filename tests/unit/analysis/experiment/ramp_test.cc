#include "analysis/experiment/ramp.h"

#include <optional>

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

// Two nodes of eight cores serve 1 ms each: no more than 16 000 a second whatever the network
// costs, and nearly that.
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
  options.warm_up = 100_ms;
  options.duration = 500_ms;
  const auto results = RunRamp(*scenario, catalog, options, diagnostics);
  ASSERT_TRUE(results.has_value());
  ASSERT_EQ(results->size(), 1U);
  const RampResult& result = results->front();
  ASSERT_TRUE(result.sustained.has_value());
  ASSERT_TRUE(result.broke.has_value());
  EXPECT_LE(result.broke->rate, *result.sustained * 1.02);
  EXPECT_TRUE(result.knee.has_value());
  EXPECT_EQ(result.broke->binds, "cores");
  EXPECT_LT(*result.sustained, 8000 * 1.04);
  EXPECT_GT(*result.sustained, 8000 * 0.9);
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

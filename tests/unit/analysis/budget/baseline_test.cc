#include "analysis/budget/baseline.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/example_results.h"

namespace cnisim::budget {
namespace {

using experiment::MetricResult;
using experiment::ResultDocument;
using testing_support::ExampleResults;

MetricResult& Find(ResultDocument& document, std::size_t configuration, const std::string& metric) {
  for (MetricResult& result : document.configurations[configuration].metrics) {
    if (result.metric == metric) return result;
  }
  ADD_FAILURE() << metric;
  return document.configurations[0].metrics[0];
}

void Scale(MetricResult& metric, double factor) {
  metric.value *= factor;
  for (double& value : metric.replications) value *= factor;
}

std::vector<RegressionResult> Changes(const ResultDocument& current, const ResultDocument& baseline,
                                      double tolerance = 0) {
  std::vector<RegressionResult> changed;
  for (const RegressionResult& result : CompareWithBaseline(current, baseline, {tolerance})) {
    if (result.change != Change::kSame) changed.push_back(result);
  }
  return changed;
}

TEST(BaselineTest, EqualResultsAreTheSame) {
  EXPECT_TRUE(Changes(ExampleResults(), ExampleResults()).empty());
  EXPECT_TRUE(DifferencesFromBaseline(ExampleResults(), ExampleResults()).empty());
}

TEST(BaselineTest, PairsShowAChangeThatChanceWouldHide) {
  // 30 %, where replications differ by 1 %; the direction decides.
  ResultDocument current = ExampleResults();
  Scale(Find(current, 1, "latency.p99"), 1.3);
  Scale(Find(current, 2, "network_cores"), 0.7);
  const auto changes = Changes(current, ExampleResults());
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].Title(), "latency.p99 external -> frontend under azure-overlay");
  EXPECT_EQ(changes[0].change, Change::kWorse);
  EXPECT_LT(changes[0].p_value, 0.05);
  EXPECT_EQ(changes[1].Title(), "network_cores under byocni-calico");
  EXPECT_EQ(changes[1].change, Change::kBetter);
}

TEST(BaselineTest, LessThroughputIsWorse) {
  ResultDocument current = ExampleResults();
  Scale(Find(current, 0, "throughput"), 0.7);
  const auto changes = Changes(current, ExampleResults());
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].change, Change::kWorse);
}

TEST(BaselineTest, ATolerableChangeIsNone) {
  ResultDocument current = ExampleResults();
  Scale(Find(current, 1, "latency.p99"), 1.3);
  EXPECT_TRUE(Changes(current, ExampleResults(), 0.35).empty());
}

TEST(BaselineTest, AnExactChangeNeedsNoTest) {
  ResultDocument current = ExampleResults();
  MetricResult& addresses = Find(current, 0, "vnet_addresses");
  addresses.value = addresses.low = addresses.high = 948;
  const auto changes = Changes(current, ExampleResults());
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].change, Change::kWorse);
  EXPECT_EQ(changes[0].before, 947.0);
  EXPECT_EQ(changes[0].after, 948.0);
}

TEST(BaselineTest, NoAnswerAnyMoreIsWorse) {
  ResultDocument current = ExampleResults();
  MetricResult& p99 = Find(current, 0, "latency.p99");
  p99.value = experiment::kUndefined;
  p99.replications.assign(3, experiment::kUndefined);
  const auto changes = Changes(current, ExampleResults());
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].change, Change::kWorse);
}

TEST(BaselineTest, AConfigurationThatIsGoneIsMissing) {
  ResultDocument current = ExampleResults();
  current.configurations.pop_back();
  for (const RegressionResult& change : Changes(current, ExampleResults())) {
    EXPECT_EQ(change.configuration, "byocni-flannel");
    EXPECT_EQ(change.change, Change::kMissing);
  }
  EXPECT_EQ(DifferencesFromBaseline(ExampleResults(), current),
            std::vector<std::string>{"configuration byocni-flannel: new"});
}

TEST(BaselineTest, SaysWhatElseDiffers) {
  ResultDocument current = ExampleResults();
  current.program_version = "0.2.0";
  current.catalog_hash = "00000000000000cc";
  current.seed = 2;
  EXPECT_EQ(DifferencesFromBaseline(current, ExampleResults()),
            (std::vector<std::string>{"program: 0.2.0, was 0.1.0",
                                      "catalog: 00000000000000cc, was 00000000000000bb",
                                      "seed: 2, was 1"}));
}

TEST(BaselineTest, AnotherScenarioIsNoBaseline) {
  EXPECT_EQ(WhyNoBaseline(ExampleResults(), ExampleResults()), "");

  ResultDocument fewer = ExampleResults();
  fewer.configurations.resize(1);
  EXPECT_EQ(WhyNoBaseline(fewer, ExampleResults()), "");

  ResultDocument other = ExampleResults();
  other.scenario_name = "other";
  EXPECT_EQ(WhyNoBaseline(other, ExampleResults()), "baseline of another scenario: it is of '" +
                                                        ExampleResults().scenario_name +
                                                        "', this is 'other'");

  ResultDocument renamed = ExampleResults();
  for (auto& configuration : renamed.configurations) configuration.name += "-2";
  EXPECT_EQ(WhyNoBaseline(renamed, ExampleResults()),
            "baseline has no configuration of this scenario");
}

}  // namespace
}  // namespace cnisim::budget

#include "analysis/experiment/validation_errors.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace cnisim::experiment {
namespace {

ValidationErrors Errors(const std::string& text, document::Diagnostics& diagnostics) {
  return ValidationErrors::Load(
      document::CatalogFiles::FromFiles({{"validation/errors.yaml", text, "errors.yaml", false}}),
      diagnostics);
}

MetricResult Simulated(const std::string& name, double value) {
  MetricResult metric;
  metric.metric = name;
  metric.value = value;
  metric.replications = {value};
  return metric;
}

TEST(ValidationErrors, WidenTheModelsBoundsToAtLeastTheError) {
  document::Diagnostics diagnostics;
  const ValidationErrors errors =
      Errors("errors:\n  - {kind: latency, error: 0.2}\n  - {kind: cpu, error: 0.1, rows: 3}\n",
             diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  ResultDocument document;
  document.configurations.emplace_back();
  auto& metrics = document.configurations.front().metrics;
  metrics.push_back(Simulated("latency.p99", 100));
  metrics.push_back(Simulated("network_cores", 2));
  metrics.push_back(Simulated("throughput", 50));
  metrics[1].model_low = 1;  // the costs' ranges say more
  metrics[1].model_high = 2.1;
  document.comparisons.emplace_back();
  document.comparisons.front().metric = "latency.p50";
  document.comparisons.front().difference = -10;
  errors.Apply(document);
  EXPECT_DOUBLE_EQ(metrics[0].model_low, 80);
  EXPECT_DOUBLE_EQ(metrics[0].model_high, 120);
  EXPECT_DOUBLE_EQ(metrics[1].model_low, 1);
  EXPECT_DOUBLE_EQ(metrics[1].model_high, 2.2);
  EXPECT_TRUE(std::isnan(metrics[2].model_low));  // no error of its kind was measured
  EXPECT_DOUBLE_EQ(document.comparisons.front().model_low, -12);
  EXPECT_DOUBLE_EQ(document.comparisons.front().model_high, -8);
}

TEST(ValidationErrors, AreOfTheKindThatTheMetricIs) {
  document::Diagnostics diagnostics;
  const ValidationErrors errors = Errors(
      "errors:\n  - {kind: rate, error: 0.1}\n  - {kind: throughput, error: 0.3}\n", diagnostics);
  EXPECT_EQ(errors.For("throughput"), 0.1);
  EXPECT_EQ(errors.For("goodput"), 0.3);
  EXPECT_EQ(errors.For("latency.p99"), std::nullopt);
  EXPECT_EQ(errors.For("vnet_addresses.peak"), std::nullopt);
}

}  // namespace
}  // namespace cnisim::experiment

#include "analysis/budget/metric_kind.h"

#include <gtest/gtest.h>

namespace cnisim::budget {
namespace {

experiment::MetricResult Of(const std::string& unit) {
  experiment::MetricResult metric;
  metric.unit = unit;
  return metric;
}

TEST(MetricKindTest, BoundsCarryTheMetricsUnit) {
  EXPECT_EQ(ParseBound("5ms", Of("ns")), 5e6);
  EXPECT_EQ(ParseBound("5", Of("ns")), std::nullopt);
  EXPECT_EQ(ParseBound("900/s", Of("1/s")), 900.0);
  EXPECT_EQ(ParseBound("0", Of("1/s")), 0.0);
  EXPECT_EQ(ParseBound("900", Of("1/s")), std::nullopt);
  EXPECT_EQ(ParseBound("1.5Gbps", Of("bit/s")), 1.5e9);
  EXPECT_EQ(ParseBound("2%", Of("1")), 0.02);
  EXPECT_EQ(ParseBound("0.02", Of("1")), 0.02);
  EXPECT_EQ(ParseBound("1019", Of("count")), 1019.0);
  EXPECT_EQ(ParseBound("0.5", Of("cores")), 0.5);
  EXPECT_EQ(ParseBound("many", Of("count")), std::nullopt);
}

TEST(MetricKindTest, Figures) {
  EXPECT_EQ(FigureText("ns", 9.81e6), "9.81 ms");
  EXPECT_EQ(FigureText("ns", 0), "0 ns");
  EXPECT_EQ(FigureText("bit/s", 9.41e9), "9.41 Gbit/s");
  EXPECT_EQ(FigureText("1/s", 998.5), "998.5/s");
  EXPECT_EQ(FigureText("1", 0.0123), "1.23 %");
  EXPECT_EQ(FigureText("count", 1019), "1019");
  EXPECT_EQ(FigureText("cores", 0.11), "0.11 cores");
}

TEST(MetricKindTest, Directions) {
  EXPECT_TRUE(HigherIsBetter("throughput"));
  EXPECT_FALSE(HigherIsBetter("latency.p99"));
  EXPECT_FALSE(HigherIsBetter("vnet_addresses"));
}

}  // namespace
}  // namespace cnisim::budget

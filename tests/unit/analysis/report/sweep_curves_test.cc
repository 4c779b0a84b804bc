#include "analysis/report/sweep_curves.h"

#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace cnisim::report {
namespace {

TEST(SweepNumberTest, IsWhatAValueBeginsWith) {
  EXPECT_EQ(SweepNumber("500/s"), 500.0);
  EXPECT_EQ(SweepNumber("1e3"), 1000.0);
  EXPECT_EQ(SweepNumber("2.5ms"), 2.5);
  EXPECT_EQ(SweepNumber("cilium"), std::nullopt);
  EXPECT_EQ(SweepNumber(""), std::nullopt);
  EXPECT_EQ(SweepNumber("-"), std::nullopt);
}

TEST(KneeTest, AQueueHasOneAndALineHasNone) {
  // Time in an M/M/1 queue, 1 / (1 - load): from 0.1 to 0.9 the line rises by 1/0.9 - 1 = 8.89 over
  // 0.8, and the curve is farthest below it where 1 / (1 - load)^2 = 8.89 / 0.8, at load 0.70.
  std::vector<double> loads;
  std::vector<double> times;
  std::vector<double> lines;
  for (int i = 1; i <= 9; ++i) {
    loads.push_back(0.1 * i);
    times.push_back(1 / (1 - 0.1 * i));
    lines.push_back(1.0 * i);
  }
  EXPECT_EQ(KneeOf(loads, times), 6U);
  EXPECT_EQ(KneeOf(loads, lines), std::nullopt);
  EXPECT_EQ(KneeOf(loads, std::vector<double>(9, 3.0)), std::nullopt);
  EXPECT_EQ(KneeOf({1, 2}, {1, 9}), std::nullopt);
}

}  // namespace
}  // namespace cnisim::report

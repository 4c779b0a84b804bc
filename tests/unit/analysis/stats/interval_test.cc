#include "analysis/stats/interval.h"

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/histogram.h"

namespace cnisim::stats {
namespace {

// Tables of Student's t, two-sided 95 % and 99 %.
TEST(StudentFactorTest, AgreesWithTables) {
  EXPECT_NEAR(StudentFactor(1, 0.95), 12.706, 5e-4);
  EXPECT_NEAR(StudentFactor(4, 0.95), 2.776, 5e-4);
  EXPECT_NEAR(StudentFactor(9, 0.95), 2.262, 5e-4);
  EXPECT_NEAR(StudentFactor(9, 0.99), 3.250, 5e-4);
  EXPECT_NEAR(StudentFactor(1e6, 0.95), 1.960, 5e-4);
}

TEST(MeanEstimateTest, KnownExample) {
  // Mean 5, standard deviation sqrt(2.5), n = 5: 2.776445 * sqrt(2.5 / 5) = 1.963243.
  const std::array<double, 5> values{3, 4, 5, 6, 7};
  const Estimate estimate = MeanEstimate(values);
  EXPECT_EQ(estimate.value, 5.0);
  EXPECT_NEAR(estimate.half_width, 1.963243, 1e-6);
  EXPECT_NEAR(estimate.low(), 3.036757, 1e-6);
  EXPECT_NEAR(estimate.high(), 6.963243, 1e-6);
}

TEST(MeanEstimateTest, OneReplicationSaysNothingAboutChance) {
  const std::array<double, 1> value{3};
  EXPECT_EQ(MeanEstimate(value).value, 3.0);
  EXPECT_TRUE(std::isinf(MeanEstimate(value).half_width));
}

TEST(InterpolatedQuantileTest, ExactWhereBucketsAre) {
  Histogram histogram;
  for (int value = 1; value <= 100; ++value) histogram.Record(value);
  EXPECT_EQ(InterpolatedQuantile(histogram, 0), 1.0);
  EXPECT_EQ(InterpolatedQuantile(histogram, 0.5), 50.0);
  EXPECT_EQ(InterpolatedQuantile(histogram, 0.99), 99.0);
  EXPECT_EQ(InterpolatedQuantile(histogram, 1), 100.0);
  EXPECT_EQ(InterpolatedQuantile(Histogram(), 0.5), 0.0);
}

TEST(InterpolatedQuantileTest, FinerThanABucket) {
  // 1000 values, evenly over 1'000'000 .. 1'000'999, all within one bucket or two.
  Histogram histogram;
  for (int i = 0; i < 1000; ++i) histogram.Record(1'000'000 + i);
  EXPECT_LT(InterpolatedQuantile(histogram, 0.25), InterpolatedQuantile(histogram, 0.26));
  EXPECT_GE(InterpolatedQuantile(histogram, 0), 1'000'000.0);
  EXPECT_LE(InterpolatedQuantile(histogram, 1), 1'000'999.0);
}

TEST(QuantileEstimateTest, CentreIsPooledAndSpreadIsBetweenReplications) {
  // Medians 10, 20 and 30; the pooled one is 20.  t(2) = 4.302653;
  // 4.302653 * sqrt((100 + 0 + 100) / 2 / 3) = 24.841.
  std::vector<Histogram> replications(3);
  for (int i = 0; i < 3; ++i) replications[static_cast<std::size_t>(i)].Record(10 * (i + 1), 5);
  const std::array<const Histogram*, 3> all{&replications[0], &replications[1], &replications[2]};
  const Estimate estimate = QuantileEstimate(all, 0.5);
  EXPECT_EQ(estimate.value, 20.0);
  EXPECT_NEAR(estimate.half_width, 24.841, 1e-3);
}

}  // namespace
}  // namespace cnisim::stats

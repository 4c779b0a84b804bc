#include "analysis/stats/comparison.h"

#include <array>

#include <gtest/gtest.h>

namespace cnisim::stats {
namespace {

TEST(ComparePairsTest, KnownExample) {
  // Student's sleep data (Biometrika 6, 1908): extra hours under two drugs, ten patients.
  // Mean difference 1.58, t = 4.0621, p = 0.002833, interval 0.7001 .. 2.4599.
  const std::array<double, 10> first{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const std::array<double, 10> second{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  const Difference result = ComparePairs(first, second);
  EXPECT_NEAR(result.difference.value, 1.58, 1e-12);
  EXPECT_NEAR(result.difference.low(), 0.7001, 5e-5);
  EXPECT_NEAR(result.difference.high(), 2.4599, 5e-5);
  EXPECT_NEAR(result.p_value, 0.002833, 5e-7);
}

TEST(ComparePairsTest, EqualSeriesDoNotDiffer) {
  const std::array<double, 3> values{1, 2, 3};
  EXPECT_EQ(ComparePairs(values, values).p_value, 1.0);
  EXPECT_EQ(ComparePairs(values, values).difference.value, 0.0);
}

TEST(ComparePairsTest, AConstantDifferenceIsCertain) {
  const std::array<double, 3> first{1, 2, 3};
  const std::array<double, 3> second{2, 3, 4};
  EXPECT_EQ(ComparePairs(first, second).p_value, 0.0);
}

TEST(ComparePairsTest, OnePairProvesNothing) {
  const std::array<double, 1> first{1};
  const std::array<double, 1> second{9};
  EXPECT_EQ(ComparePairs(first, second).p_value, 1.0);
}

TEST(CompareMeansTest, KnownExample) {
  // The same data as if the ten patients were twenty (R's t.test): t = 1.8608, df = 17.776,
  // p = 0.07939, interval -0.2055 .. 3.3655.
  const std::array<double, 10> first{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const std::array<double, 10> second{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  const Difference result = CompareMeans(first, second);
  EXPECT_NEAR(result.difference.value, 1.58, 1e-12);
  EXPECT_NEAR(result.difference.low(), -0.2055, 5e-5);
  EXPECT_NEAR(result.difference.high(), 3.3655, 5e-5);
  EXPECT_NEAR(result.p_value, 0.07939, 5e-6);
}

TEST(CompareMeansTest, NothingVariesOrNothingToTell) {
  const std::array<double, 2> same{3, 3};
  const std::array<double, 2> other{4, 4};
  const std::array<double, 1> one{9};
  EXPECT_EQ(CompareMeans(same, same).p_value, 1.0);
  EXPECT_EQ(CompareMeans(same, other).p_value, 0.0);
  EXPECT_EQ(CompareMeans(one, other).p_value, 1.0);
}

TEST(HolmAdjustTest, KnownExample) {
  // Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1, then never falling.
  const std::array<double, 4> p{0.01, 0.04, 0.03, 0.005};
  const std::vector<double> adjusted = HolmAdjust(p);
  ASSERT_EQ(adjusted.size(), 4U);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[3], 0.02);
}

TEST(HolmAdjustTest, NeverAboveOne) {
  const std::array<double, 3> p{0.6, 0.9, 1};
  for (const double adjusted : HolmAdjust(p)) EXPECT_EQ(adjusted, 1.0);
  EXPECT_TRUE(HolmAdjust({}).empty());
}

}  // namespace
}  // namespace cnisim::stats

#include "sim/base/random.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace cnisim {
namespace {

TEST(RandomStreamTest, IsPhilox4x32With10Rounds) {
  // Known answer of Random123 for key 0 and counter 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
  RandomStream zero(/*seed=*/0, /*entity=*/0, /*purpose=*/0);
  EXPECT_EQ(zero.Bits(), 0xe169c58d6627e8d5U);
  EXPECT_EQ(zero.Bits(), 0x9b00dbd8bc57ac4cU);
}

TEST(RandomStreamTest, NameDecidesEverything) {
  const auto first = [](std::uint64_t seed, std::uint32_t entity, std::uint32_t purpose) {
    return RandomStream(seed, entity, purpose).Bits();
  };
  EXPECT_EQ(first(1, 2, 3), first(1, 2, 3));
  EXPECT_NE(first(1, 2, 3), first(2, 2, 3));
  EXPECT_NE(first(1, 2, 3), first(1, 3, 3));
  EXPECT_NE(first(1, 2, 3), first(1, 2, 4));
  EXPECT_NE(first(1, 2, 3), first(1, 3, 2));
  EXPECT_NE(first(1, 0, 0), first(std::uint64_t{1} << 32, 0, 0));
}

TEST(RandomStreamTest, LogNormalFollowsTheExactQuantiles) {
  const LogNormalDistribution distribution(/*mean=*/100, /*cv=*/1);
  const double sigma = std::sqrt(std::log(2.0));
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    RandomStream stream(3, i, 0);
    RandomStream same = stream;
    const double exact = 100 * std::exp(sigma * same.Normal() - 0.5 * sigma * sigma);
    ASSERT_NEAR(distribution(stream), exact, 1e-5 * exact);
  }
}

TEST(RandomStreamTest, CopiesGoOnFromWhereTheyWereMade) {
  RandomStream stream(7, 7, 7);
  stream.Bits();
  RandomStream copy = stream;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(stream.Bits(), copy.Bits());
  EXPECT_EQ(stream.draws(), 6U);
}

// No rounding of libm or of a compiler may move these.
TEST(RandomStreamTest, DistributionsAreTheSameBitsEverywhere) {
  RandomStream stream(/*seed=*/42, /*entity=*/1, /*purpose=*/1);
  std::vector<double> values;
  values.push_back(stream.Uniform());
  values.push_back(stream.Exponential(1));
  values.push_back(stream.Normal());
  values.push_back(stream.LogNormal(100, 0.5));
  values.push_back(stream.Gamma(100, 0.5));
  values.push_back(stream.Gamma(100, 2));
  EXPECT_EQ(values, (std::vector<double>{0x1.867ee2dc9a8a2p-1, 0x1.3b0f60ca1a39cp-3,
                                         -0x1.4de4732e8d707p+0, 0x1.f149c4c7461b4p+6,
                                         0x1.a174ab5f9640cp+5, 0x1.968590d13af02p+7}));
}

TEST(RandomStreamTest, OneDrawEachByInversion) {
  RandomStream stream(1, 1, 1);
  stream.Uniform();
  stream.Exponential(5);
  stream.Normal();
  stream.LogNormal(5, 0);
  stream.LogNormal(5, 1);
  EXPECT_EQ(stream.draws(), 5U);
}

TEST(RandomStreamTest, LogNormalWithItsParametersWorkedOut) {
  RandomStream a(1, 1, 1);
  RandomStream b(1, 1, 1);
  const LogNormalDistribution distribution(70, 0.3);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(distribution(a), b.LogNormal(70, 0.3));
  EXPECT_EQ(b.LogNormal(70, 0), 70);
}

TEST(RandomStreamTest, BelowCoversItsRange) {
  RandomStream stream(3, 0, 0);
  std::vector<int> counts(7);
  for (int i = 0; i < 70'000; ++i) ++counts[stream.Below(7)];
  // Binomial with n = 70 000, p = 1/7: standard deviation 92.6; 5 of them: a false alarm in
  // 250 000 reseedings.
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 463);
  EXPECT_EQ(stream.Below(1), 0U);
}

// Mean and variance of n = 200 000 draws.  Bounds are five standard errors of the mean, and of
// the variance, var * sqrt((kurtosis - 1) / n): a false alarm in 800 000 reseedings for each.
struct Moments {
  double mean;
  double variance;
};
template <class Draw>
Moments MomentsOf(Draw draw) {
  constexpr int kDraws = 200'000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  return {mean, squares / kDraws - mean * mean};
}

TEST(RandomStreamTest, MomentsOfTheDistributions) {
  const double root_n = std::sqrt(200'000.0);
  RandomStream stream(4, 0, 0);
  const Moments uniform = MomentsOf([&] { return stream.Uniform(); });
  EXPECT_NEAR(uniform.mean, 0.5, 5 * std::sqrt(1 / 12.0) / root_n);
  EXPECT_NEAR(uniform.variance, 1 / 12.0, 5 * (1 / 12.0) * std::sqrt(0.8) / root_n);
  const Moments exponential = MomentsOf([&] { return stream.Exponential(3); });
  EXPECT_NEAR(exponential.mean, 3, 5 * 3 / root_n);
  EXPECT_NEAR(exponential.variance, 9, 5 * 9 * std::sqrt(8.0) / root_n);
  const Moments normal = MomentsOf([&] { return stream.Normal(); });
  EXPECT_NEAR(normal.mean, 0, 5 / root_n);
  EXPECT_NEAR(normal.variance, 1, 5 * std::sqrt(2.0) / root_n);
  // Log-normal, cv 0.5: kurtosis w^4 + 2 w^3 + 3 w^2 - 3 with w = 1.25 is 8.04.
  const Moments log_normal = MomentsOf([&] { return stream.LogNormal(8, 0.5); });
  EXPECT_NEAR(log_normal.mean, 8, 5 * 4 / root_n);
  EXPECT_NEAR(log_normal.variance, 16, 5 * 16 * std::sqrt(7.04) / root_n);
  // Gamma, cv 0.5: shape 4, kurtosis 3 + 6/4; cv 2: shape 1/4, kurtosis 3 + 24.
  const Moments gamma = MomentsOf([&] { return stream.Gamma(8, 0.5); });
  EXPECT_NEAR(gamma.mean, 8, 5 * 4 / root_n);
  EXPECT_NEAR(gamma.variance, 16, 5 * 16 * std::sqrt(3.5) / root_n);
  const Moments bursty = MomentsOf([&] { return stream.Gamma(8, 2); });
  EXPECT_NEAR(bursty.mean, 8, 5 * 16 / root_n);
  EXPECT_NEAR(bursty.variance, 256, 5 * 256 * std::sqrt(26.0) / root_n);
}

}  // namespace
}  // namespace cnisim

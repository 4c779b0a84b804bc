#include "sim/base/elementary.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "sim/base/random.h"

namespace cnisim {
namespace {

// The C library's functions are good to about 1 unit in the last place (2.2e-16 relative).
constexpr double kTolerance = 5e-16;

TEST(ElementaryTest, LogAgreesWithTheLibrary) {
  RandomStream stream(/*seed=*/1, 0, 0);
  for (int i = 0; i < 100'000; ++i) {
    const double x = std::ldexp(1 + stream.Uniform(), static_cast<int>(stream.Below(2000)) - 1000);
    ASSERT_NEAR(Log(x), std::log(x), kTolerance * std::abs(std::log(x))) << x;
  }
}

TEST(ElementaryTest, LogKeepsItsAccuracyNearOne) {
  for (int i = -1000; i <= 1000; ++i) {
    const double x = 1 + i * 1e-6;
    ASSERT_NEAR(Log(x), std::log(x), kTolerance * std::abs(std::log(x))) << x;
  }
  EXPECT_EQ(Log(1), 0);
}

TEST(ElementaryTest, ExpAgreesWithTheLibrary) {
  RandomStream stream(/*seed=*/2, 0, 0);
  for (int i = 0; i < 100'000; ++i) {
    const double x = (stream.Uniform() - 0.5) * 1400;
    ASSERT_NEAR(Exp(x), std::exp(x), kTolerance * std::exp(x)) << x;
  }
  EXPECT_EQ(Exp(0), 1);
  EXPECT_EQ(Exp(-800), 0);
  EXPECT_EQ(Exp(800), std::numeric_limits<double>::max());
}

TEST(ElementaryTest, NormalQuantileInvertsTheDistribution) {
  // P(Z <= x) = erfc(-x / sqrt 2) / 2
  for (int i = 1; i < 1000; ++i) {
    const double p = i / 1000.0;
    ASSERT_NEAR(0.5 * std::erfc(-NormalQuantile(p) / std::sqrt(2.0)), p, 1e-15) << p;
  }
  for (double p = 1e-3; p > 1e-300; p /= 7) {
    ASSERT_NEAR(0.5 * std::erfc(-NormalQuantile(p) / std::sqrt(2.0)) / p, 1, 1e-12) << p;
  }
  EXPECT_EQ(NormalQuantile(0.5), 0);
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-15);
}

TEST(ElementaryDeathTest, LogOfNothing) {
  EXPECT_EXIT(Log(0), testing::ExitedWithCode(3), "logarithm is taken of a positive");
}

}  // namespace
}  // namespace cnisim

#include "analysis/stats/warm_up.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"

namespace cnisim::stats {
namespace {

std::vector<double> Noise(std::size_t count, std::uint64_t seed) {
  RandomStream stream(seed, /*entity=*/0, /*purpose=*/0);
  std::vector<double> series(count);
  for (double& value : series) value = stream.Normal();
  return series;
}

// The definition, word for word: for each cut the mean of what remains and its squared error.
std::optional<std::size_t> ByDefinition(const std::vector<double>& series) {
  const std::size_t groups = series.size() / 5;
  std::vector<double> means(groups);
  for (std::size_t i = 0; i < groups * 5; ++i) means[i / 5] += series[i] / 5;
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = groups;
  for (std::size_t d = 0; d + 2 <= groups; ++d) {
    const double count = static_cast<double>(groups - d);
    double mean = 0;
    for (std::size_t i = d; i < groups; ++i) mean += means[i] / count;
    double squares = 0;
    for (std::size_t i = d; i < groups; ++i) squares += (means[i] - mean) * (means[i] - mean);
    if (squares / (count * count) < least) {
      least = squares / (count * count);
      best = d;
    }
  }
  if (best > groups / 2) return std::nullopt;
  return best * 5;
}

TEST(Mser5Test, AgreesWithItsDefinition) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::vector<double> series = Noise(200 + seed, seed);
    for (std::size_t i = 0; i < 3 * seed; ++i) series[i] += 5;
    EXPECT_EQ(Mser5Truncation(series), ByDefinition(series)) << "seed " << seed;
  }
}

TEST(Mser5Test, CutsARamp) {
  std::vector<double> series = Noise(1000, 7);
  for (std::size_t i = 0; i < 100; ++i) series[i] -= 0.5 * static_cast<double>(100 - i);
  const auto cut = Mser5Truncation(series);
  ASSERT_TRUE(cut.has_value());
  EXPECT_GE(*cut, 80U);
  EXPECT_LE(*cut, 130U);
}

TEST(Mser5Test, ASteadySeriesLosesNothing) {
  EXPECT_EQ(Mser5Truncation(std::vector<double>(100, 3.0)), 0U);
}

TEST(Mser5Test, TooShortToTell) {
  std::vector<double> growing(100);
  for (std::size_t i = 0; i < growing.size(); ++i) growing[i] = static_cast<double>(i * i);
  EXPECT_EQ(Mser5Truncation(growing), std::nullopt);
  EXPECT_EQ(Mser5Truncation(std::vector<double>(9, 1.0)), std::nullopt);
  EXPECT_EQ(Mser5Truncation({}), std::nullopt);
}

}  // namespace
}  // namespace cnisim::stats

#include "sim/base/histogram.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"

namespace cnisim {
namespace {

TEST(HistogramTest, EmptyIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.Mean(), 0);
  EXPECT_EQ(histogram.Quantile(0.5), 0);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_TRUE(histogram.NonEmptyBuckets().empty());
}

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.Record(i);
  EXPECT_EQ(histogram.Quantile(0), 1);
  EXPECT_EQ(histogram.Quantile(0.5), 50);
  EXPECT_EQ(histogram.Quantile(0.99), 99);
  EXPECT_EQ(histogram.Quantile(0.991), 100);
  EXPECT_EQ(histogram.Quantile(1), 100);
  EXPECT_EQ(histogram.Mean(), 50.5);
  EXPECT_EQ(histogram.CountUpTo(30), 30U);
}

TEST(HistogramTest, QuantilesAreWithinABucketOfTheSortedValues) {
  Histogram histogram;
  std::vector<std::int64_t> values;
  RandomStream stream(1, 0, 0);
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(stream.LogNormal(1e6, 3)));
    histogram.Record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double q : {0.01, 0.1, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = static_cast<double>(values[static_cast<std::size_t>(q * 20'000) - 1]);
    // Half a bucket: 1/256 of the value.
    EXPECT_NEAR(static_cast<double>(histogram.Quantile(q)), exact, exact / 255);
  }
  EXPECT_EQ(histogram.min(), values.front());
  EXPECT_EQ(histogram.max(), values.back());
}

TEST(HistogramTest, BucketsTileTheIntegers) {
  Histogram histogram;
  for (int bit = 0; bit < 63; ++bit) {
    const std::int64_t power = std::int64_t{1} << bit;
    for (const std::int64_t value : {power - 1, power, power + power / 3}) histogram.Record(value);
  }
  histogram.Record(INT64_MAX);
  std::int64_t last = -1;
  std::uint64_t count = 0;
  for (const Histogram::Bucket& bucket : histogram.NonEmptyBuckets()) {
    EXPECT_GT(bucket.low, last);
    EXPECT_GE(bucket.high, bucket.low);
    EXPECT_LE((bucket.high - bucket.low), bucket.low / 128);
    last = bucket.high;
    count += bucket.count;
  }
  EXPECT_EQ(last, INT64_MAX);
  EXPECT_EQ(count, histogram.count());
}

TEST(HistogramTest, MergingIsExactInAnyOrder) {
  Histogram parts[3];
  Histogram whole;
  RandomStream stream(2, 0, 0);
  for (int i = 0; i < 3000; ++i) {
    const auto value = static_cast<std::int64_t>(stream.Exponential(1e5));
    parts[i % 3].Record(value, 2);
    whole.Record(value);
    whole.Record(value);
  }
  Histogram forwards;
  Histogram backwards(INT64_MAX);
  for (int i = 0; i < 3; ++i) {
    forwards.Merge(parts[i]);
    backwards.Merge(parts[2 - i]);
  }
  EXPECT_EQ(forwards, whole);
  EXPECT_EQ(backwards, whole);
  EXPECT_EQ(forwards.Digest(), backwards.Digest());
  forwards.Record(5);
  EXPECT_FALSE(forwards == whole);
  EXPECT_NE(forwards.Digest(), whole.Digest());
  forwards.Clear();
  EXPECT_EQ(forwards, Histogram());
}

TEST(HistogramTest, TheSumDoesNotOverflow) {
  Histogram histogram;
  histogram.Record(INT64_MAX, 1'000'000);
  EXPECT_DOUBLE_EQ(histogram.Mean(), 9.223372036854775807e18);
}

}  // namespace
}  // namespace cnisim

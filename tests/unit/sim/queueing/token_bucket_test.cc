#include "sim/queueing/token_bucket.h"

#include <gtest/gtest.h>

namespace cnisim::queueing {
namespace {

using namespace literals;

TEST(TokenBucketTest, PolicesABurstThenTheRate) {
  TokenBucket bucket(8_Gbps, /*burst=*/3000_B);  // a byte a nanosecond
  EXPECT_TRUE(bucket.Conforms(0_ns, 1500_B));
  EXPECT_TRUE(bucket.Conforms(0_ns, 1500_B));
  EXPECT_FALSE(bucket.Conforms(1499_ns, 1500_B));
  EXPECT_TRUE(bucket.Conforms(1500_ns, 1500_B));
  EXPECT_EQ(bucket.Tokens(1500_ns), 0_B);
  EXPECT_EQ(bucket.Tokens(1_s), 3000_B);  // never more than the burst
}

TEST(TokenBucketTest, ShapesABurstThenTheRate) {
  TokenBucket bucket(8_Gbps, /*burst=*/3000_B);
  EXPECT_EQ(bucket.Accept(0_ns, 2000_B), 0_ns);
  EXPECT_EQ(bucket.Accept(0_ns, 2000_B), 1000_ns);
  EXPECT_EQ(bucket.Tokens(0_ns), Bytes(-1000));
  EXPECT_EQ(bucket.Accept(500_ns, 1000_B), 2000_ns);
  EXPECT_EQ(bucket.Accept(2000_ns, 9000_B), 11'000_ns);  // larger than the burst
}

TEST(TokenBucketTest, KeepsFractions) {
  TokenBucket bucket(1_Gbps, /*burst=*/1_B);  // 8 ns a byte
  EXPECT_TRUE(bucket.Conforms(0_ns, 1_B));
  EXPECT_FALSE(bucket.Conforms(7_ns, 1_B));
  EXPECT_TRUE(bucket.Conforms(8_ns, 1_B));
  EXPECT_EQ(bucket.Tokens(15_ns), 0_B);
  EXPECT_EQ(TokenBucket(BitsPerSecond(3), 1_B).Accept(0_ns, 2_B), 2'666'666'667_ns);  // 8 bit / 3
}

TEST(TokenBucketTest, DebtMayGrowForYears) {
  TokenBucket bucket(BitsPerSecond(8), /*burst=*/1_B);  // a byte a second
  SimTime last;
  for (int i = 0; i < 5; ++i) last = bucket.Accept(0_ns, 1'000'000'000_B);
  EXPECT_EQ(last, 4'999'999'999 * 1_s);
}

}  // namespace
}  // namespace cnisim::queueing

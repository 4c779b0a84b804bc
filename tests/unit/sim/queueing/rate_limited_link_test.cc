#include "sim/queueing/rate_limited_link.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "sim/base/random.h"

namespace cnisim::queueing {
namespace {

using namespace literals;

TEST(RateLimitedLinkTest, SerialisesInOrder) {
  RateLimitedLink link(10_Gbps);
  EXPECT_EQ(link.Accept(100_ns, 1500_B), 1300_ns);
  EXPECT_EQ(link.Accept(200_ns, 1500_B), 2500_ns);
  EXPECT_EQ(link.Backlog(500_ns), 2000_ns);
  EXPECT_EQ(link.Accept(9_us, 125_B), 9_us + 100_ns);
  EXPECT_EQ(link.sent_packets(), 3U);
  EXPECT_EQ(link.sent_bytes(), 3125_B);
}

TEST(RateLimitedLinkTest, FractionsAreCarriedThroughABusyPeriod) {
  // 64 B at 100 Gbit/s are 5.12 ns; a hundred of them back to back are 512 ns, not 600 or 500.
  RateLimitedLink link(100_Gbps);
  EXPECT_EQ(link.Accept(0_ns, 64_B), 6_ns);   //  5.12
  EXPECT_EQ(link.Accept(0_ns, 64_B), 11_ns);  // 10.24
  EXPECT_EQ(link.Accept(0_ns, 64_B), 16_ns);  // 15.36
  for (int i = 3; i < 99; ++i) link.Accept(0_ns, 64_B);
  EXPECT_EQ(link.Accept(0_ns, 64_B), 512_ns);
  EXPECT_EQ(link.Accept(512_ns, 64_B), 518_ns);  // idle again: a new busy period
}

TEST(RateLimitedLinkTest, DropsWhatDoesNotFitTheBuffer) {
  RateLimitedLink link(8_Gbps, /*buffer=*/2500_B);  // a byte a nanosecond
  EXPECT_EQ(link.Accept(0_ns, 1500_B), 1500_ns);
  EXPECT_EQ(link.Accept(0_ns, 1500_B), std::nullopt);  // 3000 B
  EXPECT_EQ(link.Accept(500_ns, 1500_B), 3000_ns);     // 1000 + 1500 B
  EXPECT_EQ(link.QueuedBytes(500_ns), 2500_B);
  EXPECT_EQ(link.Accept(500_ns, 1_B), std::nullopt);
  EXPECT_EQ(link.dropped(), 2U);
  EXPECT_EQ(link.QueuedBytes(2999_ns), 1_B);
  EXPECT_EQ(link.QueuedBytes(3000_ns), 0_B);
  EXPECT_EQ(link.Accept(5000_ns, 9000_B), 14000_ns);  // an idle link takes any packet
}

TEST(RateLimitedLinkTest, BusyTimeIsTheSumOfBusyPeriods) {
  RateLimitedLink link(8_Gbps);
  link.Accept(1000_ns, 100_B);
  link.Accept(1050_ns, 100_B);  // until 1200
  link.Accept(2000_ns, 50_B);
  EXPECT_EQ(link.BusyTime(2000_ns), 200_ns);
  EXPECT_EQ(link.BusyTime(2020_ns), 220_ns);
  EXPECT_EQ(link.BusyTime(9000_ns), 250_ns);
}

// Against exact fractions: time in units of a nanosecond over the rate.
TEST(RateLimitedLinkTest, AgreesWithExactFractions) {
  __extension__ using Wide = __int128;
  for (std::uint32_t round = 0; round < 20; ++round) {
    RandomStream random(/*seed=*/9, round, 0);
    const std::int64_t rate = 1'000'000'000 + random.Below(2'000'000'000);
    const std::int64_t buffer = round % 2 == 0 ? 20'000 : 300'000;
    RateLimitedLink link{BitsPerSecond(rate), Bytes(buffer)};
    Wide free_at = 0;
    SimTime now;
    for (int i = 0; i < 2'000; ++i) {
      now += SimTime::FromNanos(random.Below(4'000));
      const std::int64_t size = random.Below(20) == 0 ? random.Below(100'000) : random.Below(1'500);
      const Wide at = Wide{now.nanos()} * rate;
      const Wide byte = Wide{8} * 1'000'000'000;
      const Wide queued = free_at > at ? (free_at - at + byte - 1) / byte : 0;
      std::optional<SimTime> expected;
      if (queued == 0 || queued + size <= buffer) {
        free_at = std::max(free_at, at) + size * byte;
        expected = SimTime::FromNanos(static_cast<std::int64_t>((free_at + rate - 1) / rate));
      }
      ASSERT_EQ(link.Accept(now, Bytes(size)), expected);
    }
    EXPECT_GT(link.dropped(), 0U);
  }
}

}  // namespace
}  // namespace cnisim::queueing

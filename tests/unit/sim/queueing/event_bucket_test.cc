// The token bucket that is moved by events, held to the closed forms that stand in for it.

#include "sim/queueing/event_bucket.h"

#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/queueing/rate_limited_link.h"
#include "sim/queueing/token_bucket.h"

namespace cnisim::queueing {
namespace {

using namespace literals;

TEST(EventBucketTest, ABurstPassesAndTheRestAtTheRate) {
  EventBucket bucket(8_Mbps, 3000_B, 10000_B);  // a byte a microsecond
  for (std::uint64_t i = 0; i < 3; ++i) {
    const auto arrival = bucket.Arrive(0_s, i, 1000_B);
    ASSERT_TRUE(arrival.start);
    EXPECT_EQ(arrival.start->departure, 0_s);
    EXPECT_FALSE(bucket.Depart(0_s));
  }
  const auto fourth = bucket.Arrive(0_s, 3, 1000_B);
  ASSERT_TRUE(fourth.start);
  EXPECT_EQ(fourth.start->departure, 1_ms);
  EXPECT_FALSE(bucket.Arrive(0_s, 4, 500_B).start);
  const auto fifth = bucket.Depart(1_ms);
  ASSERT_TRUE(fifth);
  EXPECT_EQ(fifth->departure, 1500_us);
}

TEST(EventBucketTest, PassesAndDropsAsTheClosedForms) {
  RandomStream random(/*seed=*/3, 0, 0);
  for (int round = 0; round < 50; ++round) {
    const BitsPerSecond rate(1'000'000 + random.Below(1'000'000'000));
    const Bytes burst(1024 + random.Below(50000));
    const Bytes buffer(1500 + random.Below(50000));
    EventBucket bucket(rate, burst, buffer);
    TokenBucket tokens(rate, burst);
    RateLimitedLink meter(rate, buffer + burst);
    std::vector<SimTime> expected;
    std::vector<SimTime> found;
    std::optional<EventBucket::InService> next;
    const auto serve_until = [&](SimTime now) {
      while (next && next->departure <= now) {
        found.push_back(next->departure);
        next = bucket.Depart(next->departure);
      }
    };
    SimTime now;
    for (std::uint64_t packet = 0; packet < 2000; ++packet) {
      now += SimTime::FromNanos(random.Below(random.Below(50) == 0 ? 5'000'000 : 30'000));
      const Bytes size(1 + random.Below(packet % 7 == 0 ? 60000 : 1500));
      serve_until(now);
      const bool accepted = meter.Accept(now, size).has_value();
      if (accepted) expected.push_back(tokens.Accept(now, size));
      const auto arrival = bucket.Arrive(now, packet, size);
      EXPECT_EQ(arrival.dropped, !accepted);
      if (arrival.start) next = arrival.start;
      EXPECT_EQ(bucket.BusyTime(now), meter.BusyTime(now));
    }
    serve_until(SimTime::Max());
    EXPECT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace cnisim::queueing

#include "models/workload/tcp_window.h"

#include <gtest/gtest.h>

namespace cnisim::workload {
namespace {

using namespace literals;

const TcpRules kRules{
    .initial_window = 10, .receive_window = 1000, .least_timeout = 200_ms, .most_timeout = 120_s};

TEST(TcpWindowTest, SlowStartAddsWhatIsAcknowledged) {
  TcpWindow window(kRules);
  EXPECT_EQ(window.segments(), 10U);
  window.Acknowledge(10, 10, true);
  EXPECT_EQ(window.segments(), 20U);
  window.Acknowledge(2, 20, true);  // delayed acknowledgements count as what they acknowledge
  EXPECT_EQ(window.segments(), 22U);
}

TEST(TcpWindowTest, AWindowThatIsNotUsedDoesNotGrow) {
  TcpWindow window(kRules);
  window.Acknowledge(4, 5, false);  // 10 segments allowed, half of them used
  EXPECT_EQ(window.segments(), 10U);
  window.Acknowledge(4, 6, false);  // slow start: more than half
  EXPECT_EQ(window.segments(), 14U);
}

TEST(TcpWindowTest, ALossHalvesAndCongestionAvoidanceAddsOneARoundTrip) {
  TcpWindow window(kRules);
  window.Acknowledge(30, 30, true);
  window.Halve();
  EXPECT_EQ(window.segments(), 20U);
  EXPECT_FALSE(window.slow_start());
  window.Acknowledge(20, 20, true);
  EXPECT_EQ(window.congestion(), 21U);
  window.Acknowledge(20, 20, false);
  EXPECT_EQ(window.congestion(), 21U);
}

TEST(TcpWindowTest, SlowStartEndsAtTheThresholdWithinOneAcknowledgement) {
  TcpWindow window(kRules);
  window.Acknowledge(14, 14, true);
  window.TimeOut();  // 24: threshold 12
  EXPECT_EQ(window.segments(), 1U);
  window.Acknowledge(11, 12, true);  // up to 12
  EXPECT_EQ(window.congestion(), 12U);
  window.Progress();
  window.TimeOut();  // threshold 6
  window.Acknowledge(5 + 6, 12, true);
  EXPECT_EQ(window.congestion(), 7U);  // 6 to the threshold, and 6 more for a step
}

TEST(TcpWindowTest, NoMoreThanTheReceiverTakes) {
  TcpRules rules = kRules;
  rules.receive_window = 15;
  TcpWindow window(rules);
  EXPECT_TRUE(window.binds());
  window.Acknowledge(10, 10, true);
  EXPECT_EQ(window.segments(), 15U);
  EXPECT_FALSE(window.binds());
}

// RFC 6298: SRTT 100 ms, RTTVAR 50 ms; then 0.75 * 50 + 0.25 * 20 and 0.875 * 100 + 0.125 * 120.
TEST(TcpWindowTest, TimeoutFollowsTheRoundTripsAndDoublesUpToItsCap) {
  TcpWindow window(kRules);
  EXPECT_EQ(window.timeout(), 200_ms);
  window.Sample(100_ms);
  EXPECT_EQ(window.timeout(), 300_ms);
  window.Sample(120_ms);
  EXPECT_EQ(window.timeout(), SimTime::FromNanos(102'500'000 + 4 * 42'500'000));
  window.TimeOut();
  EXPECT_EQ(window.timeout(), SimTime::FromNanos(2 * 272'500'000));
  for (int i = 0; i < 20; ++i) window.TimeOut();
  EXPECT_EQ(window.timeout(), 120_s);
  window.Progress();
  EXPECT_EQ(window.timeout(), SimTime::FromNanos(272'500'000));
}

TEST(TcpWindowTest, ARepeatedTimeoutKeepsTheThreshold) {
  TcpWindow window(kRules);
  window.Acknowledge(30, 30, true);
  window.TimeOut();
  EXPECT_EQ(window.threshold(), 20U);
  window.TimeOut();
  EXPECT_EQ(window.threshold(), 20U);
}

// Linux, tcp_cwnd_restart: half for every timeout beyond the first, not below the initial window.
TEST(TcpWindowTest, IdlenessBringsTheInitialWindowBack) {
  TcpWindow busy(kRules);
  busy.Acknowledge(70, 70, true);  // 80
  busy.Touch(1_s);
  TcpWindow window = busy;
  window.Resume(1_s + 200_ms);
  EXPECT_EQ(window.segments(), 80U);
  window = busy;
  window.Resume(1_s + 201_ms);
  EXPECT_EQ(window.segments(), 40U);
  window = busy;
  window.Resume(1_s + 401_ms);
  EXPECT_EQ(window.segments(), 20U);
  window = busy;
  window.Resume(60_s);
  EXPECT_EQ(window.segments(), 10U);
  TcpWindow small(kRules);
  small.TimeOut();
  small.Resume(60_s);
  EXPECT_EQ(small.segments(), 1U);  // idleness does not raise it
}

}  // namespace
}  // namespace cnisim::workload

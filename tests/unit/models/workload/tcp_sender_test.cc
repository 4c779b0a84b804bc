#include "models/workload/tcp_sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnisim::workload {
namespace {

using namespace literals;

constexpr std::uint64_t kMuch = 1'000'000;
constexpr SimTime kNow = 1_s;  // acknowledgements are due
const TcpRules kRules{
    .initial_window = 10, .receive_window = 1000, .least_timeout = 200_ms, .most_timeout = 120_s};

// A sender of single segments, with a window that does not bind before 10.
TcpSender Singles() { return TcpSender(TcpWindow(kRules), 1); }

TEST(TcpSenderTest, TrainsAreAsLongAsTheWindowOrTheKernelAllows) {
  TcpSender sender(TcpWindow(kRules), 45);
  EXPECT_EQ(sender.Room(kNow, 3), 3U);
  EXPECT_EQ(sender.Room(kNow, kMuch), 10U);
  sender.Send(0_us, 0, 10);
  EXPECT_EQ(sender.Room(kNow, kMuch), 0U);
  sender.Acknowledge(1_ms, 0);
  EXPECT_EQ(sender.Room(kNow, kMuch), 20U);
  sender.Send(1_ms, 0, 20);
  sender.Acknowledge(2_ms, 1);
  sender.Send(2_ms, 0, 40);
  sender.Acknowledge(3_ms, 2);
  EXPECT_EQ(sender.Room(kNow, kMuch), 45U);
  sender.Send(3_ms, 0, 45);
  EXPECT_EQ(sender.Room(kNow, kMuch), 35U);  // more than a third of 80 is free
  sender.Send(3_ms, 0, 35);
  EXPECT_EQ(sender.in_flight(), 80U);
}

TEST(TcpSenderTest, ALittleRoomIsNotWorthATrainIfAnAcknowledgementIsNear) {
  TcpRules rules = kRules;
  rules.initial_window = 100;
  TcpSender sender(TcpWindow(rules), 45);
  sender.Send(0_us, 0, 45);
  sender.Acknowledge(1_ms, 0);  // a round trip of 1 ms, 100 segments allowed
  sender.Send(1_ms, 0, 45);
  sender.Send(1_ms, 1, 45);
  EXPECT_EQ(sender.Room(1_ms + 400_us, kMuch), 10U);
  EXPECT_EQ(sender.Room(1_ms + 600_us, kMuch), 0U);
  EXPECT_EQ(sender.Room(1_ms + 600_us, 10), 10U);  // the last of a message goes
}

TEST(TcpSenderTest, ThreeLaterSegmentsTellOfALoss) {
  TcpSender sender = Singles();
  for (std::uint32_t i = 0; i < 10; ++i) sender.Send(0_us, i, 1);
  sender.Lost(0);
  sender.Acknowledge(1_ms, 1);
  sender.Acknowledge(1_ms, 2);
  EXPECT_FALSE(sender.NextRepeat());
  sender.Acknowledge(1_ms, 3);
  const auto repeat = sender.NextRepeat();
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->train, 0U);
  EXPECT_TRUE(sender.recovering());
  EXPECT_EQ(sender.window().congestion(), 5U);  // it does not grow behind a hole
  sender.SendAgain(1_ms, 0);                    // does not ask the window
  EXPECT_EQ(sender.in_flight(), 7U);
  EXPECT_EQ(sender.Room(kNow, kMuch), 0U);
  for (std::uint32_t i = 4; i < 10; ++i) sender.Acknowledge(1_ms, i);
  EXPECT_TRUE(sender.recovering());
  sender.Acknowledge(2_ms, 0);
  EXPECT_FALSE(sender.recovering());
  EXPECT_TRUE(sender.idle());
}

// RFC 6937: what arrives lets half as much go, until half is on its way.
TEST(TcpSenderTest, FastRecoverySendsInProportionToWhatArrives) {
  TcpRules rules;
  rules.initial_window = 20;
  rules.receive_window = 1'000;
  rules.least_timeout = 200_ms;
  rules.most_timeout = 120_s;
  TcpSender sender(TcpWindow(rules), 1);
  for (std::uint32_t i = 0; i < 20; ++i) sender.Send(0_us, i, 1);
  sender.Lost(0);
  for (const std::uint32_t i : {1U, 2U, 3U}) sender.Acknowledge(1_ms, i);
  sender.SendAgain(1_ms, sender.NextRepeat()->train);
  std::uint32_t sent = 1;  // the repeat
  for (std::uint32_t i = 4; i < 20; ++i) {
    sender.Acknowledge(1_ms, i);
    while (sender.Room(1_ms, kMuch) > 0) {
      sender.Send(1_ms, 100 + i, 1);
      ++sent;
    }
    if (i < 15) {
      EXPECT_EQ(sent, (i - 2 + 1) / 2) << i;  // counts from the third arrival
    }
  }
  EXPECT_EQ(sender.in_flight(), sender.window().segments());
}

TEST(TcpSenderTest, SeveralLossesOfOneWindowHalveItOnce) {
  TcpSender sender = Singles();
  for (std::uint32_t i = 0; i < 10; ++i) sender.Send(0_us, i, 1);
  sender.Lost(0);
  sender.Lost(4);
  for (const std::uint32_t i : {1U, 2U, 3U}) sender.Acknowledge(1_ms, i);
  const std::uint32_t halved = sender.window().congestion();
  sender.SendAgain(1_ms, sender.NextRepeat()->train);
  for (const std::uint32_t i : {5U, 6U, 7U, 8U, 9U}) sender.Acknowledge(1_ms, i);
  ASSERT_TRUE(sender.NextRepeat());
  EXPECT_EQ(sender.NextRepeat()->train, 4U);
  EXPECT_EQ(sender.window().congestion(), halved);
}

TEST(TcpSenderTest, ALostRetransmissionIsFoundByWhatWasSentAfterIt) {
  TcpSender sender = Singles();
  for (std::uint32_t i = 0; i < 10; ++i) sender.Send(0_us, i, 1);
  sender.Lost(0);
  for (std::uint32_t i = 1; i < 10; ++i) sender.Acknowledge(1_ms, i);
  sender.SendAgain(1_ms, 0);
  sender.Lost(0);
  std::vector<std::uint32_t> later;
  while (sender.Room(kNow, kMuch) > 0 && later.size() < 3) later.push_back(sender.Send(1_ms, 0, 1));
  ASSERT_GE(later.size(), 2U);
  for (const std::uint32_t train : later) sender.Acknowledge(2_ms, train);
  while (later.size() < 3) {
    later.push_back(sender.Send(2_ms, 0, 1));
    sender.Acknowledge(3_ms, later.back());
  }
  ASSERT_TRUE(sender.NextRepeat());
  EXPECT_EQ(sender.NextRepeat()->train, 0U);
}

TEST(TcpSenderTest, TheLastSegmentWaitsForTheTimer) {
  TcpSender sender = Singles();
  sender.Send(5_ms, 0, 1);
  EXPECT_EQ(sender.timer(), SimTime::Max());
  sender.Lost(0);
  EXPECT_EQ(sender.timer(), 5_ms + 200_ms);
  sender.TimeOut(205_ms);
  EXPECT_EQ(sender.window().segments(), 1U);
  sender.SendAgain(205_ms, 0);
  sender.Lost(0);
  EXPECT_EQ(sender.timer(), 205_ms + 400_ms);
}

TEST(TcpSenderTest, AfterATimeoutALongTrainGoesOutInParts) {
  TcpSender sender(TcpWindow(kRules), 45);
  sender.Send(0_us, 7, 10);
  sender.Lost(0);
  sender.TimeOut(200_ms);
  auto repeat = sender.NextRepeat();
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->segments, 1U);
  const std::uint32_t part = sender.Split(0, 8, 1);
  sender.SendAgain(200_ms, part);
  EXPECT_EQ(sender.in_flight(), 1U);
  EXPECT_FALSE(sender.NextRepeat());
  sender.Acknowledge(201_ms, part);
  repeat = sender.NextRepeat();
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->train, 0U);
  EXPECT_EQ(repeat->segments, 2U);  // slow start again
  EXPECT_EQ(sender.segments(0), 9U);
  EXPECT_EQ(sender.record(0), 7U);
}

TEST(TcpSenderTest, WhatLeftBeforeALossSaysNothingAboutIt) {
  TcpSender sender(TcpWindow(kRules), 45);
  sender.Send(0_us, 0, 10);
  const std::uint32_t hole = sender.Split(0, 1, 1);
  sender.Lost(hole, /*before=*/7);  // the eighth of ten: two left after it
  sender.Acknowledge(1_ms, 0);
  EXPECT_FALSE(sender.NextRepeat());
  const std::uint32_t next = sender.Send(1_ms, 2, 2);
  sender.Acknowledge(2_ms, next);
  ASSERT_TRUE(sender.NextRepeat());
  EXPECT_EQ(sender.NextRepeat()->train, hole);
}

TEST(TcpSenderTest, TheNextAcknowledgementMakesUpForALostOne) {
  TcpSender sender = Singles();
  sender.Send(0_us, 40, 1);
  sender.Send(0_us, 41, 1);
  sender.AcknowledgementLost(0);
  EXPECT_EQ(sender.in_flight(), 2U);
  sender.Acknowledge(1_ms, 1);
  EXPECT_THAT(sender.made_up(), testing::ElementsAre(40U));
  EXPECT_TRUE(sender.idle());
  EXPECT_EQ(sender.timer(), SimTime::Max());
}

}  // namespace
}  // namespace cnisim::workload

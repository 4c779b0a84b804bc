#include "sim/queueing/multi_server.h"

#include <gtest/gtest.h>

namespace cnisim::queueing {
namespace {

using namespace literals;

TEST(MultiServerTest, TheHeadOfTheQueueTakesTheFirstFreeServer) {
  MultiServer servers(2);
  EXPECT_EQ(servers.Accept(0_ns, 10_ns), 10_ns);
  EXPECT_EQ(servers.Accept(0_ns, 30_ns), 30_ns);
  EXPECT_EQ(servers.Wait(1_ns), 9_ns);
  EXPECT_EQ(servers.Accept(1_ns, 5_ns), 15_ns);   // after the first
  EXPECT_EQ(servers.Accept(1_ns, 50_ns), 65_ns);  // after the third
  EXPECT_EQ(servers.Accept(1_ns, 1_ns), 31_ns);   // after the second
  EXPECT_EQ(servers.Wait(100_ns), 0_ns);
  EXPECT_EQ(servers.accepted(), 5U);
}

TEST(MultiServerTest, BusyTimeIsTheSumOverServers) {
  MultiServer servers(3);
  servers.Accept(0_ns, 10_ns);
  servers.Accept(0_ns, 20_ns);
  EXPECT_EQ(servers.BusyTime(5_ns), 10_ns);
  EXPECT_EQ(servers.BusyTime(15_ns), 25_ns);
  EXPECT_EQ(servers.BusyTime(90_ns), 30_ns);
}

TEST(MultiServerTest, FiniteCapacityCountsThoseInService) {
  MultiServer servers(2, /*capacity=*/3);
  EXPECT_EQ(servers.Accept(0_ns, 10_ns), 10_ns);
  EXPECT_EQ(servers.Accept(0_ns, 100_ns), 100_ns);
  EXPECT_EQ(servers.Accept(0_ns, 10_ns), 20_ns);
  EXPECT_EQ(servers.Accept(9_ns, 10_ns), std::nullopt);
  EXPECT_EQ(servers.Length(9_ns), 3U);
  EXPECT_EQ(servers.Accept(10_ns, 10_ns), 30_ns);
  EXPECT_EQ(servers.dropped(), 1U);
  EXPECT_EQ(servers.Length(100_ns), 0U);
}

TEST(MultiServerDeathTest, NeedsServersAndRoom) {
  EXPECT_EXIT(MultiServer(0), testing::ExitedWithCode(3), "a queue has a server");
  EXPECT_EXIT(MultiServer(2, 1), testing::ExitedWithCode(3), "a customer at every server");
}

}  // namespace
}  // namespace cnisim::queueing

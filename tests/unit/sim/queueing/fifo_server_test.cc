#include "sim/queueing/fifo_server.h"

#include <gtest/gtest.h>

namespace cnisim::queueing {
namespace {

using namespace literals;

TEST(FifoServerTest, ServesInOrderOfArrival) {
  FifoServer server;
  EXPECT_EQ(server.Accept(10_ns, 5_ns), 15_ns);
  EXPECT_EQ(server.Accept(12_ns, 5_ns), 20_ns);  // waits for the first
  EXPECT_EQ(server.Accept(30_ns, 5_ns), 35_ns);  // finds the server idle
  EXPECT_EQ(server.free_at(), 35_ns);
  EXPECT_EQ(server.Backlog(31_ns), 4_ns);
  EXPECT_EQ(server.Backlog(40_ns), 0_ns);
  EXPECT_EQ(server.accepted(), 3U);
}

TEST(FifoServerTest, BusyTimeCountsOnlyWhatIsDone) {
  FifoServer server;
  server.Accept(0_ns, 10_ns);
  server.Accept(50_ns, 10_ns);
  EXPECT_EQ(server.BusyTime(50_ns), 10_ns);
  EXPECT_EQ(server.BusyTime(54_ns), 14_ns);
  EXPECT_EQ(server.BusyTime(100_ns), 20_ns);
}

TEST(FiniteFifoServerTest, DropsWhenFull) {
  FiniteFifoServer server(/*capacity=*/2);
  EXPECT_EQ(server.Accept(0_ns, 10_ns), 10_ns);
  EXPECT_EQ(server.Accept(1_ns, 10_ns), 20_ns);
  EXPECT_EQ(server.Accept(9_ns, 10_ns), std::nullopt);
  EXPECT_EQ(server.Length(9_ns), 2U);
  EXPECT_EQ(server.Accept(10_ns, 10_ns), 30_ns);  // the first has left at 10
  EXPECT_EQ(server.dropped(), 1U);
  EXPECT_EQ(server.accepted(), 3U);
  EXPECT_EQ(server.Length(30_ns), 0U);
  EXPECT_EQ(server.BusyTime(30_ns), 30_ns);
}

TEST(FiniteFifoServerTest, TheRingWrapsAndGrows) {
  FiniteFifoServer server(/*capacity=*/100);
  std::int64_t accepted = 0;
  for (int i = 0; i < 1000; ++i) {
    // Two arrive while one is served: the queue fills up to its capacity and stays there.
    if (server.Accept(SimTime::FromNanos(5 * i), 10_ns).has_value()) ++accepted;
    EXPECT_LE(server.Length(SimTime::FromNanos(5 * i)), 100U);
  }
  // 5 000 ns serve 500 customers; 100 are left or in service when the last arrives.
  EXPECT_EQ(accepted, 599);
  EXPECT_EQ(server.dropped(), 401U);
}

TEST(FiniteFifoServerDeathTest, NeedsRoom) {
  EXPECT_EXIT(FiniteFifoServer(0), testing::ExitedWithCode(3), "room for the customer it serves");
}

}  // namespace
}  // namespace cnisim::queueing

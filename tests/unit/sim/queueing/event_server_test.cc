#include "sim/queueing/event_server.h"

#include <gtest/gtest.h>

namespace cnisim::queueing {
namespace {

using namespace literals;

TEST(EventServerTest, TheNextStartsWhenOneLeaves) {
  EventServer server(/*servers=*/1, /*capacity=*/2);
  const auto first = server.Arrive(0_ns, 1, 10_ns);
  ASSERT_TRUE(first.start.has_value());
  EXPECT_EQ(first.start->departure, 10_ns);
  const auto second = server.Arrive(3_ns, 2, 10_ns);
  EXPECT_FALSE(second.dropped);
  EXPECT_FALSE(second.start.has_value());
  EXPECT_TRUE(server.Arrive(4_ns, 3, 10_ns).dropped);
  EXPECT_EQ(server.Length(), 2U);
  const auto next = server.Depart(10_ns);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->customer, 2U);
  EXPECT_EQ(next->departure, 20_ns);
  EXPECT_FALSE(server.Depart(20_ns).has_value());
  EXPECT_EQ(server.Length(), 0U);
  EXPECT_EQ(server.dropped(), 1U);
}

TEST(EventServerDeathTest, OnlyWhoIsInServiceLeaves) {
  EventServer server(1);
  EXPECT_EXIT((void)server.Depart(0_ns), testing::ExitedWithCode(3), "was in service");
}

}  // namespace
}  // namespace cnisim::queueing

#include "sim/queueing/processor_sharing.h"

#include <gtest/gtest.h>

namespace cnisim::queueing {
namespace {

using namespace literals;

TEST(ProcessorSharingTest, AloneTheWholeServer) {
  ProcessorSharing server;
  const auto due = server.Accept(10_ns, 7, 100_ns);
  EXPECT_EQ(due.at, 110_ns);
  const auto done = server.Complete(110_ns, due.generation);
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->customer, 7U);
  EXPECT_FALSE(done->next.has_value());
  EXPECT_EQ(server.Length(), 0U);
}

TEST(ProcessorSharingTest, TwoShareEqually) {
  ProcessorSharing server;
  const auto first = server.Accept(0_ns, 1, 100_ns);
  const auto second = server.Accept(40_ns, 2, 30_ns);  // 60 and 30 are left: 2 leaves at 40 + 60
  EXPECT_EQ(second.at, 100_ns);
  EXPECT_FALSE(server.Complete(100_ns, first.generation).has_value());  // was replaced
  const auto done = server.Complete(100_ns, second.generation);
  EXPECT_EQ(done->customer, 2U);
  ASSERT_TRUE(done->next.has_value());
  EXPECT_EQ(done->next->at, 130_ns);  // 30 are left, alone
  EXPECT_EQ(server.Complete(130_ns, done->next->generation)->customer, 1U);
  EXPECT_EQ(server.BusyTime(500_ns), 130_ns);
}

TEST(ProcessorSharingTest, EqualDemandsLeaveInOrderOfArrival) {
  ProcessorSharing server;
  server.Accept(0_ns, 1, 30_ns);
  server.Accept(0_ns, 2, 30_ns);
  auto due = server.Accept(0_ns, 3, 30_ns);
  EXPECT_EQ(due.at, 90_ns);
  for (std::uint64_t customer = 1; customer <= 3; ++customer) {
    const auto done = server.Complete(90_ns, due.generation);
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(done->customer, customer);
    if (done->next.has_value()) due = *done->next;
    EXPECT_EQ(due.at, 90_ns);
  }
}

TEST(ProcessorSharingDeathTest, DeparturesAreHandledWhenDue) {
  ProcessorSharing server;
  const auto due = server.Accept(0_ns, 1, 30_ns);
  EXPECT_EXIT((void)server.Complete(29_ns, due.generation), testing::ExitedWithCode(3),
              "handled when it is due");
}

}  // namespace
}  // namespace cnisim::queueing

#include "models/workload/deadline_queue.h"

#include <gtest/gtest.h>

namespace cnisim::workload {
namespace {

TEST(DeadlineQueueTest, GivesDeadlinesInTheOrderInWhichTheyWereSet) {
  DeadlineQueue queue;
  EXPECT_TRUE(queue.empty());
  std::uint32_t next = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    queue.Push({SimTime::FromNanos(i), i, 7});
    if (i % 3 == 2) {  // the ring wraps
      EXPECT_EQ(queue.front().index, next++);
      queue.Pop();
    }
  }
  for (; next < 100; ++next) {
    ASSERT_FALSE(queue.empty());
    EXPECT_EQ(queue.front().deadline, SimTime::FromNanos(next));
    EXPECT_EQ(queue.front().generation, 7U);
    queue.Pop();
  }
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace cnisim::workload

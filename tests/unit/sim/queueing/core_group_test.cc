#include "sim/queueing/core_group.h"

#include <gtest/gtest.h>

namespace cnisim::queueing {
namespace {

using namespace literals;
using Admission = CoreGroup::Admission;

TEST(CoreGroupTest, SoftirqIsFifoOnEachCore) {
  CoreGroup cores(2);
  EXPECT_EQ(cores.AcceptSoftirq(0_ns, 0, 10_ns), 10_ns);
  EXPECT_EQ(cores.AcceptSoftirq(2_ns, 0, 10_ns), 20_ns);
  EXPECT_EQ(cores.AcceptSoftirq(2_ns, 1, 10_ns), 12_ns);
  EXPECT_EQ(cores.SoftirqBacklog(5_ns, 0), 15_ns);
  EXPECT_EQ(cores.softirq_accepted(), 3U);
}

TEST(CoreGroupTest, SoftirqPreemptsATaskWhichThenGoesOn) {
  CoreGroup cores(1);
  const auto start = cores.Submit(0_ns, /*task=*/7, 100_ns);
  ASSERT_EQ(start.admission, Admission::kStarted);
  EXPECT_EQ(start.running.core, 0U);
  EXPECT_EQ(start.running.completion, 100_ns);
  EXPECT_EQ(cores.AcceptSoftirq(30_ns, 0, 5_ns), 35_ns);  // at once, whatever the task
  EXPECT_EQ(cores.AcceptSoftirq(33_ns, 0, 5_ns), 40_ns);
  const auto early = cores.Recheck(100_ns, 0);
  EXPECT_FALSE(early.done);
  EXPECT_EQ(early.completion, 110_ns);
  const auto check = cores.Recheck(110_ns, 0);
  EXPECT_TRUE(check.done);
  EXPECT_EQ(check.task, 7U);
  EXPECT_FALSE(check.next.has_value());
  EXPECT_FALSE(cores.HasTask(0));
  EXPECT_EQ(cores.TaskBusyTime(110_ns, 0), 100_ns);
  EXPECT_EQ(cores.SoftirqBusyTime(110_ns, 0), 10_ns);
}

TEST(CoreGroupTest, ATaskThatStartsBehindSoftirqWorkWaitsForIt) {
  CoreGroup cores(1);
  cores.AcceptSoftirq(0_ns, 0, 50_ns);
  EXPECT_EQ(cores.Submit(10_ns, 1, 20_ns).running.completion, 70_ns);
  EXPECT_EQ(cores.TaskBusyTime(50_ns, 0), 0_ns);
  EXPECT_EQ(cores.TaskBusyTime(60_ns, 0), 10_ns);
}

// A packet of the very nanosecond in which a task completes does not delay it, whether the LP
// handles the packet before or after it looks at the task.
TEST(CoreGroupTest, TiesOfPacketAndCompletionHaveOneOutcome) {
  CoreGroup cores(1);
  cores.Submit(0_ns, 1, 100_ns);
  cores.AcceptSoftirq(100_ns, 0, 50_ns);
  EXPECT_TRUE(cores.Recheck(100_ns, 0).done);
  EXPECT_EQ(cores.Submit(100_ns, 2, 10_ns).running.completion, 160_ns);
}

TEST(CoreGroupTest, TasksQueueForAllCoresInOrder) {
  CoreGroup cores(2, {.softirq_backlog = CoreGroup::kUnlimited, .task_queue = 2});
  EXPECT_EQ(cores.Submit(0_ns, 1, 10_ns).running.core, 0U);
  EXPECT_EQ(cores.Submit(0_ns, 2, 30_ns).running.core, 1U);
  EXPECT_EQ(cores.Submit(0_ns, 3, 10_ns).admission, Admission::kQueued);
  EXPECT_EQ(cores.Submit(0_ns, 4, 10_ns).admission, Admission::kQueued);
  EXPECT_EQ(cores.Submit(0_ns, 5, 10_ns).admission, Admission::kDropped);
  EXPECT_EQ(cores.queued_tasks(), 2U);
  const auto first = cores.Recheck(10_ns, 0);
  ASSERT_TRUE(first.done);
  ASSERT_TRUE(first.next.has_value());
  EXPECT_EQ(first.next->task, 3U);
  EXPECT_EQ(first.next->completion, 20_ns);
  const auto second = cores.Recheck(20_ns, 0);
  EXPECT_EQ(second.next->task, 4U);
  EXPECT_EQ(cores.tasks_accepted(), 4U);
  EXPECT_EQ(cores.tasks_dropped(), 1U);
}

TEST(CoreGroupTest, ATaskStartsWhereTheLeastSoftirqWorkIsLeft) {
  CoreGroup cores(3);
  cores.AcceptSoftirq(0_ns, 0, 30_ns);
  cores.AcceptSoftirq(0_ns, 1, 10_ns);
  cores.AcceptSoftirq(0_ns, 2, 20_ns);
  EXPECT_EQ(cores.Submit(0_ns, 1, 5_ns).running.core, 1U);
  EXPECT_EQ(cores.Submit(0_ns, 2, 5_ns).running.core, 2U);
  EXPECT_EQ(cores.Submit(0_ns, 3, 5_ns).running.core, 0U);
}

TEST(CoreGroupTest, AFullBacklogDrops) {
  CoreGroup cores(2, {.softirq_backlog = 2, .task_queue = CoreGroup::kUnlimited});
  EXPECT_TRUE(cores.AcceptSoftirq(0_ns, 0, 10_ns).has_value());
  EXPECT_TRUE(cores.AcceptSoftirq(0_ns, 0, 10_ns).has_value());
  EXPECT_FALSE(cores.AcceptSoftirq(9_ns, 0, 10_ns).has_value());
  EXPECT_TRUE(cores.AcceptSoftirq(9_ns, 1, 10_ns).has_value());
  EXPECT_EQ(cores.SoftirqLength(9_ns, 0), 2U);
  EXPECT_EQ(cores.AcceptSoftirq(10_ns, 0, 10_ns), 30_ns);
  EXPECT_EQ(cores.softirq_dropped(), 1U);
  EXPECT_EQ(cores.SoftirqBusyTime(30_ns, 0), 30_ns);
}

TEST(CoreGroupTest, FlowsSpreadOverCores) {
  const CoreGroup cores(4);
  EXPECT_EQ(cores.CoreOfFlow(0), 0U);
  EXPECT_EQ(cores.CoreOfFlow(0x40000000), 1U);
  EXPECT_EQ(cores.CoreOfFlow(0xFFFFFFFF), 3U);
}

TEST(CoreGroupDeathTest, RecheckNeedsATask) {
  CoreGroup cores(1);
  EXPECT_EXIT((void)cores.Recheck(0_ns, 0), testing::ExitedWithCode(3), "a task runs on the core");
}

}  // namespace
}  // namespace cnisim::queueing

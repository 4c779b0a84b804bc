// CoreGroup against a model that works nanosecond by nanosecond: each core serves the head of its
// softirq queue, or else its task.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/queueing/core_group.h"

namespace cnisim::queueing {
namespace {

using Departures = std::vector<std::pair<std::uint64_t, std::int64_t>>;  // (id, time)

class SlowCores {
 public:
  SlowCores(std::uint32_t cores, std::size_t backlog, std::size_t queue)
      : cores_(cores), backlog_(backlog), limit_(queue) {}

  // Completions of the instant, before anything arrives in it.
  void Complete(std::int64_t now) {
    for (Core& core : cores_) {
      while (!core.softirq.empty() && core.softirq.front().second == 0) {
        packets.emplace_back(core.softirq.front().first, now);
        core.softirq.pop_front();
      }
    }
    for (Core& core : cores_) {
      while (core.task && core.task->second == 0) {
        tasks.emplace_back(core.task->first, now);
        core.task.reset();
        if (!queue_.empty()) {
          core.task = queue_.front();
          queue_.pop_front();
        }
      }
    }
  }
  bool Packet(std::uint32_t core, std::uint64_t id, std::int64_t demand) {
    auto& softirq = cores_[core].softirq;
    if (softirq.size() == backlog_) return false;
    softirq.emplace_back(id, demand);
    return true;
  }
  bool Task(std::uint64_t id, std::int64_t demand) {
    Core* best = nullptr;
    for (Core& core : cores_) {
      if (!core.task && (best == nullptr || Left(core) < Left(*best))) best = &core;
    }
    if (best != nullptr) {
      best->task = {id, demand};
    } else if (queue_.size() == limit_) {
      return false;
    } else {
      queue_.emplace_back(id, demand);
    }
    return true;
  }
  void Work() {
    for (Core& core : cores_) {
      if (!core.softirq.empty()) {
        --core.softirq.front().second;
        ++core.softirq_busy;
      } else if (core.task) {
        --core.task->second;
        ++core.task_busy;
      }
    }
  }
  std::int64_t softirq_busy(std::uint32_t core) const { return cores_[core].softirq_busy; }
  std::int64_t task_busy(std::uint32_t core) const { return cores_[core].task_busy; }

  Departures packets;
  Departures tasks;

 private:
  using Job = std::pair<std::uint64_t, std::int64_t>;  // id, nanoseconds left
  struct Core {
    std::deque<Job> softirq;
    std::optional<Job> task;
    std::int64_t softirq_busy = 0;
    std::int64_t task_busy = 0;
  };
  static std::int64_t Left(const Core& core) {
    std::int64_t left = 0;
    for (const Job& job : core.softirq) left += job.second;
    return left;
  }

  std::vector<Core> cores_;
  std::deque<Job> queue_;
  std::size_t backlog_;
  std::size_t limit_;
};

// Drives a CoreGroup as an LP would: one pending check a running task.
class DrivenCores {
 public:
  explicit DrivenCores(CoreGroup group) : group_(std::move(group)), due_(group_.cores()) {}

  void Checks(std::int64_t now) {
    for (std::uint32_t core = 0; core < due_.size(); ++core) {
      if (due_[core] != now) continue;
      const auto check = group_.Recheck(SimTime::FromNanos(now), core);
      if (!check.done) {
        due_[core] = check.completion.nanos();
        continue;
      }
      tasks.emplace_back(check.task, now);
      due_[core].reset();
      if (check.next) due_[core] = check.next->completion.nanos();
    }
  }
  bool Packet(std::int64_t now, std::uint32_t core, std::uint64_t id, std::int64_t demand) {
    const auto done =
        group_.AcceptSoftirq(SimTime::FromNanos(now), core, SimTime::FromNanos(demand));
    if (done) packets.emplace_back(id, done->nanos());
    return done.has_value();
  }
  bool Task(std::int64_t now, std::uint64_t id, std::int64_t demand) {
    const auto start = group_.Submit(SimTime::FromNanos(now), id, SimTime::FromNanos(demand));
    if (start.admission == CoreGroup::Admission::kStarted) {
      due_[start.running.core] = start.running.completion.nanos();
    }
    return start.admission != CoreGroup::Admission::kDropped;
  }
  const CoreGroup& group() const { return group_; }

  Departures packets;
  Departures tasks;

 private:
  CoreGroup group_;
  std::vector<std::optional<std::int64_t>> due_;  // [core]: when to look at its task again
};

TEST(CoreGroupProperty, AgreesWithTheSlowModelToTheNanosecond) {
  for (std::uint32_t round = 0; round < 60; ++round) {
    RandomStream random(/*seed=*/2024, round, 0);
    const std::uint32_t cores = 1 + random.Below(4);
    const std::size_t backlog = 1 + random.Below(6);
    const std::size_t queue = random.Below(8);
    SlowCores slow(cores, backlog, queue);
    DrivenCores fast(CoreGroup(cores, {.softirq_backlog = backlog, .task_queue = queue}));
    std::uint64_t id = 0;
    constexpr std::int64_t kArrivalsEnd = 3000;
    constexpr std::int64_t kEnd = kArrivalsEnd + 1000;  // everything has left by then
    for (std::int64_t now = 0; now < kEnd; ++now) {
      slow.Complete(now);
      // A packet may be handled before or after the checks of its instant.
      const bool checks_first = random.Below(2) == 0;
      if (checks_first) fast.Checks(now);
      while (now < kArrivalsEnd && random.Below(10) < 3) {
        const std::uint32_t core = random.Below(cores);
        const std::int64_t demand = 1 + random.Below(8);
        ++id;
        ASSERT_EQ(slow.Packet(core, id, demand), fast.Packet(now, core, id, demand));
      }
      if (!checks_first) fast.Checks(now);
      while (now < kArrivalsEnd && random.Below(30) < cores) {
        const std::int64_t demand = 1 + random.Below(20);
        ++id;
        ASSERT_EQ(slow.Task(id, demand), fast.Task(now, id, demand));
      }
      const std::uint32_t probe = random.Below(cores);
      const SimTime at = SimTime::FromNanos(now);
      ASSERT_EQ(fast.group().SoftirqBusyTime(at, probe).nanos(), slow.softirq_busy(probe));
      ASSERT_EQ(fast.group().TaskBusyTime(at, probe).nanos(), slow.task_busy(probe));
      slow.Work();
    }
    std::sort(slow.packets.begin(), slow.packets.end());
    std::sort(fast.packets.begin(), fast.packets.end());
    EXPECT_EQ(slow.packets, fast.packets);
    std::sort(slow.tasks.begin(), slow.tasks.end());
    std::sort(fast.tasks.begin(), fast.tasks.end());
    EXPECT_EQ(slow.tasks, fast.tasks);
    EXPECT_EQ(fast.tasks.size(), fast.group().tasks_accepted());
  }
}

}  // namespace
}  // namespace cnisim::queueing

#include "sim/queueing/core_group.h"

#include <algorithm>
#include <utility>

#include "sim/base/check.h"

namespace cnisim::queueing {

CoreGroup::CoreGroup(std::uint32_t cores, const Limits& limits)
    : limits_(limits), cores_(cores), idle_cores_(cores) {
  CNISIM_CHECK(cores > 0, "a group has a core");
  CNISIM_CHECK(limits.softirq_backlog > 0, "a softirq queue has room for the packet it serves");
}

std::optional<SimTime> CoreGroup::AcceptSoftirq(SimTime now, std::uint32_t core, SimTime demand) {
  CNISIM_CHECK(core < cores_.size(), "softirq work goes to a core of the group");
  CNISIM_CHECK(demand >= SimTime(), "work is not negative");
  Core& at = cores_[core];
  const bool limited = limits_.softirq_backlog != kUnlimited;
  if (limited && SoftirqLength(now, core) == limits_.softirq_backlog) {
    ++softirq_dropped_;
    return std::nullopt;
  }
  at.softirq_free_at = std::max(at.softirq_free_at, now) + demand;
  at.softirq_work += demand;
  // A task that is still there loses as much of the core as this packet takes; one that is just
  // complete has had all it needs, whether or not its LP has looked yet.
  if (now < at.task_completion) at.task_completion += demand;
  if (limited) at.departures.Push(at.softirq_free_at);
  ++softirq_accepted_;
  return at.softirq_free_at;
}

CoreGroup::Submission CoreGroup::Submit(SimTime now, std::uint64_t task, SimTime demand) {
  CNISIM_CHECK(demand >= SimTime(), "work is not negative");
  if (idle_cores_ == 0) {
    if (queue_size_ == limits_.task_queue) {
      ++tasks_dropped_;
      return {Admission::kDropped, {}};
    }
    ++tasks_accepted_;
    Enqueue({task, demand, now});
    return {Admission::kQueued, {}};
  }
  std::uint32_t best = cores();
  for (std::uint32_t core = 0; core < cores(); ++core) {
    if (cores_[core].has_task()) continue;
    if (best == cores() || SoftirqBacklog(now, core) < SoftirqBacklog(now, best)) best = core;
    if (SoftirqBacklog(now, best) == SimTime()) break;  // none is less, nor lower
  }
  ++tasks_accepted_;
  return {Admission::kStarted, Start(now, best, {task, demand, now})};
}

CoreGroup::Running CoreGroup::Start(SimTime now, std::uint32_t core, const Waiting& waiting) {
  Core& at = cores_[core];
  at.task = waiting.task;
  at.task_since = waiting.since;
  at.task_work += waiting.demand;
  const SimTime begins = std::max(at.softirq_free_at, now);
  at.task_completion = begins + waiting.demand;
  --idle_cores_;
  return {core, waiting.task, at.task_completion, begins - waiting.since};
}

CoreGroup::Check CoreGroup::Recheck(SimTime now, std::uint32_t core) {
  CNISIM_CHECK(core < cores_.size() && cores_[core].has_task(), "a task runs on the core");
  Core& at = cores_[core];
  if (now < at.task_completion) {
    return {false, at.task_completion, at.task, at.task_since, std::nullopt};
  }
  Check done{true, now, at.task, at.task_since, std::nullopt};
  at.task_since = kNobody;
  ++idle_cores_;
  if (queue_size_ > 0) done.next = Start(now, core, Dequeue());
  return done;
}

SimTime CoreGroup::SoftirqBacklog(SimTime now, std::uint32_t core) const {
  return std::max(cores_[core].softirq_free_at - now, SimTime());
}

std::size_t CoreGroup::SoftirqLength(SimTime now, std::uint32_t core) {
  if (limits_.softirq_backlog == kUnlimited) return 0;
  cores_[core].departures.Advance(now);
  return cores_[core].departures.size();
}

CoreGroup::TasksInside CoreGroup::InsideAt(SimTime now) const {
  TasksInside inside;
  const auto count = [&](SimTime since) {
    ++inside.tasks;
    inside.ages += now - since;
  };
  for (const Core& core : cores_) {
    if (core.has_task()) count(core.task_since);
  }
  for (std::size_t i = 0; i < queue_size_; ++i) {
    count(queue_[(queue_first_ + i) & (queue_.size() - 1)].since);
  }
  return inside;
}

SimTime CoreGroup::SoftirqBusyTime(SimTime now, std::uint32_t core) const {
  return cores_[core].softirq_work - SoftirqBacklog(now, core);
}

SimTime CoreGroup::TaskBusyTime(SimTime now, std::uint32_t core) const {
  const Core& at = cores_[core];
  if (!at.has_task()) return at.task_work;
  // From now on the core does what is left of the softirq work first, then what is left of the
  // task.
  const SimTime left = at.task_completion - std::max(at.softirq_free_at, now);
  return at.task_work - std::max(left, SimTime());
}

void CoreGroup::Enqueue(Waiting waiting) {
  if (queue_size_ == queue_.size()) {
    std::vector<Waiting> larger(queue_.empty() ? 4 : 2 * queue_.size());
    for (std::size_t i = 0; i < queue_size_; ++i) {
      larger[i] = queue_[(queue_first_ + i) & (queue_.size() - 1)];
    }
    queue_ = std::move(larger);
    queue_first_ = 0;
  }
  queue_[(queue_first_ + queue_size_) & (queue_.size() - 1)] = waiting;
  ++queue_size_;
}

CoreGroup::Waiting CoreGroup::Dequeue() {
  const Waiting head = queue_[queue_first_];
  queue_first_ = (queue_first_ + 1) & (queue_.size() - 1);
  --queue_size_;
  return head;
}

}  // namespace cnisim::queueing

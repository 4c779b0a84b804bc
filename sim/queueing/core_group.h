#pragma once

/// @file
/// The CPU of a node: cores that do softirq work (packets coming in) and tasks (system calls,
/// application work).
///
/// Softirq work is bound to a core, as receive-side scaling binds a flow, and is done there in
/// order of arrival.  It preempts the task on that core, which goes on where it was when the
/// core's softirq work is done (preemptive-resume).  Tasks wait in one FIFO queue for all cores;
/// a task that has started stays on its core.
///
/// Softirq work has a closed form.  A task's completion has one as long as no softirq work comes
/// in between, so it is a prediction that can only move later; the LP follows it with one
/// self-event a running task:
///
///     case kSyscall:
///       switch (const auto start = cores.Submit(now, /*task=*/request, demand); start.admission) {
///         case Admission::kStarted: turn.Schedule(start.running.completion, kTaskDue,
///         start.running.core); break; case Admission::kQueued: break;          // Recheck() of
///         another task will start it case Admission::kDropped: ...
///       }
///     case kTaskDue: {
///       const auto check = cores.Recheck(now, /*core=*/payload);
///       if (!check.done) { turn.Schedule(check.completion, kTaskDue, payload); break; }
///       if (check.next) turn.Schedule(check.next->completion, kTaskDue, check.next->core);
///       ... check.task is done ...
///     }
///
/// This is exact: the departure of every packet and task equals that of the queue simulated
/// event by event, to the nanosecond, and does not depend on the order in which a packet and a
/// completion of the same nanosecond are handled.
///
/// Not modelled: ksoftirqd (softirq work that starves a task hands over after a while), moving a
/// running task to another core, time slices between tasks, caches.
///
/// A group belongs to one LP and is fed in order of time.  Thread safety: none.  Nothing
/// allocates after warm-up.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "sim/base/units.h"
#include "sim/queueing/departure_ring.h"
#include "sim/queueing/presence.h"

namespace cnisim::queueing {

class CoreGroup {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  struct Limits {
    /// Packets that a core's softirq queue holds, the one in service included (Linux:
    /// net.core.netdev_max_backlog or the NIC ring).
    std::size_t softirq_backlog = kUnlimited;
    /// Tasks that wait for a core, those running not included.
    std::size_t task_queue = kUnlimited;
  };

  enum class Admission : std::uint8_t { kStarted, kQueued, kDropped };

  /// A task on a core, and when it will be done if no softirq work comes in between.
  struct Running {
    std::uint32_t core = 0;
    std::uint64_t task = 0;
    SimTime completion;
    SimTime waited = SimTime();  ///< since Submit(), for a core without task or softirq work
  };
  struct Submission {
    Admission admission = Admission::kDropped;
    Running running;  ///< set if kStarted
  };
  struct Check {
    bool done = false;
    SimTime completion;           ///< when to check again; now if done
    std::uint64_t task = 0;       ///< the task that is, or is not yet, done
    SimTime submitted;            ///< when that task came
    std::optional<Running> next;  ///< if done: the task that took its place
  };

  /// @param cores  how many, > 0
  explicit CoreGroup(std::uint32_t cores) : CoreGroup(cores, Limits{}) {}
  CoreGroup(std::uint32_t cores, const Limits& limits);

  std::uint32_t cores() const { return static_cast<std::uint32_t>(cores_.size()); }

  /// Asks for what Recheck() of the core reads.
  void Prefetch(std::uint32_t core) const {
    const Core& at = cores_[core];
    __builtin_prefetch(&at, 1);
    __builtin_prefetch(&at.task, 1);
  }

  /// The core that receive-side scaling picks for a flow of this hash.
  std::uint32_t CoreOfFlow(std::uint32_t hash) const {
    return static_cast<std::uint32_t>((std::uint64_t{hash} * cores_.size()) >> 32);
  }

  /// Softirq work of `demand` arrives at `core`; when is it done?  nullopt: the backlog is full,
  /// the packet is dropped.  @pre core < cores(), demand >= 0
  std::optional<SimTime> AcceptSoftirq(SimTime now, std::uint32_t core, SimTime demand);

  /// A task arrives that needs `demand` of a core.  It starts at once if a core runs no task: on
  /// the one with the least softirq backlog, the lowest number among equals.  @pre demand >= 0
  Submission Submit(SimTime now, std::uint64_t task, SimTime demand);

  /// Is the task on `core` done?  If so the core takes the next task of the queue.
  /// @pre a task runs on `core`
  Check Recheck(SimTime now, std::uint32_t core);

  /// Is there a task on the core (running or preempted)?
  bool HasTask(std::uint32_t core) const { return cores_[core].has_task(); }
  /// Softirq work left on the core at `now`.
  SimTime SoftirqBacklog(SimTime now, std::uint32_t core) const;
  /// Packets in the core's softirq queue at `now`; counted only with a finite backlog.
  std::size_t SoftirqLength(SimTime now, std::uint32_t core);
  /// Tasks that wait for a core.
  std::size_t queued_tasks() const { return queue_size_; }

  /// Tasks that run or wait, and the sum of the times since they came.
  struct TasksInside {
    std::int64_t tasks = 0;
    SimTime ages;
  };
  TasksInside InsideAt(SimTime now) const;

  /// How long the core did softirq work, or tasks, up to `now`.
  /// @pre now is not before the last call's
  SimTime SoftirqBusyTime(SimTime now, std::uint32_t core) const;
  SimTime TaskBusyTime(SimTime now, std::uint32_t core) const;
  /// The core's softirq work as its user sees it, who keeps the account (presence.h): it has its
  /// place here because whoever asks for such work touches this memory anyway.
  ServiceAccount& softirq_account(std::uint32_t core) { return cores_[core].softirq_account; }

  std::uint64_t softirq_accepted() const { return softirq_accepted_; }
  std::uint64_t softirq_dropped() const { return softirq_dropped_; }
  std::uint64_t tasks_accepted() const { return tasks_accepted_; }
  std::uint64_t tasks_dropped() const { return tasks_dropped_; }

 private:
  static constexpr SimTime kNobody = SimTime::Max();

  // Two cache lines; softirq work needs only the first unless its backlog is limited.
  struct alignas(64) Core {
    SimTime softirq_free_at;
    SimTime softirq_work;     // accepted so far
    SimTime task_completion;  // predicted; in the past if there is no task
    ServiceAccount softirq_account;
    DepartureRing departures;      // of softirq work; unused if the backlog is unlimited
    SimTime task_work;             // of all tasks started here
    SimTime task_since = kNobody;  // when the present one came
    std::uint64_t task = 0;

    bool has_task() const { return task_since != kNobody; }
  };
  static_assert(sizeof(Core) == 128);
  struct Waiting {
    std::uint64_t task;
    SimTime demand;
    SimTime since;
  };

  Running Start(SimTime now, std::uint32_t core, const Waiting& waiting);
  void Enqueue(Waiting waiting);
  Waiting Dequeue();

  Limits limits_;
  std::vector<Core> cores_;  // [core]
  std::size_t queue_size_ = 0;
  std::uint32_t idle_cores_;    // cores without a task
  std::vector<Waiting> queue_;  // ring, a power of two long
  std::size_t queue_first_ = 0;
  std::uint64_t softirq_accepted_ = 0;
  std::uint64_t softirq_dropped_ = 0;
  std::uint64_t tasks_accepted_ = 0;
  std::uint64_t tasks_dropped_ = 0;
};

}  // namespace cnisim::queueing

#include <cstdint>

#include "models/workload/host_process.h"
#include "models/workload/internal/host_events.h"
#include "sim/engine/turn.h"

// Tasks: what waits for a core of the node, and what its completion means.

namespace cnisim::workload {
namespace {

using datapath::MessageKind;
using engine::Turn;
using namespace internal;

}  // namespace

void HostProcess::Submit(Turn& turn, TaskKind kind, std::uint32_t index, double demand_ns) {
  const std::uint64_t task = static_cast<std::uint64_t>(kind) << 32 | index;
  if (external()) {  // their machines are not part of the model
    TaskDone(turn, task);
    return;
  }
  const auto submission =
      resources_->cores().Submit(turn.now(), task, Nanoseconds(demand_ns).Round());
  if (submission.admission == queueing::CoreGroup::Admission::kStarted) {
    resources_->tally(ResourceKind::kCores).Serve(submission.running.waited);
    turn.Schedule(submission.running.completion, kTaskDue, submission.running.core);
  }
}

void HostProcess::TaskDue(Turn& turn, std::uint32_t core) {
  const queueing::CoreGroup::Check check = resources_->cores().Recheck(turn.now(), core);
  if (!check.done) {
    turn.Schedule(check.completion, kTaskDue, core);
    return;
  }
  if (check.next) {
    resources_->tally(ResourceKind::kCores).Serve(check.next->waited);
    turn.Schedule(check.next->completion, kTaskDue, check.next->core);
  }
  TaskDone(turn, check.task);
}

void HostProcess::TaskDone(Turn& turn, std::uint64_t task) {
  const auto index = static_cast<std::uint32_t>(task);
  switch (static_cast<TaskKind>(task >> 32)) {
    case TaskKind::kJob:
      JobDone(turn, index);
      return;
    case TaskKind::kSend:
      Send(turn, index);
      return;
    case TaskKind::kRead: {
      if (clients_[index].live) {
        EndCall(turn, index, calls_[index].outcome, 0, Ending::kAnswered);
      } else {  // the deadline passed while it waited for a core
        Release(index);
      }
      return;
    }
    case TaskKind::kEcho: {
      const CallHandle request = jobs_[index].request;
      jobs_.Free(index);
      Launch(turn, request, MessageKind::kReply);
      return;
    }
    case TaskKind::kStreamRead:
      StreamReadDone(turn, index);
      return;
    case TaskKind::kBurn:
      return;
    case TaskKind::kThread: {
      const Passage passage = passages_[index];
      passages_.Free(index);
      Continue(turn, passage.handle, passage.kind, passage.step);
      return;
    }
  }
}

}  // namespace cnisim::workload

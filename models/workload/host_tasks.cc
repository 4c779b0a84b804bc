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
  const std::uint64_t task = TaskOf(kind, index);
  if (external()) {  // their machines are not part of the model
    TaskDone(turn, task);
    return;
  }
  const SimTime demand = Nanoseconds(demand_ns).Round();
  const std::uint32_t pod = has_limits_ ? PodOf(kind, index) : kNone;
  if (pod != kNone && pods_[pod].limit && demand > SimTime()) {
    SubmitLimited(turn, pod, task, demand);
  } else {
    SubmitToCores(turn, task, demand);
  }
}

void HostProcess::SubmitToCores(Turn& turn, std::uint64_t task, SimTime demand) {
  const auto submission = resources_->SubmitTask(turn.now(), task, demand);
  if (submission.admission == queueing::CoreGroup::Admission::kStarted) {
    ScheduleTask(turn, submission.running.completion, task, submission.running.core);
  }
}

// The event names the task for those who look ahead.
void HostProcess::ScheduleTask(Turn& turn, SimTime at, std::uint64_t task, std::uint32_t core) {
  turn.Schedule(at, kTaskDue, task, static_cast<std::uint16_t>(core));
}

// As much as the pod's CPU limit allows now, the rest after it.
void HostProcess::SubmitLimited(Turn& turn, std::uint32_t pod, std::uint64_t task, SimTime demand) {
  const CpuQuota::Slice slice = pods_[pod].limit->Take(turn.now(), demand);
  pods_[pod].throttled.Serve(slice.begin - turn.now());
  if (slice.begin == turn.now() && slice.length == demand) {
    pods_[pod].limit_used += demand;
    SubmitToCores(turn, task, demand);
    return;
  }
  const std::uint32_t index = limited_.Allocate();
  limited_[index] = {task, pod, slice.length, demand - slice.length};
  if (slice.begin > turn.now()) {
    turn.Schedule(slice.begin, kThaw, index);
  } else {
    RunSlice(turn, index);
  }
}

void HostProcess::RunSlice(Turn& turn, std::uint32_t limited) {
  const LimitedTask& task = limited_[limited];
  pods_[task.pod].limit_used += task.slice;
  SubmitToCores(turn, TaskOf(TaskKind::kSlice, limited), task.slice);
}

// Number among the host's pods of the one that pays for the task; kNone: the kernel does.
std::uint32_t HostProcess::PodOf(TaskKind kind, std::uint32_t index) const {
  switch (kind) {
    case TaskKind::kJob:
      return jobs_[index].pod;
    case TaskKind::kEcho:
      return context_.local_pod(context_.call(jobs_[index].request).server_pod);
    case TaskKind::kStreamRead:
      return context_.local_pod(context_.call(readers_[index].unread.front()).server_pod);
    case TaskKind::kSend:
    case TaskKind::kRead: {
      const ClientCall& client = ClientAt(index);
      if (client.generator != kNone) {
        const std::uint32_t pod = generators_[client.generator].pod;
        return pod == kNone ? kNone : context_.local_pod(pod);
      }
      const Job& job = jobs_[client.job];
      return job.generation == client.job_generation ? job.pod : kNone;
    }
    case TaskKind::kBurn:
    case TaskKind::kThread:
    case TaskKind::kSlice:
      return kNone;
  }
  return kNone;
}

void HostProcess::TaskDue(Turn& turn, std::uint32_t core) {
  const queueing::CoreGroup::Check check = resources_->RecheckTask(turn.now(), core);
  if (!check.done) {
    ScheduleTask(turn, check.completion, check.task, core);
    return;
  }
  if (check.next) ScheduleTask(turn, check.next->completion, check.next->task, core);
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
      if (ClientAt(index).live) {
        EndCall(turn, index, CallAt(index).outcome, 0, Ending::kAnswered);
      } else {  // the deadline passed while it waited for a core
        Release(turn, index);
      }
      return;
    }
    case TaskKind::kEcho: {
      const CallHandle request = jobs_[index].request;
      const std::uint32_t transfer = jobs_[index].transfer;
      jobs_.Free(index);
      LaunchData(turn, request, MessageKind::kReply, transfer);
      return;
    }
    case TaskKind::kStreamRead:
      StreamReadDone(turn, index);
      return;
    case TaskKind::kBurn:
      return;
    case TaskKind::kSlice: {
      const LimitedTask limited = limited_[index];
      limited_.Free(index);
      if (limited.left == SimTime()) {
        TaskDone(turn, limited.task);
      } else {
        SubmitLimited(turn, limited.pod, limited.task, limited.left);
      }
      return;
    }
    case TaskKind::kThread: {
      const Passage passage = passages_[index];
      passages_.Free(index);
      Continue(turn, Look(passage.handle, passage.kind), passage.step);
      return;
    }
  }
}

}  // namespace cnisim::workload

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "models/workload/host_process.h"
#include "models/workload/internal/host_events.h"
#include "models/workload/random_purposes.h"
#include "sim/base/check.h"
#include "sim/engine/turn.h"

// The serving side: connections that come in, requests, workers, and the calls they need.

namespace cnisim::workload {
namespace {

using datapath::MessageKind;
using datapath::Side;
using engine::Turn;
using namespace internal;

}  // namespace

void HostProcess::Listen(Turn& turn, CallHandle handle) {
  Call& call = context_.call(handle);
  if (call.admission == Admission::kDroppedAtServer) {
    Lose(turn, handle, MessageKind::kSyn, DropReason::kPolicy);
    return;
  }
  if (call.admission == Admission::kGone) {
    Lose(turn, handle, MessageKind::kSyn, DropReason::kPodGone);
    return;
  }
  if (!Track(turn, handle, MessageKind::kSyn, Side::kReceiver)) return;
  if (call.admission == Admission::kRefused || call.admission == Admission::kReset) {
    call.outcome = FailedBy(FailureReason::kRefused);  // a reset in place of the SYN-ACK
    if (call.admission == Admission::kRefused) CountDenial(turn.now(), call);
  } else if (!model_.edges[call.edge].echo) {
    Pod& pod = pods_[context_.local_pod(call.server_pod)];
    const ApplicationModel& application = model_.applications[pod.application];
    if (pod.busy >= application.workers && pod.queued >= application.queue) {
      pod.waits.Drop(turn.now());
      Lose(turn, handle, MessageKind::kSyn, DropReason::kListenQueue);
      return;
    }
  }
  LaunchFromSoftirq(turn, handle, MessageKind::kSynAck);
}

void HostProcess::Serve(Turn& turn, CallHandle handle, bool first_request) {
  Call& call = context_.call(handle);
  call.app_ns = 0;
  call.attempts = 0;
  if (turn.now() >= measured_from_) {
    stats_[call.edge].delivered += PlanOf(call, MessageKind::kRequest).payload;
  }
  if (call.admission == Admission::kForbidden) {
    call.outcome = FailedBy(FailureReason::kForbidden);
    CountDenial(turn.now(), call);
    LaunchFromSoftirq(turn, handle, MessageKind::kReply);
    return;
  }
  const FlowPlan& plan = context_.plan(call.plan);
  const MessageKind kind = first_request ? MessageKind::kRequestFirst : MessageKind::kRequest;
  if (model_.edges[call.edge].echo) {
    const std::uint32_t index = jobs_.Allocate();
    jobs_[index].request = handle;
    const double network =
        ReadNs(call, kind) + (first_request ? plan.accept.mean() : 0) +
        PlanToSend(turn, handle, MessageKind::kReply, first_request, jobs_[index].transfer);
    task_network_ += Nanoseconds(network).Round();
    Submit(turn, TaskKind::kEcho, index, network);
    return;
  }

  Pod& pod = pods_[context_.local_pod(call.server_pod)];
  const ApplicationModel& application = model_.applications[pod.application];
  const bool free_worker = pod.busy < application.workers;
  if (!free_worker && pod.queued >= application.queue) {
    pod.waits.Drop(turn.now());
    if (application.dns_server != kNone && IsUdp(call)) {
      Lose(turn, handle, kind, DropReason::kDnsQueue);
      return;
    }
    CountDrop(DropReason::kApplicationQueue);
    Answer(turn, handle, FailedBy(FailureReason::kOverloaded));
    return;
  }
  const std::uint32_t index = jobs_.Allocate();
  Job& job = jobs_[index];
  const std::uint32_t generation = job.generation;
  job = {};
  job.generation = generation;
  job.request = handle;
  job.pod = context_.local_pod(call.server_pod);
  job.key = call.key;
  job.first_request = first_request;
  job.arrived = turn.now();
  job.submitted = turn.now();
  job.present = true;
  pod.requests.Enter(turn.now());
  if (free_worker) {
    SetBusy(pod, turn.now(), pod.busy + 1);
    StartJob(turn, index);
    return;
  }
  if (pod.queue_tail == kNone) {
    pod.queue_head = index;
  } else {
    jobs_[pod.queue_tail].next_queued = index;
  }
  pod.queue_tail = index;
  ++pod.queued;
}

void HostProcess::StartJob(Turn& turn, std::uint32_t index) {
  Job& job = jobs_[index];
  Pod& pod = pods_[job.pod];
  const SimTime waited = turn.now() - job.submitted;
  pod.waits.Serve(waited);
  job.app_ns += waited.nanos();
  if (model_.applications[pod.application].service_time.value() > 0) {
    RandomStream stream = context_.Stream(job.key, Purpose::kServiceTime);
    const ApplicationModel& application = model_.applications[pod.application];
    job.work_left_ns = application.exponential
                           ? stream.Exponential(application.service_time.value())
                           : context_.service_time(pod.application)(stream);
  }
  const Call& call = context_.call(job.request);
  if (pod.cache && !KnowsAnswer(turn.now(), pod, call.question)) {
    job.forwards = true;
    job.work_left_ns +=
        model_.dns.servers[model_.applications[pod.application].dns_server].forward_time.value();
  }
  const FlowPlan& plan = context_.plan(call.plan);
  const MessageKind kind = job.first_request ? MessageKind::kRequestFirst : MessageKind::kRequest;
  double read = ReadNs(call, kind);
  if (job.first_request) read += plan.accept.mean();
  // Half of the work comes before the calls that it needs, half after.
  Planned planned;
  const bool calls = !model_.applications[pod.application].calls.empty();
  if (calls && (!pod.cache || job.forwards)) {
    planned.app_ns = job.work_left_ns / 2;
    job.work_left_ns -= planned.app_ns;
  }
  const std::optional<Planned> next = PlanNext(turn, index);
  CNISIM_CHECK(next.has_value(), "a job that has not called anybody waits for nobody");
  planned.app_ns += next->app_ns;
  planned.network_ns += next->network_ns;
  RunStretch(turn, index, planned, read);
}

// What the job does next, and what that asks of a core; nullopt: it waits for answers.
std::optional<HostProcess::Planned> HostProcess::PlanNext(Turn& turn, std::uint32_t index) {
  Job& job = jobs_[index];
  const Pod& pod = pods_[job.pod];
  const std::vector<std::uint32_t>& calls = model_.applications[pod.application].calls;
  const bool needs_calls = !pod.cache || job.forwards;
  while (needs_calls && !job.failed && job.call_index < calls.size()) {
    const EdgeModel& edge = model_.edges[calls[job.call_index]];
    if (job.repeats_left == kNone) {
      const double whole = std::floor(edge.per_request);
      job.repeats_left = static_cast<std::uint32_t>(whole);
      if (edge.per_request > whole) {
        RandomStream stream =
            context_.Stream(CallKey(job.key, calls[job.call_index], kNone), Purpose::kCallCount);
        if (stream.Uniform() < edge.per_request - whole) ++job.repeats_left;
      }
    }
    if (job.repeats_left == 0) {
      job.repeats_left = kNone;
      ++job.call_index;
      continue;
    }
    if (job.outstanding > 0 && !(edge.parallel && job.group_parallel)) return std::nullopt;
    job.group_parallel = edge.parallel;
    --job.repeats_left;
    const std::uint32_t key = CallKey(job.key, calls[job.call_index], job.calls_made++);
    if (!edge.has_server()) {
      FailAtOnce(calls[job.call_index], FailureReason::kRefused);
      CountDrop(DropReason::kNoEndpoint);
      job.failed = true;
      break;
    }
    const std::uint32_t slot = Begin(turn, {host_, pod.pod, calls[job.call_index]}, key);
    ClientAt(slot).job = index;
    ClientAt(slot).job_generation = job.generation;
    CallAt(slot).question = context_.call(job.request).question;
    ++job.outstanding;
    job.call_slot = slot;
    job.action = JobAction::kSendCall;
    job.send_ns = FirstDemand(turn, slot);
    return Planned{0, job.send_ns};
  }
  if (job.outstanding > 0 && !job.failed) return std::nullopt;
  job.action = JobAction::kReply;
  const double work = job.failed ? 0 : std::exchange(job.work_left_ns, 0);
  return Planned{
      work, PlanToSend(turn, job.request, MessageKind::kReply, job.first_request, job.transfer)};
}

void HostProcess::RunStretch(Turn& turn, std::uint32_t index, const Planned& planned,
                             double read_ns) {
  Job& job = jobs_[index];
  job.submitted = turn.now();
  job.network_ns = planned.network_ns + read_ns;
  job.on_core = true;
  task_network_ += Nanoseconds(job.network_ns).Round();
  Submit(turn, TaskKind::kJob, index, planned.app_ns + job.network_ns);
}

void HostProcess::JobDone(Turn& turn, std::uint32_t index) {
  Job& job = jobs_[index];
  job.on_core = false;
  job.app_ns += (turn.now() - job.submitted).nanos() - Nanoseconds(job.network_ns).Round().nanos();
  if (job.action == JobAction::kReply) {
    FinishJob(turn, index);
    return;
  }
  // The call began when the work before it was done.
  ClientAt(job.call_slot).begun = turn.now() - Nanoseconds(job.send_ns).Round();
  Send(turn, job.call_slot);
  // Calls that go out together follow each other without waiting.
  if (const std::optional<Planned> next = PlanNext(turn, index)) {
    RunStretch(turn, index, *next, 0);
  }
}

void HostProcess::FinishJob(Turn& turn, std::uint32_t index) {
  Job& job = jobs_[index];
  Call& call = context_.call(job.request);
  call.app_ns = job.app_ns;
  if (job.failed) call.outcome = FailedBy(FailureReason::kUpstream);
  ++job.generation;
  job.present = false;
  const CallHandle request = job.request;
  const std::uint32_t transfer = job.transfer;
  const bool learned = job.forwards && !job.failed;
  Pod& pod = pods_[job.pod];
  const bool asks_upstream = job.forwards && model_.applications[pod.application].calls.empty();
  pod.requests.Leave(job.arrived, turn.now());
  jobs_.Free(index);
  if (asks_upstream) {
    CNISIM_CHECK(transfer == kNone, "an answer of a DNS server is one packet");
    AskUpstream(turn, request);
  } else {
    if (learned) KeepAnswer(turn.now(), pod, call.question);
    LaunchData(turn, request, MessageKind::kReply, transfer);
  }

  if (pod.queue_head == kNone) {
    SetBusy(pod, turn.now(), pod.busy - 1);
    return;
  }
  const std::uint32_t next = pod.queue_head;
  pod.queue_head = jobs_[next].next_queued;
  if (pod.queue_head == kNone) pod.queue_tail = kNone;
  --pod.queued;
  StartJob(turn, next);
}

// An answer without work: an error.
void HostProcess::Answer(Turn& turn, CallHandle handle, Outcome outcome) {
  context_.call(handle).outcome = outcome;
  LaunchFromSoftirq(turn, handle, MessageKind::kReply);
}

void HostProcess::SetBusy(Pod& pod, SimTime now, std::uint32_t busy) {
  pod.busy_integral_ns += (now - pod.busy_since).nanos() * pod.busy;
  pod.busy_since = now;
  pod.busy = busy;
}

}  // namespace cnisim::workload

#include "models/workload/host_process.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "models/workload/random_purposes.h"
#include "sim/base/check.h"
#include "sim/engine/turn.h"

namespace cnisim::workload {
namespace {

using datapath::IsForward;
using datapath::MessageKind;
using datapath::Side;
using engine::Turn;

enum EventKind : std::uint16_t {
  kMessage,     // a call's message is at a step of its plan
  kTaskDue,     // a core's task may be done
  kArrival,     // the next request of a source
  kDeadline,    // the earliest deadline of a queue
  kLost,        // news that a message was dropped
  kRetransmit,  // a retransmission timer
  kLaunch,      // the kernel has made a packet of its own
};

// The small argument of an event: which message, and at which step or why.
std::uint16_t PackAux(MessageKind kind, std::uint32_t detail) {
  return static_cast<std::uint16_t>(static_cast<std::uint32_t>(kind) << 8 | detail);
}
MessageKind KindOf(std::uint16_t aux) { return static_cast<MessageKind>(aux >> 8); }
std::uint32_t DetailOf(std::uint16_t aux) { return aux & 0xFFU; }

constexpr std::uint32_t kSendDetail = 60;     // random draws of a message's sending task
constexpr std::uint32_t kReceiveDetail = 61;  // and of its reading one

}  // namespace

namespace {

std::uint32_t PodsOn(const Model& model, std::uint32_t host) {
  return static_cast<std::uint32_t>(
      std::count_if(model.pods.begin(), model.pods.end(),
                    [host](const PodModel& pod) { return pod.node == host; }));
}

}  // namespace

HostProcess::HostProcess(const TrafficContext& context, std::uint32_t host)
    : context_(context),
      model_(context.model()),
      host_(host),
      churn_(context.model(), context.external_host(), PodsOn(context.model(), host)),
      deadlines_(context.deadline_queue_count()),
      stats_(model_.edges.size()) {
  if (host != context.external_host()) {
    resources_.emplace(model_.nodes[host], model_.defaults,
                       context.uses_pairs() ? context.external_host() : 0);
    for (std::uint32_t pod = 0; pod < model_.pods.size(); ++pod) {
      if (model_.pods[pod].node != host) continue;
      Pod local;
      local.pod = pod;
      local.application = model_.pods[pod].application;
      pods_.push_back(local);
    }
  }
  AddGenerators();
}

void HostProcess::Run(Turn& turn) {
  while (const engine::Event* event = turn.Next()) {
    switch (event->kind) {
      case kMessage:
        Advance(turn, CallHandle::Unpack(event->payload), KindOf(event->aux), DetailOf(event->aux));
        break;
      case kTaskDue:
        TaskDue(turn, static_cast<std::uint32_t>(event->payload));
        break;
      case kArrival:
        Arrive(turn, static_cast<std::uint32_t>(event->payload));
        break;
      case kDeadline:
        Deadlines(turn, static_cast<std::uint32_t>(event->payload));
        break;
      case kLost:
        OnLost(turn, CallHandle::Unpack(event->payload), KindOf(event->aux),
               static_cast<DropReason>(DetailOf(event->aux)));
        break;
      case kRetransmit:
        Retransmit(turn, CallHandle::Unpack(event->payload), KindOf(event->aux));
        break;
      case kLaunch:
        Launch(turn, CallHandle::Unpack(event->payload), KindOf(event->aux));
        break;
      default:
        CNISIM_CHECK(false, "an event has a kind that hosts know");
    }
  }
}

// ---- Messages ------------------------------------------------------------------------------

std::uint32_t HostProcess::HostOf(const Call& call, MessageKind kind, Side side) const {
  if (side == Side::kVia) return call.via_host;
  return (side == Side::kSender) == IsForward(kind) ? call.client_host : call.server_host;
}

std::uint32_t HostProcess::CoreFor(const Call& call, MessageKind kind) {
  std::uint32_t hash = call.flow_hash;
  if (PlanOf(call, kind).one_receive_queue) {
    // The network card sees one tunnel between two nodes, whatever flows inside.
    hash = CallKey(HostOf(call, kind, Side::kSender), HostOf(call, kind, Side::kReceiver), 0);
  }
  return resources_->cores().CoreOfFlow(hash);
}

SimTime HostProcess::Draw(const Demand& demand, const Call& call, MessageKind kind,
                          std::uint32_t detail) const {
  if (!demand.varies()) return demand.constant();
  RandomStream stream = context_.Stream(
      call.key, Purpose::kHost,
      static_cast<std::uint32_t>(kind) | detail << 3 | std::uint32_t{call.attempts} << 9);
  return demand.Draw(stream);
}

double HostProcess::DrawNs(const Demand& demand, const Call& call, MessageKind kind,
                           std::uint32_t detail) const {
  if (!demand.varies()) return demand.mean();
  return static_cast<double>(Draw(demand, call, kind, detail).nanos());
}

// The sender's task has done its part: the message goes its way.
void HostProcess::Launch(Turn& turn, CallHandle handle, MessageKind kind) {
  Call& call = context_.call(handle);
  call.sent = turn.now();
  if (!external()) {
    if (OpensFlow(call, kind)) {
      if (call.admission == Admission::kDroppedAtClient) {
        Lose(turn, handle, kind, DropReason::kPolicy);
        return;
      }
      if (!Track(turn, handle, kind, Side::kSender)) return;
    }
    ChargeBackground(turn, call, kind, Side::kSender);
  }
  Advance(turn, handle, kind, 0);
}

// As Launch(), for what the kernel sends by itself, in the context of the flow's core.
void HostProcess::LaunchFromSoftirq(Turn& turn, CallHandle handle, MessageKind kind) {
  const Call& call = context_.call(handle);
  const SimTime demand =
      external() ? SimTime() : Draw(PlanOf(call, kind).send, call, kind, kSendDetail);
  if (demand == SimTime()) {
    Launch(turn, handle, kind);
    return;
  }
  const std::optional<SimTime> done = resources_->Softirq(turn.now(), CoreFor(call, kind), demand);
  if (!done) {
    Lose(turn, handle, kind, DropReason::kSoftirqBacklog);
    return;
  }
  turn.Schedule(*done, kLaunch, handle.Pack(), PackAux(kind, 0));
}

// Entries of a new connection in this node's table; false: there is no room, and the SYN is lost.
bool HostProcess::Track(Turn& turn, CallHandle handle, MessageKind kind, Side side) {
  Call& call = context_.call(handle);
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(side));
  if ((call.tracked & bit) != 0) return true;  // a repeated SYN
  const auto index = static_cast<std::size_t>(side);
  if (!resources_->TrackConnection(turn.now(), context_.plan(call.plan).conntrack_entries[index])) {
    Lose(turn, handle, kind, DropReason::kConntrackFull);
    return false;
  }
  call.tracked = static_cast<std::uint8_t>(call.tracked | bit);
  return true;
}

void HostProcess::Advance(Turn& turn, CallHandle handle, MessageKind kind, std::uint32_t step) {
  const Call& call = context_.call(handle);
  const MessagePlan& plan = PlanOf(call, kind);
  const Step& at = plan.steps[step];
  switch (at.kind) {
    case StepKind::kSoftirq: {
      if (at.side == Side::kVia) {
        if (OpensFlow(call, kind) && !Track(turn, handle, kind, Side::kVia)) return;
        ChargeBackground(turn, call, kind, Side::kVia);
      }
      const std::optional<SimTime> done =
          resources_->Softirq(turn.now(), CoreFor(call, kind), Draw(at.demand, call, kind, step));
      if (!done) {
        Lose(turn, handle, kind, DropReason::kSoftirqBacklog);
        return;
      }
      Continue(turn, handle, kind, step + 1, *done);
      return;
    }
    case StepKind::kProxy: {
      const std::optional<SimTime> done =
          resources_->Proxy(turn.now(), Draw(at.demand, call, kind, step));
      if (!done) {
        Lose(turn, handle, kind, DropReason::kProxyQueue);
        return;
      }
      Continue(turn, handle, kind, step + 1, *done);
      return;
    }
    case StepKind::kThreads: {
      const double demand = DrawNs(at.demand, call, kind, step);
      const std::uint32_t index = passages_.Allocate();
      passages_[index] = {handle, kind, step + 1};
      task_network_ += Nanoseconds(demand).Round();
      Submit(turn, TaskKind::kThread, index, demand);
      return;
    }
    case StepKind::kDelay:
      Continue(turn, handle, kind, step, turn.now());
      return;
    case StepKind::kPair: {
      const std::uint32_t peer = HostOf(call, kind, at.side);
      SimTime done = turn.now();
      if (!external() && peer != context_.external_host()) {
        done = resources_->Pair(done, peer, at.demand.constant());
      }
      Continue(turn, handle, kind, step + 1, done);
      return;
    }
    case StepKind::kCross: {
      SimTime out = turn.now();
      if (!external()) {
        const std::optional<SimTime> sent = resources_->Transmit(out, plan.wire_bytes);
        if (!sent) {
          Lose(turn, handle, kind, DropReason::kNicQueue);
          return;
        }
        out = *sent;
      }
      if (plan.too_large) {
        Lose(turn, handle, kind, DropReason::kPacketTooLarge);
        return;
      }
      const std::uint32_t peer = HostOf(call, kind, at.side);
      const FabricSampler& fabric = context_.fabric(host_, peer);
      RandomStream stream = context_.Stream(call.key, Purpose::kFabric,
                                            static_cast<std::uint32_t>(kind) |
                                                static_cast<std::uint32_t>(at.side) << 3 |
                                                std::uint32_t{call.attempts} << 9);
      turn.Send(context_.lps[peer], out + fabric.Draw(stream), kMessage, handle.Pack(),
                PackAux(kind, step + 1));
      return;
    }
    case StepKind::kDeliver:
      Deliver(turn, handle, kind);
      return;
  }
}

// Goes on at `step` when the clock is at `at`; waits on the way are added up first.
void HostProcess::Continue(Turn& turn, CallHandle handle, MessageKind kind, std::uint32_t step,
                           SimTime at) {
  const Call& call = context_.call(handle);
  const MessagePlan& plan = PlanOf(call, kind);
  for (; plan.steps[step].kind == StepKind::kDelay; ++step) {
    at += Draw(plan.steps[step].demand, call, kind, step);
  }
  if (at == turn.now()) {
    Advance(turn, handle, kind, step);
  } else {
    turn.Schedule(at, kMessage, handle.Pack(), PackAux(kind, step));
  }
}

void HostProcess::Deliver(Turn& turn, CallHandle handle, MessageKind kind) {
  Call& call = context_.call(handle);
  if (!external()) ChargeBackground(turn, call, kind, Side::kReceiver);
  switch (kind) {
    case MessageKind::kSyn:
      Listen(turn, handle);
      return;
    case MessageKind::kSynAck:
      Established(turn, handle.slot);
      return;
    case MessageKind::kRequestFirst:
      if (IsUdp(call) && !AdmitDatagram(turn, handle)) return;
      Serve(turn, handle, /*first_request=*/true);
      return;
    case MessageKind::kRequest:
      if (call.stream != kNone) {
        if (IsUdp(call) && ReceiveBufferFull(call)) {
          Lose(turn, handle, kind, DropReason::kReceiveBuffer);
          return;
        }
        readers_[call.stream].unread.push_back(handle);
        ReadStream(turn, call.stream);
      } else {
        Serve(turn, handle, /*first_request=*/false);
      }
      return;
    case MessageKind::kReply:
      Answered(turn, handle.slot);
      return;
    case MessageKind::kControl:  // FIN
      resources_->conntrack().Close(turn.now(), context_.plan(call.plan).conntrack_entries[2]);
      LaunchFromSoftirq(turn, handle, MessageKind::kControlReply);
      return;
    case MessageKind::kControlReply:
      if (call.stream != kNone) {
        StreamAcknowledged(turn, handle.slot);
      } else {
        Release(handle.slot);
      }
      return;
  }
}

void HostProcess::Lose(Turn& turn, CallHandle handle, MessageKind kind, DropReason reason) {
  CountDrop(reason);
  const Call& call = context_.call(handle);
  if (reason == DropReason::kPolicy) CountDenial(turn.now(), call);
  // Who sent it finds out by a timer.  The simulation tells him at once, so that only messages
  // that are lost need one.
  const std::uint32_t owner = kind == MessageKind::kReply ? call.server_host : call.client_host;
  Tell(turn, owner, kLost, handle, PackAux(kind, static_cast<std::uint32_t>(reason)));
}

// The first message of a flow, which makes its entries in connection tables.
bool HostProcess::OpensFlow(const Call& call, MessageKind kind) const {
  return kind == (IsUdp(call) ? MessageKind::kRequestFirst : MessageKind::kSyn);
}

bool HostProcess::IsUdp(const Call& call) const { return context_.plan(call.plan).udp; }

// What Listen() is for TCP.  The entry lives for its time-out from now on.
bool HostProcess::AdmitDatagram(Turn& turn, CallHandle handle) {
  Call& call = context_.call(handle);
  if (call.admission == Admission::kDroppedAtServer) {
    Lose(turn, handle, MessageKind::kRequestFirst, DropReason::kPolicy);
    return false;
  }
  if (call.admission == Admission::kGone) {
    Lose(turn, handle, MessageKind::kRequestFirst, DropReason::kPodGone);
    return false;
  }
  if (!Track(turn, handle, MessageKind::kRequestFirst, Side::kReceiver)) return false;
  resources_->conntrack().Close(turn.now(), context_.plan(call.plan).conntrack_entries[2]);
  if (call.admission != Admission::kRefused && call.admission != Admission::kReset) return true;
  call.outcome = FailedBy(FailureReason::kRefused);  // an ICMP error
  if (call.admission == Admission::kRefused) CountDenial(turn.now(), call);
  LaunchFromSoftirq(turn, handle, MessageKind::kReply);
  return false;
}

// News for another host (or this one) that no packet carries.
void HostProcess::Tell(Turn& turn, std::uint32_t host, std::uint16_t event, CallHandle handle,
                       std::uint16_t aux) {
  if (host == host_) {
    turn.Schedule(turn.now(), event, handle.Pack(), aux);
  } else {
    turn.Send(context_.lps[host], turn.now() + context_.fabric(host_, host).floor(), event,
              handle.Pack(), aux);
  }
}

void HostProcess::OnLost(Turn& turn, CallHandle handle, MessageKind kind, DropReason reason) {
  Call& call = context_.call(handle);
  if (IsUdp(call)) {
    LostDatagram(turn, handle, kind);
    return;
  }
  if (call.stream != kNone) {
    // A lost acknowledgement is made up for by the next.
    if (kind == MessageKind::kControlReply) {
      StreamAcknowledged(turn, handle.slot);
    } else {
      StreamLost(turn, handle.slot);
    }
    return;
  }
  if (kind == MessageKind::kControl || kind == MessageKind::kControlReply) {
    if (clients_[handle.slot].live) {  // the server gave up
      EndCall(turn, handle.slot, FailedBy(FailureReason::kTimeout), 0, Ending::kAborted);
    }
    Release(handle.slot);
    return;
  }
  if (kind == MessageKind::kSynAck) kind = MessageKind::kSyn;  // the client repeats its SYN
  const bool handshake = kind == MessageKind::kSyn;
  if (kind != MessageKind::kReply) {
    ClientCall& client = clients_[handle.slot];
    if (!client.live) {
      Release(handle.slot);
      return;
    }
    client.only_denied =
        reason == DropReason::kPolicy && (call.attempts == 0 || client.only_denied);
  }
  const Defaults& defaults = model_.defaults;
  if (call.attempts >= (handshake ? defaults.syn_retries : defaults.data_retries)) {
    if (kind == MessageKind::kReply) {
      Tell(turn, call.client_host, kLost, handle, PackAux(MessageKind::kControlReply, 0));
      return;
    }
    const bool denied = clients_[handle.slot].only_denied;
    EndCall(turn, handle.slot, FailedBy(denied ? FailureReason::kDenied : FailureReason::kTimeout),
            0, Ending::kAborted);
    Release(handle.slot);
    return;
  }
  const SimTime timeout = (handshake ? defaults.syn_timeout : defaults.data_timeout) *
                          (std::int64_t{1} << call.attempts);
  turn.Schedule(std::max(call.sent + timeout, turn.now()), kRetransmit, handle.Pack(),
                PackAux(kind, 0));
}

// Nobody repeats a datagram: the client waits until its patience ends, a stream goes on.
void HostProcess::LostDatagram(Turn& turn, CallHandle handle, MessageKind kind) {
  const Call& call = context_.call(handle);
  if (call.stream != kNone) {
    EndStreamChunk(turn, handle.slot, kind == MessageKind::kControlReply);
    return;
  }
  if (kind == MessageKind::kReply && call.client_host != host_) {
    Tell(turn, call.client_host, kLost, handle, PackAux(kind, 0));
    return;
  }
  const ClientCall& client = clients_[handle.slot];
  const SimTime patience = client.begun + model_.edges[call.edge].timeout;
  turn.Schedule(std::max(patience, turn.now()) + SimTime::FromNanos(1), kRetransmit, handle.Pack(),
                PackAux(MessageKind::kRequest, 0));
}

void HostProcess::Retransmit(Turn& turn, CallHandle handle, MessageKind kind) {
  Call& call = context_.call(handle);
  if (kind != MessageKind::kReply && !clients_[handle.slot].live) {
    Release(handle.slot);
    return;
  }
  ++call.attempts;
  if (turn.now() >= measured_from_) ++stats_[call.edge].retransmissions;
  LaunchFromSoftirq(turn, handle, kind);
}

void HostProcess::ChargeBackground(Turn& turn, const Call& call, MessageKind kind, Side side) {
  const SimTime work = PlanOf(call, kind).background[static_cast<std::size_t>(side)];
  if (work == SimTime()) return;
  background_ += work;
  Submit(turn, TaskKind::kBurn, 0, static_cast<double>(work.nanos()));
}

// ---- Tasks ---------------------------------------------------------------------------------

void HostProcess::Submit(Turn& turn, TaskKind kind, std::uint32_t index, double demand_ns) {
  const std::uint64_t task = static_cast<std::uint64_t>(kind) << 32 | index;
  if (external()) {  // their machines are not part of the model
    TaskDone(turn, task);
    return;
  }
  const auto submission =
      resources_->cores().Submit(turn.now(), task, Nanoseconds(demand_ns).Round());
  if (submission.admission == queueing::CoreGroup::Admission::kStarted) {
    turn.Schedule(submission.running.completion, kTaskDue, submission.running.core);
  }
}

void HostProcess::TaskDue(Turn& turn, std::uint32_t core) {
  const queueing::CoreGroup::Check check = resources_->cores().Recheck(turn.now(), core);
  if (!check.done) {
    turn.Schedule(check.completion, kTaskDue, core);
    return;
  }
  if (check.next) turn.Schedule(check.next->completion, kTaskDue, check.next->core);
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
      Continue(turn, passage.handle, passage.kind, passage.step, turn.now());
      return;
    }
  }
}

// ---- Server --------------------------------------------------------------------------------

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
        DrawNs(plan[kind].receive, call, kind, kReceiveDetail) +
        (first_request ? plan.accept.mean() : 0) +
        DrawNs(plan[MessageKind::kReply].send, call, MessageKind::kReply, kSendDetail);
    task_network_ += Nanoseconds(network).Round();
    Submit(turn, TaskKind::kEcho, index, network);
    return;
  }

  Pod& pod = pods_[context_.local_pod(call.server_pod)];
  const ApplicationModel& application = model_.applications[pod.application];
  const bool free_worker = pod.busy < application.workers;
  if (!free_worker && pod.queued >= application.queue) {
    pod.waits.Drop(turn.now());
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
  job.submitted = turn.now();
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
    job.work_left_ns = context_.service_time(pod.application)(stream);
  }
  const Call& call = context_.call(job.request);
  const FlowPlan& plan = context_.plan(call.plan);
  const MessageKind kind = job.first_request ? MessageKind::kRequestFirst : MessageKind::kRequest;
  double read = DrawNs(plan[kind].receive, call, kind, kReceiveDetail);
  if (job.first_request) read += plan.accept.mean();
  // Half of the work comes before the calls that it needs, half after.
  Planned planned;
  const bool calls = !model_.applications[pod.application].calls.empty();
  if (calls) {
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
  while (!job.failed && job.call_index < calls.size()) {
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
    if (edge.backends.empty()) {
      FailAtOnce(calls[job.call_index], FailureReason::kRefused);
      CountDrop(DropReason::kNoEndpoint);
      job.failed = true;
      break;
    }
    const std::uint32_t slot = Begin(turn, {host_, pod.pod, calls[job.call_index]}, key);
    clients_[slot].job = index;
    clients_[slot].job_generation = job.generation;
    ++job.outstanding;
    job.call_slot = slot;
    job.action = JobAction::kSendCall;
    job.send_ns = SendDemand(slot);
    return Planned{0, job.send_ns};
  }
  if (job.outstanding > 0 && !job.failed) return std::nullopt;
  job.action = JobAction::kReply;
  const Call& call = context_.call(job.request);
  const Demand& send = context_.plan(call.plan)[MessageKind::kReply].send;
  const double work = job.failed ? 0 : std::exchange(job.work_left_ns, 0);
  return Planned{work, DrawNs(send, call, MessageKind::kReply, kSendDetail)};
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
  clients_[job.call_slot].begun = turn.now() - Nanoseconds(job.send_ns).Round();
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
  const CallHandle request = job.request;
  Pod& pod = pods_[job.pod];
  jobs_.Free(index);
  Launch(turn, request, MessageKind::kReply);

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

// ---- Client --------------------------------------------------------------------------------

// A call that is routed, but not sent yet.
std::uint32_t HostProcess::Begin(Turn& turn, const Caller& caller, std::uint32_t key) {
  const std::uint32_t slot = calls_.Allocate();
  if (clients_.size() < calls_.size()) static_cast<void>(clients_.Allocate());
  Call& call = calls_[slot];
  call = {};
  call.key = key;
  call.edge = caller.edge;
  call.client_host = host_;
  ClientCall& client = clients_[slot];
  const std::uint32_t generation = client.generation;
  client = {};
  client.generation = generation + 1;
  client.begun = turn.now();
  client.live = true;
  client.opens = RouteCall(context_, caller, key, call);
  const std::uint32_t local = caller.pod == kNone ? kNone : context_.local_pod(caller.pod);
  client.opens = churn_.Begin(turn.now(), local, client.opens, call);
  client.established = IsUdp(call);
  client.measured = turn.now() >= measured_from_;
  if (client.measured) {
    ++stats_[call.edge].offered;
    if (client.opens) ++stats_[call.edge].connections;
  }

  if (context_.is_stream(call.edge)) return slot;  // TCP does not give up
  const std::uint32_t queue = context_.deadline_queue(call.edge);
  const SimTime deadline = turn.now() + model_.edges[call.edge].timeout;
  if (!deadlines_[queue].armed) turn.Schedule(deadline, kDeadline, queue);
  deadlines_[queue].armed = true;
  deadlines_[queue].ring.Push({deadline, slot, client.generation});
  return slot;
}

// The socket of a UDP stream holds as much as its reader has not taken.
bool HostProcess::ReceiveBufferFull(const Call& call) const {
  const Bytes waiting = PlanOf(call, MessageKind::kRequest).payload *
                        static_cast<std::int64_t>(readers_[call.stream].unread.size());
  return waiting >= model_.defaults.udp_receive_buffer;
}

// Core time of sending the first message of a call that has just begun.
double HostProcess::SendDemand(std::uint32_t slot) {
  if (external()) return 0;
  const Call& call = calls_[slot];
  const FlowPlan& plan = context_.plan(call.plan);
  if (!clients_[slot].opens) {
    return DrawNs(plan[MessageKind::kRequest].send, call, MessageKind::kRequest, kSendDetail);
  }
  const MessageKind first = plan.udp ? MessageKind::kRequestFirst : MessageKind::kSyn;
  return plan.connect.mean() + DrawNs(plan[first].send, call, first, kSendDetail);
}

void HostProcess::Send(Turn& turn, std::uint32_t slot) {
  ClientCall& client = clients_[slot];
  if (!client.live) {  // the deadline passed while it waited for a core
    Release(slot);
    return;
  }
  MessageKind kind = MessageKind::kRequest;
  if (client.opens) kind = client.established ? MessageKind::kRequestFirst : MessageKind::kSyn;
  Launch(turn, {host_, slot}, kind);
  if (calls_[slot].stream != kNone) {
    StreamSender& sender = generators_[client.generator].sender;
    sender.writing = false;
    ++sender.in_flight;
    PumpStream(turn, client.generator);
  }
}

// The SYN-ACK is here: the first request follows on its heels.
void HostProcess::Established(Turn& turn, std::uint32_t slot) {
  Call& call = calls_[slot];
  ClientCall& client = clients_[slot];
  if (!client.live) {
    Release(slot);
    return;
  }
  if (call.outcome != kServed) {  // a reset
    EndCall(turn, slot, call.outcome, 0, Ending::kAborted);
    Release(slot);
    return;
  }
  client.established = true;
  call.attempts = 0;
  double network = 0;
  if (!external()) {
    const FlowPlan& plan = context_.plan(call.plan);
    network =
        DrawNs(plan[MessageKind::kSynAck].receive, call, MessageKind::kSynAck, kReceiveDetail) +
        DrawNs(plan[MessageKind::kRequestFirst].send, call, MessageKind::kRequestFirst,
               kSendDetail);
    task_network_ += Nanoseconds(network).Round();
  }
  Submit(turn, TaskKind::kSend, slot, network);
}

// The answer is here: whoever waits for it reads it.
void HostProcess::Answered(Turn& turn, std::uint32_t slot) {
  Call& call = calls_[slot];
  ClientCall& client = clients_[slot];
  if (churn_.CutOff(call, client.begun, turn.now())) {
    call.outcome = FailedBy(FailureReason::kRefused);
  }
  if (!client.live) {
    Release(slot);
    return;
  }
  double read = 0;
  if (!external()) {
    read = DrawNs(PlanOf(call, MessageKind::kReply).receive, call, MessageKind::kReply,
                  kReceiveDetail);
  }
  if (client.job == kNone) {
    task_network_ += Nanoseconds(read).Round();
    Submit(turn, TaskKind::kRead, slot, read);
    return;
  }
  EndCall(turn, slot, call.outcome, read, Ending::kAnswered);
}

// The call has its outcome; its job, if it still waits, goes on.  An answered call's record is at
// home and goes with its connection; an aborted one's is the caller's to release.
void HostProcess::EndCall(Turn& turn, std::uint32_t slot, Outcome outcome, double read_ns,
                          Ending ending) {
  clients_[slot].live = false;
  Record(turn.now(), slot, outcome);
  const ClientCall client = clients_[slot];
  const std::int64_t app_ns = calls_[slot].app_ns;
  if (ending == Ending::kAnswered) Finish(turn, slot);
  if (client.job == kNone) {
    if (model_.sources[generators_[client.generator].source].kind == SourceKind::kClosedLoop) {
      turn.Schedule(turn.now(), kArrival, client.generator);
    }
    return;
  }
  Job& job = jobs_[client.job];
  if (job.generation != client.job_generation) return;  // it has answered without waiting
  --job.outstanding;
  if (outcome != kServed) job.failed = true;
  if (job.outstanding == 0) job.app_ns += app_ns;
  if (!job.on_core) {
    if (const std::optional<Planned> next = PlanNext(turn, client.job)) {
      RunStretch(turn, client.job, *next, read_ns);
      return;
    }
  }
  if (read_ns > 0) {
    task_network_ += Nanoseconds(read_ns).Round();
    Submit(turn, TaskKind::kBurn, 0, read_ns);
  }
}

void HostProcess::Record(SimTime now, std::uint32_t slot, Outcome outcome) {
  const ClientCall& client = clients_[slot];
  if (!client.measured) return;
  const Call& call = calls_[slot];
  EdgeStats& stats = stats_[call.edge];
  if (outcome != kServed) {
    ++stats.failed[outcome - 1U];
    return;
  }
  ++stats.completed;
  const std::int64_t total = (now - client.begun).nanos();
  stats.latency_total.Record(total);
  if (client.job == kNone) {
    stats.latency_network.Record(std::max<std::int64_t>(total - call.app_ns, 0));
  }
}

// The call is over and its record at home.  Who opened a connection has one to close: this one, or
// the one that it replaced.
void HostProcess::Finish(Turn& turn, std::uint32_t slot) {
  if (!clients_[slot].opens) {
    Release(slot);
    return;
  }
  if (!external()) {
    resources_->conntrack().Close(turn.now(),
                                  context_.plan(calls_[slot].plan).conntrack_entries[0]);
  }
  if (IsUdp(calls_[slot])) {
    Release(slot);
    return;
  }
  calls_[slot].attempts = 0;
  LaunchFromSoftirq(turn, {host_, slot}, MessageKind::kControl);
}

void HostProcess::Release(std::uint32_t slot) { calls_.Free(slot); }

void HostProcess::Deadlines(Turn& turn, std::uint32_t queue_index) {
  DeadlineQueue& queue = deadlines_[queue_index].ring;
  while (!queue.empty()) {
    const DeadlineQueue::Entry entry = queue.front();
    const ClientCall& client = clients_[entry.index];
    const bool waits = client.live && client.generation == entry.generation;
    if (waits && entry.deadline > turn.now()) {
      turn.Schedule(entry.deadline, kDeadline, queue_index);
      return;
    }
    queue.Pop();
    if (!waits) continue;
    // The record comes back by itself, some day.
    EndCall(turn, entry.index,
            FailedBy(client.only_denied ? FailureReason::kDenied : FailureReason::kTimeout), 0,
            Ending::kAborted);
  }
  deadlines_[queue_index].armed = false;
}

void HostProcess::FailAtOnce(std::uint32_t edge, FailureReason reason) {
  if (measured_from_ == SimTime::Max()) return;
  ++stats_[edge].offered;
  ++stats_[edge].failed[static_cast<std::size_t>(reason)];
}

// ---- Bulk streams --------------------------------------------------------------------------

void HostProcess::PumpStream(Turn& turn, std::uint32_t index) {
  Generator& generator = generators_[index];
  StreamSender& sender = generator.sender;
  if (sender.writing || (!sender.unlimited && sender.in_flight + 1 > sender.window)) return;
  sender.writing = true;
  const std::uint32_t key = CallKey(generator.key, 0, generator.made++);
  const std::uint32_t slot =
      Begin(turn, {host_, generator.pod, generator.edge, generator.backend}, key);
  clients_[slot].generator = index;
  clients_[slot].opens = false;
  calls_[slot].stream = generator.stream;
  calls_[slot].flow_hash = CallKey(generator.key, 0, 0);  // one connection, one queue
  const double network = SendDemand(slot);
  task_network_ += Nanoseconds(network).Round();
  Submit(turn, TaskKind::kSend, slot, network);
}

void HostProcess::ReadStream(Turn& turn, std::uint32_t stream) {
  StreamReader& reader = readers_[stream];
  if (reader.reading || reader.unread.empty()) return;
  reader.reading = true;
  const Call& call = context_.call(reader.unread.front());
  const double read = DrawNs(PlanOf(call, MessageKind::kRequest).receive, call,
                             MessageKind::kRequest, kReceiveDetail);
  task_network_ += Nanoseconds(read).Round();
  Submit(turn, TaskKind::kStreamRead, stream, read);
}

void HostProcess::StreamReadDone(Turn& turn, std::uint32_t stream) {
  StreamReader& reader = readers_[stream];
  reader.reading = false;
  const CallHandle handle = reader.unread.front();
  reader.unread.pop_front();
  const Call& call = context_.call(handle);
  if (turn.now() >= measured_from_) {
    stats_[call.edge].delivered += PlanOf(call, MessageKind::kRequest).payload;
  }
  // What is read makes room in the window, and the acknowledgement says so.
  if (IsUdp(call)) {
    Tell(turn, call.client_host, kLost, handle, PackAux(MessageKind::kControlReply, 0));
  } else {
    LaunchFromSoftirq(turn, handle, MessageKind::kControlReply);
  }
  ReadStream(turn, stream);
}

// A chunk's record is home: acknowledged, or a datagram that was read or lost.
void HostProcess::EndStreamChunk(Turn& turn, std::uint32_t slot, bool arrived) {
  ClientCall& client = clients_[slot];
  --generators_[client.generator].sender.in_flight;
  client.live = false;
  Record(turn.now(), slot, arrived ? kServed : FailedBy(FailureReason::kTimeout));
  const std::uint32_t generator = client.generator;
  Release(slot);
  PumpStream(turn, generator);
}

void HostProcess::StreamAcknowledged(Turn& turn, std::uint32_t slot) {
  ClientCall& client = clients_[slot];
  StreamSender& sender = generators_[client.generator].sender;
  sender.round_trip = turn.now() - client.begun;
  // Slow start adds a chunk for each one acknowledged, congestion avoidance one a round trip.
  sender.window += sender.window < sender.threshold ? 1 : 1 / sender.window;
  const auto chunk =
      static_cast<double>(PlanOf(calls_[slot], MessageKind::kRequest).payload.count());
  const double most = static_cast<double>(model_.defaults.receive_window.count()) / chunk;
  sender.window = std::min(sender.window, std::max(most, 1.0));
  EndStreamChunk(turn, slot, true);
}

// Duplicate acknowledgements tell of a loss after a round trip, if anything else is on its way;
// otherwise only the timer does.
void HostProcess::StreamLost(Turn& turn, std::uint32_t slot) {
  Call& call = calls_[slot];
  StreamSender& sender = generators_[clients_[slot].generator].sender;
  SimTime again = call.sent + model_.defaults.data_timeout *
                                  (std::int64_t{1} << std::min<int>(call.attempts, 10));
  if (sender.in_flight > 1) {
    sender.window = std::max(sender.window / 2, 1.0);
    again = call.sent + sender.round_trip;
  } else {
    sender.window = 1;
  }
  sender.threshold = sender.window;
  turn.Schedule(std::max(again, turn.now()), kRetransmit, CallHandle{host_, slot}.Pack(),
                PackAux(MessageKind::kRequest, 0));
}

// ---- Sources -------------------------------------------------------------------------------

void HostProcess::AddGenerators() {
  std::uint32_t streams = 0;
  for (std::uint32_t index = 0; index < model_.sources.size(); ++index) {
    const SourceModel& source = model_.sources[index];
    const auto clients =
        source.clients.empty() ? 1U : static_cast<std::uint32_t>(source.clients.size());
    const bool closed =
        source.kind == SourceKind::kClosedLoop || source.kind == SourceKind::kStream;
    const std::uint32_t count = closed ? source.connections : clients;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t stream = source.kind == SourceKind::kStream ? streams++ : kNone;
      const std::uint32_t pod = source.clients.empty() ? kNone : source.clients[i % clients];
      const std::uint32_t at = pod == kNone ? context_.external_host() : model_.pods[pod].node;
      if (at != host_) continue;
      const std::uint32_t key = CallKey(index, i, kNone);
      Generator generator{.source = index,
                          .edge = source.edge,
                          .pod = pod,
                          .backend = kNone,
                          .stream = stream,
                          .sender = {},
                          .key = key,
                          .arrivals = context_.Stream(key, Purpose::kArrival),
                          .bursts = context_.Stream(key, Purpose::kBurst)};
      if (closed && !source.servers.empty()) generator.backend = source.servers[i];
      if (!closed) {
        generator.mean_gap_ns = 1e9 * clients / source.rate;
        if (source.kind == SourceKind::kBursty) generator.mean_gap_ns *= source.burst;
      }
      generators_.push_back(generator);
    }
  }
  readers_.resize(streams);
}

std::vector<HostProcess::Start> HostProcess::Starts() {
  std::vector<Start> starts;
  for (std::uint32_t index = 0; index < generators_.size(); ++index) {
    Generator& generator = generators_[index];
    const SourceKind kind = model_.sources[generator.source].kind;
    // A random phase for each: several clients would else act in step.
    double at = 1000 * generator.arrivals.Uniform();
    if (kind == SourceKind::kConstant) at = generator.mean_gap_ns * generator.arrivals.Uniform();
    if (kind == SourceKind::kPoisson || kind == SourceKind::kBursty) {
      at = generator.arrivals.Exponential(generator.mean_gap_ns);
    }
    starts.push_back({Nanoseconds(at).Round(), kArrival, index});
  }
  return starts;
}

void HostProcess::Arrive(Turn& turn, std::uint32_t index) {
  Generator& generator = generators_[index];
  const SourceModel& source = model_.sources[generator.source];
  if (source.kind == SourceKind::kStream) {
    generator.sender.threshold = 1e9;  // slow start has no end but a loss, or the window
    generator.sender.unlimited = context_.is_udp(generator.edge);
    if (!model_.edges[generator.edge].backends.empty()) PumpStream(turn, index);
    return;
  }
  std::uint32_t requests = 1;
  if (source.kind != SourceKind::kClosedLoop) {
    double gap = generator.mean_gap_ns;
    if (source.kind != SourceKind::kConstant) gap = generator.arrivals.Exponential(gap);
    turn.Schedule(turn.now() + Nanoseconds(gap).Round(), kArrival, index);
    if (source.kind == SourceKind::kBursty) {
      // Geometric from 1 on, with the mean that the source asks for.
      while (generator.bursts.Uniform() * source.burst >= 1) ++requests;
    }
  }
  while (requests-- > 0) StartRoot(turn, index);
}

void HostProcess::StartRoot(Turn& turn, std::uint32_t index) {
  Generator& generator = generators_[index];
  const std::uint32_t key = CallKey(generator.key, 0, generator.made++);
  if (model_.edges[generator.edge].backends.empty()) {
    FailAtOnce(generator.edge, FailureReason::kRefused);
    CountDrop(DropReason::kNoEndpoint);
    return;
  }
  const std::uint32_t slot =
      Begin(turn, {host_, generator.pod, generator.edge, generator.backend}, key);
  clients_[slot].generator = index;
  const double network = SendDemand(slot);
  task_network_ += Nanoseconds(network).Round();
  Submit(turn, TaskKind::kSend, slot, network);
}

// ---- Results -------------------------------------------------------------------------------

void HostProcess::CountDrop(DropReason reason) {
  if (measured_from_ != SimTime::Max()) ++drops_[static_cast<std::size_t>(reason)];
}

void HostProcess::CountDenial(SimTime now, const Call& call) {
  if (now >= measured_from_ && call.attempts == 0) ++stats_[call.edge].denied;
}

void HostProcess::BeginMeasurement(SimTime now) {
  measured_from_ = now;
  task_network_ = SimTime();
  background_ = SimTime();
  if (resources_) resources_->BeginMeasurement(now);
  for (Pod& pod : pods_) {
    SetBusy(pod, now, pod.busy);
    pod.busy_integral_ns = 0;
    const SimTime first_drop = pod.waits.first_drop;
    pod.waits = {};
    pod.waits.first_drop = first_drop;
  }
}

void HostProcess::AddTo(std::uint32_t edge, FlowRecord& record) const {
  const EdgeStats& stats = stats_[edge];
  record.offered += stats.offered;
  record.completed += stats.completed;
  for (std::size_t i = 0; i < kFailureReasons; ++i) record.failed[i] += stats.failed[i];
  record.denied += stats.denied;
  record.in_flight += CountInFlight(edge);
  record.connections += stats.connections;
  record.retransmissions += stats.retransmissions;
  record.delivered += stats.delivered;
  record.latency_total.Merge(stats.latency_total);
  record.latency_network.Merge(stats.latency_network);
}

std::uint64_t HostProcess::CountInFlight(std::uint32_t edge) const {
  std::uint64_t count = 0;
  for (std::uint32_t slot = 0; slot < clients_.size(); ++slot) {
    const ClientCall& client = clients_[slot];
    if (client.live && client.measured && calls_[slot].edge == edge) ++count;
  }
  return count;
}

std::vector<HostProcess::PodUse> HostProcess::PodUses(SimTime now) const {
  std::vector<PodUse> uses;
  for (const Pod& pod : pods_) {
    if (pod.application == kNone) continue;
    const std::int64_t integral = pod.busy_integral_ns + (now - pod.busy_since).nanos() * pod.busy;
    const double span = static_cast<double>((now - measured_from_).nanos()) *
                        model_.applications[pod.application].workers;
    uses.push_back({pod.pod, span > 0 ? static_cast<double>(integral) / span : 0, pod.waits});
  }
  return uses;
}

}  // namespace cnisim::workload

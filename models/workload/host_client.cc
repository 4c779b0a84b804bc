#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "models/workload/host_process.h"
#include "models/workload/internal/host_events.h"
#include "sim/engine/turn.h"

// The calling side: a call from its first message to its outcome.

namespace cnisim::workload {
namespace {

using datapath::MessageKind;
using engine::Turn;
using namespace internal;

}  // namespace

// A call that is routed, but not sent yet.  One that joins uses a flow that another has opened.
std::uint32_t HostProcess::Begin(Turn& turn, const Caller& caller, std::uint32_t key, bool joins) {
  const std::uint32_t slot = AllocateCall();
  Call& call = CallAt(slot);
  call = {};
  call.key = key;
  call.edge = caller.edge;
  call.client_host = host_;
  ClientCall& client = ClientAt(slot);
  const std::uint32_t generation = client.generation;
  client = {};
  client.generation = generation + 1;
  client.begun = turn.now();
  client.live = true;
  client.opens = RouteCall(context_, caller, key, call);
  if (joins) client.opens = call.admission != Admission::kAllowed;
  const std::uint32_t local = caller.pod == kNone ? kNone : context_.local_pod(caller.pod);
  client.opens = churn_.Begin(turn.now(), local, client.opens, call);
  if (local != kNone) UseKeptConnection(turn.now(), slot, caller.pod);
  client.established = IsUdp(call);
  if (client.opens && !client.established && local != kNone) {
    client.port_pair = PortPairOf(call, caller.pod);
  }
  if (IsSourceEdge(call.edge)) requests_.Enter(turn.now());
  client.measured = turn.now() >= measured_from_;
  if (client.measured) {
    ++stats_[call.edge].offered;
    if (client.opens) ++stats_[call.edge].connections;
  }

  if (context_.is_stream(call.edge)) return slot;  // TCP does not give up
  const std::uint32_t queue = context_.deadline_queue(call.edge);
  const SimTime deadline = turn.now() + model_.edges[call.edge].timeout;
  ArmedDeadlines& deadlines = deadlines_[queue];
  if (!deadlines.armed) turn.Schedule(deadline, kDeadline, queue);
  deadlines.armed = true;
  if (deadlines.ring.full()) {  // those who wait no longer leave from the front
    while (!deadlines.ring.empty() && !Waits(deadlines.ring.front())) deadlines.ring.Pop();
  }
  deadlines.ring.Push({deadline, slot, client.generation});
  return slot;
}

bool HostProcess::Waits(const DeadlineQueue::Entry& entry) const {
  const ClientCall& client = ClientAt(entry.index);
  return client.live && client.generation == entry.generation;
}

// The socket of a UDP stream holds as much as its reader has not taken.
bool HostProcess::ReceiveBufferFull(const Call& call) const {
  const Bytes waiting = PlanOf(call, MessageKind::kRequest).payload *
                        static_cast<std::int64_t>(readers_[call.stream].unread.size());
  return waiting >= model_.defaults.udp_receive_buffer;
}

// Core time of sending the first message of a call that has just begun.
double HostProcess::SendDemand(Turn& turn, std::uint32_t slot) {
  const Call& call = CallAt(slot);
  const FlowPlan& plan = context_.plan(call.plan);
  ClientCall& client = ClientAt(slot);
  if (!client.opens) {
    return PlanToSend(turn, {host_, slot}, MessageKind::kRequest, false, client.transfer);
  }
  if (external()) return 0;
  const MessageKind first = plan.udp ? MessageKind::kRequestFirst : MessageKind::kSyn;
  return plan.connect.mean() + DrawNs(plan[first].send, call, first, kSendDetail);
}

void HostProcess::Send(Turn& turn, std::uint32_t slot) {
  ClientCall& client = ClientAt(slot);
  if (!client.live) {  // the deadline passed while it waited for a core
    DropTransfer(client.transfer);
    DropQueries(turn, slot);
    Release(turn, slot);
    return;
  }
  if (client.lookup != kNone) {
    SendQueries(turn, slot);
    return;
  }
  if (CallAt(slot).stream != kNone) {
    SendStreamTrain(turn, slot);
    return;
  }
  if (client.opens && client.port_pair != kNone && !client.established) {
    if (!source_ports_->Take(turn.now(), client.port_pair)) {
      // connect() fails; its caller finds out when it goes on.
      turn.Schedule(turn.now(), kNoSourcePort, slot);
      return;
    }
    client.has_port = true;
  }
  MessageKind kind = MessageKind::kRequest;
  if (client.opens) kind = client.established ? MessageKind::kRequestFirst : MessageKind::kSyn;
  LaunchData(turn, {host_, slot}, kind, std::exchange(client.transfer, kNone));
}

// Ports are a client address's to one destination: the Service's address where packets are
// translated on their way, the server's where the socket's call to connect() is.
std::uint32_t HostProcess::PortPairOf(const Call& call, std::uint32_t pod) {
  const EdgeModel& edge = model_.edges[call.edge];
  const std::uint32_t client = model_.pods[pod].host_network ? kNone : pod;
  const bool of_server = edge.external != kNone || edge.to_backend;
  return source_ports_->PairOf(client, call.edge, of_server ? call.server_pod : kNone);
}

// A connection to a server outside that the client keeps: the load balancer or the gateway on its
// way forgets it after a time without a packet.  A pool takes the connection that it used last, so
// that one's age is the time since the client's last call there.
void HostProcess::UseKeptConnection(SimTime now, std::uint32_t slot, std::uint32_t pod) {
  Call& call = CallAt(slot);
  ClientCall& client = ClientAt(slot);
  const EdgeModel& edge = model_.edges[call.edge];
  const OutboundModel& outbound = model_.outbound;
  if (edge.external == kNone || outbound.idle == SimTime() || !edge.reuse_connection) return;
  if (!model_.externals[edge.external].translated || call.admission != Admission::kAllowed) return;
  client.port_pair = PortPairOf(call, pod);
  const SimTime last = source_ports_->last_use(client.port_pair);
  source_ports_->SetLastUse(client.port_pair, now);
  if (client.opens || last == SourcePorts::kNever) return;
  if (last == SourcePorts::kGone) {
    client.opens = true;
  } else if (now - last > outbound.idle) {
    if (outbound.idle_reset) {
      client.opens = true;  // both ends have been told
    } else {
      call.stale = 1;
    }
  }
}

void HostProcess::LackSourcePort(Turn& turn, std::uint32_t slot) {
  if (ClientAt(slot).live) {
    EndCall(turn, slot, FailedBy(FailureReason::kNoSourcePort), 0, Ending::kAborted);
  }
  Release(turn, slot);
}

void HostProcess::ReleaseSourcePort(SimTime now, std::uint32_t slot, bool waits) {
  ClientCall& client = ClientAt(slot);
  if (!client.has_port) return;
  client.has_port = false;
  source_ports_->Release(now, client.port_pair, waits);
}

// The SYN-ACK is here: the first request follows on its heels.
void HostProcess::Established(Turn& turn, std::uint32_t slot) {
  Call& call = CallAt(slot);
  ClientCall& client = ClientAt(slot);
  if (!client.live) {
    Release(turn, slot);
    return;
  }
  if (call.outcome != kServed) {  // a reset
    EndCall(turn, slot, call.outcome, 0, Ending::kAborted);
    Release(turn, slot);
    return;
  }
  client.established = true;
  call.attempts = 0;
  double network =
      PlanToSend(turn, {host_, slot}, MessageKind::kRequestFirst, true, client.transfer);
  if (!external()) {
    network += DrawNs(PlanOf(call, MessageKind::kSynAck).receive, call, MessageKind::kSynAck,
                      kReceiveDetail);
    task_network_ += Nanoseconds(network).Round();
  }
  Submit(turn, TaskKind::kSend, slot, network);
}

// The answer is here: whoever waits for it reads it.
void HostProcess::Answered(Turn& turn, std::uint32_t slot) {
  Call& call = CallAt(slot);
  ClientCall& client = ClientAt(slot);
  if (client.port_pair != kNone) {
    source_ports_->SetLastUse(client.port_pair, call.stale != 0 ? SourcePorts::kGone : turn.now());
  }
  if (churn_.CutOff(call, client.begun, turn.now())) {
    call.outcome = FailedBy(FailureReason::kRefused);
  }
  if (!client.live) {
    Release(turn, slot);
    return;
  }
  double read = 0;
  if (!external()) {
    read = ReadNs(call, MessageKind::kReply);
  }
  if (client.job == kNone && !client.is_query) {
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
  ClientAt(slot).live = false;
  Record(turn.now(), slot, outcome);
  const ClientCall client = ClientAt(slot);
  // An aborted call's record may be in its server's hands.
  const std::int64_t app_ns = ending == Ending::kAnswered ? CallAt(slot).app_ns : 0;
  if (ending == Ending::kAnswered) Finish(turn, slot);
  if (client.is_query) {
    QueryEnded(turn, client, outcome, read_ns);
    return;
  }
  if (client.lookup != kNone) AbandonLookup(turn.now(), slot);
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
  const ClientCall& client = ClientAt(slot);
  const Call& call = CallAt(slot);
  EdgeStats& stats = stats_[call.edge];
  if (IsSourceEdge(call.edge)) requests_.Leave(client.begun, now);
  if (outcome == kServed && now >= measured_from_) ++stats.answered;
  if (!client.measured) return;
  if (outcome != kServed) {
    ++stats.failed[outcome - 1U];
    return;
  }
  ++stats.completed;
  const SimTime total = now - client.begun;
  if (client.job != kNone) {
    stats.latency.Record(total);
    return;
  }
  stats.latency.Record(total, std::max(total - SimTime::FromNanos(call.app_ns), SimTime()));
  if (series_step_ > SimTime()) {
    const auto step = static_cast<std::size_t>((now - measured_from_) / series_step_);
    if (stats.series.size() <= step) stats.series.resize(step + 1);
    ++stats.series[step].answered;
    stats.series[step].latency_ns += total.nanos();
  }
}

// The call is over and its record at home.  Who opened a connection has one to close: this one, or
// the one that it replaced.
void HostProcess::Finish(Turn& turn, std::uint32_t slot) {
  if (!ClientAt(slot).opens) {
    Release(turn, slot);
    return;
  }
  Call& call = CallAt(slot);
  if (call.ports != 0) outbound_->Release(turn.now(), call.server_pod, PortEnd::kFin, call);
  // Benchmarks (netperf's TCP_CRR) let the server close first, so that clients do not wait.
  ReleaseSourcePort(turn.now(), slot, /*waits=*/!model_.edges[call.edge].echo);
  ForgetConnection(turn, slot);
  if (IsUdp(call)) {
    Release(turn, slot);
    return;
  }
  call.attempts = 0;
  LaunchFromSoftirq(turn, {host_, slot}, MessageKind::kControl);
}

// The record is at home, and nobody needs it any more.
void HostProcess::Release(Turn& turn, std::uint32_t slot) {
  ForgetConnection(turn, slot);
  if (OutboundPorts::HasGatewayPort(CallAt(slot))) {  // the gateway learns of the end by a FIN
    LaunchFromSoftirq(turn, {host_, slot}, MessageKind::kControl);
    return;
  }
  calls_.Free(slot);
}

void HostProcess::Deadlines(Turn& turn, std::uint32_t queue_index) {
  DeadlineQueue& queue = deadlines_[queue_index].ring;
  while (!queue.empty()) {
    const DeadlineQueue::Entry entry = queue.front();
    const ClientCall& client = ClientAt(entry.index);
    const bool waits = Waits(entry);
    if (waits && entry.deadline > turn.now()) {
      turn.Schedule(entry.deadline, kDeadline, queue_index);
      return;
    }
    queue.Pop();
    if (!waits) continue;
    FailureReason reason = client.only_denied ? FailureReason::kDenied : FailureReason::kTimeout;
    const bool looks_up = client.lookup != kNone && !client.is_query;
    if (looks_up) reason = FailureReason::kLookup;
    // The record comes back by itself, some day, unless it is here yet.
    const bool at_home = looks_up && !lookups_[client.lookup].on_core;
    EndCall(turn, entry.index, FailedBy(reason), 0, Ending::kAborted);
    if (at_home) Release(turn, entry.index);
  }
  deadlines_[queue_index].armed = false;
}

void HostProcess::FailAtOnce(std::uint32_t edge, FailureReason reason) {
  if (measured_from_ == SimTime::Max()) return;
  ++stats_[edge].offered;
  ++stats_[edge].failed[static_cast<std::size_t>(reason)];
}

}  // namespace cnisim::workload

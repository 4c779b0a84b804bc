#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "models/workload/host_process.h"
#include "models/workload/internal/host_events.h"
#include "models/workload/random_purposes.h"
#include "sim/engine/turn.h"

// Messages: through the resources of a node, over the fabric, lost and sent again.

namespace cnisim::workload {
namespace {

using datapath::IsForward;
using datapath::MessageKind;
using datapath::Side;
using engine::Turn;
using namespace internal;

}  // namespace

std::uint32_t HostProcess::HostOf(const Call& call, MessageKind kind, Side side) const {
  if (side == Side::kVia) return call.via_host;
  return (side == Side::kSender) == IsForward(kind) ? call.client_host : call.server_host;
}

std::uint32_t HostProcess::CoreFor(const Passing& message) const {
  std::uint32_t hash = message.call.flow_hash;
  if (message.plan.one_receive_queue) {
    // The network card sees one tunnel between two nodes, whatever flows inside.
    hash = CallKey(HostOf(message.call, message.kind, Side::kSender),
                   HostOf(message.call, message.kind, Side::kReceiver), 0);
  }
  return resources_->cores().CoreOfFlow(hash);
}

SimTime HostProcess::Draw(const Demand& demand, const Call& call, MessageKind kind,
                          std::uint32_t detail) const {
  if (!demand.varies()) return demand.constant();
  RandomStream stream = context_.Stream(
      DrawKey(call), Purpose::kHost,
      static_cast<std::uint32_t>(kind) | detail << 3 | std::uint32_t{call.attempts} << 9);
  return demand.Draw(stream);
}

double HostProcess::DrawNs(const Demand& demand, const Call& call, MessageKind kind,
                           std::uint32_t detail) const {
  if (!demand.varies()) return demand.mean();
  return static_cast<double>(Draw(demand, call, kind, detail).nanos());
}

// Work of the task that reads a message with data, or the train that completed it.
double HostProcess::ReadNs(const Call& call, MessageKind kind) const {
  const MessagePlan& plan = context_.plan(call.plan)[kind];
  if (call.last_train.whole()) return DrawNs(plan.receive, call, kind, kReceiveDetail);
  // Only the first train of a first request is a first request to those that carry it.
  const bool first = call.last_train.Has(TrainShape::kFirst);
  const MessageKind as = kind == MessageKind::kReply || first ? kind : MessageKind::kRequest;
  const MessagePlan& last = (*context_.plan(call.plan)[as].trains)[call.last_train];
  return DrawNs(last.receive, call, kind, kReceiveDetail);
}

// The sender's task has done its part: the message goes its way.
void HostProcess::Launch(Turn& turn, CallHandle handle, MessageKind kind) {
  Depart(turn, Look(handle, kind));
}

void HostProcess::Depart(Turn& turn, const Passing& message) {
  message.call.sent = turn.now();
  if (!external()) {
    if (OpensFlow(message.call, message.kind)) {
      if (message.call.admission == Admission::kDroppedAtClient) {
        Lose(turn, message.handle, message.kind, DropReason::kPolicy);
        return;
      }
      if (!Track(turn, message.handle, message.kind, Side::kSender)) return;
    }
    ChargeBackground(turn, message, Side::kSender);
  }
  Advance(turn, message, 0);
}

// As Launch(), for what the kernel sends by itself, in the context of the flow's core.
void HostProcess::LaunchFromSoftirq(Turn& turn, CallHandle handle, MessageKind kind) {
  const Passing message = Look(handle, kind);
  const SimTime demand =
      external() ? SimTime() : Draw(message.plan.send, message.call, kind, kSendDetail);
  if (demand == SimTime()) {
    Depart(turn, message);
    return;
  }
  const Onward launch{turn.self(), SimTime(), kLaunch, PackAux(kind, 0), handle.Pack()};
  const Progress progress = resources_->Softirq(turn, CoreFor(message), demand, &launch);
  if (progress == Progress::kDropped) Lose(turn, handle, kind, DropReason::kSoftirqBacklog);
}

// Entries of a new connection in this node's table; false: there is no room, and the SYN is lost.
bool HostProcess::Track(Turn& turn, CallHandle handle, MessageKind kind, Side side) {
  Call& call = context_.call(handle);
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(side));
  if ((call.tracked & bit) != 0) return true;  // a repeated SYN
  const auto index = static_cast<std::size_t>(side);
  const FlowPlan& plan = context_.plan(call.plan);
  if (!resources_->OpenFlows(turn.now(), plan.nic_flows[index])) {
    Lose(turn, handle, kind, DropReason::kVmFlows);
    return false;
  }
  if (!resources_->TrackConnection(turn.now(), plan.conntrack_entries[index])) {
    resources_->flows().Remove(plan.nic_flows[index]);
    Lose(turn, handle, kind, DropReason::kConntrackFull);
    return false;
  }
  call.tracked = (call.tracked | bit) & 0xFU;
  return true;
}

// The connection is over, or it is UDP and lives for its time-out: its state on this node goes.
void HostProcess::Untrack(SimTime now, const Call& call, Side side) {
  const auto index = static_cast<std::size_t>(side);
  const FlowPlan& plan = context_.plan(call.plan);
  const Defaults& defaults = model_.defaults;
  const bool udp = plan.udp;
  resources_->conntrack().Close(now, plan.conntrack_entries[index],
                                udp ? defaults.conntrack_udp : defaults.conntrack_closed);
  resources_->flows().Close(now, plan.nic_flows[index],
                            udp ? defaults.flow_idle : defaults.flow_closed);
}

// A node between the two ends: it meets the first message of a connection and its FIN.
bool HostProcess::PassVia(Turn& turn, const Passing& message) {
  Call& call = message.call;
  constexpr unsigned kBit = 1U << static_cast<unsigned>(Side::kVia);
  const bool known = (call.tracked & kBit) != 0;
  if (OpensFlow(call, message.kind)) {
    if (!Track(turn, message.handle, message.kind, Side::kVia)) return false;
    if (IsUdp(call) && !known) Untrack(turn.now(), call, Side::kVia);
  } else if (message.kind == MessageKind::kControl && !call.is_train() && known) {
    Untrack(turn.now(), call, Side::kVia);
    call.tracked = call.tracked & ~kBit & 0xFU;
  }
  ChargeBackground(turn, message, Side::kVia);
  return true;
}

void HostProcess::Advance(Turn& turn, const Passing& message, std::uint32_t step) {
  const Step& at = message.plan.steps[step];
  switch (at.kind) {
    case StepKind::kSoftirq: {
      if (at.side == Side::kVia) {
        if (!PassVia(turn, message)) return;
      }
      const Onward onward = OnwardTo(turn, message, step + 1);
      const Progress progress = resources_->Softirq(
          turn, CoreFor(message), Draw(at.demand, message.call, message.kind, step), &onward);
      Proceed(turn, message, progress, onward, DropReason::kSoftirqBacklog);
      return;
    }
    case StepKind::kProxy: {
      const Onward onward = OnwardTo(turn, message, step + 1);
      const Progress progress =
          resources_->Proxy(turn, Draw(at.demand, message.call, message.kind, step), &onward);
      Proceed(turn, message, progress, onward, DropReason::kProxyQueue);
      return;
    }
    case StepKind::kThreads: {
      const double demand = DrawNs(at.demand, message.call, message.kind, step);
      const std::uint32_t index = passages_.Allocate();
      passages_[index] = {message.handle, message.kind, step + 1};
      task_network_ += Nanoseconds(demand).Round();
      Submit(turn, TaskKind::kThread, index, demand);
      return;
    }
    case StepKind::kDelay:
      Continue(turn, message, step);
      return;
    case StepKind::kPair: {
      const std::uint32_t peer = HostOf(message.call, message.kind, at.side);
      if (external() || peer == context_.external_host()) {
        Continue(turn, message, step + 1);
        return;
      }
      const Onward onward = OnwardTo(turn, message, step + 1);
      const Progress progress = resources_->Pair(turn, peer, at.demand.constant(), &onward);
      Proceed(turn, message, progress, onward, DropReason::kSoftirqBacklog);
      return;
    }
    case StepKind::kCross:
      Cross(turn, message, step);
      return;
    case StepKind::kDeliver:
      Deliver(turn, message);
      return;
  }
}

// Out through the NIC, and over the fabric to the next step's host.
void HostProcess::Cross(Turn& turn, const Passing& message, std::uint32_t step) {
  const auto& [handle, kind, call, plan] = message;
  const bool lost = !plan.too_large && context_.lossy() && LostInFabric(turn, handle, kind);
  if (plan.too_large || lost) {
    const Progress progress =
        external() ? Progress::kLater : resources_->Transmit(turn, plan.wire_bytes, nullptr);
    const DropReason reason = lost ? DropReason::kFabricLoss : DropReason::kPacketTooLarge;
    Lose(turn, handle, kind, progress == Progress::kDropped ? DropReason::kNicQueue : reason);
    return;
  }
  if (!external() && model_.edges[call.edge].external != kNone && OpensFlow(call, kind) &&
      !LetOut(turn, handle, kind)) {
    return;
  }
  const Side side = plan.steps[step].side;
  const std::uint32_t peer = HostOf(call, kind, side);
  RandomStream stream =
      context_.Stream(DrawKey(call), Purpose::kFabric,
                      static_cast<std::uint32_t>(kind) | static_cast<std::uint32_t>(side) << 3 |
                          std::uint32_t{call.attempts} << 9);
  const Onward onward{context_.NextHop(host_, peer), context_.way(call, host_, peer).Draw(stream),
                      kMessage, PackAux(kind, step + 1), handle.Pack()};
  if (external()) {
    turn.Send(onward.target, turn.now() + onward.after, onward.event, onward.payload, onward.aux);
  } else if (resources_->Transmit(turn, plan.wire_bytes, &onward) == Progress::kDropped) {
    Lose(turn, handle, kind, DropReason::kNicQueue);
  }
}

// On at `step` of the plan; waits on the way are added up first.
Onward HostProcess::OnwardTo(const Turn& turn, const Passing& message, std::uint32_t step) const {
  SimTime after;
  for (; message.plan.steps[step].kind == StepKind::kDelay; ++step) {
    after += Draw(message.plan.steps[step].demand, message.call, message.kind, step);
  }
  return {turn.self(), after, kMessage, PackAux(message.kind, step), message.handle.Pack()};
}

void HostProcess::Proceed(Turn& turn, const Passing& message, Progress progress,
                          const Onward& onward, DropReason reason) {
  if (progress == Progress::kDropped) Lose(turn, message.handle, message.kind, reason);
  if (progress == Progress::kAtOnce) Advance(turn, message, DetailOf(onward.aux));
}

void HostProcess::Continue(Turn& turn, const Passing& message, std::uint32_t step) {
  const Onward onward = OnwardTo(turn, message, step);
  if (onward.after == SimTime()) {
    Advance(turn, message, DetailOf(onward.aux));
  } else {
    turn.Schedule(turn.now() + onward.after, onward.event, onward.payload, onward.aux);
  }
}

void HostProcess::Deliver(Turn& turn, const Passing& message) {
  const auto& [handle, kind, call, plan] = message;
  if (!external()) {
    ChargeBackground(turn, message, Side::kReceiver);
  } else if (model_.edges[call.edge].external != kNone && !call.is_train()) {
    ServeOutside(turn, handle, kind);
    return;
  }
  switch (kind) {
    case MessageKind::kSyn:
      Listen(turn, handle);
      return;
    case MessageKind::kSynAck:
      Established(turn, handle.slot);
      return;
    case MessageKind::kRequestFirst:
      if (call.is_train()) {
        TrainArrived(turn, handle, kind);
        return;
      }
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
      } else if (call.is_train()) {
        TrainArrived(turn, handle, kind);
      } else {
        Serve(turn, handle, /*first_request=*/false);
      }
      return;
    case MessageKind::kReply:
      if (call.is_train()) {
        TrainArrived(turn, handle, kind);
      } else {
        call.last_train = {};  // of the request
        Answered(turn, handle.slot);
      }
      return;
    case MessageKind::kControl:
      if (call.is_train()) {
        TrainAcknowledged(turn, handle.slot);
        return;
      }
      // FIN
      Untrack(turn.now(), call, Side::kReceiver);
      LaunchFromSoftirq(turn, handle, MessageKind::kControlReply);
      return;
    case MessageKind::kControlReply:
      if (call.is_train()) {
        TrainAcknowledged(turn, handle.slot);
      } else {
        Release(turn, handle.slot);
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
  const bool at_home = kind != MessageKind::kReply || call.is_train();
  const std::uint32_t owner = at_home ? handle.host : call.server_host;
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
  Untrack(turn.now(), call, Side::kReceiver);
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
    turn.Send(context_.NextHop(host_, host), turn.now() + context_.fabric(host_, host).floor(),
              event, handle.Pack(), aux);
  }
}

void HostProcess::OnLost(Turn& turn, CallHandle handle, MessageKind kind, DropReason reason) {
  Call& call = context_.call(handle);
  if (IsUdp(call)) {
    LostDatagram(turn, handle, kind);
    return;
  }
  if (call.is_train()) {
    TrainLost(turn, handle.slot, kind);
    return;
  }
  if (kind == MessageKind::kControl || kind == MessageKind::kControlReply) {
    if (ClientAt(handle.slot).live) {  // the server gave up
      EndCall(turn, handle.slot, FailedBy(FailureReason::kTimeout), 0, Ending::kAborted);
    }
    Release(turn, handle.slot);
    return;
  }
  if (kind == MessageKind::kSynAck) kind = MessageKind::kSyn;  // the client repeats its SYN
  const bool handshake = kind == MessageKind::kSyn;
  if (kind != MessageKind::kReply) {
    ClientCall& client = ClientAt(handle.slot);
    if (!client.live) {
      Release(turn, handle.slot);
      return;
    }
    client.only_denied =
        reason == DropReason::kPolicy && (call.attempts == 0 || client.only_denied);
  }
  const Defaults& defaults = model_.defaults;
  const SimTime timeout = std::min((handshake ? defaults.syn_timeout : defaults.data_timeout) *
                                       (std::int64_t{1} << std::min<int>(call.attempts, 30)),
                                   defaults.longest_timeout);
  turn.Schedule(std::max(call.sent + timeout, turn.now()), kRetransmit, handle.Pack(),
                PackAux(kind, 0));
}

// Nobody repeats a datagram: the client waits until its patience ends, a stream goes on.
void HostProcess::LostDatagram(Turn& turn, CallHandle handle, MessageKind kind) {
  const Call& call = context_.call(handle);
  if (call.stream != kNone) {
    EndStreamTrain(turn, handle.slot, kind == MessageKind::kControlReply);
    return;
  }
  if (kind == MessageKind::kReply && call.client_host != host_) {
    Tell(turn, call.client_host, kLost, handle, PackAux(kind, 0));
    return;
  }
  const ClientCall& client = ClientAt(handle.slot);
  const SimTime patience = client.begun + model_.edges[call.edge].timeout;
  turn.Schedule(std::max(patience, turn.now()) + SimTime::FromNanos(1), kRetransmit, handle.Pack(),
                PackAux(MessageKind::kRequest, 0));
}

void HostProcess::Retransmit(Turn& turn, CallHandle handle, MessageKind kind) {
  Call& call = context_.call(handle);
  if (kind != MessageKind::kReply && !ClientAt(handle.slot).live) {
    Release(turn, handle.slot);
    return;
  }
  const Defaults& defaults = model_.defaults;
  const std::uint32_t retries =
      kind == MessageKind::kSyn ? defaults.syn_retries : defaults.data_retries;
  if (call.attempts >= retries) {
    GiveUp(turn, handle, kind);
    return;
  }
  ++call.attempts;
  if (turn.now() >= measured_from_) ++stats_[call.edge].retransmissions;
  LaunchFromSoftirq(turn, handle, kind);
}

// The timer of the last transmission has run out too.
void HostProcess::GiveUp(Turn& turn, CallHandle handle, MessageKind kind) {
  if (kind == MessageKind::kReply) {
    const std::uint32_t client_host = context_.call(handle).client_host;
    Tell(turn, client_host, kLost, handle, PackAux(MessageKind::kControlReply, 0));
    return;
  }
  const bool denied = ClientAt(handle.slot).only_denied;
  EndCall(turn, handle.slot, FailedBy(denied ? FailureReason::kDenied : FailureReason::kTimeout), 0,
          Ending::kAborted);
  Release(turn, handle.slot);
}

void HostProcess::ChargeBackground(Turn& turn, const Passing& message, Side side) {
  const SimTime work = message.plan.background[static_cast<std::size_t>(side)];
  if (work == SimTime()) return;
  background_ += work;
  Submit(turn, TaskKind::kBurn, 0, static_cast<double>(work.nanos()));
}

}  // namespace cnisim::workload

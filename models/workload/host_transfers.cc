#include <algorithm>
#include <cstdint>
#include <optional>

#include "models/workload/host_process.h"
#include "models/workload/internal/host_events.h"
#include "models/workload/random_purposes.h"
#include "sim/base/check.h"
#include "sim/engine/turn.h"

// Messages that TCP cuts into trains: windows, acknowledgements, losses, and the receiver's count.

namespace cnisim::workload {
namespace {

using datapath::IsForward;
using datapath::MessageKind;
using datapath::Side;
using engine::Turn;
using namespace internal;

MessageKind LaterKind(MessageKind kind) {
  return kind == MessageKind::kRequestFirst ? MessageKind::kRequest : kind;
}
MessageKind AckOf(MessageKind kind) {
  return IsForward(kind) ? MessageKind::kControlReply : MessageKind::kControl;
}

bool HasData(MessageKind kind) {
  return kind == MessageKind::kReply || kind == MessageKind::kRequest ||
         kind == MessageKind::kRequestFirst;
}

// Payload of a delayed acknowledgement's timer.
std::uint64_t TimerOf(std::uint64_t end, std::uint32_t generation) {
  return end | std::uint64_t{generation & 0x7FFFFFFFU} << 32;
}

}  // namespace

TcpRules HostProcess::RulesOf(const MessagePlan& plan) const {
  const Defaults& defaults = model_.defaults;
  const std::int64_t mss = plan.trains->first[0].payload.count();
  const std::int64_t window = std::max<std::int64_t>(defaults.receive_window.count() / mss, 1);
  return {defaults.initial_window, static_cast<std::uint32_t>(window), defaults.data_timeout,
          defaults.longest_timeout};
}

std::uint32_t HostProcess::AllocateCall() {
  const std::uint32_t slot = calls_.Allocate();
  return slot;
}

// ---- The sending end ------------------------------------------------------------------------

// Work of the sender's task for a message with data.  If its connection's window does not let it go
// in one piece, `transfer` is what sends it.
double HostProcess::PlanToSend(Turn& turn, CallHandle handle, MessageKind kind, bool opens,
                               std::uint32_t& transfer) {
  transfer = kNone;
  const Call& call = context_.call(handle);
  const MessagePlan& plan = context_.plan(call.plan)[kind];
  if (!plan.trains) return external() ? 0 : DrawNs(plan.send, call, kind, kSendDetail);
  const EdgeModel& edge = model_.edges[call.edge];
  const bool keeps = edge.reuse_connection;
  // A benchmark's connections have no ports of their own.
  const std::uint64_t peer =
      std::uint64_t{edge.echo ? CallKey(call.client_host, call.server_pod, kNone) : call.flow_hash}
          << 32 |
      call.edge;
  const TcpRules rules = RulesOf(plan);
  const TcpWindow window =
      opens || !keeps ? TcpWindow(rules) : windows_.Take(peer, turn.now(), rules);
  const TrainPlans& trains = *plan.trains;
  if (!context_.lossy() && trains.segments <= std::min(window.segments(), trains.longest)) {
    windows_.Keep(peer, window);
    return external() ? 0 : DrawNs(plan.send, call, kind, kSendDetail);
  }
  transfer = transfers_.Allocate();
  Transfer& made = transfers_[transfer];
  made.sender.Begin(window, trains.longest);
  made.prototype = call;
  made.prototype.message = handle.Pack();
  made.prototype.transfer = transfer;
  made.prototype.attempts = 0;
  made.prototype.tracked = 0;  // the message's own record stands for its connection
  made.prototype.ports = 0;
  made.peer = peer;
  made.waiting = trains.segments;
  made.first = made.sender.Room(turn.now(), made.waiting);
  made.generator = kNone;
  made.kind = kind;
  made.keeps = keeps;
  made.armed = false;
  return external() ? 0 : DrawNs(trains.first[made.first - 1].send, call, kind, kSendDetail);
}

// The task has done its part of a message that PlanToSend() has seen.
void HostProcess::LaunchData(Turn& turn, CallHandle handle, MessageKind kind,
                             std::uint32_t transfer) {
  if (transfer == kNone) {
    Launch(turn, handle, kind);
    return;
  }
  // What the application made of it since.
  Transfer& made = transfers_[transfer];
  const Call& call = context_.call(handle);
  made.prototype.app_ns = call.app_ns;
  made.prototype.outcome = call.outcome;
  SendTrain(turn, transfer, made.first);
  Pump(turn, transfer);
}

// The message will not be sent: its client has lost patience.
void HostProcess::DropTransfer(std::uint32_t transfer) {
  if (transfer == kNone) return;
  if (transfers_[transfer].keeps) {
    windows_.Keep(transfers_[transfer].peer, transfers_[transfer].sender.window());
  }
  ++transfers_[transfer].generation;
  transfers_.Free(transfer);
}

void HostProcess::SendTrain(Turn& turn, std::uint32_t index, std::uint32_t segments) {
  Transfer& transfer = transfers_[index];
  const std::uint32_t slot = AllocateCall();
  ClientAt(slot).live = false;
  Call& train = CallAt(slot);
  train = transfer.prototype;
  const bool first = transfer.first != 0;
  std::uint32_t flags = transfer.kind == MessageKind::kRequestFirst ? TrainShape::kOpens : 0U;
  if (first) flags |= TrainShape::kFirst;
  if (segments == transfer.waiting) flags |= TrainShape::kTail;
  train.train = TrainShape(segments, flags);
  train.number = transfer.sender.Send(turn.now(), slot, segments);
  transfer.waiting -= segments;
  if (first) {
    transfer.first = 0;
    Launch(turn, {host_, slot}, transfer.kind);
  } else {
    LaunchFromSoftirq(turn, {host_, slot}, LaterKind(transfer.kind));
  }
}

// Sends what the window lets go: first what was lost, then what is new.
void HostProcess::Pump(Turn& turn, std::uint32_t index) {
  Transfer& transfer = transfers_[index];
  while (const auto repeat = transfer.sender.NextRepeat()) {
    std::uint32_t number = repeat->train;
    std::uint32_t slot = transfer.sender.record(number);
    if (repeat->segments < transfer.sender.segments(number)) {
      slot = SplitTrain(turn.now(), index, number, repeat->segments);
      number = CallAt(slot).number;
    }
    Call& train = CallAt(slot);
    ++train.attempts;
    if (turn.now() >= measured_from_) ++stats_[train.edge].retransmissions;
    transfer.sender.SendAgain(turn.now(), number);
    LaunchFromSoftirq(turn, {host_, slot}, LaterKind(transfer.kind));
  }
  if (transfer.generator != kNone) {
    PumpStream(turn, transfer.generator);
    return;
  }
  while (transfer.waiting > 0) {
    const std::uint32_t segments = transfer.sender.Room(turn.now(), transfer.waiting);
    if (segments == 0) break;
    SendTrain(turn, index, segments);
  }
  if (transfer.waiting == 0 && transfer.sender.idle()) DropTransfer(index);
}

// A record of its own for `segments` of a train.  @returns its slot
std::uint32_t HostProcess::SplitTrain(SimTime now, std::uint32_t index, std::uint32_t number,
                                      std::uint32_t segments) {
  TcpSender& sender = transfers_[index].sender;
  const std::uint32_t from = sender.record(number);
  const std::uint32_t slot = AllocateCall();
  // A stream counts its trains; those of a message have no client of their own.
  const std::uint32_t generation = ClientAt(slot).generation;
  ClientAt(slot) = ClientAt(from);
  ClientAt(slot).generation = generation;
  if (ClientAt(slot).live) {
    ClientAt(slot).begun = now;
    if (IsSourceEdge(CallAt(from).edge)) requests_.Enter(now);
    if (ClientAt(slot).measured) ++stats_[CallAt(from).edge].offered;
  }
  Call& whole = CallAt(from);
  Call& part = CallAt(slot);
  part = whole;
  part.covers = kNone;
  part.number = sender.Split(number, slot, segments);
  const std::uint32_t left = whole.train.segments() - segments;
  std::uint32_t flags = whole.train.flags() & TrainShape::kOpens;
  if (whole.stream != kNone) flags |= TrainShape::kFirst;
  // The first train leaves its tail behind, any other keeps it.
  if (whole.train.Has(TrainShape::kFirst) && whole.train.Has(TrainShape::kTail)) {
    part.train = TrainShape(segments, flags | TrainShape::kTail);
    whole.train = TrainShape(left, whole.train.flags() & ~std::uint32_t{TrainShape::kTail});
  } else {
    part.train = TrainShape(segments, flags);
    whole.train = TrainShape(left, whole.train.flags());
  }
  return slot;
}

// A train's record is home as an acknowledgement.
void HostProcess::TrainAcknowledged(Turn& turn, std::uint32_t slot) {
  const std::uint32_t index = CallAt(slot).transfer;
  const std::uint32_t earlier = CallAt(slot).covers;
  if (earlier != kNone) SettleTrain(turn, index, earlier);
  SettleTrain(turn, index, slot);
  Pump(turn, index);
}

void HostProcess::SettleTrain(Turn& turn, std::uint32_t index, std::uint32_t slot) {
  TcpSender& sender = transfers_[index].sender;
  sender.Acknowledge(turn.now(), CallAt(slot).number);
  ReleaseTrain(turn, slot);
  for (const std::uint32_t record : sender.made_up()) ReleaseTrain(turn, record);
}

void HostProcess::ReleaseTrain(Turn& turn, std::uint32_t slot) {
  if (CallAt(slot).stream != kNone) {
    EndStreamTrain(turn, slot, /*arrived=*/true);
  } else {
    calls_.Free(slot);
  }
}

// News that a train or its acknowledgement was dropped.
void HostProcess::TrainLost(Turn& turn, std::uint32_t slot, MessageKind kind) {
  const Call& train = CallAt(slot);
  TcpSender& sender = transfers_[train.transfer].sender;
  if (HasData(kind)) {
    sender.Lost(train.number);
  } else {
    if (train.covers != kNone) sender.AcknowledgementLost(CallAt(train.covers).number);
    sender.AcknowledgementLost(train.number);
  }
  ArmTransferTimer(turn, train.transfer);
}

void HostProcess::ArmTransferTimer(Turn& turn, std::uint32_t index) {
  Transfer& transfer = transfers_[index];
  const SimTime at = transfer.sender.timer();
  if (transfer.armed || at == SimTime::Max()) return;
  transfer.armed = true;
  turn.Schedule(std::max(at, turn.now()), kTransferTimer,
                std::uint64_t{transfer.generation} << 32 | index);
}

void HostProcess::TransferTimer(Turn& turn, std::uint64_t payload) {
  const auto index = static_cast<std::uint32_t>(payload);
  Transfer& transfer = transfers_[index];
  if (transfer.generation != static_cast<std::uint32_t>(payload >> 32)) return;
  transfer.armed = false;
  if (transfer.sender.timer() > turn.now()) {  // something was heard since
    ArmTransferTimer(turn, index);
    return;
  }
  transfer.sender.TimeOut(turn.now());
  for (const std::uint32_t record : transfer.sender.made_up()) ReleaseTrain(turn, record);
  Pump(turn, index);
}

// Packets of a message that the fabric loses.  A train that loses some goes on without them.
// @returns whether nothing is left to go on
bool HostProcess::LostInFabric(Turn& turn, CallHandle handle, MessageKind kind) {
  Call& call = context_.call(handle);
  if (HostOf(call, kind, Side::kSender) != host_) return false;  // drawn for the whole way
  const bool entry = call.via_host != kNone;
  const std::uint32_t receiver = HostOf(call, kind, Side::kReceiver);
  double arrives = 1;
  if (entry) {
    arrives = (1 - context_.fabric(host_, call.via_host).loss()) *
              (1 - context_.fabric(call.via_host, receiver).loss());
  } else {
    arrives = 1 - context_.fabric(host_, receiver).loss();
  }
  if (arrives >= 1) return false;
  const std::uint32_t packets = PlanOf(call, kind).packets;
  RandomStream stream =
      context_.Stream(DrawKey(call), Purpose::kLoss,
                      static_cast<std::uint32_t>(kind) | std::uint32_t{call.attempts} << 9);
  std::uint32_t lost = 0;
  std::uint32_t before = 0;  // the first lost one
  for (std::uint32_t packet = 0; packet < packets; ++packet) {
    if (stream.Uniform() < arrives) continue;
    if (lost++ == 0) before = packet;
  }
  if (lost == 0) return false;
  if (!call.is_train() || !HasData(kind) || lost >= call.train.segments()) return true;
  const std::uint32_t index = call.transfer;
  const std::uint32_t slot = SplitTrain(turn.now(), index, call.number, lost);
  CountDrop(DropReason::kFabricLoss);
  transfers_[index].sender.Lost(CallAt(slot).number, before);
  ArmTransferTimer(turn, index);
  return false;
}

// ---- The receiving end ----------------------------------------------------------------------

// A train of a message is here.
void HostProcess::TrainArrived(Turn& turn, CallHandle handle, MessageKind kind) {
  const Call train = context_.call(handle);  // the record itself goes home
  const CallHandle whole = CallHandle::Unpack(train.message);
  Call& call = MessageOf(train);
  const std::uint32_t index = ReceptionOf(call, train, kind);
  Reception& reception = receptions_[index];
  reception.segments += train.train.segments();
  const MessagePlan& plan = context_.plan(train.plan)[LaterKind(kind)];
  const bool complete = reception.segments == plan.trains->segments;
  Acknowledge(turn, reception.acknowledger, handle, kind, index, complete);
  if (!complete) {
    if (external()) return;
    const double read = DrawNs(PlanOf(train, kind).receive, train, kind, kReceiveDetail);
    task_network_ += Nanoseconds(read).Round();
    Submit(turn, TaskKind::kBurn, 0, read);
    return;
  }
  reception.live = false;
  receptions_.Free(index);
  call.reception = kNone;
  call.last_train = train.train;
  if (kind == MessageKind::kReply) {
    call.app_ns = train.app_ns;
    call.outcome = train.outcome;
    Answered(turn, whole.slot);
  } else if (external()) {
    ServeOutside(turn, whole, kind);
  } else {
    Serve(turn, whole, train.train.Has(TrainShape::kOpens));
  }
}

// The call that a train is part of.  A rank that never saw the call learns it from the train.
Call& HostProcess::MessageOf(const Call& train) {
  const CallHandle handle = CallHandle::Unpack(train.message);
  context_.calls.Reach(handle);
  Call& call = context_.call(handle);
  const bool known = call.key == train.key && call.edge == train.edge && call.plan == train.plan &&
                     call.client_host == train.client_host && call.server_pod == train.server_pod;
  if (known) return call;
  call = train;
  call.message = 0;
  call.transfer = kNone;
  call.number = 0;
  call.covers = kNone;
  call.reception = kNone;
  call.train = {};
  call.last_train = {};
  return call;
}

std::uint32_t HostProcess::ReceptionOf(Call& call, const Call& train, MessageKind kind) {
  if (call.reception < receptions_.size()) {
    const Reception& known = receptions_[call.reception];
    if (known.live && known.message == train.message && known.key == train.key &&
        known.forward == IsForward(kind)) {
      return call.reception;
    }
  }
  call.reception = receptions_.Allocate();
  Reception& reception = receptions_[call.reception];
  const std::uint32_t generation = reception.acknowledger.generation;
  reception = {};
  reception.message = train.message;
  reception.key = train.key;
  reception.forward = IsForward(kind);
  reception.live = true;
  reception.acknowledger.quick = model_.defaults.quick_acks;
  reception.acknowledger.generation = generation + 1;
  return call.reception;
}

// @param end   names the acknowledger to its timer
// @param last  nothing more comes: the answer or the next request acknowledges one segment
void HostProcess::Acknowledge(Turn& turn, Acknowledger& acknowledger, CallHandle handle,
                              MessageKind kind, std::uint64_t end, bool last) {
  Call& train = context_.call(handle);
  const std::uint32_t segments = train.train.segments();
  ++acknowledger.trains;
  acknowledger.expected = std::max(acknowledger.expected, train.number + 1);
  const bool in_turn = acknowledger.trains == acknowledger.expected;
  const bool quick = acknowledger.quick > 0;
  acknowledger.quick -= std::min(acknowledger.quick, segments);
  train.covers = kNone;
  if (acknowledger.held != Acknowledger::kNothing) {
    train.covers = CallHandle::Unpack(acknowledger.held).slot;
    acknowledger.held = Acknowledger::kNothing;
    ++acknowledger.generation;
  } else if (segments == 1 && in_turn && !quick) {
    if (last) {
      Tell(turn, handle.host, kAcknowledged, handle, PackAux(AckOf(kind), 0));
      return;
    }
    acknowledger.held = handle.Pack();
    turn.Schedule(turn.now() + model_.defaults.delayed_ack, kDelayedAck,
                  TimerOf(end, acknowledger.generation), PackAux(kind, 0));
    return;
  }
  LaunchFromSoftirq(turn, handle, AckOf(kind));
}

void HostProcess::DelayedAck(Turn& turn, std::uint64_t payload, MessageKind kind) {
  const auto index = static_cast<std::uint32_t>(payload);
  Acknowledger& acknowledger =
      (payload & kOfStream) != 0 ? readers_[index].acknowledger : receptions_[index].acknowledger;
  if (acknowledger.held == Acknowledger::kNothing ||
      TimerOf(payload & (kOfStream | 0xFFFFFFFFU), acknowledger.generation) != payload) {
    return;
  }
  const CallHandle handle = CallHandle::Unpack(acknowledger.held);
  acknowledger.held = Acknowledger::kNothing;
  ++acknowledger.generation;
  LaunchFromSoftirq(turn, handle, AckOf(kind));
}

}  // namespace cnisim::workload

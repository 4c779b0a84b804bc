#include <algorithm>
#include <cstdint>

#include "models/workload/host_process.h"
#include "models/workload/internal/host_events.h"
#include "models/workload/random_purposes.h"
#include "sim/engine/turn.h"

// Bulk streams: the sender's window and the reader at the other end.

namespace cnisim::workload {
namespace {

using datapath::MessageKind;
using engine::Turn;
using namespace internal;

}  // namespace

void HostProcess::PumpStream(Turn& turn, std::uint32_t index) {
  Generator& generator = generators_[index];
  StreamSender& sender = generator.sender;
  if (sender.writing) return;
  std::uint32_t segments = 0;
  if (sender.transfer != kNone) {
    segments = transfers_[sender.transfer].sender.Room(turn.now(), kNone);
    if (segments == 0) return;
  }
  sender.writing = true;
  const std::uint32_t key = CallKey(generator.key, 0, generator.made++);
  const std::uint32_t slot =
      Begin(turn, {host_, generator.pod, generator.edge, generator.backend}, key);
  ClientAt(slot).generator = index;
  ClientAt(slot).opens = false;
  Call& call = CallAt(slot);
  call.stream = generator.stream;
  call.flow_hash = CallKey(generator.key, 0, 0);  // one connection, one queue
  const MessagePlan& plan = context_.plan(call.plan)[MessageKind::kRequest];
  if (plan.trains) {
    if (sender.transfer == kNone) {
      OpenStream(index, plan);
      segments = transfers_[sender.transfer].sender.Room(turn.now(), kNone);
    }
    call.transfer = sender.transfer;
    call.train = TrainShape(segments, TrainShape::kFirst);
  }
  double network = 0;
  if (!external()) {
    network =
        DrawNs(PlanOf(call, MessageKind::kRequest).send, call, MessageKind::kRequest, kSendDetail);
  }
  task_network_ += Nanoseconds(network).Round();
  Submit(turn, TaskKind::kSend, slot, network);
}

void HostProcess::OpenStream(std::uint32_t index, const MessagePlan& plan) {
  Generator& generator = generators_[index];
  generator.sender.transfer = transfers_.Allocate();
  Transfer& transfer = transfers_[generator.sender.transfer];
  transfer.sender.Begin(TcpWindow(RulesOf(plan)), plan.trains->longest);
  transfer.generator = index;
}

// The process has written a train.
void HostProcess::SendStreamTrain(Turn& turn, std::uint32_t slot) {
  const std::uint32_t generator = ClientAt(slot).generator;
  Call& call = CallAt(slot);
  if (call.is_train()) {
    call.number = transfers_[call.transfer].sender.Send(turn.now(), slot, call.train.segments());
  }
  Launch(turn, {host_, slot}, MessageKind::kRequest);
  generators_[generator].sender.writing = false;
  PumpStream(turn, generator);
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
    Acknowledge(turn, reader.acknowledger, handle, MessageKind::kRequest, kOfStream | stream,
                /*last=*/false);
  }
  ReadStream(turn, stream);
}

// A train's record is home: acknowledged, or a datagram that was read or lost.
void HostProcess::EndStreamTrain(Turn& turn, std::uint32_t slot, bool arrived) {
  const std::uint32_t generator = ClientAt(slot).generator;
  ClientAt(slot).live = false;
  Record(turn.now(), slot, arrived ? kServed : FailedBy(FailureReason::kTimeout));
  Release(turn, slot);
  if (generators_[generator].sender.transfer == kNone) PumpStream(turn, generator);
}

}  // namespace cnisim::workload

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

}  // namespace cnisim::workload

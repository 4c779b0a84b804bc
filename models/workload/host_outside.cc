#include <cstdint>

#include "models/workload/host_process.h"
#include "models/workload/internal/host_events.h"
#include "models/workload/random_purposes.h"
#include "sim/engine/turn.h"

// Calls to servers outside of the cluster: their ports on the way out, and what answers there.

namespace cnisim::workload {
namespace {

using datapath::MessageKind;
using engine::Turn;
using namespace internal;

}  // namespace

// A new connection's first packet leaves the node; false: it is lost here.
bool HostProcess::LetOut(Turn& turn, CallHandle handle, MessageKind kind) {
  Call& call = context_.call(handle);
  const ExternalModel& server = model_.externals[model_.edges[call.edge].external];
  if (!server.translated) return true;
  if (model_.outbound.kind == OutboundKind::kNone) {
    Lose(turn, handle, kind, DropReason::kNoWayOut);
    return false;
  }
  if (outbound_->Take(turn.now(), call.server_pod, call)) return true;
  Lose(turn, handle, kind, DropReason::kSnatPorts);
  return false;
}

// A message at a server outside.  Its own machines are not part of the model: it answers after its
// time, whatever else it has to do.
void HostProcess::ServeOutside(Turn& turn, CallHandle handle, MessageKind kind) {
  Call& call = context_.call(handle);
  const std::uint32_t external = model_.edges[call.edge].external;
  switch (kind) {
    case MessageKind::kSyn:
      if (!outbound_->Take(turn.now(), call.server_pod, call)) {
        Lose(turn, handle, kind, DropReason::kSnatPorts);
        return;
      }
      if (call.admission == Admission::kRefused) {
        call.outcome =
            FailedBy(FailureReason::kRefused);  // a policy's reset in place of the SYN-ACK
        CountDenial(turn.now(), call);
      }
      LaunchFromSoftirq(turn, handle, MessageKind::kSynAck);
      return;
    case MessageKind::kControl:  // FIN
      outbound_->Release(turn.now(), call.server_pod, PortEnd::kFin, call);
      LaunchFromSoftirq(turn, handle, MessageKind::kControlReply);
      return;
    default:
      break;
  }
  if (call.stale != 0) {  // the gateway knows no such connection
    call.app_ns = 0;
    call.attempts = 0;
    call.outcome = FailedBy(FailureReason::kIdle);
    LaunchFromSoftirq(turn, handle, MessageKind::kReply);
    return;
  }
  if (turn.now() >= measured_from_) {
    stats_[call.edge].delivered += PlanOf(call, kind).payload;
  }
  SimTime work;
  const ExternalModel& server = model_.externals[external];
  if (server.service_time.value() > 0) {
    RandomStream stream = context_.Stream(call.key, Purpose::kServiceTime);
    work = Nanoseconds(server.exponential ? stream.Exponential(server.service_time.value())
                                          : context_.external_time(external)(stream))
               .Round();
  }
  call.attempts = 0;
  call.app_ns = work.nanos();
  turn.Schedule(turn.now() + work, kOutsideReply, handle.Pack(), PackAux(kind, 0));
}

// A server outside has done its work for a request of this kind.
void HostProcess::ReplyFromOutside(Turn& turn, CallHandle handle, MessageKind request) {
  std::uint32_t transfer = kNone;
  const bool opens = request == MessageKind::kRequestFirst;
  static_cast<void>(PlanToSend(turn, handle, MessageKind::kReply, opens, transfer));
  LaunchData(turn, handle, MessageKind::kReply, transfer);
}

// What a connection that ends without a FIN holds on its client's node.
void HostProcess::ForgetConnection(Turn& turn, std::uint32_t slot) {
  Call& call = CallAt(slot);
  ReleaseSourcePort(turn.now(), slot, /*waits=*/false);
  if (call.ports != 0) {
    const PortEnd end = ClientAt(slot).established ? PortEnd::kRst : PortEnd::kHalfOpen;
    outbound_->Release(turn.now(), call.server_pod, end, call);
  }
  if (external() || (call.tracked & 1U) == 0) return;
  Untrack(turn.now(), call, datapath::Side::kSender);
  call.tracked = call.tracked & 0xEU;
}

}  // namespace cnisim::workload

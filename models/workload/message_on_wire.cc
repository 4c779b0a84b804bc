#include "models/workload/message_on_wire.h"

#include "models/workload/call.h"
#include "models/workload/internal/host_events.h"

namespace cnisim::workload {

std::optional<MessageOnWire> OnWire(const TrafficContext& context, const engine::Event& event) {
  if (event.kind != internal::kMessage) return std::nullopt;
  const Call& call = context.call(CallHandle::Unpack(event.payload));
  const datapath::MessageKind kind = internal::KindOf(event.aux);
  const MessagePlan& plan = context.plan(call.plan)[kind];
  // The event names the step behind the crossing.
  const datapath::Side side = plan.steps[internal::DetailOf(event.aux) - 1].side;
  if (side == datapath::Side::kVia) return MessageOnWire{call.via_host, plan.wire_bytes};
  const bool to_client = (side == datapath::Side::kSender) == datapath::IsForward(kind);
  return MessageOnWire{to_client ? call.client_host : call.server_host, plan.wire_bytes};
}

}  // namespace cnisim::workload

#include "models/datapath/compiled_flow.h"

#include <algorithm>

#include "sim/base/check.h"

namespace cnisim::datapath {
namespace {

/// Linux's default limit of a GSO or GRO packet, headers included.
constexpr std::int64_t kGsoMaxSize = 65536;
/// IPv4 and TCP headers with timestamps of the aggregate itself.
constexpr std::int64_t kInnerHeaders = 52;

}  // namespace

std::string_view Name(Resource resource) {
  constexpr std::string_view kNames[kResources] = {"task",  "softirq", "nic",        "fabric",
                                                   "proxy", "latency", "background", "pair"};
  return kNames[static_cast<std::size_t>(resource)];
}

std::string_view Name(Side side) {
  constexpr std::string_view kNames[kSides] = {"sender", "via", "receiver"};
  return kNames[static_cast<std::size_t>(side)];
}

std::string_view Name(MessageKind kind) {
  constexpr std::string_view kNames[kMessageKinds] = {
      "syn", "syn_ack", "control", "control_reply", "request_first", "request", "reply"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool IsForward(MessageKind kind) {
  return kind != MessageKind::kSynAck && kind != MessageKind::kControlReply &&
         kind != MessageKind::kReply;
}

MessageShape Shape(const CompiledMessage& message, Bytes payload) {
  MessageShape shape;
  shape.payload_bytes = payload.count();
  if (payload.count() <= 0) return shape;
  const std::int64_t mss = message.mss.count();
  CNISIM_CHECK(mss > 0, "a compiled message has a maximum segment size");
  const std::int64_t aggregate =
      std::max<std::int64_t>(1, (kGsoMaxSize - kInnerHeaders) / mss) * mss;
  shape.packets = (payload.count() + mss - 1) / mss;
  shape.aggregates = (payload.count() + aggregate - 1) / aggregate;
  return shape;
}

Nanoseconds CompiledMessage::Demand(Bytes payload) const {
  const MessageShape shape = Shape(*this, payload);
  Nanoseconds sum;
  for (const Segment& segment : segments) {
    if (segment.resource != Resource::kBackground) sum += segment.Demand(shape);
  }
  return sum;
}

}  // namespace cnisim::datapath

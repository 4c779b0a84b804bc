#include "models/datapath/compiled_flow.h"

#include <algorithm>

#include "sim/base/check.h"

namespace cnisim::datapath {
namespace {

/// Linux's default limit of a GSO or GRO packet, headers included.
constexpr std::int64_t kGsoMaxSize = 65536;
/// IPv4 and TCP headers with timestamps of the aggregate itself.
constexpr std::int64_t kInnerHeaders = 52;
/// Ethernet and IPv4 headers: what each further piece of a packet carries again.
constexpr std::int64_t kIpHeader = 20;
constexpr std::int64_t kEthernetHeader = 14;

/// Pieces beyond the first of a packet with this payload: IPv4 cuts at multiples of 8 bytes.
std::int64_t MorePieces(const CompiledMessage& message, std::int64_t payload) {
  const std::int64_t whole = message.whole.count();
  const std::int64_t packet = payload + message.header_bytes.count() - kEthernetHeader;
  if (whole == 0 || message.lost_above_whole || packet <= whole) return 0;
  const std::int64_t room = (whole - kIpHeader) / 8 * 8;
  return (packet - kIpHeader + room - 1) / room - 1;
}

}  // namespace

std::string_view Name(Resource resource) {
  constexpr std::string_view kNames[kResources] = {
      "task", "softirq", "nic", "fabric", "proxy", "latency", "background", "pair", "threads"};
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
  if (message.whole > Bytes(0)) {
    const std::int64_t last = payload.count() - (shape.packets - 1) * mss;
    shape.fragments = (shape.packets - 1) * MorePieces(message, mss) + MorePieces(message, last);
  }
  return shape;
}

Bytes WireBytes(const CompiledMessage& message, const MessageShape& shape) {
  return Bytes(shape.payload_bytes) + message.header_bytes * shape.packets +
         Bytes((kIpHeader + kEthernetHeader) * shape.fragments);
}

bool IsLost(const CompiledMessage& message, Bytes payload) {
  if (!message.lost_above_whole) return false;
  const std::int64_t largest = std::min(payload.count(), message.mss.count());
  return largest + message.header_bytes.count() - kEthernetHeader > message.whole.count();
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

#include "analysis/explain/path_explanation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

namespace cnisim::explain {
namespace {

using datapath::MessageKind;
using datapath::Resource;
using datapath::Side;

std::string NodeOf(Side side, bool forward) {
  if (side == Side::kVia) return "entry";
  return (side == Side::kSender) == forward ? "client" : "server";
}

double Multiplicity(const datapath::StageCost& cost, const datapath::MessageShape& shape) {
  switch (cost.per) {
    case datapath::Per::kMessage:
      return 1;
    case datapath::Per::kAggregate:
      return static_cast<double>(shape.aggregates);
    case datapath::Per::kPacket:
      return static_cast<double>(shape.packets);
    case datapath::Per::kFragment:
      return static_cast<double>(shape.fragments);
  }
  return 1;
}

StageLine Line(const datapath::TracedStage& stage, const datapath::MessageShape& shape,
               bool forward) {
  const datapath::StageCost& cost = *stage.cost;
  StageLine line;
  line.cost = &cost;
  line.node = NodeOf(stage.side, forward);
  line.count = stage.count;
  line.times = stage.times * Multiplicity(cost, shape);
  line.unit_ns = stage.unit_ns;
  line.bytes = shape.payload_bytes;
  line.per_byte_ns = stage.per_byte.value();
  const auto bytes = static_cast<double>(line.bytes);
  const datapath::CostRange fixed = cost.RangeFor(stage.times);
  const double packets = Multiplicity(cost, shape);
  line.ns = {packets * fixed.low + bytes * cost.per_byte.low,
             line.times * line.unit_ns + bytes * line.per_byte_ns,
             packets * fixed.high + bytes * cost.per_byte.high};
  return line;
}

void Sum(MessageExplanation& message) {
  for (const StageLine& line : message.stages) {
    const Resource resource = line.cost->paid_by;
    if (resource == Resource::kLatency) {
      message.waiting += line.ns;
    } else {
      message.cpu += line.ns;
    }
    if (resource != Resource::kBackground) message.way += line.ns;
  }
}

MessageExplanation ExplainStages(std::string title, MessageKind kind,
                                 const std::vector<datapath::TracedStage>& stages,
                                 const datapath::CompiledMessage& compiled, Bytes payload) {
  MessageExplanation message;
  message.title = std::move(title);
  message.kind = kind;
  message.payload = payload;
  message.shape = datapath::Shape(compiled, payload);
  for (const datapath::TracedStage& stage : stages) {
    if (stage.cost->paid_by == Resource::kPair || stage.cost->paid_by == Resource::kFabric) {
      continue;
    }
    StageLine line = Line(stage, message.shape, datapath::IsForward(kind));
    if (line.ns.low != 0 || line.ns.typical != 0 || line.ns.high != 0) {
      message.stages.push_back(std::move(line));
    }
  }
  Sum(message);
  return message;
}

/// Position in PathQuestion::egress of the node at `side` of a message.
std::size_t RoleOf(Side side, bool forward) {
  if (side == Side::kVia) return 1;
  return (side == Side::kSender) == forward ? 0 : 2;
}

/// What happens to a message between nodes: out of a NIC, perhaps through the hand-over to an
/// encryption peer, over the fabric.
void AddWire(const PathQuestion& question, const datapath::CompiledMessage& compiled,
             Bytes more_headers, MessageExplanation& message) {
  message.wire_bytes = datapath::WireBytes(compiled, message.shape);
  if (OnOneNode(question.flow.path)) return;
  const bool forward = datapath::IsForward(message.kind);
  const bool forwarded =
      std::any_of(compiled.segments.begin(), compiled.segments.end(),
                  [](const datapath::Segment& segment) { return segment.side == Side::kVia; });
  const auto leave = [&](Side side, bool to_a_node) {
    const BitsPerSecond rate = question.egress[RoleOf(side, forward)];
    if (rate.value() == 0) return;
    if (to_a_node) {
      message.wire_ns += (compiled.pair_ceiling * message.wire_bytes).value();
      message.wire_ns +=
          compiled.pair_per_packet.value() * static_cast<double>(message.shape.packets);
    }
    message.wire_ns += (rate.PerByte() * (message.wire_bytes + more_headers)).value();
  };
  const bool outside = question.flow.path == datapath::PathKind::kExternalToPod ||
                       question.flow.path == datapath::PathKind::kExternalToPodViaNode ||
                       question.flow.path == datapath::PathKind::kPodToExternal;
  leave(Side::kSender, forwarded || !outside);
  if (forwarded) leave(Side::kVia, forward);
  // A reply that goes straight to the client (DSR) crosses the outer leg only.
  const std::size_t legs =
      forwarded ? question.legs.size() : std::min<std::size_t>(1, question.legs.size());
  for (std::size_t i = 0; i < legs; ++i) message.wire_ns += question.legs[i].mean.value();
  message.way += {message.wire_ns, message.wire_ns, message.wire_ns};
}

const MessageExplanation* Find(const PathExplanation& explanation, std::string_view title) {
  for (const MessageExplanation& message : explanation.messages) {
    if (message.title == title) return &message;
  }
  return nullptr;
}

constexpr std::string_view kConnect = "connect() and accept()";
constexpr std::string_view kSocket = "socket() and connect()";  // of UDP
constexpr std::string_view kSyn = "first packet (SYN), client to server";
constexpr std::string_view kSynAck = "answer to it (SYN-ACK), server to client";
constexpr std::string_view kAck = "the handshake's ACK, just before the first request";
constexpr std::string_view kFirstRequest = "first request of a connection";
constexpr std::string_view kRequest = "request on an open connection";
constexpr std::string_view kReply = "reply";

/// Adds what one message takes.
void AddTo(Span& cpu, Span& way, const MessageExplanation* message) {
  if (message == nullptr) return;
  cpu += message->cpu;
  way += message->way;
}

void Total(PathExplanation& explanation) {
  // The ACK travels with the first request, and whoever serves the request has served it before.
  for (const std::string_view title :
       {kConnect, kSocket, kSyn, kSynAck, kAck, kFirstRequest, kReply}) {
    AddTo(explanation.open_cpu, explanation.open_way, Find(explanation, title));
  }
  for (const std::string_view title : {kRequest, kReply}) {
    AddTo(explanation.exchange_cpu, explanation.exchange_way, Find(explanation, title));
  }
}

/// Stage name -> what it costs in these messages.
using ByStage = std::map<std::string, double>;

ByStage CostByStage(const PathExplanation& explanation,
                    std::initializer_list<std::string_view> of) {
  ByStage sums;
  for (const std::string_view title : of) {
    const MessageExplanation* message = Find(explanation, title);
    if (message == nullptr) continue;
    for (const StageLine& line : message->stages) sums[line.cost->id] += line.ns.typical;
  }
  return sums;
}

std::vector<StageDifference> Differences(const ByStage& first, const ByStage& second) {
  std::map<std::string, StageDifference> by_name;
  for (const auto& [stage, ns] : first) by_name[stage].first_ns = ns;
  for (const auto& [stage, ns] : second) by_name[stage].second_ns = ns;
  std::vector<StageDifference> differences;
  for (auto& [stage, difference] : by_name) {
    difference.stage = stage;
    differences.push_back(difference);
  }
  std::stable_sort(differences.begin(), differences.end(),
                   [](const StageDifference& a, const StageDifference& b) {
                     return std::abs(a.difference()) > std::abs(b.difference());
                   });
  return differences;
}

}  // namespace

Span Span::operator-(const Span& other) const {
  return {low - other.low, typical - other.typical, high - other.high};
}

Span& Span::operator+=(const Span& other) {
  low += other.low;
  typical += other.typical;
  high += other.high;
  return *this;
}

namespace {

PathExplanation ExplainWarm(const PathQuestion& question) {
  const datapath::TracedFlow traced =
      datapath::Trace(*question.profile, question.switches, question.flow, *question.costs);
  const datapath::CompiledFlow& compiled = traced.compiled;
  PathExplanation explanation;
  explanation.question = question;
  explanation.switches = datapath::Merge(question.profile->switches(), question.switches);
  explanation.mtu = datapath::MtuOf(*question.profile, question.switches, question.flow.device_mtu,
                                    question.flow.pod_mtu);
  explanation.sizes = datapath::SizesOf(*question.profile, explanation.switches, question.flow);
  const datapath::CompiledMessage& request = compiled[MessageKind::kRequest];
  explanation.mss = request.mss;
  explanation.header_bytes = request.header_bytes;
  if (request.pair_per_packet.value() > 0 || request.pair_ceiling.value() > 0) {
    // Of full packets.
    const Bytes full = request.mss + request.header_bytes;
    explanation.pair_ceiling =
        request.pair_ceiling +
        NanosecondsPerByte(request.pair_per_packet.value() / static_cast<double>(full.count()));
  }
  explanation.conntrack_entries = compiled.conntrack_entries;

  const auto stages = [&](MessageKind kind) -> const std::vector<datapath::TracedStage>& {
    return traced.messages[static_cast<std::size_t>(kind)].stages;
  };
  const auto add = [&](std::string_view title, MessageKind kind,
                       const std::vector<datapath::TracedStage>& list, Bytes payload) {
    explanation.messages.push_back(
        ExplainStages(std::string(title), kind, list, compiled[kind], payload));
  };
  if (question.flow.protocol == datapath::TransportProtocol::kTcp) {
    std::vector<datapath::TracedStage> calls = traced.connect;
    calls.insert(calls.end(), traced.accept.begin(), traced.accept.end());
    add(kConnect, MessageKind::kSyn, calls, Bytes(0));
    add(kSyn, MessageKind::kSyn, stages(MessageKind::kSyn), Bytes(0));
    add(kSynAck, MessageKind::kSynAck, stages(MessageKind::kSynAck), Bytes(0));
    add(kAck, MessageKind::kControl, stages(MessageKind::kControl), Bytes(0));
  } else if (!traced.connect.empty()) {
    add(kSocket, MessageKind::kRequestFirst, traced.connect, Bytes(0));
  }
  add(kFirstRequest, MessageKind::kRequestFirst, stages(MessageKind::kRequestFirst),
      question.request);
  add(kRequest, MessageKind::kRequest, stages(MessageKind::kRequest), question.request);
  add(kReply, MessageKind::kReply, stages(MessageKind::kReply), question.reply);
  for (MessageExplanation& message : explanation.messages) {
    if (message.title == kConnect || message.title == kSocket) continue;
    if (message.title == kAck) {
      // It leaves with the first request: its work comes on top, its waits are the request's.
      message.way = message.way - message.waiting;
      continue;
    }
    const bool first = message.title == kFirstRequest &&
                       question.flow.protocol == datapath::TransportProtocol::kTcp;
    const Bytes ack = first ? compiled[MessageKind::kControl].header_bytes : Bytes(0);
    AddWire(question, compiled[message.kind], ack, message);
  }
  Total(explanation);
  return explanation;
}

}  // namespace

PathExplanation Explain(const PathQuestion& question) {
  PathExplanation explanation = ExplainWarm(question);
  const datapath::CostFactor* factor = question.costs->FindFactor("cold_caches");
  if (factor == nullptr) return explanation;
  const datapath::CostModel costs = question.costs->WithWorkScaled(factor->in_use);
  PathQuestion cold = question;
  cold.costs = &costs;
  const PathExplanation other = ExplainWarm(cold);
  explanation.cold_caches =
      PathExplanation::Cold{*factor, other.open_way.typical, other.open_cpu.typical,
                            other.exchange_way.typical, other.exchange_cpu.typical};
  return explanation;
}

bool OfOpening(const MessageExplanation& message) { return message.title != kRequest; }

bool OfExchange(const MessageExplanation& message) {
  return message.title == kRequest || message.title == kReply;
}

PathComparison Compare(PathExplanation first, PathExplanation second) {
  PathComparison comparison;
  const auto opening = {kConnect, kSocket, kSyn, kSynAck, kAck, kFirstRequest, kReply};
  const auto exchange = {kRequest, kReply};
  comparison.open = Differences(CostByStage(first, opening), CostByStage(second, opening));
  comparison.exchange = Differences(CostByStage(first, exchange), CostByStage(second, exchange));
  comparison.first = std::move(first);
  comparison.second = std::move(second);
  return comparison;
}

}  // namespace cnisim::explain

#include "models/datapath/compiler.h"

#include <algorithm>
#include <cmath>

#include "models/datapath/flow_facts.h"
#include "models/net/encapsulation.h"
#include "sim/base/check.h"

namespace cnisim::datapath {
namespace {

bool Holds(const Condition& condition, const Switches& switches, const FlowClass& flow) {
  const std::string_view value = ConditionValue(switches, flow, condition.name);
  return std::find(condition.values.begin(), condition.values.end(), value) !=
         condition.values.end();
}

bool Applies(const PathStep& step, const Switches& switches, const FlowClass& flow) {
  return std::all_of(step.when.begin(), step.when.end(),
                     [&](const Condition& condition) { return Holds(condition, switches, flow); });
}

TracedStage MakeStage(const PathStep& step, Side side, const FlowClass& flow,
                      const CostModel& costs) {
  TracedStage stage;
  stage.cost = &costs.At(step.stage);
  stage.side = side;
  stage.count = step.count.value_or(stage.cost->count);
  stage.times = flow.counts[stage.count] * step.times;
  const double fixed = stage.cost->FixedFor(stage.times);
  stage.unit_ns = stage.times > 0 ? fixed / stage.times : stage.cost->fixed_ns;
  stage.fixed = Nanoseconds(fixed);
  stage.per_byte = NanosecondsPerByte(stage.cost->per_byte_ns);
  return stage;
}

/// Every stage that applies, by direction, whoever pays when.
std::vector<TracedStage> StagesOf(const DirectionSteps& direction, const Switches& switches,
                                  const FlowClass& flow, const CostModel& costs) {
  std::vector<TracedStage> stages;
  for (const Side side : {Side::kSender, Side::kVia, Side::kReceiver}) {
    for (const PathStep& step : direction.sides[static_cast<std::size_t>(side)]) {
      if (Applies(step, switches, flow)) stages.push_back(MakeStage(step, side, flow, costs));
    }
  }
  return stages;
}

void AddTo(Segment& segment, double& variance, const TracedStage& stage) {
  switch (stage.cost->per) {
    case Per::kMessage:
      segment.per_message += stage.fixed;
      break;
    case Per::kAggregate:
      segment.per_aggregate += stage.fixed;
      break;
    case Per::kPacket:
      segment.per_packet += stage.fixed;
      break;
    case Per::kFragment:
      segment.per_fragment += stage.fixed;
      break;
  }
  segment.per_byte = segment.per_byte + stage.per_byte;
  const double deviation = stage.cost->cv * stage.fixed.value();
  variance += deviation * deviation;
}

/// A saving may be larger than what it saves from, at the ends of the ranges; a demand may not be
/// negative.
void Finish(Segment& segment, double variance) {
  segment.per_message = std::max(segment.per_message, Nanoseconds(0));
  segment.per_aggregate = std::max(segment.per_aggregate, Nanoseconds(0));
  segment.per_packet = std::max(segment.per_packet, Nanoseconds(0));
  segment.per_fragment = std::max(segment.per_fragment, Nanoseconds(0));
  const double mean = (segment.per_message + segment.per_aggregate + segment.per_packet).value();
  segment.cv = mean > 0 ? std::sqrt(variance) / mean : 0;
}

/// Consecutive stages of one resource at one side become one segment.
std::vector<Segment> Fuse(const std::vector<TracedStage>& stages) {
  std::vector<Segment> segments;
  double variance = 0;
  for (const TracedStage& stage : stages) {
    const Resource resource = stage.cost->paid_by;
    if (resource == Resource::kPair || resource == Resource::kFabric) continue;
    if (segments.empty() || segments.back().side != stage.side ||
        segments.back().resource != resource) {
      if (!segments.empty()) Finish(segments.back(), variance);
      variance = 0;
      segments.push_back({});
      segments.back().side = stage.side;
      segments.back().resource = resource;
    }
    AddTo(segments.back(), variance, stage);
  }
  if (!segments.empty()) Finish(segments.back(), variance);
  return segments;
}

bool IsTunnelled(const PacketSizes& sizes) { return sizes.headers > Bytes(0); }

void SizePackets(const PacketSizes& sizes, const Switches& switches, const FlowClass& flow,
                 CompiledMessage& message) {
  const Bytes transport = net::kIpv4Header + (flow.protocol == TransportProtocol::kTcp
                                                  ? net::kTcpHeader + net::kTcpTimestamps
                                                  : net::kUdpHeader);
  message.mss = sizes.inner - transport;
  message.header_bytes = net::kEthernetHeader + transport + sizes.headers;
  if (sizes.fate == PacketFate::kCut || sizes.fate == PacketFate::kLost) {
    message.whole = sizes.whole;
    message.lost_above_whole = sizes.fate == PacketFate::kLost;
  }
  message.one_receive_queue =
      IsTunnelled(sizes) && (SwitchValue(switches, "encryption") == "ipsec" ||
                             (SwitchValue(switches, "encapsulation") != "none" &&
                              SwitchValue(switches, "rss_inner_hash") == "false"));
}

void CountUses(const std::vector<TracedStage>& stages, bool forward, CompiledFlow& compiled) {
  for (const TracedStage& stage : stages) {
    // A connection's state is counted on the sides of its request.
    Side side = stage.side;
    if (!forward && side != Side::kVia) {
      side = side == Side::kSender ? Side::kReceiver : Side::kSender;
    }
    const auto index = static_cast<std::size_t>(side);
    const auto add = [](std::uint8_t& to, std::uint8_t more) {
      to = static_cast<std::uint8_t>(to + more);
    };
    add(compiled.conntrack_entries[index], stage.cost->conntrack_entries);
    add(compiled.snat_ports[index], stage.cost->snat_ports);
    add(compiled.monitor_events[index], stage.cost->monitor_events);
  }
}

/// Stages paid once a connection outside packets.
std::vector<TracedStage> Only(const std::vector<TracedStage>& all, Paid paid) {
  std::vector<TracedStage> stages;
  std::copy_if(all.begin(), all.end(), std::back_inserter(stages),
               [&](const TracedStage& stage) { return stage.cost->paid == paid; });
  return stages;
}

Nanoseconds SumOf(const std::vector<TracedStage>& stages) {
  Nanoseconds sum;
  for (const TracedStage& stage : stages) sum += stage.fixed;
  return sum;
}

}  // namespace

TracedFlow Trace(const CniProfile& profile, const Switches& switches, const FlowClass& flow,
                 const CostModel& costs) {
  const PathDefinition* path = profile.Find(flow.path);
  CNISIM_CHECK(path != nullptr,
               "the profile has the path that is compiled: " + std::string(Name(flow.path)));
  const Switches all = Merge(profile.switches(), switches);
  const PacketSizes sizes = SizesOf(profile, all, flow);
  const PacketSizes reply_sizes = ReplySizesOf(profile, all, flow);
  FlowClass sized = flow;
  sized.cut_by = sizes.cut_by;
  FlowClass reply_sized = flow;
  reply_sized.cut_by = reply_sizes.cut_by;
  const std::vector<TracedStage> request = StagesOf(path->request, all, sized, costs);
  const std::vector<TracedStage> reply = StagesOf(path->reply, all, reply_sized, costs);

  TracedFlow traced;
  traced.compiled.protocol = flow.protocol;
  traced.connect = Only(request, Paid::kConnect);
  traced.accept = Only(request, Paid::kAccept);
  traced.compiled.connect = SumOf(traced.connect);
  traced.compiled.accept = SumOf(traced.accept);
  traced.compiled.tunnelled = IsTunnelled(sizes);
  bool counted_forward = false;
  bool counted_backward = false;
  for (std::size_t i = 0; i < kMessageKinds; ++i) {
    const auto kind = static_cast<MessageKind>(i);
    const bool forward = IsForward(kind);
    TracedMessage message;
    message.kind = kind;
    NanosecondsPerByte ceiling;
    Nanoseconds per_packet;
    for (const TracedStage& stage : forward ? request : reply) {
      if (!Pays(stage.cost->paid, kind, flow.protocol)) continue;
      if (stage.cost->paid_by == Resource::kPair) {
        ceiling = ceiling + stage.per_byte;
        per_packet += stage.fixed;
      }
      message.stages.push_back(stage);
    }
    CompiledMessage& compiled = traced.compiled.messages[i];
    compiled.segments = Fuse(message.stages);
    compiled.pair_ceiling = ceiling;
    compiled.pair_per_packet = per_packet;
    SizePackets(forward ? sizes : reply_sizes, all, flow, compiled);
    // What a connection holds is made by its first packet each way.
    const bool first = Pays(Paid::kFirst, kind, flow.protocol);
    if (first && !counted_forward) {
      CountUses(message.stages, true, traced.compiled);
      counted_forward = true;
    } else if (Pays(Paid::kFirstReply, kind, flow.protocol) && !counted_backward) {
      CountUses(message.stages, false, traced.compiled);
      counted_backward = true;
    }
    traced.messages.push_back(std::move(message));
  }
  return traced;
}

CompiledFlow Compile(const CniProfile& profile, const Switches& switches, const FlowClass& flow,
                     const CostModel& costs) {
  return Trace(profile, switches, flow, costs).compiled;
}

}  // namespace cnisim::datapath

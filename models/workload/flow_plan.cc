#include "models/workload/flow_plan.h"

#include <algorithm>
#include <cmath>

#include "sim/base/check.h"

namespace cnisim::workload {
namespace {

using datapath::CompiledMessage;
using datapath::MessageKind;
using datapath::Resource;
using datapath::Segment;
using datapath::Side;

// Collects the steps of one message in order; consecutive ones of a kind are one step.
class PlanBuilder {
 public:
  PlanBuilder(const CompiledMessage& message, bool one_node, Bytes payload)
      : one_node_(one_node),
        paired_(message.pair_ceiling.value() > 0 || message.pair_per_packet.value() > 0),
        shape_(datapath::Shape(message, payload)) {
    plan_.payload = payload;
    plan_.wire_bytes = datapath::WireBytes(message, shape_);
    plan_.packets = static_cast<std::uint32_t>(shape_.packets + shape_.fragments);
    plan_.too_large = !one_node && datapath::IsLost(message, payload);
    plan_.one_receive_queue = message.one_receive_queue;
    pair_demand_ = message.pair_ceiling * plan_.wire_bytes +
                   message.pair_per_packet * static_cast<double>(shape_.packets);
  }

  void Add(const Segment& segment) {
    if (segment.side != at_) MoveTo(segment.side);
    const Nanoseconds mean = segment.Demand(shape_);
    switch (segment.resource) {
      case Resource::kTaskCore:
        if (segment.side == Side::kSender) {
          send_.Add(mean, segment.cv);
        } else if (segment.side == Side::kReceiver) {
          receive_.Add(mean, segment.cv);
        } else {
          AddStep(StepKind::kSoftirq, mean, segment.cv);
        }
        break;
      case Resource::kSoftirqCore:
        // What the kernel does before anything else happens runs in the sender's own context, on
        // its core: the transmit path, and on one node also the receive path up to the wake-up.
        if (steps_.empty()) {
          send_.Add(mean, segment.cv);
          plan_.send_in_softirq += mean;
        } else {
          AddStep(StepKind::kSoftirq, mean, segment.cv);
        }
        break;
      case Resource::kProxy:
        AddStep(StepKind::kProxy, mean, segment.cv);
        break;
      case Resource::kThreads:
        AddStep(StepKind::kThreads, mean, segment.cv);
        break;
      case Resource::kNic:
      case Resource::kLatency:
        AddStep(StepKind::kDelay, mean, segment.cv);
        break;
      case Resource::kBackground:
        plan_.background[static_cast<std::size_t>(segment.side)] += mean.Round();
        break;
      case Resource::kFabric:
      case Resource::kPair:
        CNISIM_CHECK(false, "the compiler leaves the fabric to the builder");
    }
  }

  MessagePlan Finish() {
    if (at_ != Side::kReceiver) MoveTo(Side::kReceiver);
    steps_.push_back({StepKind::kDeliver, Side::kReceiver, {}});
    for (const PendingStep& step : steps_) {
      plan_.steps.push_back({step.kind, step.side, step.demand.Build()});
    }
    plan_.send = send_.Build();
    plan_.receive = receive_.Build();
    return std::move(plan_);
  }

 private:
  struct PendingStep {
    StepKind kind;
    Side side;
    DemandSum demand;
  };

  void MoveTo(Side side) {
    CNISIM_CHECK(side > at_, "a message does not go back");
    at_ = side;
    if (one_node_) return;
    if (paired_) {
      steps_.push_back({StepKind::kPair, side, {}});
      steps_.back().demand.Add(pair_demand_, 0);
    }
    steps_.push_back({StepKind::kCross, side, {}});
  }

  void AddStep(StepKind kind, Nanoseconds mean, double cv) {
    if (steps_.empty() || steps_.back().kind != kind || steps_.back().side != at_) {
      steps_.push_back({kind, at_, {}});
    }
    steps_.back().demand.Add(mean, cv);
  }

  bool one_node_;
  bool paired_;
  datapath::MessageShape shape_;
  Nanoseconds pair_demand_;
  MessagePlan plan_;
  DemandSum send_;
  DemandSum receive_;
  std::vector<PendingStep> steps_;
  Side at_ = Side::kSender;
};

MessagePlan PlanMessage(const CompiledMessage& message, bool one_node, Bytes payload) {
  PlanBuilder builder(message, one_node, payload);
  for (const Segment& segment : message.segments) builder.Add(segment);
  return builder.Finish();
}

Bytes LongestTrain(const CompiledMessage& message, Bytes longest) {
  Bytes train = message.mss * std::max<std::int64_t>(longest.count() / message.mss.count(), 1);
  while (train > message.mss && datapath::Shape(message, train).aggregates > 1) {
    train -= message.mss;
  }
  return train;
}

// A message without what is paid once, but with its waits.
CompiledMessage WithoutOnce(CompiledMessage message) {
  for (Segment& segment : message.segments) {
    if (segment.resource != Resource::kLatency) segment.per_message = {};
  }
  return message;
}

std::shared_ptr<const TrainPlans> PlanTrains(const CompiledMessage& message, bool one_node,
                                             Bytes payload, const TrainRules& rules,
                                             MessageKind kind, Bytes ack) {
  const std::int64_t mss = message.mss.count();
  const std::int64_t segments = (payload.count() + mss - 1) / mss;
  const bool stream = rules.stream && kind == MessageKind::kRequest;
  if (segments <= (stream ? 0 : rules.whole)) return nullptr;
  auto trains = std::make_shared<TrainPlans>();
  trains->segments = static_cast<std::uint32_t>(segments);
  trains->longest = static_cast<std::uint32_t>(LongestTrain(message, rules.longest).count() / mss);
  const CompiledMessage more = WithoutOnce(message);
  const Bytes missing = message.mss * segments - payload;
  trains->full_tail = missing == Bytes(0);
  const auto longest = std::min<std::int64_t>(trains->longest, segments);
  for (std::int64_t n = 1; n <= longest; ++n) {
    trains->first.push_back(PlanMessage(message, one_node, message.mss * n));
    trains->first.back().wire_bytes += ack;
    // Streams pay for each train; the rest of a first request goes as an ordinary one.
    if (stream || kind == MessageKind::kRequestFirst) continue;
    trains->middle.push_back(PlanMessage(more, one_node, message.mss * n));
    if (!trains->full_tail) {
      trains->tail.push_back(PlanMessage(more, one_node, message.mss * n - missing));
    }
  }
  return trains;
}

// The handshake's last ACK leaves together with the first request and is worked off just before
// it: `first` pays for both.
CompiledMessage WithAck(CompiledMessage first, const CompiledMessage& ack) {
  for (const Segment& extra : ack.segments) {
    if (extra.resource == Resource::kLatency) continue;  // they wait together
    for (Segment& segment : first.segments) {
      if (segment.side != extra.side || segment.resource != extra.resource) continue;
      segment.per_message += extra.Demand({});
      break;
    }
  }
  return first;
}

// What a message without payload costs the machine on `side`, whoever pays there.
SimTime WorkAt(const MessagePlan& plan, Side side) {
  double sum = side == Side::kSender ? plan.send.mean() : 0;
  for (const Step& step : plan.steps) {
    const bool works = step.kind == StepKind::kSoftirq || step.kind == StepKind::kProxy ||
                       step.kind == StepKind::kThreads;
    if (works && step.side == side) sum += step.demand.mean();
  }
  return Nanoseconds(sum).Round();
}

// A connection's first request and reply are acknowledged at once, by packets of their own, and so
// is the last FIN.  Nobody waits for them: their work is added to that of the client's FIN.
// What goes in trains is acknowledged by messages.
void AddPureAcks(FlowPlan& plan) {
  const std::int64_t forward = plan[MessageKind::kReply].trains ? 1 : 2;  // and the server's FIN
  const std::int64_t backward = plan[MessageKind::kRequestFirst].trains ? 0 : 1;
  MessagePlan& fin = plan.messages[static_cast<std::size_t>(MessageKind::kControl)];
  const MessagePlan& back = plan[MessageKind::kControlReply];
  const auto add = [&](Side side, Side seen_from_server) {
    const SimTime work = WorkAt(fin, side) * forward + WorkAt(back, seen_from_server) * backward;
    fin.background[static_cast<std::size_t>(side)] += work;
  };
  add(Side::kSender, Side::kReceiver);
  add(Side::kVia, Side::kVia);
  add(Side::kReceiver, Side::kSender);
}

// A node in the middle has the connection twice: as it comes from outside, and as it goes on.
std::array<NicFlows, datapath::kSides> FlowsOfNics(bool tunnelled) {
  std::array<NicFlows, datapath::kSides> flows;
  const NicFlows end = tunnelled ? NicFlows{0, 1} : NicFlows{1, 0};
  flows[static_cast<std::size_t>(Side::kSender)] = end;
  flows[static_cast<std::size_t>(Side::kVia)] = tunnelled ? NicFlows{1, 1} : NicFlows{2, 0};
  flows[static_cast<std::size_t>(Side::kReceiver)] = end;
  return flows;
}

}  // namespace

Demand::Demand(double mean_ns, double cv)
    : mean_(mean_ns),
      constant_(Nanoseconds(mean_ns).Round()),
      distribution_(mean_ns > 0 ? mean_ns : 1, cv),
      varies_(mean_ns > 0 && cv > 0) {}

void DemandSum::Add(Nanoseconds mean, double cv) {
  mean_ += mean.value();
  variance_ += mean.value() * cv * mean.value() * cv;
}

Demand DemandSum::Build() const {
  // A saving may be larger than what it is set against.
  return mean_ > 0 ? Demand(mean_, std::sqrt(variance_) / mean_) : Demand();
}

const MessagePlan& TrainPlans::operator[](TrainShape shape) const {
  const std::size_t index = shape.segments() - 1;
  if (shape.Has(TrainShape::kFirst)) return first[index];
  return shape.Has(TrainShape::kTail) && !full_tail ? tail[index] : middle[index];
}

Nanoseconds MessagePlan::Mean() const {
  double sum = send.mean() + receive.mean();
  for (const Step& step : steps) sum += step.demand.mean();
  return Nanoseconds(sum);
}

FlowPlan PlanFlow(const datapath::CompiledFlow& flow, bool one_node, Bytes request, Bytes response,
                  const TrainRules& rules) {
  FlowPlan plan;
  plan.udp = flow.protocol == datapath::TransportProtocol::kUdp;
  for (std::size_t i = 0; i < datapath::kMessageKinds; ++i) {
    const auto kind = static_cast<MessageKind>(i);
    CompiledMessage message = flow.messages[i];
    Bytes payload;
    Bytes ack;
    if (kind == MessageKind::kRequestFirst) {
      payload = request;
      if (!plan.udp) {
        message = WithAck(std::move(message), flow[MessageKind::kControl]);
        ack = flow[MessageKind::kControl].header_bytes;
      }
    } else if (kind == MessageKind::kRequest) {
      payload = request;
    } else if (kind == MessageKind::kReply) {
      payload = response;
    }
    plan.messages[i] = PlanMessage(message, one_node, payload);
    plan.messages[i].wire_bytes += ack;
    if (!plan.udp && payload > Bytes(0)) {
      plan.messages[i].trains = PlanTrains(message, one_node, payload, rules, kind, ack);
    }
  }
  if (!plan.udp) AddPureAcks(plan);
  plan.connect = Demand(flow.connect.value(), 0);
  plan.accept = Demand(flow.accept.value(), 0);
  plan.conntrack_entries = flow.conntrack_entries;
  plan.snat_ports = flow.snat_ports;
  if (!one_node) plan.nic_flows = FlowsOfNics(flow.tunnelled);
  return plan;
}

Bytes StreamChunk(const datapath::CompiledFlow& flow, Bytes longest) {
  return LongestTrain(flow[MessageKind::kRequest], longest);
}

FabricSampler::FabricSampler(const FabricDelay& delay)
    : loss_(delay.loss),
      floor_(delay.floor),
      excess_(static_cast<double>((delay.mean - delay.floor).nanos()), delay.cv) {}

}  // namespace cnisim::workload

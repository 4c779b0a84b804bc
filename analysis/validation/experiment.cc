#include "analysis/validation/experiment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "models/datapath/compiler.h"
#include "models/workload/flow_plan.h"
#include "models/workload/latency_profile.h"
#include "models/workload/model.h"
#include "models/workload/traffic_simulation.h"
#include "sim/base/check.h"

namespace cnisim::validation {
namespace {

using datapath::FlowClass;
using datapath::MessageKind;
using datapath::Side;
using workload::FlowPlan;
using workload::MessagePlan;
using workload::StepKind;

bool OneNode(const FlowClass& flow) { return datapath::OnOneNode(flow.path); }

bool FromOutside(const FlowClass& flow) {
  return flow.path == datapath::PathKind::kExternalToPod ||
         flow.path == datapath::PathKind::kExternalToPodViaNode;
}

// Way from NIC to NIC.  A tenth of it never varies: the wire.
workload::FabricDelay Wire(const Machine& machine, const datapath::CostModel& costs) {
  const datapath::StageCost& cost = costs.At(machine.wire);
  workload::FabricDelay delay;
  delay.mean = Nanoseconds(cost.fixed_ns).Round();
  delay.floor = std::max(Nanoseconds(cost.fixed_ns * 0.1).Round(), SimTime::FromNanos(1));
  delay.cv = cost.cv * cost.fixed_ns / std::max(cost.fixed_ns * 0.9, 1.0);
  return delay;
}

// ns of the server's own work on a request.
double ServiceTime(const Experiment& experiment, const workload::Defaults& defaults) {
  constexpr double kLookUp = 1000;  // a key in memory
  if (experiment.one_thread) return kLookUp;
  return experiment.serves ? static_cast<double>(defaults.service_time.nanos()) : 0;
}

bool Streams(const Experiment& experiment) { return experiment.load == Load::kStream; }

// ---- Closed form ---------------------------------------------------------------------------

struct Work {
  double tasks = 0;
  double softirq = 0;
  double proxy = 0;
  double threads = 0;  // of the kernel, side by side
};

// What one message, or several, cost each end, and how long they take on their way.
struct Demands {
  std::array<Work, 3> at{};  // client, via, server
  double way = 0;
  double wire_bytes = 0;

  Work& Client() { return at[0]; }
  Work& Server() { return at[2]; }
};

class Estimator {
 public:
  Estimator(const Experiment& experiment, const FlowClass& flow, const datapath::CostModel& costs)
      : one_node_(OneNode(flow)),
        from_host_(flow.path == datapath::PathKind::kHostToHostCrossNode ||
                   flow.path == datapath::PathKind::kHostToPodCrossNode),
        compiled_(datapath::Compile(*experiment.profile, experiment.switches, flow, costs)),
        wire_(static_cast<double>(Wire(experiment.machine, costs).mean.nanos())),
        per_wire_byte_(experiment.machine.link.PerByte().value()) {
    request_ = Streams(experiment) ? Chunk(experiment) : experiment.request;
    plan_ = workload::PlanFlow(compiled_, one_node_, request_, experiment.response);
  }

  Bytes request() const { return request_; }

  Demands Exchange() const {
    Demands sum;
    Add(MessageKind::kRequest, true, sum);
    Add(MessageKind::kReply, true, sum);
    return sum;
  }

  Demands Connection() const {
    Demands sum;
    sum.Client().tasks += plan_.connect.mean();
    sum.Server().tasks += plan_.accept.mean();
    sum.way += plan_.connect.mean() + plan_.accept.mean();
    if (compiled_.protocol == datapath::TransportProtocol::kTcp) {
      Add(MessageKind::kSyn, true, sum);
      Add(MessageKind::kSynAck, true, sum);
    }
    Add(MessageKind::kRequestFirst, true, sum);
    Add(MessageKind::kReply, true, sum);
    if (compiled_.protocol == datapath::TransportProtocol::kTcp) {
      Add(MessageKind::kControl, false, sum);
      Add(MessageKind::kControlReply, false, sum);
    }
    return sum;
  }

  // A chunk of a stream and its acknowledgement.
  Demands Chunk() const {
    Demands sum;
    Add(MessageKind::kRequest, true, sum);
    if (compiled_.protocol == datapath::TransportProtocol::kTcp) {
      Add(MessageKind::kControlReply, false, sum);
    }
    return sum;
  }

  // Part of sending a chunk that is softirq mode: beyond the pod's veth.  A process of the host
  // sends in system mode all the way.
  double InSoftirq() const {
    return from_host_ ? 0 : plan_[MessageKind::kRequest].send_in_softirq.value();
  }

  // Serial hand-over to one peer, ns a chunk.
  double Pair() const {
    for (const workload::Step& step : plan_[MessageKind::kRequest].steps) {
      if (step.kind == StepKind::kPair) return step.demand.mean();
    }
    return 0;
  }

 private:
  Bytes Chunk(const Experiment& experiment) const {
    return compiled_.protocol == datapath::TransportProtocol::kUdp
               ? experiment.request
               : workload::StreamChunk(compiled_);
  }

  // Messages without payload are launched by the kernel: their sending is softirq.
  void Add(MessageKind kind, bool waited_for, Demands& sum) const {
    const MessagePlan& message = plan_[kind];
    const bool forward = datapath::IsForward(kind);
    const auto place = [&](Side side) -> Work& {
      if (side == Side::kVia) return sum.at[1];
      return (side == Side::kSender) == forward ? sum.at[0] : sum.at[2];
    };
    const bool by_kernel = kind == MessageKind::kSynAck || kind == MessageKind::kControl ||
                           kind == MessageKind::kControlReply;
    (by_kernel ? place(Side::kSender).softirq : place(Side::kSender).tasks) += message.send.mean();
    place(Side::kReceiver).tasks += message.receive.mean();
    double way = message.send.mean() + message.receive.mean();
    for (const workload::Step& step : message.steps) {
      switch (step.kind) {
        case StepKind::kSoftirq:
          place(step.side).softirq += step.demand.mean();
          way += step.demand.mean();
          break;
        case StepKind::kProxy:
          place(step.side).proxy += step.demand.mean();
          way += step.demand.mean();
          break;
        case StepKind::kThreads:
          place(step.side).threads += step.demand.mean();
          way += step.demand.mean();
          break;
        case StepKind::kDelay:
          way += step.demand.mean();
          break;
        case StepKind::kCross:
          way += wire_ + per_wire_byte_ * static_cast<double>(message.wire_bytes.count());
          break;
        case StepKind::kPair:
          way += step.demand.mean();
          break;
        case StepKind::kDeliver:
          break;
      }
    }
    for (std::size_t side = 0; side < datapath::kSides; ++side) {
      place(static_cast<Side>(side)).tasks += static_cast<double>(message.background[side].nanos());
    }
    if (forward) sum.wire_bytes += static_cast<double>(message.wire_bytes.count());
    if (waited_for) sum.way += way;
  }

  bool one_node_;
  bool from_host_;
  datapath::CompiledFlow compiled_;
  double wire_;
  double per_wire_byte_;
  Bytes request_;
  FlowPlan plan_;
};

double Sum(const Work& work) { return work.tasks + work.softirq + work.proxy + work.threads; }

Outcome::Cpu Times(const Work& work, double n) {
  return {(work.tasks + work.threads) * n, 0, work.softirq * n, work.proxy * n};
}

// Transactions (or chunks) a second that the machines allow, whatever the number of connections.
double MachineLimit(const Demands& demands, const Experiment& experiment, bool one_node) {
  const double cores = experiment.machine.cores;
  const double client = Sum(demands.at[0]);
  const double server = Sum(demands.at[2]);
  double busiest = one_node ? client + server : std::max({client, server, Sum(demands.at[1])});
  // A message's way in has one core at a time; with few flows few cores serve them.
  const double queues = std::min<double>(cores, experiment.connections);
  for (const Work& work : demands.at) {
    busiest = std::max(busiest, work.softirq * cores / queues);
  }
  return busiest > 0 ? 1e9 * cores / busiest : std::numeric_limits<double>::infinity();
}

Demands Mean(const std::vector<Demands>& all) {
  Demands mean;
  const double share = 1.0 / static_cast<double>(all.size());
  for (const Demands& one : all) {
    for (std::size_t i = 0; i < mean.at.size(); ++i) {
      mean.at[i].tasks += one.at[i].tasks * share;
      mean.at[i].softirq += one.at[i].softirq * share;
      mean.at[i].proxy += one.at[i].proxy * share;
      mean.at[i].threads += one.at[i].threads * share;
    }
    mean.way += one.way * share;
    mean.wire_bytes += one.wire_bytes * share;
  }
  return mean;
}

Outcome EstimateStream(const Experiment& experiment, const datapath::CostModel& costs,
                       const workload::Defaults& defaults) {
  const FlowClass& flow = experiment.flows.front();
  const Estimator estimator(experiment, flow, costs);
  Demands chunk = estimator.Chunk();
  const double bytes = static_cast<double>(estimator.request().count());
  const double slowest = std::max({chunk.at[0].tasks, chunk.at[0].softirq, chunk.at[2].tasks,
                                   chunk.at[2].softirq, chunk.at[1].softirq, estimator.Pair()});
  double rate = std::min(1e9 * experiment.connections / slowest,
                         MachineLimit(chunk, experiment, OneNode(flow)));
  if (!OneNode(flow)) {
    rate =
        std::min(rate, static_cast<double>(experiment.machine.link.value()) / 8 / chunk.wire_bytes);
    rate = std::min(rate, 1e9 / std::max(estimator.Pair(), 1e-9));
  }
  const bool udp = flow.protocol == datapath::TransportProtocol::kUdp;
  double sent = rate;
  if (udp) {  // nothing tells the sender what arrives
    sent = 1e9 * std::min<double>(experiment.connections, experiment.machine.cores) /
           std::max(chunk.at[0].tasks, 1.0);
  } else {
    rate = std::min(rate, experiment.connections *
                              static_cast<double>(defaults.receive_window.count()) / bytes /
                              (chunk.way * 1e-9));
    sent = rate;
  }
  Outcome outcome;
  outcome.seconds = 1;
  outcome.transactions = rate;
  outcome.bytes = rate * bytes;
  outcome.latency.Record(static_cast<std::int64_t>(chunk.way));
  outcome.client = Times(chunk.at[0], sent);
  outcome.client.in_softirq = estimator.InSoftirq() * sent;
  outcome.server = Times(chunk.at[2], rate);
  return outcome;
}

}  // namespace

std::string Experiment::Key() const {
  std::string key = fmt::format("{}", fmt::ptr(profile));  // equal profiles are one object
  for (const auto& [name, value] : switches) key += fmt::format(";{}={}", name, value);
  for (const FlowClass& flow : flows) {
    key += fmt::format("|{},{},{},{},{}{}{}{}{},{},{}", static_cast<int>(flow.path),
                       static_cast<int>(flow.service), static_cast<int>(flow.protocol),
                       flow.external_policy_local, flow.l7_egress, flow.l7_ingress,
                       flow.policed_egress, flow.policed_ingress, "", flow.device_mtu.count(),
                       flow.pod_mtu.count());
    for (std::size_t i = 1; i < datapath::kCounts; ++i) {
      const double count = flow.counts[static_cast<datapath::Count>(i)];
      if (count != 0) key += fmt::format(",{}:{}", i, count);
    }
  }
  key += fmt::format("|{},{},{}|{},{},{},{},{},{}|{}", machine.cores, machine.link.value(),
                     machine.wire, static_cast<int>(load), connections, request.count(),
                     response.count(), rate,
                     static_cast<int>(serves) + 2 * static_cast<int>(one_thread), hardware);
  return key;
}

Outcome Estimate(const Experiment& experiment, const datapath::CostModel& costs,
                 const workload::Defaults& defaults) {
  CNISIM_CHECK(!experiment.flows.empty(), "an experiment has a kind of connection");
  if (Streams(experiment)) return EstimateStream(experiment, costs, defaults);
  const bool connects = experiment.load == Load::kConnectRequestResponse;
  const double service = ServiceTime(experiment, defaults);
  std::vector<Demands> all;
  Outcome outcome;
  for (const FlowClass& flow : experiment.flows) {
    const Estimator estimator(experiment, flow, costs);
    all.push_back(connects ? estimator.Connection() : estimator.Exchange());
    all.back().Server().tasks += service;
    all.back().way += service;
    outcome.latency.Record(static_cast<std::int64_t>(std::lround(all.back().way)));
  }
  const Demands mean = Mean(all);
  double rate = MachineLimit(mean, experiment, OneNode(experiment.flows.front()));
  if (experiment.one_thread) rate = std::min(rate, 1e9 / mean.at[2].tasks);
  if (experiment.load == Load::kOpenLoop || experiment.load == Load::kFlood) {
    if (experiment.load == Load::kOpenLoop) rate = std::min(rate, experiment.rate);
  } else {
    rate = std::min(rate, 1e9 * experiment.connections / mean.way);
    if (rate < 1e9 * experiment.connections / mean.way * 0.999) {
      outcome.latency.Clear();
      outcome.latency.Record(std::llround(1e9 * experiment.connections / rate));
    }
  }
  outcome.seconds = 1;
  outcome.transactions = rate;
  outcome.bytes = rate * static_cast<double>(experiment.request.count());
  outcome.client = Times(mean.at[0], rate);
  outcome.server = Times(mean.at[2], rate);
  return outcome;
}

// ---- Simulation ----------------------------------------------------------------------------

namespace {

workload::Model BuildModel(const Experiment& experiment, const datapath::CostModel& costs,
                           const workload::Defaults& defaults) {
  const bool one_node = OneNode(experiment.flows.front());
  workload::Model model;
  model.defaults = defaults;
  const workload::FabricDelay wire = Wire(experiment.machine, costs);
  model.latency = workload::Latency::Uniform(wire, wire);
  const auto add_node = [&](const char* name, std::uint32_t cores) {
    workload::NodeModel node;
    node.name = name;
    node.cores = cores;
    node.egress = experiment.machine.link;
    node.proxy_workers = cores;
    model.nodes.push_back(std::move(node));
  };
  add_node("client", experiment.machine.cores);
  if (!one_node) add_node("server", experiment.machine.cores);
  const auto server_node = static_cast<std::uint32_t>(model.nodes.size() - 1);

  workload::ApplicationModel application;
  application.name = "server";
  application.service_time = Nanoseconds(ServiceTime(experiment, defaults));
  application.service_cv = experiment.serves ? defaults.service_cv : 0;
  application.workers = experiment.one_thread ? 1 : experiment.connections + 1;
  application.queue = defaults.queue;
  model.applications.push_back(application);
  model.pods.push_back({"client", 0, workload::kNone});
  model.pods.push_back({"server", server_node, 0});

  workload::EdgeModel edge;
  edge.name = "client -> server";
  edge.request = experiment.request;
  edge.response = experiment.response;
  edge.reuse_connection = experiment.load != Load::kConnectRequestResponse;
  edge.echo = !experiment.serves && !experiment.one_thread;
  edge.timeout = defaults.timeout;
  const bool outside = FromOutside(experiment.flows.front());
  for (const FlowClass& flow : experiment.flows) {
    const auto index = static_cast<std::uint32_t>(model.flows.size());
    model.flows.push_back(datapath::Compile(*experiment.profile, experiment.switches, flow, costs));
    workload::TargetModel target;
    target.flows.fill(index);
    edge.backends.push_back({1, static_cast<std::uint32_t>(edge.targets.size())});
    edge.targets.push_back(target);
  }
  model.edges.push_back(std::move(edge));

  workload::SourceModel source;
  source.name = "client";
  source.edge = 0;
  if (!outside) source.clients = {0};
  source.connections = experiment.connections;
  source.rate = experiment.rate;
  switch (experiment.load) {
    case Load::kRequestResponse:
    case Load::kConnectRequestResponse:
      source.kind = workload::SourceKind::kClosedLoop;
      break;
    case Load::kStream:
      source.kind = workload::SourceKind::kStream;
      break;
    case Load::kOpenLoop:
    case Load::kFlood:
      source.kind = workload::SourceKind::kPoisson;
      break;
  }
  model.sources.push_back(std::move(source));
  return model;
}

Outcome::Cpu Times(const workload::NodeCpu& cpu) {
  return {static_cast<double>((cpu.task_network + cpu.application).nanos()), 0,
          static_cast<double>(cpu.softirq.nanos()), static_cast<double>(cpu.proxy.nanos())};
}

}  // namespace

Outcome Simulate(const Experiment& experiment, const datapath::CostModel& costs,
                 const workload::Defaults& defaults) {
  // Long enough for a few thousand transactions, some for each connection.
  constexpr double kTransactions = 3000;
  constexpr double kPerConnection = 80;
  const Outcome expected = Estimate(experiment, costs, defaults);
  const double wanted = std::max(kTransactions, kPerConnection * experiment.connections);
  const double seconds = wanted / expected.transactions;
  workload::TrafficOptions options;
  options.seed = 7;
  options.duration = Nanoseconds(seconds * 1e9).Round();
  options.warm_up = Nanoseconds(seconds * 0.2e9).Round();
  workload::Model model = BuildModel(experiment, costs, defaults);
  if (experiment.load == Load::kFlood) {
    constexpr double kTooMuch = 1.5;
    model.sources.front().rate = kTooMuch * expected.transactions;
  }
  const workload::TrafficRecord record = workload::SimulateTraffic(model, options);
  const workload::FlowRecord& flow = record.sources.front();
  Outcome outcome;
  outcome.seconds = static_cast<double>(record.measured.nanos()) * 1e-9;
  outcome.transactions = static_cast<double>(flow.completed);
  outcome.bytes = static_cast<double>(flow.delivered.count());
  outcome.latency = flow.latency_total;
  outcome.client = Times(record.nodes.front());
  outcome.server = Times(record.nodes.back());
  if (Streams(experiment)) {
    outcome.client.in_softirq = Estimator(experiment, experiment.flows.front(), costs).InSoftirq() *
                                static_cast<double>(flow.offered);
  }
  return outcome;
}

double Read(const Experiment& experiment, const Outcome& outcome) {
  const double ns = outcome.seconds * 1e9;
  const double work =
      experiment.load == Load::kStream ? outcome.bytes : std::max(outcome.transactions, 1.0);
  switch (experiment.observable) {
    case Observable::kTransactions:
      return outcome.transactions / outcome.seconds;
    case Observable::kPackets:
      return outcome.bytes / static_cast<double>(experiment.request.count()) / outcome.seconds;
    case Observable::kPeriod:
      return ns / outcome.transactions;
    case Observable::kThroughput:
      return outcome.bytes * 8 / outcome.seconds;
    case Observable::kLatency:
      return outcome.latency.Mean();
    case Observable::kLatencyQuantile:
      return static_cast<double>(outcome.latency.Quantile(experiment.quantile));
    case Observable::kClientCpu:
      return outcome.client.total() / ns;
    case Observable::kServerCpu:
      return outcome.server.total() / ns;
    case Observable::kClientTasks:
      return outcome.client.accounted() / ns;
    case Observable::kServerTasks:
      return outcome.server.accounted() / ns;
    case Observable::kClientCpuPerWork:
      return outcome.client.total() / work;
    case Observable::kServerCpuPerWork:
      return outcome.server.total() / work;
    case Observable::kServerIdle: {
      constexpr double kResolution = 0.005;  // charts of idle time show no less
      return std::max(1 - outcome.server.total() / ns / experiment.machine.cores, kResolution);
    }
    case Observable::kServerProxyCpu:
      return outcome.server.proxy / ns;
  }
  return 0;
}

}  // namespace cnisim::validation

#include "tests/support/small_traffic.h"

namespace cnisim::test {
namespace {

using namespace literals;
using datapath::MessageKind;
using datapath::Resource;
using datapath::Segment;
using datapath::Side;

Segment At(Side side, Resource resource, double ns) {
  Segment segment;
  segment.side = side;
  segment.resource = resource;
  segment.per_message = Nanoseconds(ns);
  return segment;
}

bool HasData(MessageKind kind) {
  return kind == MessageKind::kRequestFirst || kind == MessageKind::kRequest ||
         kind == MessageKind::kReply;
}

workload::Model TwoNodes() {
  workload::Model model;
  for (const char* name : {"node-0", "node-1"}) {
    workload::NodeModel node;
    node.name = name;
    node.cores = 4;
    node.egress = 10_Gbps;
    node.conntrack_max = 100000;
    model.nodes.push_back(node);
  }
  // Constant delays, so that expectations are exact.
  model.latency = workload::Latency::Uniform({20_us, 20_us, 0}, {50_us, 50_us, 0});
  model.defaults = SmallDefaults();
  return model;
}

}  // namespace

workload::Defaults SmallDefaults() {
  workload::Defaults defaults;
  defaults.service_time = 200_us;
  defaults.workers = 16;
  defaults.queue = 32;
  defaults.requests_per_connection = 1000000;
  defaults.timeout = 10_s;
  defaults.cpu_period = 100_ms;
  defaults.syn_timeout = 1_s;
  defaults.syn_retries = 6;
  defaults.data_timeout = 200_ms;
  defaults.longest_timeout = 120_s;
  defaults.data_retries = 15;
  defaults.initial_window = 10;
  defaults.receive_window = 3_MiB;
  defaults.longest_train = 64_KiB;
  defaults.delayed_ack = 40_ms;
  defaults.quick_acks = 16;
  defaults.udp_receive_buffer = 208_KiB;
  defaults.softirq_backlog = 1000;
  defaults.nic_queue = 3_MiB;
  defaults.conntrack_closed = 120_s;
  defaults.conntrack_udp = 30_s;
  defaults.source_ports = 28232;
  defaults.time_wait = 60_s;
  defaults.flow_closed = 15_s;
  defaults.flow_idle = 240_s;
  defaults.masquerade_ports = 64512;
  defaults.proxy_workers = 2;
  defaults.proxy_queue = 1024;
  return defaults;
}

datapath::CompiledFlow SmallFlow(const SmallCosts& costs, bool one_node, bool from_outside) {
  datapath::CompiledFlow flow;
  for (std::size_t i = 0; i < datapath::kMessageKinds; ++i) {
    const auto kind = static_cast<MessageKind>(i);
    datapath::CompiledMessage& message = flow.messages[i];
    message.header_bytes = 66_B;
    message.mss = 1448_B;
    const bool sender_outside = from_outside && datapath::IsForward(kind);
    const bool receiver_outside = from_outside && !datapath::IsForward(kind);
    if (!sender_outside) {
      if (HasData(kind)) {
        message.segments.push_back(At(Side::kSender, Resource::kTaskCore, costs.send));
      }
      message.segments.push_back(At(Side::kSender, Resource::kSoftirqCore, costs.transmit));
    }
    if (!receiver_outside) {
      message.segments.push_back(At(Side::kReceiver, Resource::kSoftirqCore, costs.receive));
      if (HasData(kind)) {
        message.segments.push_back(At(Side::kReceiver, Resource::kLatency, costs.wakeup));
        message.segments.push_back(At(Side::kReceiver, Resource::kTaskCore, costs.read));
      }
    }
  }
  flow.connect = Nanoseconds(from_outside ? 0 : 4000);
  flow.accept = Nanoseconds(2500);
  flow.conntrack_entries = {static_cast<std::uint8_t>(from_outside ? 0 : 1), 0,
                            static_cast<std::uint8_t>(one_node ? 0 : 1)};
  return flow;
}

datapath::CompiledFlow OutboundFlow(const SmallCosts& costs) {
  datapath::CompiledFlow flow = SmallFlow(costs, false, false);
  for (std::size_t i = 0; i < datapath::kMessageKinds; ++i) {
    const bool forward = datapath::IsForward(static_cast<MessageKind>(i));
    std::erase_if(flow.messages[i].segments, [&](const Segment& segment) {
      return segment.side == (forward ? Side::kReceiver : Side::kSender);
    });
  }
  flow.accept = {};
  flow.conntrack_entries = {1, 0, 0};
  flow.snat_ports = {1, 0, 0};
  return flow;
}

workload::Model SmallTraffic(double rate, std::uint32_t backends, const SmallCosts& costs) {
  workload::Model model = TwoNodes();
  model.pods.push_back({"frontend-0", 0, kFrontend});
  for (std::uint32_t i = 0; i < backends; ++i) {
    model.pods.push_back({"backend-" + std::to_string(i), 1, kBackend});
  }
  workload::ApplicationModel frontend{"frontend", Nanoseconds(100000), 0, 16, 32, {kCallEdge}};
  workload::ApplicationModel backend{"backend", Nanoseconds(200000), 0, 16, 32, {}};
  model.applications = {frontend, backend};
  model.flows = {SmallFlow(costs, false, false), SmallFlow(costs, false, true)};

  workload::EdgeModel call;
  call.name = "frontend -> backend";
  call.client_application = kFrontend;
  call.targets.push_back({workload::Admission::kAllowed, {workload::kNone, 0, workload::kNone}});
  for (std::uint32_t i = 0; i < backends; ++i) call.backends.push_back({1 + i, 0});
  call.request = 300_B;
  call.response = 1000_B;
  call.timeout = 10_s;

  workload::EdgeModel traffic;
  traffic.name = "external -> frontend";
  traffic.targets.push_back({workload::Admission::kAllowed, {workload::kNone, 1, workload::kNone}});
  traffic.backends.push_back({0, 0});
  traffic.request = 500_B;
  traffic.response = 2000_B;
  traffic.local_entry = true;
  traffic.timeout = 10_s;

  model.edges = {call, traffic};
  model.call_edges = 1;
  workload::SourceModel source;
  source.name = "external -> frontend";
  source.edge = kTrafficEdge;
  source.rate = rate;
  model.sources.push_back(source);
  return model;
}

workload::Model EchoTraffic(bool reuse, std::uint32_t connections, const SmallCosts& costs) {
  workload::Model model = TwoNodes();
  model.pods = {{"client", 0, workload::kNone}, {"server", 1, workload::kNone}};
  model.flows = {SmallFlow(costs, false, false)};
  workload::EdgeModel edge;
  edge.name = "client -> server";
  edge.targets.push_back({workload::Admission::kAllowed, {workload::kNone, 0, workload::kNone}});
  edge.backends.push_back({1, 0});
  edge.request = 1_B;
  edge.response = 1_B;
  edge.reuse_connection = reuse;
  edge.echo = true;
  edge.timeout = 10_s;
  model.edges = {edge};
  workload::SourceModel source;
  source.name = "client -> server";
  source.kind = workload::SourceKind::kClosedLoop;
  source.edge = 0;
  source.clients = {0};
  source.connections = connections;
  model.sources.push_back(source);
  return model;
}

}  // namespace cnisim::test

// What holds for every cluster and every load: no request is lost or counted twice, whatever gives
// way on its path, and the same seed gives the same run for any number of threads.

#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/workload/traffic_bytes.h"
#include "models/workload/traffic_simulation.h"
#include "sim/base/bytes.h"
#include "sim/base/random.h"
#include "sim/engine/simulation.h"
#include "tests/support/small_traffic.h"
#include "tests/support/thread_ranks.h"

namespace cnisim::workload {
namespace {

using namespace literals;

// A chain of applications on a few nodes, with limits so small that each kind of drop happens in
// some of the cases.
class RandomModel {
 public:
  explicit RandomModel(std::uint32_t number) : random_(/*seed=*/7, number, 0) {}

  Model Build() {
    model_.latency = Latency::Uniform({20_us, 30_us, 0.5}, {50_us, 60_us, 0.3});
    model_.defaults = test::SmallDefaults();
    model_.defaults.softirq_backlog = Pick({4, 100, 1000});
    model_.defaults.nic_queue = Bytes(Pick({3000, 100000, 3000000}));
    model_.defaults.requests_per_connection = Pick({2, 1000});
    model_.defaults.source_ports = model_.defaults.requests_per_connection == 2 ? 30 : 28232;
    model_.flows = {test::SmallFlow({}, true, false), test::SmallFlow({}, false, false),
                    test::SmallFlow({}, false, true)};
    AddNodes();
    const std::uint32_t applications = 1 + random_.Below(4);
    for (std::uint32_t i = 0; i < applications; ++i) AddApplication(i);
    for (std::uint32_t i = 0; i + 1 < applications; ++i) AddCalls(i);
    model_.call_edges = static_cast<std::uint32_t>(model_.edges.size());
    AddSource();
    // Segments one by one, and a fabric that loses some.
    if (random_.Below(2) == 0) model_.defaults.longest_train = Bytes(1448);
    if (random_.Below(3) == 0) model_.latency.SetLoss(0.02);
    return model_;
  }

 private:
  std::uint32_t Pick(std::initializer_list<std::uint32_t> choices) {
    return *(choices.begin() + random_.Below(static_cast<std::uint32_t>(choices.size())));
  }

  void AddNodes() {
    const std::uint32_t nodes = 1 + random_.Below(4);
    for (std::uint32_t i = 0; i < nodes; ++i) {
      NodeModel node;
      node.name = "node-" + std::to_string(i);
      node.cores = Pick({1, 2, 8});
      node.egress = Pick({0, 1}) == 0 ? 20_Mbps : 10_Gbps;
      node.conntrack_max = Pick({20, 100000});
      node.conntrack_evicts = random_.Below(2) == 0;
      node.egress_burst = Bytes(i % 2 == 0 ? 0 : 5000);
      node.vm_flows = i % 2 == 0 ? 0 : 60;
      model_.nodes.push_back(node);
    }
  }

  void AddApplication(std::uint32_t application) {
    ApplicationModel about;
    about.name = "app-" + std::to_string(application);
    about.service_time = Nanoseconds(Pick({0, 20000, 300000}));
    about.service_cv = 0.5;
    about.workers = Pick({1, 4, 64});
    about.queue = Pick({0, 4, 256});
    about.cpu_limit = Pick({0, 0, 50, 1500});
    model_.applications.push_back(about);
    const std::uint32_t replicas = 1 + random_.Below(3);
    for (std::uint32_t i = 0; i < replicas; ++i) {
      model_.pods.push_back({about.name + "-" + std::to_string(i),
                             random_.Below(static_cast<std::uint32_t>(model_.nodes.size())),
                             application});
    }
  }

  EdgeModel EdgeTo(std::uint32_t application, bool outside) {
    EdgeModel edge;
    edge.name = "to app-" + std::to_string(application);
    TargetModel target;
    target.admission =
        random_.Below(5) > 0 ? Admission::kAllowed : static_cast<Admission>(1 + random_.Below(4));
    if (outside && target.admission == Admission::kDroppedAtClient) {
      target.admission = Admission::kDroppedAtServer;
    }
    target.flows = {0, 1, kNone};
    if (outside) target.flows = {kNone, 2, 2};
    edge.targets.push_back(target);
    if (random_.Below(10) > 0) {
      for (std::uint32_t pod = 0; pod < model_.pods.size(); ++pod) {
        if (model_.pods[pod].application == application) edge.backends.push_back({pod, 0});
      }
    }
    edge.request = Bytes(Pick({1, 500, 20000}));
    edge.response = Bytes(Pick({1, 2000, 50000}));
    edge.reuse_connection = random_.Below(2) == 0;
    edge.local_entry = outside && random_.Below(2) == 0;
    edge.timeout = Pick({0, 1}) == 0 ? 50_ms : 10_s;
    return edge;
  }

  void AddCalls(std::uint32_t application) {
    EdgeModel edge = EdgeTo(application + 1, /*outside=*/false);
    edge.client_application = application;
    edge.per_request = 0.5 * Pick({1, 2, 5});
    edge.parallel = random_.Below(2) == 0;
    model_.applications[application].calls.push_back(
        static_cast<std::uint32_t>(model_.edges.size()));
    model_.edges.push_back(edge);
  }

  void AddSource() {
    SourceModel source;
    source.name = "source";
    source.kind = static_cast<SourceKind>(random_.Below(4));
    source.edge = static_cast<std::uint32_t>(model_.edges.size());
    const bool outside = random_.Below(2) == 0;
    if (!outside) source.clients = {0, static_cast<std::uint32_t>(model_.pods.size() - 1)};
    source.rate = Pick({500, 5000, 30000});
    source.burst = 5;
    source.connections = 20;
    model_.edges.push_back(EdgeTo(0, outside));
    model_.sources.push_back(source);
  }

  RandomStream random_;
  Model model_;
};

// A proxy of two workers behind the receiver's softirq work, and a hand-over to the peer before
// the fabric.
void AddProxyAndPair(Model& model) {
  for (NodeModel& node : model.nodes) node.proxy_workers = 2;
  model.defaults.proxy_queue = 3;
  for (datapath::CompiledFlow& flow : model.flows) {
    for (datapath::CompiledMessage& message : flow.messages) {
      message.pair_per_packet = Nanoseconds(5'000);
      for (std::size_t i = 0; i < message.segments.size(); ++i) {
        datapath::Segment work = message.segments[i];
        if (work.side != datapath::Side::kReceiver ||
            work.resource != datapath::Resource::kSoftirqCore) {
          continue;
        }
        work.resource = datapath::Resource::kProxy;
        work.per_message = Nanoseconds(30'000);
        message.segments.insert(message.segments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                work);
        break;
      }
    }
  }
}

// Clients that ask for names first: of CoreDNS pods with small sockets, or of a proxy on each node,
// some of which are not there, with little time.
void AddLookups(Model& model, std::uint32_t number) {
  RandomStream random(/*seed=*/11, number, 0);
  const auto pick = [&](std::initializer_list<std::uint32_t> choices) {
    return *(choices.begin() + random.Below(static_cast<std::uint32_t>(choices.size())));
  };
  const auto nodes = static_cast<std::uint32_t>(model.nodes.size());
  for (const bool one_node : {true, false}) {
    model.flows.push_back(test::SmallFlow({}, one_node, false));
    model.flows.back().protocol = datapath::TransportProtocol::kUdp;
  }
  const auto udp = static_cast<std::uint32_t>(model.flows.size()) - 2;
  const bool local = random.Below(3) == 0;

  const auto coredns = static_cast<std::uint32_t>(model.applications.size());
  ApplicationModel server{
      "coredns", Nanoseconds(pick({10000, 200000})), 0, pick({1, 3}), pick({0, 3, 277}), {}};
  server.cpu_limit = pick({0, 100});
  server.dns_server = 0;
  model.applications.push_back(server);
  model.dns.servers.push_back({SimTime::FromNanos(1000 * pick({0, 5000})),
                               2_ms,
                               true,
                               Nanoseconds(20000),
                               {1_ms, 3_ms, 1}});
  EdgeModel query;
  query.name = "to coredns";
  query.targets = {
      {random.Below(6) > 0 ? Admission::kAllowed : static_cast<Admission>(1 + random.Below(4)),
       {udp, udp + 1, kNone}}};
  for (std::uint32_t i = 0; i < pick({1, 2}); ++i) {
    query.backends.push_back({static_cast<std::uint32_t>(model.pods.size()), 0});
    model.pods.push_back({"coredns-" + std::to_string(i), random.Below(nodes), coredns});
  }
  query.request = 60_B;
  query.response = 150_B;
  query.timeout = SimTime::FromNanos(1000 * pick({2000, 20000}));
  query.reuse_connection = false;
  std::vector<EdgeModel> queries;
  if (local) {
    EdgeModel forward = query;
    forward.client_application = coredns + 1;
    forward.reuse_connection = true;
    forward.targets[0].flows = {0, 1, kNone};
    forward.targets[0].admission = Admission::kAllowed;
    queries.push_back(forward);
    ApplicationModel proxy{"localdns", Nanoseconds(10000), 0, pick({1, 100}), 10, {}};
    proxy.calls = {model.call_edges};
    proxy.dns_server = 1;
    model.applications.push_back(proxy);
    model.dns.servers.push_back({10_ms, 10_ms, false, Nanoseconds(0), {}});
    query.own_node = true;
    query.backends.clear();
    for (std::uint32_t node = 0; node < nodes; ++node) {
      query.backends.push_back({static_cast<std::uint32_t>(model.pods.size()), 0});
      model.pods.push_back({"localdns-" + std::to_string(node), node, coredns + 1});
    }
  }
  queries.push_back(query);
  model.edges.insert(model.edges.begin() + model.call_edges, queries.begin(), queries.end());
  model.query_edges = static_cast<std::uint32_t>(queries.size());
  model.call_edges += model.query_edges;
  for (SourceModel& source : model.sources) source.edge += model.query_edges;
  LookupModel lookup{model.call_edges - 1, {}};
  const std::uint32_t names = pick({1, 5});
  for (std::uint32_t i = 0; i < names; ++i) {
    model.dns.names.push_back({"name", i + 1 == names && random.Below(8) > 0, i < 3});
    lookup.names.push_back(i);
  }
  model.dns.lookups = {lookup};
  model.dns.types = pick({1, 2, 2});
  model.dns.attempts = pick({1, 2, 3});
  model.dns.client_ttl = SimTime::FromNanos(1000 * pick({0, 0, 3000}));
  for (std::uint32_t edge = 0; edge < model.edges.size(); ++edge) {
    const bool asks = edge < model.call_edges - model.query_edges || edge >= model.call_edges;
    if (asks && model.sources[0].kind != SourceKind::kStream) model.edges[edge].lookup = 0;
  }
}

Model Case(std::uint32_t number) {
  Model model = RandomModel(number).Build();
  if (number % 3 == 1) AddLookups(model, number);
  return model;
}

// So many copies of the cluster that hosts are asked ahead for their memory, with one load for all:
// every edge reaches the pods of all copies.
Model ManyNodes(const Model& one) {
  constexpr std::size_t kNodes = 600;
  Model many = one;
  const auto nodes = static_cast<std::uint32_t>(one.nodes.size());
  const auto pods = static_cast<std::uint32_t>(one.pods.size());
  while (many.nodes.size() < kNodes) {
    const auto node_offset = static_cast<std::uint32_t>(many.nodes.size());
    const auto pod_offset = static_cast<std::uint32_t>(many.pods.size());
    many.nodes.insert(many.nodes.end(), one.nodes.begin(), one.nodes.end());
    for (std::uint32_t pod = 0; pod < pods; ++pod) {
      many.pods.push_back(one.pods[pod]);
      many.pods.back().node += node_offset;
    }
    for (std::size_t edge = 0; edge < one.edges.size(); ++edge) {
      for (const Backend& backend : one.edges[edge].backends) {
        many.edges[edge].backends.push_back({backend.pod + pod_offset, backend.target});
      }
    }
    for (std::size_t source = 0; source < one.sources.size(); ++source) {
      for (const std::uint32_t client : one.sources[source].clients) {
        many.sources[source].clients.push_back(client + pod_offset);
      }
    }
  }
  for (SourceModel& source : many.sources) {
    source.rate *= static_cast<double>(kNodes / nodes) / 10;
    source.connections *= static_cast<std::uint32_t>(kNodes) / nodes;
  }
  return many;
}

void ExpectConserved(const FlowRecord& flow, const std::string& what) {
  EXPECT_EQ(flow.offered, flow.completed + flow.total_failed() + flow.in_flight) << what;
  EXPECT_EQ(flow.completed, flow.latency_total.count()) << what;
}

TEST(ConservationTest, EveryRequestIsAnsweredFailedOrInFlight) {
  std::array<std::uint64_t, kDropReasons> drops{};
  std::array<std::uint64_t, kFailureReasons> failures{};
  std::uint64_t completed = 0;
  for (std::uint32_t number = 0; number < 150; ++number) {
    const Model model = Case(number);
    const TrafficRecord record = SimulateTraffic(
        model, {.seed = number, .threads = 1, .warm_up = 20_ms, .duration = 200_ms});
    const std::string what = "case " + std::to_string(number);
    for (const FlowRecord& flow : record.sources) ExpectConserved(flow, what);
    for (const FlowRecord& flow : record.edges) ExpectConserved(flow, what);
    for (const FlowRecord& flow : record.queries) ExpectConserved(flow, what);
    for (std::size_t i = 0; i < kDropReasons; ++i) drops[i] += record.drops[i];
    for (std::size_t i = 0; i < kFailureReasons; ++i) {
      failures[i] += record.sources[0].failed[i];
    }
    completed += record.sources[0].completed;
    for (const ResourceUse& use : record.resources) {
      EXPECT_GE(use.busy_max, use.busy_mean) << what;
      EXPECT_LE(use.busy_max, 1 + 1e-9) << what << ' ' << Name(use.kind);
    }
  }
  // The cases reach what they are meant to reach.
  EXPECT_GT(completed, 10000U);
  for (const DropReason reason :
       {DropReason::kSoftirqBacklog, DropReason::kNicQueue, DropReason::kConntrackFull,
        DropReason::kPolicy, DropReason::kListenQueue, DropReason::kApplicationQueue,
        DropReason::kNoEndpoint, DropReason::kFabricLoss, DropReason::kDnsQueue,
        DropReason::kVmFlows}) {
    EXPECT_GT(drops[static_cast<std::size_t>(reason)], 0U) << Name(reason);
  }
  for (const FailureReason reason :
       {FailureReason::kTimeout, FailureReason::kDenied, FailureReason::kForbidden,
        FailureReason::kRefused, FailureReason::kOverloaded, FailureReason::kUpstream,
        FailureReason::kLookup, FailureReason::kNoSourcePort}) {
    EXPECT_GT(failures[static_cast<std::size_t>(reason)], 0U) << Name(reason);
  }
}

TEST(ConservationTest, ThreadsDoNotMatter) {
  for (std::uint32_t number = 0; number < 30; ++number) {
    const Model model = Case(number);
    TrafficOptions options{.seed = 1, .threads = 1, .warm_up = 10_ms, .duration = 50_ms};
    const TrafficRecord one = SimulateTraffic(model, options);
    options.threads = 3;
    const TrafficRecord three = SimulateTraffic(model, options);
    EXPECT_EQ(one.digest, three.digest) << number;
    EXPECT_EQ(one.sources[0].latency_total, three.sources[0].latency_total) << number;
    EXPECT_EQ(one.drops, three.drops) << number;
  }
}

TEST(ConservationTest, ManyNodesKeepTheirRequests) {
  std::uint64_t completed = 0;
  for (std::uint32_t number = 0; number < 24; ++number) {
    SCOPED_TRACE(number);
    const Model model = ManyNodes(Case(number));
    TrafficOptions options{.seed = 1, .threads = 1, .warm_up = 2_ms, .duration = 5_ms};
    const TrafficRecord one = SimulateTraffic(model, options);
    ExpectConserved(one.sources[0], "source");
    options.threads = 2;
    EXPECT_EQ(SimulateTraffic(model, options).digest, one.digest);
    completed += one.sources[0].completed;
  }
  EXPECT_GT(completed, 1'000U);
}

// Servers moved by events give the bytes of closed forms, whatever waits or is dropped where.
TEST(ConservationTest, FusingDoesNotMatter) {
  std::uint64_t departures = 0;
  for (std::uint32_t number = 0; number < 100; ++number) {
    SCOPED_TRACE(number);
    Model model = Case(number);
    if (number % 3 == 0) AddProxyAndPair(model);
    std::uint64_t bookkeeping = 0;
    TrafficOptions options{.seed = 1, .threads = 1, .warm_up = 10_ms, .duration = 50_ms};
    options.profile = [&](const engine::RunReport& report, SimTime) {
      bookkeeping += report.profile.left_out;
    };
    ByteWriter fused;
    Save(SimulateTraffic(model, options), fused);
    EXPECT_EQ(bookkeeping, 0U);
    options.fused = false;
    options.threads = 1 + number % 2;
    ByteWriter by_events;
    Save(SimulateTraffic(model, options), by_events);
    departures += bookkeeping;
    EXPECT_EQ(fused.bytes(), by_events.bytes());
  }
  EXPECT_GT(departures, 100'000U);
}

// Calls travel with their messages between ranks, and what hosts found comes together in the end.
TEST(ConservationTest, RanksDoNotMatter) {
  for (std::uint32_t number = 0; number < 40; ++number) {
    SCOPED_TRACE(number);
    const Model model = Case(number);
    const TrafficOptions options{.seed = 1, .threads = 1, .warm_up = 10_ms, .duration = 50_ms};
    ByteWriter one;
    Save(SimulateTraffic(model, options), one);
    for (const bool stripes : {false, true}) {
      const unsigned count = stripes ? 2 : 3;
      std::vector<TrafficRecord> records(count);
      test::RunOnThreadRanks(count, [&](engine::Ranks& ranks) {
        TrafficOptions own = options;
        own.ranks = &ranks;
        own.stripes = stripes;
        own.threads = 1 + number % 2;
        records[ranks.rank()] = SimulateTraffic(model, own);
      });
      for (const TrafficRecord& record : records) {
        ByteWriter found;
        Save(record, found);
        EXPECT_EQ(one.bytes(), found.bytes());
        // What was written is read as it was.
        ByteReader reader(found.bytes());
        ByteWriter again;
        Save(LoadTraffic(reader), again);
        EXPECT_TRUE(reader.at_end());
        EXPECT_EQ(found.bytes(), again.bytes());
      }
    }
  }
}

}  // namespace
}  // namespace cnisim::workload

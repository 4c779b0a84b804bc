// Look-ups: what a client asks before it connects, when it gives up, and what DNS servers make of
// it.

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

#include "models/workload/traffic_simulation.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

constexpr std::uint32_t kQueryEdge = 0;
constexpr std::uint32_t kTrafficEdge = 1;
constexpr std::uint32_t kCoreDns = 0;  // application
constexpr double kDnsWorkUs = 50;

/// A pod of node 0 that connects to an echo server on node 1 for each request, at this rate, and
/// asks a CoreDNS pod on node 1 for its name first: `missing` names that do not exist, then the
/// one that does.
Model NamedTraffic(double rate, std::uint32_t missing, SourceKind kind = SourceKind::kConstant) {
  Model model = test::EchoTraffic(/*reuse=*/false);
  model.pods.push_back({"coredns-0", 1, kCoreDns});
  ApplicationModel dns{"coredns", Nanoseconds(1000 * kDnsWorkUs), 0, 2, 100, {}};
  dns.dns_server = 0;
  model.applications = {dns};
  model.flows.push_back(model.flows[0]);
  model.flows[1].protocol = datapath::TransportProtocol::kUdp;

  EdgeModel query;
  query.name = "client -> coredns";
  query.targets = {{Admission::kAllowed, {kNone, 1, kNone}}};
  query.backends = {{2, 0}};
  query.request = 60_B;
  query.response = 120_B;
  query.reuse_connection = false;
  query.timeout = 5_s;
  model.edges.insert(model.edges.begin(), query);
  model.call_edges = 1;
  model.edges[kTrafficEdge].lookup = 0;
  model.edges[kTrafficEdge].timeout = 60_s;
  model.sources[0].edge = kTrafficEdge;
  model.sources[0].kind = kind;
  model.sources[0].rate = rate;

  model.dns.servers = {{30_s, 30_s, true, Nanoseconds(20000), {20_ms, 20_ms, 0}}};
  LookupModel lookup{kQueryEdge, {}};
  for (std::uint32_t i = 0; i <= missing; ++i) {
    model.dns.names.push_back({"name-" + std::to_string(i), i == missing, true});
    lookup.names.push_back(i);
  }
  model.dns.lookups = {lookup};
  return model;
}

TrafficRecord Simulate(const Model& model, SimTime warm_up, SimTime duration) {
  return SimulateTraffic(model,
                         {.seed = 1, .threads = 1, .warm_up = warm_up, .duration = duration});
}

double MeanUs(const Histogram& latency) { return latency.Mean() / 1e3; }

std::uint64_t Failed(const FlowRecord& flow, FailureReason reason) {
  return flow.failed[static_cast<std::size_t>(reason)];
}

// A query's socket 4 (connect), two sends of 2 + 1 in one task.  Both leave together; the second
// waits for the first's 3 of receive work, is read (1.5 + 0.5), answered after the server's work
// and 2 + 1 of sending.  The first needs 2.5 more (accept), so its answer leaves 0.5 before the
// second's, and the client's core is at it when the second comes: 3 + 3, 1.5 + 0.5.  Two ways
// of 20. Wire times (some 0.2 each) are in the tolerance.
constexpr double kTryUs =
    4 + 2 * 3 + 20 + 2 * 3 + 1.5 + 0.5 + kDnsWorkUs + 3 + 20 - 0.5 + 2 * 3 + 2;

double CallUs() {
  return MeanUs(Simulate(
                    [] {
                      Model model = NamedTraffic(10, 0);
                      model.edges[kTrafficEdge].lookup = kNone;
                      return model;
                    }(),
                    0_s, 10_s)
                    .sources[0]
                    .latency_total);
}

TEST(LookupsTest, EachNameIsAskedForTwiceAndTheNextOneAfterBothAnswers) {
  const double call = CallUs();
  for (const std::uint32_t missing : {0U, 1U, 4U}) {
    const TrafficRecord record = Simulate(NamedTraffic(10, missing), 0_s, 10_s);
    const FlowRecord& traffic = record.sources[0];
    ASSERT_GT(traffic.completed, 98U);
    EXPECT_EQ(traffic.queries, 2 * (missing + 1) * traffic.lookups);
    const double lookup = (missing + 1) * kTryUs;
    EXPECT_NEAR(MeanUs(traffic.latency_lookup), lookup, 0.02 * lookup);
    EXPECT_NEAR(MeanUs(traffic.latency_total), call + lookup, 0.02 * lookup);
    EXPECT_EQ(record.edges[0].offered, traffic.queries);
    EXPECT_EQ(record.edges[0].completed, traffic.queries);
    // One socket, so one flow, for each pair.
    EXPECT_EQ(record.edges[0].connections, traffic.queries / 2);
    EXPECT_EQ(traffic.total_failed(), 0U);
  }
}

TEST(LookupsTest, WithoutAaaaRecordsThereIsOneQueryAName) {
  Model model = NamedTraffic(10, 4);
  model.dns.types = 1;
  const FlowRecord traffic = Simulate(model, 0_s, 10_s).sources[0];
  EXPECT_EQ(traffic.queries, 5 * traffic.lookups);
}

TEST(LookupsTest, AnOpenConnectionNeedsNoLookUp) {
  Model model = NamedTraffic(1000, 0);
  model.edges[kTrafficEdge].reuse_connection = true;
  model.edges[kTrafficEdge].echo = false;
  model.applications.push_back({"server", Nanoseconds(1000), 0, 16, 32, {}});
  model.pods[1].application = 1;
  model.defaults.requests_per_connection = 100;
  const FlowRecord traffic = Simulate(model, 0_s, 10_s).sources[0];
  EXPECT_EQ(traffic.lookups, traffic.connections);
  EXPECT_NEAR(static_cast<double>(traffic.lookups), 100, 50);
}

// Two attempts of 5 s each, two queries each.
TEST(LookupsTest, LostQueriesAreRepeatedAfterFiveSecondsAndThenTheCallFails) {
  Model model = NamedTraffic(1, 2);
  model.edges[kQueryEdge].targets[0].admission = Admission::kDroppedAtClient;
  const TrafficRecord record = Simulate(model, 0_s, 20_s);
  const FlowRecord& traffic = record.sources[0];
  EXPECT_EQ(traffic.offered, 20U);
  EXPECT_EQ(Failed(traffic, FailureReason::kLookup), 10U);
  EXPECT_EQ(traffic.total_failed(), 10U);
  EXPECT_EQ(traffic.in_flight, 10U);
  EXPECT_EQ(traffic.queries, 4 * traffic.lookups);
  EXPECT_EQ(Failed(record.edges[0], FailureReason::kTimeout), record.edges[0].total_failed());
  EXPECT_EQ(record.edges[0].offered, record.edges[0].total_failed() + record.edges[0].in_flight);
}

TEST(LookupsTest, APatienceThatEndsInALookUpIsCountedAsOne) {
  Model model = NamedTraffic(1, 2);
  model.edges[kQueryEdge].targets[0].admission = Admission::kDroppedAtServer;
  model.edges[kTrafficEdge].timeout = 3_s;
  const TrafficRecord record = Simulate(model, 0_s, 20_s);
  EXPECT_EQ(Failed(record.sources[0], FailureReason::kLookup), 17U);
  EXPECT_EQ(record.sources[0].in_flight, 3U);
  EXPECT_EQ(record.edges[0].offered, record.edges[0].total_failed() + record.edges[0].in_flight);
}

TEST(LookupsTest, ANameThatIsNotThereFailsAtOnce) {
  Model model = NamedTraffic(10, 1);
  model.dns.names[1].exists = false;
  const TrafficRecord record = Simulate(model, 0_s, 10_s);
  EXPECT_EQ(record.sources[0].completed, 0U);
  EXPECT_EQ(Failed(record.sources[0], FailureReason::kLookup), record.sources[0].offered);
  EXPECT_EQ(record.edges[0].total_failed(), 0U);
}

// A server with one thread and room for one more query takes two of the four that come at once.
TEST(LookupsTest, AFullSocketLosesQueriesAndTheyCostTheirTimer) {
  Model model = NamedTraffic(0.5, 0);
  model.applications[0].workers = 1;
  model.applications[0].queue = 0;
  const TrafficRecord record = Simulate(model, 0_s, 60_s);
  const FlowRecord& traffic = record.sources[0];
  // A is served, AAAA comes 3 us later and is lost; repeated alone after 5 s, it is served too.
  EXPECT_EQ(traffic.queries, 3 * traffic.lookups);
  EXPECT_EQ(record.drops[static_cast<std::size_t>(DropReason::kDnsQueue)], traffic.offered);
  EXPECT_NEAR(traffic.latency_lookup.Mean() / 1e9, 5, 0.001);
  EXPECT_EQ(traffic.total_failed(), 0U);
  EXPECT_EQ(record.binding().kind, ResourceKind::kDns);
  EXPECT_TRUE(record.binding().saturated);
}

TEST(LookupsTest, AnswersFromOutsideAreKeptForTheirTime) {
  Model model = NamedTraffic(2, 0);
  model.dns.names[0].in_cluster = false;
  model.dns.servers[0].found_ttl = 5_s;
  const FlowRecord kept = Simulate(model, 0_s, 20_s).sources[0];
  // Of the 40 look-ups those at 0, 5, 10 and 15 s wait for 20 ms.
  EXPECT_EQ(kept.lookups, 40U);
  EXPECT_NEAR(MeanUs(kept.latency_lookup), kTryUs + 4.0 / 40 * 20020, 0.1 * 2000);
  model.dns.servers[0].found_ttl = 0_s;
  const FlowRecord asked = Simulate(model, 0_s, 20_s).sources[0];
  EXPECT_NEAR(MeanUs(asked.latency_lookup), kTryUs + 20020, 0.01 * 20000);
}

// Little's law: an entry a socket, from its first datagram until 30 s after the answer.
TEST(LookupsTest, EverySocketHasAnEntryInTheConnectionTable) {
  Model model = NamedTraffic(100, 4);
  model.defaults.conntrack_closed = 1_s;
  const TrafficRecord record = Simulate(model, 60_s, 10_s);
  const double entries =
      record.resources[static_cast<std::size_t>(ResourceKind::kConntrack)].busy_max * 100000;
  EXPECT_NEAR(entries, 100 * (5 * 30 + 1), 0.01 * 100 * 151 + 600);
  model.edges[kQueryEdge].untracked = true;
  const TrafficRecord untracked = Simulate(model, 60_s, 10_s);
  EXPECT_LT(untracked.resources[static_cast<std::size_t>(ResourceKind::kConntrack)].busy_max,
            200 / 100000.0);
}

TEST(LookupsTest, AFullConnectionTableLosesBothQueries) {
  Model model = NamedTraffic(1, 0);
  model.nodes[0].conntrack_max = 1;
  model.edges[kTrafficEdge].timeout = 8_s;
  const TrafficRecord record = Simulate(model, 0_s, 10_s);
  // The first look-up has the only entry, and its connection has none.
  EXPECT_EQ(record.edges[0].completed, 2U);
  EXPECT_EQ(record.sources[0].completed, 0U);
  EXPECT_GT(Failed(record.sources[0], FailureReason::kLookup), 0U);
}

// One look-up in four waits for the timer of its second query, which is then asked again alone.
TEST(LookupsTest, ALostRaceCostsATimer) {
  Model model = NamedTraffic(100, 0);
  model.dns.race = 0.25;
  const TrafficRecord record = Simulate(model, 10_s, 20_s);
  const FlowRecord& traffic = record.sources[0];
  const auto slow = static_cast<double>(traffic.latency_lookup.count() -
                                        traffic.latency_lookup.CountUpTo(4'900'000'000));
  const auto all = static_cast<double>(traffic.latency_lookup.count());
  // Of those that began in the last 5 s the slow ones have no end yet.  Five standard errors.
  const double share = 0.25 * 15 / (0.25 * 15 + 0.75 * 20);
  EXPECT_NEAR(slow / all, share, 5 * std::sqrt(share * (1 - share) / all));
  EXPECT_NEAR(static_cast<double>(traffic.latency_lookup.Quantile(0.99)) / 1e9, 5, 0.02);
  EXPECT_EQ(traffic.total_failed(), 0U);
  model.edges[kQueryEdge].untracked = true;
  EXPECT_EQ(Simulate(model, 0_s, 10_s).drops[static_cast<std::size_t>(DropReason::kConntrackRace)],
            0U);
}

/// A proxy on node 0, asked in place of CoreDNS, which it asks over TCP.
Model LocalDns(double rate, std::uint32_t missing) {
  Model model = NamedTraffic(rate, missing);
  for (const std::uint32_t node : {0U, 1U}) {
    model.pods.push_back({"localdns-" + std::to_string(node), node, 1});
  }
  ApplicationModel proxy{"localdns", Nanoseconds(10000), 0, 100, 100, {kQueryEdge + 1}};
  proxy.dns_server = 1;
  model.applications.push_back(proxy);
  model.dns.servers.push_back({10_s, 10_s, false, Nanoseconds(0), {}});
  model.flows.push_back(test::SmallFlow({}, true, false));
  model.flows[2].protocol = datapath::TransportProtocol::kUdp;

  EdgeModel forward = model.edges[kQueryEdge];
  forward.name = "localdns -> coredns";
  forward.client_application = 1;
  forward.targets = {{Admission::kAllowed, {1, 0, kNone}}};
  forward.targets[0].flows[0] = 2;
  forward.reuse_connection = true;
  EdgeModel& query = model.edges[kQueryEdge];
  query.backends = {{3, 0}, {4, 0}};
  query.targets = {{Admission::kAllowed, {2, kNone, kNone}}};
  query.own_node = true;
  query.untracked = true;
  model.edges.insert(model.edges.begin() + 1, forward);
  model.call_edges = 2;
  model.sources[0].edge = 2;
  return model;
}

TEST(LookupsTest, AProxyOnTheNodeAsksOnceAndRemembers) {
  const TrafficRecord record = Simulate(LocalDns(10, 4), 0_s, 20_s);
  const FlowRecord& traffic = record.sources[0];
  EXPECT_EQ(traffic.queries, 10 * traffic.lookups);
  EXPECT_EQ(traffic.total_failed(), 0U);
  // Five names, two types, every 10 s.
  EXPECT_EQ(record.edges[1].offered, 20U);
  EXPECT_EQ(record.edges[1].completed, 20U);
  // No way between nodes: median far below CoreDNS's.
  EXPECT_LT(static_cast<double>(traffic.latency_lookup.Quantile(0.5)) / 1e3, 0.5 * 5 * kTryUs);
}

TEST(LookupsTest, TheRecordDependsNeitherOnThreadsNorOnFusing) {
  for (Model model : {NamedTraffic(3000, 4, SourceKind::kPoisson), LocalDns(2000, 4)}) {
    model.dns.names.back().in_cluster = false;
    model.dns.servers[0].found_ttl = 10_ms;
    const auto run = [&](unsigned threads, bool fused) {
      return SimulateTraffic(
          model,
          {.seed = 7, .threads = threads, .warm_up = 50_ms, .duration = 200_ms, .fused = fused});
    };
    const TrafficRecord one = run(1, true);
    ASSERT_GT(one.sources[0].lookups, 100U);
    for (const unsigned threads : {2U, 3U}) EXPECT_EQ(run(threads, true).digest, one.digest);
    const TrafficRecord events = run(1, false);
    EXPECT_EQ(events.sources[0].latency_lookup.Mean(), one.sources[0].latency_lookup.Mean());
    EXPECT_EQ(events.sources[0].latency_total.Mean(), one.sources[0].latency_total.Mean());
    EXPECT_EQ(events.sources[0].queries, one.sources[0].queries);
  }
}

}  // namespace
}  // namespace cnisim::workload

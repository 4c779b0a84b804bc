// The traffic model's own resources against queueing theory: one node, Poisson requests from
// outside that an echo or a pod answers, and everything else made negligibly short.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "models/workload/traffic_simulation.h"
#include "tests/differential/replications.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using differential::ExpectMean;
using namespace literals;

constexpr double kWork = 100'000;  // ns, mean, that a request holds what it waits for
constexpr test::SmallCosts kNothing{.send = 0, .transmit = 0, .receive = 0, .wakeup = 0, .read = 0};

// One node that serves `load` times what the resource can do.
Model OneNode(double load, const test::SmallCosts& costs, double work, double cv) {
  Model model = test::SmallTraffic(load * 1e9 / kWork, 1, costs);
  model.edges[test::kTrafficEdge].request = 1_B;
  model.edges[test::kTrafficEdge].response = 1_B;
  model.edges[test::kTrafficEdge].timeout = 1000_s;
  model.nodes[0].egress = BitsPerSecond(1'000'000'000'000);
  ApplicationModel& application = model.applications[test::kFrontend];
  application.calls.clear();
  application.service_time = Nanoseconds(work);
  application.service_cv = cv;
  application.workers = 1'000'000;
  application.queue = 1'000'000;
  return model;
}

TrafficRecord Simulate(const Model& model, std::uint32_t replication) {
  return SimulateTraffic(
      model, {.seed = replication + 1, .threads = 1, .warm_up = 200_ms, .duration = 2_s});
}

double ServedRate(const TrafficRecord& record) {
  return static_cast<double>(record.sources[0].answered) / record.measured.seconds();
}

double WaitNs(const TrafficRecord& record, ResourceKind kind) {
  return static_cast<double>(record.resources[static_cast<std::size_t>(kind)].wait_mean.nanos());
}

// M/D/1: the mean wait is rho / (2 (1 - rho)) services.
TEST(LoadTheory, SoftirqCoreIsMD1) {
  for (const double load : {0.3, 0.6, 0.9}) {
    test::SmallCosts costs = kNothing;
    costs.receive = kWork;
    Model model = OneNode(load, costs, /*work=*/0, /*cv=*/0);
    model.nodes[0].cores = 1;
    model.edges[test::kTrafficEdge].echo = true;
    ExpectMean(load / (2 * (1 - load)) * kWork, 0.05, [&](std::uint32_t replication) {
      return WaitNs(Simulate(model, replication), ResourceKind::kSoftirq);
    });
  }
}

// M/G/1 (Pollaczek and Khinchine): rho (1 + cv^2) / (2 (1 - rho)) services.
TEST(LoadTheory, OneWorkerIsMG1) {
  for (const double load : {0.3, 0.6, 0.9}) {
    Model model = OneNode(load, kNothing, kWork, /*cv=*/0.5);
    model.applications[test::kFrontend].workers = 1;
    ExpectMean(load * 1.25 / (2 * (1 - load)) * kWork, 0.06, [&](std::uint32_t replication) {
      return WaitNs(Simulate(model, replication), ResourceKind::kWorkers);
    });
  }
}

TEST(LoadTheory, OneCoreIsMG1) {
  for (const double load : {0.3, 0.6, 0.9}) {
    Model model = OneNode(load, kNothing, kWork, /*cv=*/1);
    model.nodes[0].cores = 1;
    ExpectMean(load * 2 / (2 * (1 - load)) * kWork, 0.08, [&](std::uint32_t replication) {
      return WaitNs(Simulate(model, replication), ResourceKind::kCores);
    });
  }
}

// M/M/c (Erlang C): the mean wait is C(c, a) / (c - a) services, where a = load x c servers are
// asked for and C is the share of those who wait.
double WaitMMC(int servers, double load) {
  const double asked = load * servers;
  double term = 1;  // a^n / n!
  double sum = 1;   // over n < c
  for (int n = 1; n < servers; ++n) sum += term *= asked / n;
  const double all_busy = term * asked / servers / (1 - load);
  return all_busy / (sum + all_busy) / (servers - asked);
}

TEST(LoadTheory, SeveralWorkersAreMMC) {
  EXPECT_NEAR(WaitMMC(1, 0.6), 0.6 / 0.4, 1e-12);  // M/M/1: rho / (1 - rho)
  for (const double load : {0.3, 0.6, 0.9}) {
    Model model = OneNode(4 * load, kNothing, kWork, /*cv=*/1);
    model.nodes[0].cores = 1'000;
    model.applications[test::kFrontend].exponential = true;
    model.applications[test::kFrontend].workers = 4;
    ExpectMean(WaitMMC(4, load) * kWork, 0.06, [&](std::uint32_t replication) {
      return WaitNs(Simulate(model, replication), ResourceKind::kWorkers);
    });
  }
}

TEST(LoadTheory, SeveralCoresAreMMC) {
  for (const double load : {0.3, 0.6, 0.9}) {
    Model model = OneNode(4 * load, kNothing, kWork, /*cv=*/1);
    model.applications[test::kFrontend].exponential = true;
    model.nodes[0].cores = 4;
    // The request, and the empty work of sending its answer, which is part of the same task.
    ExpectMean(WaitMMC(4, load) * kWork, 0.06, [&](std::uint32_t replication) {
      return WaitNs(Simulate(model, replication), ResourceKind::kCores);
    });
  }
}

// M/D/c in order of arrival deals customers out to servers by turns, so each server is an E_c/D/1,
// whose mean wait is the sum over n of E[(n D - A)+] / n (Spitzer), with A the time of n c Poisson
// arrivals.  In services.
double WaitMDc(int servers, double load) {
  const double rate = load * servers;  // a service
  double wait = 0;
  double term = 1;
  for (int n = 1; n <= 5'000 && (n < 10 || term > 1e-10); ++n) {
    // P(at least k arrivals in n services), for k = n c and n c + 1.
    const double mean = rate * n;
    double below = 0;
    for (int k = 0; k < n * servers; ++k) {
      below += std::exp(-mean + k * std::log(mean) - std::lgamma(k + 1.0));
    }
    const double exactly =
        std::exp(-mean + n * servers * std::log(mean) - std::lgamma(n * servers + 1.0));
    term = n * (1 - below) - n * servers / rate * (1 - below - exactly);
    wait += term / n;
  }
  return wait;
}

// Poisson calls from a pod of node 0, each with one query to a CoreDNS pod of node 1.
Model LookupsOnly(int threads, double load) {
  Model model = test::EchoTraffic(/*reuse=*/false, 1, kNothing);
  for (NodeModel& node : model.nodes) {
    node.egress = BitsPerSecond(1'000'000'000'000);
    node.cores = 1'000;
    node.conntrack_max = 0;
  }
  model.pods.push_back({"coredns-0", 1, 0});
  ApplicationModel coredns{"coredns", Nanoseconds(kWork), 0, 1, 1'000'000, {}};
  coredns.workers = static_cast<std::uint32_t>(threads);
  coredns.dns_server = 0;
  model.applications = {coredns};
  model.flows[0].connect = model.flows[0].accept = {};
  model.flows.push_back(model.flows[0]);
  model.flows[1].protocol = datapath::TransportProtocol::kUdp;
  EdgeModel query;
  query.targets = {{Admission::kAllowed, {kNone, 1, kNone}}};
  query.backends = {{2, 0}};
  query.request = query.response = 1_B;
  query.reuse_connection = false;
  query.timeout = 1000_s;
  model.edges.insert(model.edges.begin(), query);
  model.call_edges = model.query_edges = 1;
  model.edges[1].lookup = 0;
  model.edges[1].timeout = 1000_s;
  model.sources[0].edge = 1;
  model.sources[0].kind = SourceKind::kPoisson;
  model.sources[0].rate = threads * load * 1e9 / kWork;
  DnsServerModel server;
  server.upstream = {1_ms, 1_ms, 0};
  model.dns.servers = {server};
  model.dns.names = {{"cart.shop.svc.cluster.local", true, true}};
  model.dns.lookups = {{0, {0}}};
  model.dns.types = 1;
  return model;
}

TEST(LoadTheory, CoreDnsIsMDc) {
  EXPECT_NEAR(WaitMDc(1, 0.6), 0.6 / (2 * 0.4), 1e-9);  // M/D/1
  const auto expect = [](int threads, double load) {
    const Model model = LookupsOnly(threads, load);
    ExpectMean(WaitMDc(threads, load) * kWork, 0.06, [&](std::uint32_t replication) {
      return WaitNs(Simulate(model, replication), ResourceKind::kDns);
    });
  };
  for (const double load : {0.3, 0.6, 0.9}) expect(1, load);
  expect(3, 0.8);
}

// A saturated CoreDNS answers as fast as its threads do.
TEST(LoadTheory, ASaturatedCoreDnsServesItsRate) {
  Model model = LookupsOnly(/*threads=*/3, /*load=*/1.5);
  model.applications[0].queue = 277;
  const TrafficRecord record = Simulate(model, 0);
  EXPECT_NEAR(static_cast<double>(record.queries[0].answered) / record.measured.seconds(),
              3e9 / kWork, 0.01 * 3e9 / kWork);
  EXPECT_EQ(record.binding().kind, ResourceKind::kDns);
  EXPECT_TRUE(record.binding().saturated);
}

// Loss of M/D/1 with room for `places`, the one in service included: the chain of the numbers left
// behind by departures, cut off at places - 1, then loss = 1 - 1 / (p0 + rho).
double LossMD1(double load, int places) {
  std::vector<double> arrivals(static_cast<std::size_t>(places) + 1);  // [n] in one service
  arrivals[0] = std::exp(-load);
  for (std::size_t n = 1; n < arrivals.size(); ++n) {
    arrivals[n] = arrivals[n - 1] * load / static_cast<double>(n);
  }
  // Up to a factor: left[j + 1] a0 = left[j] - left[0] a_j - sum over 1 <= i <= j of left[i]
  // a_(j-i+1).
  std::vector<double> left{1};
  double sum = 1;
  for (std::size_t j = 0; j + 2 <= static_cast<std::size_t>(places); ++j) {
    double next = left[j] - left[0] * arrivals[j];
    for (std::size_t i = 1; i <= j; ++i) next -= left[i] * arrivals[j - i + 1];
    left.push_back(next / arrivals[0]);
    sum += left.back();
  }
  return 1 - 1 / (left[0] / sum + load);
}

TEST(LoadTheory, AFiniteQueueLosesWhatTheChainSays) {
  EXPECT_NEAR(LossMD1(0.8, 1), 0.8 / 1.8, 1e-12);  // Erlang's loss with one server
  for (const double load : {0.8, 1.2}) {
    Model model = OneNode(load, kNothing, kWork, /*cv=*/0);
    model.applications[test::kFrontend].workers = 1;
    model.applications[test::kFrontend].queue = 4;
    ExpectMean(LossMD1(load, 5), 0.02, [&](std::uint32_t replication) {
      const FlowRecord source = Simulate(model, replication).sources[0];
      return static_cast<double>(source.total_failed()) /
             static_cast<double>(source.total_failed() + source.completed);
    });
  }
}

// Twice what it can do: the binding resource works all the time, and its rate is what comes out.
TEST(LoadTheory, SaturationIsTheBindingResourcesRate) {
  test::SmallCosts costs = kNothing;
  costs.receive = 1000;
  costs.read = 4000;
  Model model = OneNode(2, costs, kWork - 4000, /*cv=*/0);
  model.nodes[0].cores = 2;
  model.applications[test::kFrontend].workers = 8;
  model.applications[test::kFrontend].queue = 64;
  model.sources[0].rate *= 2;
  const TrafficRecord record = Simulate(model, 0);
  EXPECT_EQ(record.binding().kind, ResourceKind::kCores);
  EXPECT_TRUE(record.binding().saturated);
  // Refused requests take softirq time from the same cores: 40 000 a second of 1 us.
  const double rate = (2 - 40'000 * 1e-6) * 1e9 / kWork;
  EXPECT_NEAR(ServedRate(record), rate, 0.01 * rate);
}

TEST(LoadTheory, SaturatedWorkersServeTheirRate) {
  Model model = OneNode(8, kNothing, kWork, /*cv=*/0.5);
  model.nodes[0].cores = 64;
  model.applications[test::kFrontend].workers = 4;
  model.applications[test::kFrontend].queue = 64;
  const TrafficRecord record = Simulate(model, 0);
  EXPECT_EQ(record.binding().kind, ResourceKind::kWorkers);
  EXPECT_TRUE(record.binding().saturated);
  const double rate = 4e9 / kWork;
  EXPECT_NEAR(ServedRate(record), rate, 0.01 * rate);
}

// Requests that find the queue full are lost and sent again, and none is served twice.
TEST(LoadTheory, ASaturatedSoftirqCoreServesItsRate) {
  test::SmallCosts costs = kNothing;
  costs.receive = kWork;
  Model model = OneNode(1.5, costs, /*work=*/0, /*cv=*/0);
  // One core gets all packets, the other answers: the first has no time to.
  model.nodes[0].cores = 2;
  for (datapath::CompiledFlow& flow : model.flows) {
    for (datapath::CompiledMessage& message : flow.messages) message.one_receive_queue = true;
  }
  model.edges[test::kTrafficEdge].echo = true;
  const TrafficRecord record = Simulate(model, 0);
  EXPECT_EQ(record.binding().kind, ResourceKind::kSoftirq);
  EXPECT_TRUE(record.binding().saturated);
  const double rate = 1e9 / kWork;
  EXPECT_NEAR(ServedRate(record), rate, 0.01 * rate);
}

// Answers of 14,480 B are 10 packets with 66 B of headers each: one initial window, so that each is
// sent once or dropped whole, and no byte of the NIC goes into what has arrived already.
TEST(LoadTheory, ASaturatedNicSendsItsRate) {
  Model model = OneNode(2, kNothing, /*work=*/0, /*cv=*/0);
  model.edges[test::kTrafficEdge].response = 14'480_B;
  model.nodes[0].egress = 1_Gbps;
  const TrafficRecord record = Simulate(model, 0);
  EXPECT_EQ(record.binding().kind, ResourceKind::kNic);
  EXPECT_TRUE(record.binding().saturated);
  const double rate = 1e9 / 8 / (14'480 + 10 * 66);
  EXPECT_NEAR(ServedRate(record), rate, 0.01 * rate);
}

}  // namespace
}  // namespace cnisim::workload

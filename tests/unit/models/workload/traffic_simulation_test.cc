#include "models/workload/traffic_simulation.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;
using test::EchoTraffic;
using test::SmallCosts;
using test::SmallTraffic;

const TrafficOptions kOptions{.seed = 1, .threads = 1, .warm_up = 100_ms, .duration = 1_s};

double MeanMicros(const Histogram& histogram) { return histogram.Mean() / 1e3; }

// One way between two pods: send 2 + transmit 1, wire, fabric 20, receive 3, wake-up 1.5, read 0.5.
TEST(TrafficSimulationTest, UnloadedTransactionTakesTheSumOfItsSegments) {
  const TrafficRecord record = SimulateTraffic(EchoTraffic(/*reuse=*/true), kOptions);
  // 67 bytes at 10 Gbit/s take 53.6 ns, and ends are rounded up.
  const double one_way = 2 + 1 + 0.0536 + 20 + 3 + 1.5 + 0.5;
  EXPECT_NEAR(MeanMicros(record.sources[0].latency_total), 2 * one_way, 0.005);
  EXPECT_NEAR(static_cast<double>(record.sources[0].completed), 1e6 / (2 * one_way), 5);
  EXPECT_EQ(record.sources[0].connections, 0U);  // opened in the warm-up
  EXPECT_EQ(record.drops, (std::array<std::uint64_t, kDropReasons>{}));
}

// Two nodes of one placement group are 5 us apart, whatever their zone.
TEST(TrafficSimulationTest, AProximityGroupIsCloserThanItsZone) {
  Model model = EchoTraffic(/*reuse=*/true);
  model.latency.same_group = {5_us, 5_us, 0};
  model.nodes[0].proximity_group = model.nodes[1].proximity_group = 1;
  const double one_way = 2 + 1 + 0.0536 + 5 + 3 + 1.5 + 0.5;
  EXPECT_NEAR(MeanMicros(SimulateTraffic(model, kOptions).sources[0].latency_total), 2 * one_way,
              0.005);
  model.nodes[1].proximity_group = 2;
  EXPECT_NEAR(MeanMicros(SimulateTraffic(model, kOptions).sources[0].latency_total),
              2 * (one_way + 15), 0.005);
}

// A chain's shares add up to the part of the latency that is neither work nor way.  Softirq work
// that preempts a task prolongs it without a wait, hence the tolerance.
TEST(TrafficSimulationTest, WaitsAreTheShareOfTheRequestsTimeThatIsNoWork) {
  Model model = SmallTraffic(/*rate=*/4000);
  model.nodes[0].cores = model.nodes[1].cores = 1;
  const TrafficRecord record = SimulateTraffic(model, kOptions);
  const FlowRecord& source = record.sources[0];
  const double latency = source.latency_total.Mean();
  // Without load: 300 us of work and the network's part of 166.9 us.
  const double unloaded = 300e3 + 166.9e3;
  double share = 0;
  for (std::size_t kind = 0; kind < kResourceKinds; ++kind) {
    share += record.WaitShare(static_cast<ResourceKind>(kind));
  }
  EXPECT_GT(latency, 1.5 * unloaded);
  EXPECT_NEAR(share, 1 - unloaded / latency, 0.05);
  EXPECT_NEAR(static_cast<double>(source.answered), static_cast<double>(source.offered), 40);
}

// The handshake before it: connect 4, SYN and SYN-ACK each transmit 1, wire, fabric 20, receive 3;
// the ACK goes with the request (transmit 1, receive 3); accept 2.5.
TEST(TrafficSimulationTest, UnloadedConnectionPaysItsHandshake) {
  const TrafficRecord record = SimulateTraffic(EchoTraffic(/*reuse=*/false), kOptions);
  const double one_way = 2 + 1 + 0.0536 + 20 + 3 + 1.5 + 0.5;
  const double handshake = 4 + 2 * (1 + 0.0528 + 20 + 3);
  const double ack = 1 + 0.0528 + 3;
  EXPECT_NEAR(MeanMicros(record.sources[0].latency_total), handshake + ack + 2 * one_way + 2.5,
              0.01);
  EXPECT_EQ(record.sources[0].connections, record.sources[0].offered);
}

TEST(TrafficSimulationTest, RecordsLatencyByTimeWhenAsked) {
  EXPECT_TRUE(SimulateTraffic(SmallTraffic(/*rate=*/500), kOptions).sources[0].series.empty());
  TrafficOptions options = kOptions;
  options.series_step = 100_ms;
  const TrafficRecord record = SimulateTraffic(SmallTraffic(/*rate=*/500), options);
  const FlowRecord& source = record.sources[0];
  ASSERT_EQ(source.series.size(), 10U);
  LatencyStep sum;
  for (const LatencyStep& step : source.series) {
    EXPECT_GT(step.answered, 0U);
    sum.answered += step.answered;
    sum.latency_ns += step.latency_ns;
  }
  EXPECT_EQ(sum.answered, source.completed);
  EXPECT_NEAR(static_cast<double>(sum.latency_ns) / static_cast<double>(sum.answered),
              source.latency_total.Mean(), 0.01 * source.latency_total.Mean());
  EXPECT_TRUE(record.edges[0].series.empty());
}

TEST(TrafficSimulationTest, SeriesAddStepByStep) {
  LatencySeries sum = {{1, 10}};
  Add({{2, 30}, {3, 60}}, sum);
  Add({{1, 5}}, sum);
  ASSERT_EQ(sum.size(), 2U);
  EXPECT_EQ(sum[0].answered, 4U);
  EXPECT_EQ(sum[0].latency_ns, 45);
  EXPECT_EQ(sum[1].answered, 3U);
  EXPECT_EQ(sum[1].latency_ns, 60);
}

TEST(TrafficSimulationTest, SeparatesTheApplicationsTimeFromTheNetworks) {
  const TrafficRecord record = SimulateTraffic(SmallTraffic(/*rate=*/20), kOptions);
  const FlowRecord& source = record.sources[0];
  ASSERT_GT(source.completed, 5U);
  // From outside: fabric 50 in, receive 3, wake-up 1.5, read 0.5; frontend 100 us of work; its call
  // there 28 us and back 28 us, 200 us of work; back outside send 2 + transmit 1, wire, fabric 50.
  const double call = 2 * (2 + 1 + 20 + 3 + 1.5 + 0.5) + (366 + 1066) * 8e-4;
  const double network = 50 + 3 + 1.5 + 0.5 + call + 2 + 1 + (2000 + 2 * 66) * 8e-4 + 50;
  // Rounding, and now and then one that queues behind another.
  EXPECT_NEAR(static_cast<double>(source.latency_network.Quantile(0.5)) / 1e3, network,
              0.01 * network);
  EXPECT_NEAR(static_cast<double>(source.latency_total.Quantile(0.5)) / 1e3, network + 300,
              0.01 * network);
  ASSERT_EQ(record.edges.size(), 1U);
  EXPECT_NEAR(static_cast<double>(record.edges[0].latency_total.Quantile(0.5)) / 1e3, call + 200,
              0.01 * call);
}

TEST(TrafficSimulationTest, SameSeedGivesTheSameRecordAtAnyThreadCount) {
  Model model = SmallTraffic(/*rate=*/2000, /*backends=*/3);
  model.latency = Latency::Uniform({20_us, 30_us, 0.5}, {50_us, 60_us, 0.5});
  TrafficOptions options = kOptions;
  const TrafficRecord one = SimulateTraffic(model, options);
  for (const unsigned threads : {1U, 2U, 4U}) {
    options.threads = threads;
    const TrafficRecord again = SimulateTraffic(model, options);
    EXPECT_EQ(again.digest, one.digest);
    EXPECT_EQ(again.events, one.events);
    EXPECT_EQ(again.sources[0].latency_total, one.sources[0].latency_total);
    EXPECT_EQ(again.sources[0].latency_network, one.sources[0].latency_network);
  }
  options.seed = 2;
  EXPECT_NE(SimulateTraffic(model, options).digest, one.digest);
}

// A dearer network changes what the requests wait for, not which requests there are.
TEST(TrafficSimulationTest, ArrivalsAndWorkDoNotDependOnTheNetwork) {
  SmallCosts dear;
  dear.receive = 6000;
  const TrafficRecord cheap_record = SimulateTraffic(SmallTraffic(500), kOptions);
  const TrafficRecord dear_record = SimulateTraffic(SmallTraffic(500, 1, dear), kOptions);
  EXPECT_EQ(cheap_record.sources[0].offered, dear_record.sources[0].offered);
  // Four messages meet a receiving core inside, and each is 3 us dearer; the answer to the outside
  // is the fifth and meets none.
  EXPECT_NEAR(MeanMicros(dear_record.sources[0].latency_total) -
                  MeanMicros(cheap_record.sources[0].latency_total),
              3 * 3, 0.5);
}

TEST(TrafficSimulationTest, RaisingTheRateRaisesTheTailAndThenDropsNameWhatBinds) {
  double before = 0;
  for (const double rate : {1000.0, 10000.0, 20000.0}) {
    const TrafficRecord record = SimulateTraffic(SmallTraffic(rate), kOptions);
    const auto p99 = static_cast<double>(record.sources[0].latency_total.Quantile(0.99));
    EXPECT_GT(p99, before) << rate;
    before = p99;
  }
  // 200 us of work on 4 cores: 20 000 requests/s and no more.
  const TrafficRecord over = SimulateTraffic(SmallTraffic(40000), kOptions);
  EXPECT_GT(over.drops[static_cast<std::size_t>(DropReason::kApplicationQueue)], 0U);
  // The workers are all taken, but only because they wait for a core.
  EXPECT_EQ(over.binding().kind, ResourceKind::kCores);
  EXPECT_TRUE(over.binding().saturated);
  EXPECT_EQ(over.resources[static_cast<std::size_t>(ResourceKind::kCores)].busiest, "node node-1");
  EXPECT_GT(over.resources[static_cast<std::size_t>(ResourceKind::kCores)].busy_max, 0.95);
}

TEST(TrafficSimulationTest, DroppedSynsAreRepeatedUntilTheClientLosesPatience) {
  Model model = EchoTraffic(/*reuse=*/true);
  model.edges[0].targets[0].admission = Admission::kDroppedAtServer;
  const TrafficRecord record =
      SimulateTraffic(model, {.seed = 1, .threads = 1, .warm_up = {}, .duration = 21_s});
  // SYNs at 0, 1, 3 and 7 s, the client gives up after 10 s; twice, and a third begins at 20 s.
  EXPECT_EQ(record.sources[0].offered, 3U);
  EXPECT_EQ(record.sources[0].failed[static_cast<std::size_t>(FailureReason::kDenied)], 2U);
  EXPECT_EQ(record.sources[0].in_flight, 1U);
  EXPECT_EQ(record.drops[static_cast<std::size_t>(DropReason::kPolicy)], 9U);
  EXPECT_EQ(record.sources[0].retransmissions, 6U);
  EXPECT_EQ(record.sources[0].denied, 3U);
}

// tcp_syn_retries 6: the last SYN leaves after 63 s, and its timer runs for 64 s more.
TEST(TrafficSimulationTest, APatientClientWaitsForTheTimerOfTheLastSyn) {
  Model model = EchoTraffic(/*reuse=*/true);
  model.edges[0].targets[0].admission = Admission::kDroppedAtServer;
  model.edges[0].timeout = 1000_s;
  const auto until = [&](SimTime end) {
    return SimulateTraffic(model, {.seed = 1, .threads = 1, .warm_up = {}, .duration = end});
  };
  const TrafficRecord before = until(126'999_ms);
  EXPECT_EQ(before.sources[0].retransmissions, 6U);
  EXPECT_EQ(before.sources[0].total_failed(), 0U);
  const TrafficRecord after = until(127'001_ms);
  EXPECT_EQ(after.sources[0].retransmissions, 6U);
  EXPECT_EQ(after.sources[0].failed[static_cast<std::size_t>(FailureReason::kDenied)], 1U);
}

TEST(TrafficSimulationTest, ForbiddenRequestsFailFast) {
  Model model = EchoTraffic(/*reuse=*/true);
  model.edges[0].targets[0].admission = Admission::kForbidden;
  const TrafficRecord record = SimulateTraffic(model, kOptions);
  EXPECT_EQ(record.sources[0].completed, 0U);
  EXPECT_GT(record.sources[0].failed[static_cast<std::size_t>(FailureReason::kForbidden)], 10000U);
}

TEST(TrafficSimulationTest, RefusedConnectionsFailAfterOneRoundTrip) {
  Model model = EchoTraffic(/*reuse=*/true);
  model.edges[0].targets[0].admission = Admission::kRefused;
  const TrafficRecord record = SimulateTraffic(model, kOptions);
  const double round_trip = 4 + 2 * (1 + 0.0528 + 20 + 3);
  EXPECT_NEAR(static_cast<double>(
                  record.sources[0].failed[static_cast<std::size_t>(FailureReason::kRefused)]),
              1e6 / round_trip, 5);
}

TEST(TrafficSimulationTest, AFullConnectionTableDropsNewConnections) {
  Model model = EchoTraffic(/*reuse=*/false);
  model.nodes[1].conntrack_max = 100;
  const TrafficRecord record =
      SimulateTraffic(model, {.seed = 1, .threads = 1, .warm_up = {}, .duration = 5_s});
  EXPECT_EQ(record.sources[0].completed, 100U);  // entries of closed connections stay 120 s
  EXPECT_GT(record.drops[static_cast<std::size_t>(DropReason::kConntrackFull)], 0U);
  EXPECT_EQ(record.binding().kind, ResourceKind::kConntrack);
}

TEST(TrafficSimulationTest, AServiceWithoutEndpointsRefuses) {
  Model model = SmallTraffic(/*rate=*/100);
  model.edges[test::kCallEdge].backends.clear();
  const TrafficRecord record = SimulateTraffic(model, kOptions);
  EXPECT_EQ(record.sources[0].completed, 0U);
  EXPECT_GT(record.drops[static_cast<std::size_t>(DropReason::kNoEndpoint)], 0U);
  EXPECT_EQ(record.sources[0].total_failed(),
            record.sources[0].failed[static_cast<std::size_t>(FailureReason::kUpstream)]);
}

Model StreamTraffic(std::uint32_t connections, const SmallCosts& costs = {}) {
  Model model = EchoTraffic(/*reuse=*/true, connections, costs);
  model.sources[0].kind = SourceKind::kStream;
  return model;
}

double GigabitsPerSecond(const TrafficRecord& record) {
  return static_cast<double>(record.sources[0].delivered.count()) * 8e-9 /
         record.measured.seconds();
}

// A response of 100 segments over a fabric that loses packets: many kinds of timers and records.
TEST(TrafficSimulationTest, LossesAreRecoveredTheSameAtAnyThreadCount) {
  Model model = EchoTraffic(/*reuse=*/true, /*connections=*/8);
  model.edges[0].request = 30'000_B;
  model.edges[0].response = Bytes(100 * 1448 - 7);
  model.latency = Latency::Uniform({200_us, 300_us, 0.3}, {50_us, 50_us, 0});
  model.latency.SetLoss(0.01);
  TrafficOptions options{.seed = 3, .threads = 1, .warm_up = {}, .duration = 5_s};
  const TrafficRecord one = SimulateTraffic(model, options);
  EXPECT_GT(one.sources[0].completed, 500U);
  EXPECT_EQ(one.sources[0].total_failed(), 0U);
  const std::uint64_t lost = one.drops[static_cast<std::size_t>(DropReason::kFabricLoss)];
  EXPECT_GT(lost, 1000U);
  EXPECT_GT(one.sources[0].retransmissions, lost / 4);
  for (const bool fused : {true, false}) {
    options.threads = 2;
    options.fused = fused;
    const TrafficRecord again = SimulateTraffic(model, options);
    EXPECT_EQ(again.digest, one.digest);
    EXPECT_EQ(again.sources[0].latency_total, one.sources[0].latency_total);
  }
}

TEST(TrafficSimulationTest, DatagramsThatTheFabricLosesStayLost) {
  Model model = EchoTraffic(/*reuse=*/true);
  for (datapath::CompiledFlow& flow : model.flows) {
    flow.protocol = datapath::TransportProtocol::kUdp;
  }
  model.edges[0].timeout = 20_ms;
  model.latency.SetLoss(0.05);
  const TrafficRecord record = SimulateTraffic(model, kOptions);
  // A request or its answer: 1 - 0.95^2 = 9.75 % of some 500 tries, each lost one 20 ms long.
  const FlowRecord& source = record.sources[0];
  const auto timeouts =
      static_cast<double>(source.failed[static_cast<std::size_t>(FailureReason::kTimeout)]);
  const double share = timeouts / static_cast<double>(source.offered);
  EXPECT_NEAR(share, 0.0975, 5 * std::sqrt(0.0975 / static_cast<double>(source.offered)));
  EXPECT_EQ(source.retransmissions, 0U);
}

TEST(TrafficSimulationTest, AStreamFillsTheLinkWhenTheCoresKeepUp) {
  const TrafficRecord record = SimulateTraffic(StreamTraffic(1), kOptions);
  // 45 segments of 1448 bytes in 66 bytes of headers each.
  EXPECT_NEAR(GigabitsPerSecond(record), 10 * 1448.0 / 1514, 0.01);
  EXPECT_EQ(record.binding().kind, ResourceKind::kNic);
  EXPECT_TRUE(record.binding().saturated);
}

TEST(TrafficSimulationTest, AStreamOnASlowReceiverIsBoundByTheReceiversCore) {
  SmallCosts slow;
  slow.receive = 100000;  // 100 us a chunk of 45 * 1448 bytes
  const TrafficRecord one = SimulateTraffic(StreamTraffic(1, slow), kOptions);
  EXPECT_NEAR(GigabitsPerSecond(one), 45 * 1448 * 8 / 100e3, 0.15);
  EXPECT_EQ(one.binding().kind, ResourceKind::kSoftirq);
  // Several connections are spread over the cores.
  EXPECT_GT(GigabitsPerSecond(SimulateTraffic(StreamTraffic(8, slow), kOptions)),
            1.5 * GigabitsPerSecond(one));
}

TEST(TrafficSimulationTest, AStreamIsBoundByItsWindowOverALongPath) {
  Model model = StreamTraffic(1);
  model.latency = Latency::Uniform({5_ms, 5_ms, 0}, {5_ms, 5_ms, 0});
  model.defaults.receive_window = Bytes(45 * 1448 * 4);
  const TrafficRecord record =
      SimulateTraffic(model, {.seed = 1, .threads = 1, .warm_up = 1_s, .duration = 5_s});
  // Four chunks a round trip of 10 ms and the time that they themselves take.
  const double round_trip = 10e-3 + 4 * 45 * 1514 * 8e-10 + 15e-6;
  EXPECT_NEAR(GigabitsPerSecond(record), 4 * 45 * 1448 * 8e-9 / round_trip, 0.01);
}

TEST(TrafficSimulationTest, AStreamSurvivesLosses) {
  Model model = StreamTraffic(4);
  model.nodes[0].egress = 1_Gbps;
  model.defaults.nic_queue = 500_KiB;
  const TrafficRecord record = SimulateTraffic(model, kOptions);
  EXPECT_GT(record.drops[static_cast<std::size_t>(DropReason::kNicQueue)], 0U);
  EXPECT_NEAR(GigabitsPerSecond(record), 1448.0 / 1514, 0.05);
  EXPECT_EQ(record.sources[0].offered, record.sources[0].completed + record.sources[0].in_flight);
}

}  // namespace
}  // namespace cnisim::workload

// TCP against closed forms: the time of a transfer over a clean link, and the throughput over one
// that loses packets at random.

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <gtest/gtest.h>

#include "models/workload/traffic_simulation.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

constexpr double kMss = 1448;
constexpr double kFrame = 1514;  // its bytes on the wire

struct Link {
  BitsPerSecond rate{1};
  SimTime one_way;
};

double FrameTime(const Link& link) { return kFrame * 8 / static_cast<double>(link.rate.value()); }

// Two pods on machines that cost nothing, so that only the link and TCP are left.
Model OverALink(const Link& link, bool reuse) {
  Model model =
      test::EchoTraffic(reuse, 1, {.send = 0, .transmit = 0, .receive = 0, .wakeup = 0, .read = 0});
  for (datapath::CompiledFlow& flow : model.flows) {
    flow.connect = {};
    flow.accept = {};
  }
  for (NodeModel& node : model.nodes) {
    node.egress = link.rate;
    node.conntrack_max = 0;
  }
  model.latency = Latency::Uniform({link.one_way, link.one_way, 0}, {50_us, 50_us, 0});
  model.defaults.nic_queue = 64_MiB;
  model.edges[0].timeout = 1000_s;
  return model;
}

// Kurose and Ross, Computer Networking, "Latency modelling": after the handshake and the request,
// the object's own time on the link, and after each window but the last the wait for the first
// acknowledgement, as far as the window does not cover it.  Windows double from 10 segments
// (RFC 6928) up to the receiver's.
double TransferSeconds(double bytes, const Link& link, double most_segments) {
  const double round_trip = 2 * link.one_way.seconds();
  const double frame = FrameTime(link);
  const double segments = std::ceil(bytes / kMss);
  double seconds = 2 * round_trip + (bytes + segments * (kFrame - kMss)) * 8 /
                                        static_cast<double>(link.rate.value());
  double window = std::min(10.0, most_segments);
  for (double sent = window; sent < segments; sent += window) {
    seconds += std::max(0.0, frame + round_trip - window * frame);
    window = std::min(2 * window, most_segments);
  }
  return seconds;
}

double SimulatedSeconds(Bytes bytes, const Link& link, Bytes longest_train) {
  Model model = OverALink(link, /*reuse=*/false);
  model.edges[0].response = bytes;
  model.defaults.longest_train = longest_train;
  const TrafficRecord record =
      SimulateTraffic(model, {.seed = 1, .threads = 1, .warm_up = {}, .duration = 6_s});
  EXPECT_GE(record.sources[0].completed, 2U);
  EXPECT_EQ(record.sources[0].retransmissions, 0U);
  return record.sources[0].latency_total.Mean() * 1e-9;
}

constexpr std::int64_t kSizes[] = {1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

// One segment a packet, as the formula has it: a cross-zone path, one within a zone, a far one.
TEST(TransportTheoryTest, TransfersTakeTheTimeOfTheSlowStartFormula) {
  const Link links[] = {{10_Gbps, 600_us}, {10_Gbps, 100_us}, {1_Gbps, 20_ms}};
  for (const Link& link : links) {
    const double most = std::floor(3.0 * 1024 * 1024 / kMss);
    for (const std::int64_t size : kSizes) {
      const double expected = TransferSeconds(static_cast<double>(size), link, most);
      EXPECT_NEAR(SimulatedSeconds(Bytes(size), link, Bytes(1448)), expected, 0.02 * expected)
          << size << " bytes, one way " << link.one_way.nanos() << " ns";
    }
  }
}

// Trains of 64 KiB: a train is acknowledged when all of it is there, so each wait is longer by its
// time on the link.
TEST(TransportTheoryTest, TrainsDelayAcknowledgementsByTheirTimeOnTheLink) {
  for (const Link& link : {Link{10_Gbps, 5_ms}, Link{1_Gbps, 20_ms}}) {
    const double most = std::floor(3.0 * 1024 * 1024 / kMss);
    for (const std::int64_t size : kSizes) {
      const double expected = TransferSeconds(static_cast<double>(size), link, most);
      EXPECT_NEAR(SimulatedSeconds(Bytes(size), link, 64_KiB), expected, 0.02 * expected)
          << size << " bytes, one way " << link.one_way.nanos() << " ns";
    }
  }
  const Link near{10_Gbps, 100_us};
  const double formula = TransferSeconds(1e6, near, 1e9);
  const double simulated = SimulatedSeconds(Bytes(1'000'000), near, 64_KiB);
  // Windows of 10, 20, 40 and 80 segments wait, the last one for its first train of 45: that alone
  // is 7 %.
  EXPECT_GT(simulated, formula + (9 + 19 + 39 + 44) * FrameTime(near) * 0.9);
  EXPECT_LT(simulated, 1.15 * formula);
}

TEST(TransportTheoryTest, AKeptConnectionKeepsItsWindowAndLosesItWhenIdle) {
  Model model = OverALink({10_Gbps, 5_ms}, /*reuse=*/true);
  model.edges[0].response = 60'000_B;
  const TrafficRecord warm =
      SimulateTraffic(model, {.seed = 1, .threads = 1, .warm_up = 1_s, .duration = 5_s});
  EXPECT_NEAR(warm.sources[0].latency_total.Mean() * 1e-6, 10, 0.2);
  // One request in 0.5 s: the window is back at 10 segments, and 42 take 10 + 20 + 12.
  model.sources[0].kind = SourceKind::kConstant;
  model.sources[0].rate = 2;
  const TrafficRecord idle =
      SimulateTraffic(model, {.seed = 1, .threads = 1, .warm_up = 1_s, .duration = 5_s});
  EXPECT_NEAR(idle.sources[0].latency_total.Mean() * 1e-6, 30, 0.6);
}

// Mathis, Semke, Mahdavi and Ott, "The macroscopic behavior of the TCP congestion avoidance
// algorithm", 1997: throughput = C * MSS / (RTT * sqrt(p)).  C of table 1: from 0.87 (periodic
// losses, delayed acknowledgements) to 1.31 (random losses, every segment acknowledged).  The
// window grows by acknowledged segments here, whatever the acknowledgements, so C is to be near
// 1.31; timeouts take some of it where windows are small.  About 400 losses or more a case: 5
// standard errors are some 12 %, one false alarm in a million reseedings.
TEST(TransportTheoryTest, ThroughputUnderRandomLossFollowsMathis) {
  struct Case {
    double loss;
    SimTime duration;
  };
  const Link link{10_Gbps, 10_ms};
  for (const Bytes train : {1448_B, 64_KiB}) {
    for (const Case& at : {Case{1e-4, 400_s}, Case{1e-3, 100_s}, Case{1e-2, 60_s}}) {
      Model model = OverALink(link, /*reuse=*/true);
      model.sources[0].kind = SourceKind::kStream;
      model.sources[0].connections = 4;
      model.latency.SetLoss(at.loss);
      model.defaults.longest_train = train;
      const TrafficRecord record = SimulateTraffic(
          model, {.seed = 1, .threads = 1, .warm_up = 10_s, .duration = at.duration});
      const double rate =
          static_cast<double>(record.sources[0].delivered.count()) / 4 / record.measured.seconds();
      const double constant = rate * 2 * link.one_way.seconds() * std::sqrt(at.loss) / kMss;
      EXPECT_GT(constant, 0.87) << at.loss << ", trains of " << train.count() << " bytes";
      EXPECT_LT(constant, 1.31 * 1.12) << at.loss << ", trains of " << train.count() << " bytes";
      EXPECT_GT(record.drops[static_cast<std::size_t>(DropReason::kFabricLoss)], 400U);
      std::printf("loss %g, trains of %lld B: C = %.3f\n", at.loss,
                  static_cast<long long>(train.count()), constant);
    }
  }
}

}  // namespace
}  // namespace cnisim::workload

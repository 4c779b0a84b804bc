// A client's own ports: so many to one destination, each kept for TIME_WAIT.

#include "models/workload/source_ports.h"

#include <gtest/gtest.h>

#include "models/workload/traffic_simulation.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

TEST(SourcePortsTest, ClientsAndDestinationsHavePortsOfTheirOwn) {
  Defaults defaults = test::SmallDefaults();
  defaults.source_ports = 1;
  SourcePorts ports(defaults);
  const std::uint32_t pair = ports.PairOf(/*client=*/3, /*edge=*/0, /*destination=*/7);
  EXPECT_EQ(ports.PairOf(3, 0, 7), pair);
  EXPECT_TRUE(ports.Take(0_s, pair));
  EXPECT_FALSE(ports.Take(0_s, pair));
  EXPECT_TRUE(ports.Take(0_s, ports.PairOf(4, 0, 7)));
  EXPECT_TRUE(ports.Take(0_s, ports.PairOf(3, 1, 7)));
  EXPECT_TRUE(ports.Take(0_s, ports.PairOf(3, 0, 8)));
  EXPECT_EQ(ports.MostUsed().client, 3U);
  EXPECT_EQ(ports.tally().drops, 1U);
}

TEST(SourcePortsTest, WhoeverClosesFirstWaits) {
  Defaults defaults = test::SmallDefaults();
  defaults.source_ports = 1;
  SourcePorts ports(defaults);
  const std::uint32_t pair = ports.PairOf(0, 0, 0);
  ASSERT_TRUE(ports.Take(0_s, pair));
  ports.Release(1_s, pair, /*waits=*/false);
  ASSERT_TRUE(ports.Take(1_s, pair));
  ports.Release(2_s, pair, /*waits=*/true);
  EXPECT_FALSE(ports.Take(61_s, pair));
  EXPECT_TRUE(ports.Take(62_s, pair));
}

// A pod that opens a connection for each request to a Service with two servers.
Model OneCallAConnection(double rate) {
  Model model = test::EchoTraffic(/*reuse=*/false);
  model.pods.push_back({"server-2", 1, kNone});
  EdgeModel& edge = model.edges[0];
  edge.backends.push_back({2, 0});
  edge.echo = false;
  model.applications = {{"server", Nanoseconds(1000), 0, 16, 32, {}}};
  for (const std::uint32_t pod : {1U, 2U}) model.pods[pod].application = 0;
  model.sources[0].kind = SourceKind::kConstant;
  model.sources[0].rate = rate;
  for (NodeModel& node : model.nodes) node.conntrack_max = 0;
  return model;
}

const ResourceUse& Ports(const TrafficRecord& record) {
  return record.resources[static_cast<std::size_t>(ResourceKind::kSourcePorts)];
}

std::uint64_t WithoutPort(const TrafficRecord& record) {
  return record.sources[0].failed[static_cast<std::size_t>(FailureReason::kNoSourcePort)];
}

TrafficRecord Simulate(const Model& model, SimTime warm_up, SimTime duration) {
  return SimulateTraffic(model,
                         {.seed = 1, .threads = 1, .warm_up = warm_up, .duration = duration});
}

// 28,232 ports / 60 s = 470.5 connections a second to the Service's address, and no more.
TEST(SourcePortsTest, APodOpens470ConnectionsASecondToOneService) {
  const TrafficRecord below = Simulate(OneCallAConnection(470), 65_s, 5_s);
  EXPECT_EQ(below.sources[0].total_failed(), 0U);
  EXPECT_NEAR(Ports(below).busy_max * 28232, 470 * 60, 2);

  // Ports are used up when they would come back, and from then on 28,232 connections open in 60 s.
  const TrafficRecord above = Simulate(OneCallAConnection(600), 60_s, 60_s);
  EXPECT_NEAR(static_cast<double>(above.sources[0].completed), 28232, 3);
  EXPECT_EQ(WithoutPort(above), above.sources[0].total_failed());
  EXPECT_NEAR(static_cast<double>(WithoutPort(above)), 600 * 60 - 28232, 3);
  EXPECT_EQ(above.binding().kind, ResourceKind::kSourcePorts);
  EXPECT_TRUE(above.binding().saturated);
  EXPECT_EQ(Ports(above).busiest, "pod client: 28232 of 28232, client -> server");
}

// Under socket-level load balancing each server is a destination of its own.
TEST(SourcePortsTest, TranslatedAtTheSocketEachServerIsADestination) {
  Model model = OneCallAConnection(600);
  model.edges[0].to_backend = true;
  const TrafficRecord record = Simulate(model, 65_s, 5_s);
  EXPECT_EQ(record.sources[0].total_failed(), 0U);
  EXPECT_NEAR(Ports(record).busy_max * 28232, 300 * 60, 500);  // a coin's throw each
}

// Two pods have an address each, unless it is their node's.
TEST(SourcePortsTest, PodsInTheNodesNetworkShareItsPorts) {
  Model model = OneCallAConnection(600);
  model.pods.push_back({"client-2", 0, kNone});
  model.sources[0].clients = {0, 3};
  EXPECT_EQ(WithoutPort(Simulate(model, 50_s, 5_s)), 0U);
  for (const std::uint32_t pod : {0U, 3U}) model.pods[pod].host_network = true;
  const TrafficRecord shared = Simulate(model, 50_s, 5_s);  // 28,232 ports last for 47 s
  EXPECT_EQ(WithoutPort(shared), 5U * 600);
  EXPECT_EQ(Ports(shared).busiest, "node node-0: 28232 of 28232, client -> server");
}

// netperf's TCP_CRR lets the server close first.
TEST(SourcePortsTest, ABenchmarksClientDoesNotWait) {
  const TrafficRecord record = Simulate(test::EchoTraffic(/*reuse=*/false), 0_s, 5_s);
  EXPECT_GT(record.sources[0].completed, 28232U);
  EXPECT_EQ(WithoutPort(record), 0U);
}

// A server that calls without a port fails its own request.
TEST(SourcePortsTest, ACallWithoutAPortFailsTheRequestThatNeedsIt) {
  Model model = test::SmallTraffic(/*rate=*/100);
  model.edges[test::kCallEdge].reuse_connection = false;
  model.defaults.source_ports = 100;
  const TrafficRecord record = Simulate(model, 0_s, 10_s);
  const auto failed = [](const FlowRecord& flow, FailureReason reason) {
    return flow.failed[static_cast<std::size_t>(reason)];
  };
  EXPECT_EQ(record.edges[0].completed, 100U);
  EXPECT_GT(failed(record.edges[0], FailureReason::kNoSourcePort), 500U);
  EXPECT_EQ(failed(record.edges[0], FailureReason::kNoSourcePort),
            failed(record.sources[0], FailureReason::kUpstream));
}

}  // namespace
}  // namespace cnisim::workload

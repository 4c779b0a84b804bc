// Calls to servers outside: their time, and the ports that connections to them need.

#include <cmath>

#include <gtest/gtest.h>

#include "models/workload/traffic_simulation.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

// Pods of node 0 that open a connection for each request to one server outside, at this rate.
Model OutsideTraffic(double rate, SourceKind kind = SourceKind::kConstant) {
  Model model = test::EchoTraffic(/*reuse=*/false);
  model.flows = {test::OutboundFlow({})};
  ExternalModel server;
  server.name = "payments:443";
  server.way = {10_ms, 10_ms, 0};
  server.service_time = Nanoseconds(5e6);
  model.externals = {server};
  model.outbound.holds = {240_s, 15_s, 1800_s};
  model.outbound.masquerade_holds = {120_s, 120_s, 120_s};
  model.outbound.masquerade_ports = 64512;
  EdgeModel& edge = model.edges[0];
  edge.name = "client -> payments";
  edge.external = 0;
  edge.echo = false;
  edge.backends.clear();
  edge.targets = {{Admission::kAllowed, {kNone, 0, kNone}}};
  model.sources[0].kind = kind;
  model.sources[0].rate = rate;
  return model;
}

Model BehindALoadBalancer(double rate, std::uint32_t ports) {
  Model model = OutsideTraffic(rate);
  model.outbound.kind = OutboundKind::kLoadBalancer;
  model.outbound.ports = ports;
  return model;
}

TrafficRecord Simulate(const Model& model, SimTime warm_up, SimTime duration) {
  return SimulateTraffic(model,
                         {.seed = 1, .threads = 1, .warm_up = warm_up, .duration = duration});
}

const ResourceUse& Ports(const TrafficRecord& record) {
  return record.resources[static_cast<std::size_t>(ResourceKind::kSnatPorts)];
}

std::uint64_t Drops(const TrafficRecord& record, DropReason reason) {
  return record.drops[static_cast<std::size_t>(reason)];
}

// Connect 4; the SYN's transmit 1, 10 ms there and back, receive 3; the ACK goes with the request:
// 1 more; request send 2 + transmit 1, 10 ms, 5 ms of work, 10 ms, receive 3, wake-up 1.5, read
// 0.5.  Wires: four crossings out of the node, none in.
TEST(OutsideTest, AnUnloadedCallTakesTwoRoundTripsAndTheServersTime) {
  const TrafficRecord record = Simulate(BehindALoadBalancer(10, 1024), 0_s, 10_s);
  const double wire = 66 * 8e-4 + (66 + 67) * 8e-4;
  const double network = 4 + 1 + 3 + 1 + 2 + 1 + 3 + 1.5 + 0.5 + wire + 4 * 10000;
  ASSERT_GT(record.sources[0].completed, 98U);
  EXPECT_NEAR(record.sources[0].latency_total.Mean() / 1e3, network + 5000, 0.01 * 5000);
  EXPECT_NEAR(record.sources[0].latency_network.Mean() / 1e3, network, 0.01 * network);
  EXPECT_EQ(record.sources[0].connections, record.sources[0].offered);
}

// Little's law: a connection has its port for 30 ms until its FIN (two round trips before the
// answer, less the last way) and 240 s after it.
TEST(OutsideTest, PortsInUseAreTheRateOfConnectionsTimesTheirHold) {
  const TrafficRecord record = Simulate(BehindALoadBalancer(3, 1024), 300_s, 60_s);
  const double hold = 240 + 4 * 0.010 + 0.005;
  EXPECT_NEAR(Ports(record).busy_max, 3 * hold / 1024, 0.002);
  EXPECT_EQ(Ports(record).busiest, "node node-0: 721 of 1024 to payments:443");
  EXPECT_EQ(Drops(record, DropReason::kSnatPorts), 0U);
  EXPECT_EQ(record.sources[0].total_failed(), 0U);
}

// 1,024 ports / 240.045 s = 4.266 connections a second, and no more.
TEST(OutsideTest, ConnectionsBeginToFailAtPortsOverHold) {
  const double onset = 1024 / (240 + 4 * 0.010 + 0.005);
  const TrafficRecord below = Simulate(BehindALoadBalancer(0.99 * onset, 1024), 300_s, 300_s);
  EXPECT_EQ(Drops(below, DropReason::kSnatPorts), 0U);
  EXPECT_NEAR(Ports(below).busy_max, 0.99, 0.002);
  const TrafficRecord above = Simulate(BehindALoadBalancer(1.02 * onset, 1024), 300_s, 300_s);
  EXPECT_GT(Drops(above, DropReason::kSnatPorts), 0U);
  EXPECT_DOUBLE_EQ(Ports(above).busy_max, 1);
  EXPECT_EQ(above.binding().kind, ResourceKind::kSnatPorts);
  EXPECT_TRUE(above.binding().saturated);
}

// What gets through is what ports allow; the others' SYNs go at 0, 1, 3 and 7 s, and after 10 s
// the client has no patience left.
TEST(OutsideTest, WithoutAPortConnectionsTimeOutAfterTheTimersOfTheSyn) {
  Model model = BehindALoadBalancer(1, 2);
  model.outbound.holds = {1000_s, 1000_s, 1000_s};  // nothing comes back
  const TrafficRecord record = Simulate(model, 0_s, 20_s);
  EXPECT_EQ(record.sources[0].completed, 2U);
  // Of the 20 that come within 20 s the third to tenth have waited for 10 s.
  EXPECT_EQ(record.sources[0].offered, 20U);
  EXPECT_EQ(record.sources[0].failed[static_cast<std::size_t>(FailureReason::kTimeout)],
            record.sources[0].total_failed());
  EXPECT_EQ(record.sources[0].total_failed(), 8U);
  EXPECT_EQ(record.sources[0].in_flight, 10U);
  // Four SYNs each of those that failed; of the others those that were due.
  std::uint64_t syns = 4 * 8;
  for (int age = 0; age < 10; ++age) syns += 1U + (age >= 1) + (age >= 3) + (age >= 7);
  EXPECT_EQ(Drops(record, DropReason::kSnatPorts), syns);
}

TEST(OutsideTest, ANatGatewaySharesItsPortsAmongNodes) {
  Model model = OutsideTraffic(6);
  model.outbound.kind = OutboundKind::kNatGateway;
  model.outbound.ports = 50000;
  model.outbound.holds = {65_s, 16_s, 30_s};
  model.pods.push_back({"client-1", 1, kNone});
  model.sources[0].clients = {0, 2};
  const TrafficRecord record = Simulate(model, 300_s, 60_s);
  EXPECT_EQ(record.sources[0].total_failed(), 0U);
  // Six a second for 65 s, and while they are open: from the SYN's arrival to the FIN's.
  const double hold = 65 + 4 * 0.010 + 0.005;
  EXPECT_NEAR(Ports(record).busy_max * 50000, 6 * hold, 2);
  EXPECT_EQ(Ports(record).busiest.find("the NAT gateway: 39"), 0U) << Ports(record).busiest;
}

TEST(OutsideTest, AFullNatGatewayLosesTheSynOnItsWay) {
  Model model = OutsideTraffic(1);
  model.outbound.kind = OutboundKind::kNatGateway;
  model.outbound.ports = 2;
  model.outbound.holds = {1000_s, 1000_s, 1000_s};
  const TrafficRecord record = Simulate(model, 0_s, 20_s);
  EXPECT_EQ(record.sources[0].completed, 2U);
  EXPECT_EQ(record.sources[0].total_failed(), 8U);
  EXPECT_EQ(record.binding().kind, ResourceKind::kSnatPorts);
}

// Ports are kept apart by destination, so two addresses behind one name have twice as many.
TEST(OutsideTest, EveryAddressOfANameHasPortsOfItsOwn) {
  Model model = BehindALoadBalancer(6, 1024);
  model.externals[0].addresses = 2;
  const TrafficRecord record = Simulate(model, 300_s, 60_s);
  EXPECT_EQ(Drops(record, DropReason::kSnatPorts), 0U);
  EXPECT_NEAR(Ports(record).busy_max, 3 * 240.045 / 1024, 0.08);  // a coin's throw each
}

TEST(OutsideTest, PodsOfANodeShareThePortsOfItsOwnAddress) {
  Model model = OutsideTraffic(20);
  model.outbound.kind = OutboundKind::kFirewall;
  model.outbound.masquerade_ports = 1000;
  const TrafficRecord record = Simulate(model, 60_s, 30_s);
  // 20 a second for 50 s; the first come back after 120 s.
  EXPECT_GT(Drops(record, DropReason::kSnatPorts), 0U);
  EXPECT_EQ(Ports(record).busiest, "node node-0: 1000 of 1000 to payments:443");
}

TEST(OutsideTest, NothingLeavesAClusterWithoutAnOutboundType) {
  Model model = OutsideTraffic(1);
  model.outbound.kind = OutboundKind::kNone;
  const TrafficRecord record = Simulate(model, 0_s, 15_s);
  EXPECT_EQ(record.sources[0].completed, 0U);
  EXPECT_GT(Drops(record, DropReason::kNoWayOut), 0U);
}

// An answer that comes too late finds nobody: the client resets the connection, and the port is
// free again after 15 s instead of 240 s.
TEST(OutsideTest, AClientWithoutPatienceResetsItsConnection) {
  Model model = BehindALoadBalancer(2, 1024);
  model.externals[0].service_time = Nanoseconds(3e9);
  model.edges[0].timeout = 1_s;
  const TrafficRecord record = Simulate(model, 100_s, 60_s);
  EXPECT_EQ(record.sources[0].completed, 0U);
  // Two round trips and 3 s until the answer is there.
  EXPECT_NEAR(Ports(record).busy_max, 2 * (15 + 3.04) / 1024, 0.002);
}

TEST(OutsideTest, AServedCallWaitsForItsCallOutside) {
  Model model = test::SmallTraffic(/*rate=*/20);
  model.flows.push_back(test::OutboundFlow({}));
  ExternalModel server;
  server.name = "payments:443";
  server.way = {10_ms, 10_ms, 0};
  server.service_time = Nanoseconds(5e6);
  model.externals = {server};
  EdgeModel& call = model.edges[test::kCallEdge];
  call.external = 0;
  call.backends.clear();
  call.targets = {{Admission::kAllowed, {kNone, 2, kNone}}};
  const TrafficRecord record = Simulate(model, 1_s, 5_s);
  ASSERT_GT(record.sources[0].completed, 50U);
  EXPECT_EQ(record.sources[0].total_failed(), 0U);
  // The connection is open already: one round trip.
  EXPECT_NEAR(record.edges[0].latency_total.Mean() / 1e6, 25, 0.3);
}

TEST(OutsideTest, TheRecordDoesNotDependOnThreads) {
  Model model = OutsideTraffic(50, SourceKind::kPoisson);
  model.outbound.kind = OutboundKind::kNatGateway;
  model.outbound.ports = 300;
  model.outbound.holds = {5_s, 5_s, 5_s};
  TrafficOptions options{.seed = 7, .threads = 1, .warm_up = 1_s, .duration = 20_s};
  const TrafficRecord one = SimulateTraffic(model, options);
  EXPECT_GT(one.sources[0].completed, 500U);
  for (const unsigned threads : {2U, 4U}) {
    options.threads = threads;
    EXPECT_EQ(SimulateTraffic(model, options).digest, one.digest);
  }
}

}  // namespace
}  // namespace cnisim::workload

// Flows of a VM: so many, and inside a tunnel fewer than connections.

#include "models/workload/flow_table.h"

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

#include "models/workload/traffic_simulation.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

TEST(FlowTableTest, RefusesBeyondItsLimit) {
  FlowTable table(/*limit=*/3, /*tunnel=*/0);
  EXPECT_TRUE(table.Insert(0_s, {1, 0}));
  EXPECT_TRUE(table.Insert(0_s, {2, 0}));  // forwarded
  EXPECT_FALSE(table.Insert(0_s, {1, 0}));
  EXPECT_EQ(table.size(), 3U);
  EXPECT_EQ(table.peak(), 3U);
}

TEST(FlowTableTest, AClosedConnectionLeavesAfterItsTime) {
  FlowTable table(1, 0);
  ASSERT_TRUE(table.Insert(0_s, {1, 0}));
  table.Close(1_s, {1, 0}, 15_s);
  EXPECT_FALSE(table.Insert(15_s, {1, 0}));
  EXPECT_TRUE(table.Insert(16_s, {1, 0}));
}

TEST(FlowTableTest, WithoutALimitItCounts) {
  FlowTable table(0, 0);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(table.Insert(0_s, {1, 0}));
  EXPECT_EQ(table.size(), 1000U);
  table.ResetStatistics(1_s);
  EXPECT_EQ(table.peak(), 1000U);
}

// n balls into m boxes fill m (1 - exp(-n / m)) of them.
TEST(FlowTableTest, ConnectionsInATunnelShareItsSourcePorts) {
  constexpr std::uint64_t kPorts = 28232;
  FlowTable table(500000, kPorts);
  EXPECT_TRUE(table.Insert(0_s, {0, 1}));
  EXPECT_EQ(table.size(), 1U);
  for (std::uint64_t i = 1; i < kPorts; ++i) ASSERT_TRUE(table.Insert(0_s, {0, 1}));
  EXPECT_NEAR(static_cast<double>(table.size()), kPorts * (1 - std::exp(-1)), 1);
  for (std::uint64_t i = 0; i < 1'000'000; ++i) ASSERT_TRUE(table.Insert(0_s, {0, 1}));
  EXPECT_EQ(table.size(), kPorts);
}

const ResourceUse& Flows(const TrafficRecord& record) {
  return record.resources[static_cast<std::size_t>(ResourceKind::kVmFlows)];
}

TrafficRecord Simulate(const Model& model, SimTime duration) {
  return SimulateTraffic(model, {.seed = 1, .threads = 1, .warm_up = {}, .duration = duration});
}

TEST(VmFlowsTest, NewConnectionsAreLostWhenAVmHasAllItsFlows) {
  for (const std::uint32_t full : {0U, 1U}) {  // the client's node, the server's
    Model model = test::EchoTraffic(/*reuse=*/false);
    model.nodes[full].vm_flows = 100;
    const TrafficRecord record = Simulate(model, 5_s);
    EXPECT_EQ(record.sources[0].completed, 100U);  // flows of closed connections stay 15 s
    // The next one's SYN at once, and again after 1 and 3 s.
    EXPECT_EQ(record.drops[static_cast<std::size_t>(DropReason::kVmFlows)], 3U);
    EXPECT_EQ(record.binding().kind, ResourceKind::kVmFlows);
    EXPECT_TRUE(record.binding().saturated);
    EXPECT_DOUBLE_EQ(Flows(record).busy_max, 1);
    EXPECT_EQ(Flows(record).busiest, full == 0 ? "node node-0" : "node node-1");
  }
}

// A SYN that the connection table refuses has a flow for that moment only.
TEST(VmFlowsTest, AConnectionThatIsRefusedHasNone) {
  Model model = test::EchoTraffic(/*reuse=*/false);
  model.nodes[1].vm_flows = 1000;
  model.nodes[1].conntrack_max = 100;
  const TrafficRecord record = Simulate(model, 5_s);
  EXPECT_NEAR(Flows(record).busy_max * 1000, 100 + 1, 1e-6);
}

TEST(VmFlowsTest, ATunnelHasFewFlowsForManyConnections) {
  Model model = test::EchoTraffic(/*reuse=*/false);
  model.flows[0].tunnelled = true;
  for (NodeModel& node : model.nodes) {
    node.vm_flows = 100;
    node.tunnel_flows = 50;
  }
  const TrafficRecord record = Simulate(model, 1_s);
  EXPECT_GT(record.sources[0].completed, 5000U);
  EXPECT_DOUBLE_EQ(Flows(record).busy_max, 0.5);
}

// Connections on one node never meet its NIC.
TEST(VmFlowsTest, ConnectionsInsideANodeAreNoFlows) {
  Model model = test::EchoTraffic(/*reuse=*/false);
  model.pods[1].node = 0;
  model.flows = {test::SmallFlow({}, /*one_node=*/true, false)};
  model.edges[0].targets[0].flows = {0, kNone, kNone};
  model.nodes[0].vm_flows = 1;
  const TrafficRecord record = Simulate(model, 1_s);
  EXPECT_GT(record.sources[0].completed, 5000U);
  EXPECT_DOUBLE_EQ(Flows(record).busy_max, 0);
}

// From outside through a node that forwards: two there, one at the server's.
TEST(VmFlowsTest, AForwardedConnectionCountsTwice) {
  Model model = test::SmallTraffic(/*rate=*/100);
  model.edges[test::kTrafficEdge].local_entry = false;
  model.edges[test::kTrafficEdge].reuse_connection = false;
  model.edges[test::kTrafficEdge].targets[0].flows = {kNone, 1, 2};
  datapath::CompiledFlow forwarded = test::SmallFlow({}, false, true);
  for (datapath::CompiledMessage& message : forwarded.messages) {
    datapath::Segment via;
    via.side = datapath::Side::kVia;
    via.resource = datapath::Resource::kSoftirqCore;
    via.per_message = Nanoseconds(1000);
    const bool forward = message.segments.front().side == datapath::Side::kReceiver;
    message.segments.insert(forward ? message.segments.begin() : message.segments.end(), via);
  }
  model.flows.push_back(forwarded);
  for (NodeModel& node : model.nodes) node.vm_flows = 10000;
  model.defaults.requests_per_connection = 1000000;  // the frontend's calls open none
  const TrafficRecord record = Simulate(model, 4_s);
  // Some 400 connections; half come to the frontend's own node, and all end there.
  const auto offered = static_cast<double>(record.sources[0].offered);
  const auto both_nodes = [](const TrafficRecord& of) { return 2 * Flows(of).busy_mean * 10000; };
  EXPECT_NEAR(both_nodes(record), 2 * offered, 60);  // half of the connections by a coin's throw
  // They leave again, all of them, 15 s after their end.
  const TrafficRecord later =
      SimulateTraffic(model, {.seed = 1, .threads = 1, .warm_up = 40_s, .duration = 10_s});
  EXPECT_NEAR(both_nodes(later), 2 * 15.5 * 100, 250);
}

}  // namespace
}  // namespace cnisim::workload

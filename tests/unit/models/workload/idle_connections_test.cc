// Connections to servers outside that are kept and not used for long.

#include <gtest/gtest.h>

#include "models/workload/traffic_simulation.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

// A pod that calls a server outside over a kept connection, once in so many seconds.
Model CallEvery(double seconds, OutboundKind kind, bool reset) {
  Model model = test::EchoTraffic(/*reuse=*/true);
  model.flows = {test::OutboundFlow({})};
  ExternalModel server;
  server.name = "payments:443";
  server.way = {10_ms, 10_ms, 0};
  server.service_time = Nanoseconds(5e6);
  model.externals = {server};
  model.outbound.kind = kind;
  model.outbound.idle = 240_s;
  model.outbound.idle_reset = reset;
  EdgeModel& edge = model.edges[0];
  edge.external = 0;
  edge.echo = false;
  edge.backends.clear();
  edge.targets = {{Admission::kAllowed, {kNone, 0, kNone}}};
  model.sources[0].kind = SourceKind::kConstant;
  model.sources[0].rate = 1 / seconds;
  return model;
}

FlowRecord Simulate(const Model& model) {
  return SimulateTraffic(model, {.seed = 1, .threads = 1, .warm_up = {}, .duration = 3000_s})
      .sources[0];
}

std::uint64_t Idle(const FlowRecord& flow) {
  return flow.failed[static_cast<std::size_t>(FailureReason::kIdle)];
}

TEST(IdleConnectionsTest, ConnectionsThatAreUsedStay) {
  for (const bool reset : {false, true}) {
    const FlowRecord flow = Simulate(CallEvery(200, OutboundKind::kNatGateway, reset));
    EXPECT_EQ(flow.completed, 15U);
    EXPECT_EQ(flow.connections, 0U);
  }
}

// The first call's connection has just been used; the second finds it gone, the third opens one.
TEST(IdleConnectionsTest, ANatGatewayResetsTheNextRequest) {
  const FlowRecord flow = Simulate(CallEvery(300, OutboundKind::kNatGateway, false));
  EXPECT_EQ(flow.offered, 10U);
  EXPECT_EQ(Idle(flow), 5U);
  EXPECT_EQ(flow.total_failed(), 5U);
  EXPECT_EQ(flow.connections, 4U);
}

// Both ends know: nobody fails, and each call but the first pays a handshake.
TEST(IdleConnectionsTest, ALoadBalancerTellsBothEnds) {
  const FlowRecord flow = Simulate(CallEvery(300, OutboundKind::kLoadBalancer, true));
  EXPECT_EQ(flow.completed, 10U);
  EXPECT_EQ(flow.connections, 9U);
  EXPECT_NEAR(flow.latency_total.Mean() / 1e6, 25 + 0.9 * 20, 0.5);
}

TEST(IdleConnectionsTest, OtherWaysOutForgetNothing) {
  Model model = CallEvery(300, OutboundKind::kFirewall, false);
  model.outbound.idle = SimTime();
  EXPECT_EQ(Simulate(model).completed, 10U);
  EXPECT_EQ(Simulate(model).connections, 0U);
}

}  // namespace
}  // namespace cnisim::workload

// A VM's bandwidth as a token bucket: what was saved up passes at once, and no more in the long
// run.

#include <gtest/gtest.h>

#include "models/workload/traffic_bytes.h"
#include "models/workload/traffic_simulation.h"
#include "sim/base/bytes.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

// Transactions of 1,000 bytes there and back over VMs of 10 Mbit/s.
Model SlowVms(Bytes burst, double rate) {
  Model model = test::EchoTraffic(/*reuse=*/true);
  for (NodeModel& node : model.nodes) {
    node.egress = 10_Mbps;
    node.egress_burst = burst;
  }
  model.edges[0].request = model.edges[0].response = 1000_B;
  model.sources[0].kind = SourceKind::kConstant;
  model.sources[0].rate = rate;
  return model;
}

TrafficRecord Simulate(const Model& model, SimTime warm_up, bool fused = true) {
  return SimulateTraffic(
      model, {.seed = 1, .threads = 1, .warm_up = warm_up, .duration = 5_s, .fused = fused});
}

const ResourceUse& Nic(const TrafficRecord& record) {
  return record.resources[static_cast<std::size_t>(ResourceKind::kNic)];
}

TEST(BandwidthBurstTest, WhatIsSavedUpPassesAtOnce) {
  const TrafficRecord without = Simulate(SlowVms(Bytes(0), 100), 1_s);
  const TrafficRecord with = Simulate(SlowVms(100_KiB, 100), 1_s);
  const double wire_us = 2 * (1000 + 66) * 8 / 10.0;
  EXPECT_NEAR(
      (without.sources[0].latency_total.Mean() - with.sources[0].latency_total.Mean()) / 1e3,
      wire_us, 5);
  EXPECT_EQ(Nic(with).wait_mean, SimTime());
  // What is sent is the same.
  EXPECT_NEAR(Nic(with).busy_max, Nic(without).busy_max, 1e-3);
}

// 10 Mbit/s are 1,172.6 such packets a second, after the bucket is empty.
TEST(BandwidthBurstTest, InTheLongRunTheCapIsTheCap) {
  const TrafficRecord record = Simulate(SlowVms(100_KiB, 2000), 5_s);
  EXPECT_NEAR(static_cast<double>(record.sources[0].answered) / 5, 10e6 / 8 / 1066, 12);
  EXPECT_GT(
      record.drops[static_cast<std::size_t>(DropReason::kNicQueue)] + record.sources[0].in_flight,
      0U);
  EXPECT_EQ(record.binding().kind, ResourceKind::kNic);
}

TEST(BandwidthBurstTest, EventsGiveTheSameBytes) {
  for (const double rate : {100.0, 1100.0, 2000.0}) {
    Model model = SlowVms(20_KiB, rate);
    model.sources[0].kind = SourceKind::kPoisson;
    ByteWriter fused;
    Save(Simulate(model, 1_s), fused);
    ByteWriter by_events;
    Save(Simulate(model, 1_s, /*fused=*/false), by_events);
    EXPECT_EQ(fused.bytes(), by_events.bytes()) << rate;
  }
}

}  // namespace
}  // namespace cnisim::workload

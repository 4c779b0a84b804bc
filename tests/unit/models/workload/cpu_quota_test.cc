#include "models/workload/cpu_quota.h"

#include <gtest/gtest.h>

#include "models/workload/traffic_simulation.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

struct Step {
  SimTime begin;
  SimTime length;
};

void ExpectSlice(const CpuQuota::Slice& slice, const Step& expected) {
  EXPECT_EQ(slice.begin, expected.begin);
  EXPECT_EQ(slice.length, expected.length);
}

// Half a core: 50 ms of each 100 ms.  Work of 120 ms that begins with a period runs 0-50, 100-150
// and 200-220 ms.
TEST(CpuQuotaTest, LongWorkRunsInStepsOfThePeriod) {
  CpuQuota quota(50_ms, 100_ms, SimTime());
  ExpectSlice(quota.Take(0_ms, 120_ms), {0_ms, 50_ms});
  ExpectSlice(quota.Take(50_ms, 70_ms), {100_ms, 50_ms});
  ExpectSlice(quota.Take(150_ms, 20_ms), {200_ms, 20_ms});
}

TEST(CpuQuotaTest, WhatIsLeftIsNotSavedUp) {
  CpuQuota quota(50_ms, 100_ms, SimTime());
  ExpectSlice(quota.Take(90_ms, 5_ms), {90_ms, 5_ms});
  ExpectSlice(quota.Take(500_ms, 80_ms), {500_ms, 50_ms});
}

// Two cores: the quota is 200 ms, but one thread runs 100 ms in a period at most.
TEST(CpuQuotaTest, OneThreadIsChargedToThePeriodsItRunsIn) {
  CpuQuota quota(200_ms, 100_ms, SimTime());
  ExpectSlice(quota.Take(40_ms, 150_ms), {40_ms, 60_ms});
  ExpectSlice(quota.Take(100_ms, 90_ms), {100_ms, 90_ms});
}

TEST(CpuQuotaTest, PeriodsEndWhereThePhaseSays) {
  CpuQuota quota(50_ms, 100_ms, 30_ms);
  ExpectSlice(quota.Take(10_ms, 60_ms), {10_ms, 20_ms});
  ExpectSlice(quota.Take(30_ms, 40_ms), {30_ms, 40_ms});
}

// Who comes while others wait for the next period waits for what they leave of it.
TEST(CpuQuotaTest, ServesInOrder) {
  CpuQuota quota(50_ms, 100_ms, SimTime());
  ExpectSlice(quota.Take(0_ms, 50_ms), {0_ms, 50_ms});
  ExpectSlice(quota.Take(10_ms, 30_ms), {100_ms, 30_ms});
  ExpectSlice(quota.Take(20_ms, 30_ms), {100_ms, 20_ms});
  ExpectSlice(quota.Take(30_ms, 10_ms), {200_ms, 10_ms});
}

// One node, one pod limited to half a core whose requests need 10 ms each, on idle cores.
Model LimitedPod(double rate) {
  Model model =
      test::SmallTraffic(rate, 1, {.send = 0, .transmit = 0, .receive = 0, .wakeup = 0, .read = 0});
  ApplicationModel& application = model.applications[test::kFrontend];
  application.calls.clear();
  application.service_time = Nanoseconds(10e6);
  application.cpu_limit = 500;
  application.workers = 1000;
  application.queue = 1000;
  model.edges[test::kTrafficEdge].timeout = 1000_s;
  return model;
}

const ResourceUse& Use(const TrafficRecord& record, ResourceKind kind) {
  return record.resources[static_cast<std::size_t>(kind)];
}

// 20 requests a second would use 0.2 cores of 0.5; 100 a second ask for twice what the limit
// allows, and 50 a second are served whatever the node has idle.
TEST(CpuLimitTest, ServesWhatTheLimitAllows) {
  const TrafficOptions options{.seed = 3, .warm_up = 1_s, .duration = 10_s};
  const TrafficRecord low = SimulateTraffic(LimitedPod(20), options);
  EXPECT_NEAR(Use(low, ResourceKind::kCpuLimit).busy_max, 0.4, 0.1);
  EXPECT_EQ(Use(low, ResourceKind::kCpuLimit).busiest, "pod frontend-0");
  EXPECT_EQ(low.sources[0].latency_total.Quantile(0.5) / 1'000'000, 10);

  const TrafficRecord high = SimulateTraffic(LimitedPod(100), options);
  EXPECT_NEAR(static_cast<double>(high.sources[0].answered) / 10, 50, 0.5);
  EXPECT_NEAR(Use(high, ResourceKind::kCpuLimit).busy_max, 1, 0.005);
  EXPECT_EQ(high.binding().kind, ResourceKind::kCpuLimit);
  EXPECT_TRUE(high.binding().saturated);
  EXPECT_LT(Use(high, ResourceKind::kCores).busy_max, 0.2);
}

// A limit that nothing reaches changes no latency, though work that a period's end cuts is counted
// in both.
TEST(CpuLimitTest, ALimitThatIsNotReachedCostsNothing) {
  const TrafficOptions options{.seed = 3, .warm_up = 1_s, .duration = 5_s};
  Model model = LimitedPod(20);
  model.applications[test::kFrontend].cpu_limit = 4000;
  const Histogram limited = SimulateTraffic(model, options).sources[0].latency_total;
  model.applications[test::kFrontend].cpu_limit = 0;
  const TrafficRecord free = SimulateTraffic(model, options);
  EXPECT_EQ(limited.Mean(), free.sources[0].latency_total.Mean());
  EXPECT_EQ(Use(free, ResourceKind::kCpuLimit).busiest, "");
}

}  // namespace
}  // namespace cnisim::workload

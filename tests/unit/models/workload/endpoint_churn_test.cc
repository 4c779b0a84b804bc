#include "models/workload/endpoint_churn.h"

#include <gtest/gtest.h>

#include "models/workload/traffic_simulation.h"
#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;

/// One edge whose pod 7 is gone at 100 ms, silent from 200 ms, and known to be gone on host 0 at
/// 50 ms, on host 1 at 300 ms.
Model OneChange() {
  Model model;
  EdgeModel edge;
  edge.changes.push_back({7, 100_ms, 200_ms, {50_ms, 300_ms}});
  model.edges.push_back(edge);
  return model;
}

Call To(std::uint32_t pod, std::uint32_t client_host) {
  Call call;
  call.server_pod = pod;
  call.client_host = client_host;
  call.server_host = 1;
  return call;
}

constexpr std::uint32_t kOutside = 2;

TEST(EndpointChurnTest, AHostThatKnowsSendsNobodyAstray) {
  const Model model = OneChange();
  EndpointChurn churn(model, kOutside, 4);
  Call call = To(7, 0);
  EXPECT_TRUE(churn.Begin(150_ms, 0, true, call));
  EXPECT_EQ(call.admission, Admission::kAllowed);
}

TEST(EndpointChurnTest, AHostThatDoesNotKnowMeetsAResetAndThenSilence) {
  const Model model = OneChange();
  EndpointChurn churn(model, kOutside, 4);
  Call before = To(7, 1);
  EXPECT_FALSE(churn.Begin(99_ms, 0, false, before));
  EXPECT_EQ(before.admission, Admission::kAllowed);
  Call early = To(7, 1);
  EXPECT_TRUE(churn.Begin(100_ms, 0, false, early));
  EXPECT_EQ(early.admission, Admission::kReset);
  Call late = To(7, 1);
  EXPECT_TRUE(churn.Begin(200_ms, 0, true, late));
  EXPECT_EQ(late.admission, Admission::kGone);
  Call after = To(7, 1);
  churn.Begin(300_ms, 0, true, after);
  EXPECT_EQ(after.admission, Admission::kAllowed);
  Call other = To(8, 1);
  EXPECT_FALSE(churn.Begin(150_ms, 0, false, other));
  EXPECT_EQ(other.admission, Admission::kAllowed);
}

// Each caller had a connection of its own; it opens another one once.
TEST(EndpointChurnTest, EachCallerOpensOneNewConnection) {
  const Model model = OneChange();
  EndpointChurn churn(model, kOutside, 4);
  for (const std::uint32_t caller : {0U, 3U, kNone}) {
    Call first = To(7, 0);
    EXPECT_TRUE(churn.Begin(150_ms, caller, false, first)) << caller;
    Call second = To(7, 0);
    EXPECT_FALSE(churn.Begin(160_ms, caller, false, second)) << caller;
  }
}

// From outside the entry node looks the Service up.
TEST(EndpointChurnTest, TheEntryNodeDecidesForClientsOutside) {
  const Model model = OneChange();
  EndpointChurn churn(model, kOutside, 0);
  Call knows = To(7, kOutside);
  knows.via_host = 0;
  churn.Begin(150_ms, kNone, true, knows);
  EXPECT_EQ(knows.admission, Admission::kAllowed);
  Call here = To(7, kOutside);  // enters at host 1, where the pod was
  churn.Begin(150_ms, kNone, true, here);
  EXPECT_EQ(here.admission, Admission::kReset);
}

TEST(EndpointChurnTest, WhatIsUnderWayIsCutOff) {
  const Model model = OneChange();
  const EndpointChurn churn(model, kOutside, 4);
  const Call call = To(7, 0);
  EXPECT_TRUE(churn.CutOff(call, 90_ms, 110_ms));
  EXPECT_FALSE(churn.CutOff(call, 90_ms, 95_ms));
  EXPECT_FALSE(churn.CutOff(call, 100_ms, 110_ms));
  EXPECT_FALSE(churn.CutOff(To(8, 0), 90_ms, 110_ms));
}

// Connections of one call each, one after the other: from 100 ms on all are reset, from 200 ms on
// the SYN is lost and its client waits, after 300 ms they succeed again.
TEST(EndpointChurnTest, TrafficMeetsIt) {
  Model model = test::EchoTraffic(/*reuse=*/false);
  const std::size_t hosts = model.nodes.size();
  model.edges[0].changes.push_back(
      {model.edges[0].backends[0].pod, 100_ms, 200_ms, std::vector<SimTime>(hosts, 300_ms)});
  const auto run = [&](SimTime until) {
    TrafficOptions options;
    options.seed = 3;
    options.duration = until;
    return SimulateTraffic(model, options);
  };
  const TrafficRecord before = run(99_ms);
  EXPECT_EQ(before.sources[0].total_failed(), 0U);
  const TrafficRecord resets = run(199_ms);
  const auto refused = static_cast<std::size_t>(FailureReason::kRefused);
  EXPECT_GT(resets.sources[0].failed[refused], 100U);
  EXPECT_EQ(resets.sources[0].denied, 0U);
  EXPECT_EQ(resets.drops[static_cast<std::size_t>(DropReason::kPodGone)], 0U);
  const TrafficRecord all = run(15_s);
  EXPECT_GT(all.drops[static_cast<std::size_t>(DropReason::kPodGone)], 0U);
  EXPECT_GT(all.sources[0].completed, before.sources[0].completed);
  EXPECT_EQ(all.sources[0].offered,
            all.sources[0].completed + all.sources[0].total_failed() + all.sources[0].in_flight);
}

// Every host keeps its own knowledge, so threads change nothing.
TEST(EndpointChurnTest, ThreadsChangeNothing) {
  Model model = test::SmallTraffic(/*rate=*/20000, /*backends=*/4);
  const std::size_t hosts = model.nodes.size();
  for (const SimTime at : {5_ms, 20_ms, 35_ms}) {
    model.edges[test::kCallEdge].changes.push_back(
        {model.edges[test::kCallEdge].backends[at < 10_ms ? 0 : 1].pod, at, at + 5_ms,
         std::vector<SimTime>(hosts, at + 10_ms)});
  }
  model.edges[test::kCallEdge].reuse_connection = false;
  const auto run = [&](unsigned threads) {
    TrafficOptions options;
    options.seed = 9;
    options.threads = threads;
    options.duration = 60_ms;
    return SimulateTraffic(model, options);
  };
  const TrafficRecord one = run(1);
  const TrafficRecord two = run(2);
  EXPECT_GT(one.edges[0].total_failed(), 10U);
  EXPECT_EQ(one.digest, two.digest);
  EXPECT_EQ(one.edges[0].failed, two.edges[0].failed);
  EXPECT_EQ(one.drops, two.drops);
}

}  // namespace
}  // namespace cnisim::workload

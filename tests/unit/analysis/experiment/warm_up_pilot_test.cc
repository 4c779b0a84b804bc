#include "analysis/experiment/warm_up_pilot.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "tests/support/thread_ranks.h"

namespace cnisim::experiment {
namespace {

using namespace literals;

constexpr double kServiceNs = 100'000;  // mean

/// M/M/1, first come first served, by Lindley's recursion.
struct Queue {
  double load = 0.5;
  double found_at_start_ns = 0;  ///< work that the first customer waits for
  bool steady = false;           ///< start with as much work as a customer finds in the long run
};

workload::TrafficRecord RunQueue(const Queue& queue, const RunRequest& request) {
  RandomStream random(request.seed, /*entity=*/0, /*purpose=*/0);
  workload::TrafficRecord record;
  workload::FlowRecord& source = record.sources.emplace_back();
  double now = 0;
  double free_at = queue.found_at_start_ns;
  if (queue.steady) {
    RandomStream start(request.seed, /*entity=*/1, /*purpose=*/0);
    if (start.Uniform() < queue.load) free_at = start.Exponential(kServiceNs / (1 - queue.load));
  }
  const auto end = static_cast<double>((request.warm_up + request.duration).nanos());
  for (;;) {
    now += random.Exponential(kServiceNs / queue.load);
    if (now >= end) break;
    free_at = std::max(free_at, now) + random.Exponential(kServiceNs);
    const auto latency = static_cast<std::int64_t>(free_at - now);
    const auto left = static_cast<std::int64_t>(free_at) - request.warm_up.nanos();
    if (left < 0 || free_at >= end) continue;
    source.latency_total.Record(latency);
    ++source.completed;
    if (request.series_step == SimTime()) continue;
    source.series.resize(static_cast<std::size_t>(left / request.series_step.nanos()) + 1);
    ++source.series.back().answered;
    source.series.back().latency_ns += latency;
  }
  return record;
}

Subject SubjectOf(const char* name, const Queue& queue) {
  return {name, [queue](const RunRequest& request) { return RunQueue(queue, request); }};
}

PlanOptions PlanOf(SimTime duration, std::uint64_t seed) {
  PlanOptions plan;
  plan.seed = seed;
  plan.duration = duration;
  plan.replications = 4;
  return plan;
}

/// The mean of 200 pilots' cuts of one queue, in services; what does not settle counts as the half.
double MeanCut(const Queue& queue, SimTime duration) {
  double sum = 0;
  constexpr int kPilots = 200;
  for (std::uint64_t seed = 1; seed <= kPilots; ++seed) {
    PlanOptions plan = PlanOf(duration, seed);
    sum += static_cast<double>(RunPilots({SubjectOf("queue", queue)}, plan).time.nanos());
  }
  return sum / kPilots / kServiceNs;
}

// How long an empty queue remembers that it was empty is its relaxation time,
// services / (1 - sqrt(load))^2 (Cohen, The Single Server Queue): 12 at a load of 0.5, 380 at 0.9.
TEST(WarmUpPilotTest, AQueueThatStartsEmptyIsCutTheLongerTheHigherItsLoad) {
  const double half = MeanCut({.load = 0.5}, 2_s);
  const double high = MeanCut({.load = 0.9}, 2_s);
  EXPECT_GT(high, 1.5 * half);
}

// The first customers of a queue that starts empty wait too little; of one that starts with a heap
// of work, too long.  Against a queue with the same customers that starts as it is in the long run,
// the means of many runs show that, and show less of it without the warm-up.
TEST(WarmUpPilotTest, TheCutTakesTheBiasAway) {
  for (const double start : {0.0, 400 * kServiceNs}) {
    const Queue queue{.load = 0.8, .found_at_start_ns = start};
    const Subject subject = SubjectOf("queue", queue);
    double uncut = 0;
    double cut = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
      const auto error = [&](SimTime warm_up) {
        RunRequest request;
        request.seed = seed;
        request.warm_up = warm_up;
        request.duration = 400_ms;
        const auto mean = [&](const Queue& of) {
          return RunQueue(of, request).sources[0].latency_total.Mean() / kServiceNs;
        };
        return mean(queue) - mean({.load = queue.load, .steady = true});
      };
      PlanOptions plan = PlanOf(400_ms, seed);
      uncut += error(SimTime()) / 400;
      cut += error(RunPilots({subject}, plan).time) / 400;
    }
    EXPECT_LT(std::abs(cut), 0.6 * std::abs(uncut))
        << "from " << start << ": " << uncut << " without, " << cut << " with";
  }
}

TEST(WarmUpPilotTest, AllGetTheLongestCut) {
  PlanOptions plan = PlanOf(1_s, 1);
  const Subject calm = SubjectOf("calm", {.load = 0.3});
  const Subject heap = SubjectOf("heap", {.load = 0.3, .found_at_start_ns = 1e8});
  const WarmUpCut cut = RunPilots({calm, heap, calm}, plan);
  EXPECT_EQ(cut.longest, 1U);
  EXPECT_TRUE(cut.unsettled.empty());
  // A heap of 0.1 s shrinks by 0.7 s a second, so it is gone after 143 ms.
  EXPECT_GE(cut.time, 120_ms);
  EXPECT_LE(cut.time, 200_ms);
}

TEST(WarmUpPilotTest, AGrowingQueueNeverSettles) {
  PlanOptions plan = PlanOf(1_s, 1);
  const WarmUpCut cut =
      RunPilots({SubjectOf("calm", {.load = 0.3}), SubjectOf("flooded", {.load = 1.5})}, plan);
  EXPECT_EQ(cut.unsettled, (std::vector<WarmUpCut::Place>{{1, 0}}));
  EXPECT_EQ(cut.longest, 1U);
  EXPECT_EQ(cut.time, 500_ms);
}

TEST(WarmUpPilotTest, NineAnswersAreTooFewToTell) {
  const Subject few = {"few", [](const RunRequest&) {
                         workload::TrafficRecord record;
                         record.sources.emplace_back().series.assign(9, {1, 1000});
                         return record;
                       }};
  PlanOptions plan = PlanOf(1_s, 1);
  EXPECT_EQ(RunPilots({few}, plan).unsettled.size(), 1U);
}

TEST(WarmUpPilotTest, NoAnswersNeedNoWarmUp) {
  const Subject silent = {"silent", [](const RunRequest&) {
                            workload::TrafficRecord record;
                            record.sources.emplace_back();
                            return record;
                          }};
  PlanOptions plan = PlanOf(1_s, 1);
  const WarmUpCut cut = RunPilots({silent}, plan);
  EXPECT_EQ(cut.time, SimTime());
  EXPECT_FALSE(cut.longest);
  EXPECT_TRUE(cut.unsettled.empty());
}

TEST(WarmUpPilotTest, SeedsOfPilotsAreNoReplications) {
  std::vector<std::uint64_t> seeds;
  const Subject recorder = {"recorder", [&](const RunRequest& request) {
                              seeds.push_back(request.seed);
                              workload::TrafficRecord record;
                              record.sources.emplace_back();
                              return record;
                            }};
  PlanOptions plan = PlanOf(1_s, 1);
  RunPilots({recorder}, plan);
  RunAll({recorder}, plan);
  ASSERT_EQ(seeds.size(), 5U);
  std::sort(seeds.begin(), seeds.end());
  EXPECT_EQ(std::adjacent_find(seeds.begin(), seeds.end()), seeds.end());
}

TEST(WarmUpPilotTest, TheSameCutForAnyNumberOfThreadsAndRanks) {
  const std::vector<Subject> subjects = {
      SubjectOf("a", {.load = 0.9}), SubjectOf("b", {.load = 0.8}), SubjectOf("c", {.load = 0.7})};
  PlanOptions alone = PlanOf(1_s, 5);
  const SimTime expected = RunPilots(subjects, alone).time;
  EXPECT_GT(expected, SimTime());
  PlanOptions threads = PlanOf(1_s, 5);
  threads.threads = 3;
  EXPECT_EQ(RunPilots(subjects, threads).time, expected);
  std::vector<SimTime> found(2);
  test::RunOnThreadRanks(2, [&](engine::Ranks& ranks) {
    PlanOptions plan = PlanOf(1_s, 5);
    plan.ranks = &ranks;
    plan.rank_use = RankUse::kRuns;
    found[ranks.rank()] = RunPilots(subjects, plan).time;
  });
  EXPECT_EQ(found, (std::vector<SimTime>{expected, expected}));
}

TEST(WarmUpPilotTest, ProgressCountsPilotsAndWhatFollows) {
  const std::vector<Subject> subjects = {SubjectOf("a", {}), SubjectOf("b", {})};
  std::vector<Progress> told;
  PlanOptions plan = PlanOf(10_ms, 1);
  plan.cost_draws = 1;
  plan.progress = [&](const Progress& now) { told.push_back(now); };
  RunPilots(subjects, plan);
  RunAll(subjects, plan);
  ASSERT_EQ(told.size(), 12U);
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].done, static_cast<int>(i) + 1);
    EXPECT_EQ(told[i].total, 12);
    EXPECT_EQ(told[i].simulated_total, 120_ms);
  }
  EXPECT_EQ(told.back().simulated, 120_ms);
}

}  // namespace
}  // namespace cnisim::experiment

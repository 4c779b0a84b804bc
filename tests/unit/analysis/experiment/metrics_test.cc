#include "analysis/experiment/metrics.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/stats/interval.h"
#include "tests/support/fake_runs.h"

namespace cnisim::experiment {
namespace {

using testing_support::FakeLabels;
using testing_support::FakeSubject;
using testing_support::FakeSystem;
using workload::FlowRecord;

std::vector<SubjectRecord> RunFakes(const std::vector<FakeSystem>& systems, int replications = 10,
                                    int cost_draws = 8) {
  std::vector<Subject> subjects;
  for (const FakeSystem& system : systems) subjects.push_back(FakeSubject(system));
  PlanOptions options;
  options.replications = replications;
  options.cost_draws = cost_draws;
  options.duration = SimTime::FromNanos(500'000'000);
  return RunAll(subjects, options);
}

TEST(SummariseTest, FiguresComeFromTheRecords) {
  const auto records = RunFakes({{"a", 100, 0, 500, 0.02}});
  const ConfigurationResult result = Summarise(records[0], FakeLabels());
  EXPECT_EQ(result.name, "a");
  ASSERT_EQ(result.traffic.size(), 1U);
  EXPECT_EQ(result.traffic[0].completed, 5000U);
  EXPECT_EQ(result.traffic[0].offered, 5100U);
  EXPECT_EQ(result.traffic[0].failed,
            (std::vector<std::pair<std::string, std::uint64_t>>{{"timeout", 100}}));
  // 500 answered in half a second; 10 of 510 ended ones failed.
  EXPECT_EQ(result.Find("throughput", "external", "frontend")->value, 1000.0);
  EXPECT_NEAR(result.Find("errors", "external", "frontend")->value, 10.0 / 510, 1e-15);
  // 100 us on each of 500 requests, on two nodes, in half a second: 0.05 cores a node.
  EXPECT_NEAR(result.Find("network_cores")->value, 0.05, 1e-12);
  EXPECT_NEAR(result.Find("cpu.softirq")->value, 0.05, 1e-12);
  EXPECT_EQ(result.Find("cpu.proxy")->value, 0.0);
  EXPECT_EQ(result.Find("network_latency.p50", "external", "frontend")->value, 100'000.0);
  EXPECT_EQ(result.binds, "cores");
  EXPECT_FALSE(result.saturated);
  EXPECT_EQ(result.digests.size(), 10U);

  std::vector<const Histogram*> histograms;
  for (const auto& record : records[0].replications) {
    histograms.push_back(&record.sources[0].latency_total);
  }
  const stats::Estimate p99 = stats::QuantileEstimate(histograms, 0.99);
  const MetricResult* metric = result.Find("latency.p99", "external", "frontend");
  EXPECT_EQ(metric->value, p99.value);
  EXPECT_EQ(metric->low, p99.low());
  EXPECT_EQ(metric->high, p99.high());
  EXPECT_EQ(metric->replications.size(), 10U);
}

TEST(SummariseTest, ModelBoundsHoldTheCostsAloneAndNotChance) {
  // +-50 % of 100 us moves every latency by up to 50 us, whatever the queue does.
  const auto records = RunFakes({{"a", 100, 0.5}});
  const MetricResult p99 =
      *Summarise(records[0], FakeLabels()).Find("latency.p99", "external", "frontend");
  EXPECT_LT(p99.model_low, p99.value);
  EXPECT_GT(p99.model_high, p99.value);
  EXPECT_GE(p99.model_low, p99.value - 70'000);  // and the resolution of a bucket at 5 ms
  EXPECT_LE(p99.model_high, p99.value + 70'000);
}

TEST(SummariseTest, LookUpsAreAPartOfTheirOwn) {
  auto records = RunFakes({{"a"}}, 2, 0);
  EXPECT_EQ(Summarise(records[0], FakeLabels()).Find("lookup.p50", "external", "frontend"),
            nullptr);
  for (workload::TrafficRecord& record : records[0].replications) {
    FlowRecord& flow = record.sources[0];
    flow.lookups = 3;
    flow.queries = 30;
    for (const std::int64_t ns : {1000, 1000}) flow.latency_lookup.Record(ns);
    flow.lookup_time = SimTime::FromNanos(14'000);  // the third failed after 12 us
    record.request_time = SimTime::FromNanos(56'000);
    record.queries.emplace_back();
    record.queries.back().name = "shop/web -> CoreDNS";
    record.queries.back().offered = 30;
  }
  const ConfigurationResult result = Summarise(records[0], FakeLabels());
  EXPECT_EQ(result.Find("lookup.p50", "external", "frontend")->value, 1000);
  EXPECT_EQ(result.Find("lookup.queries", "external", "frontend")->value, 10);
  ASSERT_TRUE(result.traffic[0].lookup);
  EXPECT_EQ(result.traffic[0].lookup->count, 6U);
  EXPECT_EQ(result.traffic[0].lookup->queries, 10);
  EXPECT_NEAR(result.traffic[0].lookup->mean_ns, 14'000.0 / 3, 1e-9);
  EXPECT_EQ(result.traffic[0].lookup->share, 0.25);
  ASSERT_EQ(result.queries.size(), 1U);
  EXPECT_EQ(result.queries[0].from, "shop/web");
  EXPECT_EQ(result.queries[0].to, "CoreDNS");
  EXPECT_EQ(result.queries[0].kind, "query");
  EXPECT_EQ(result.queries[0].offered, 60U);
}

TEST(SummariseTest, NoDrawsNoModelBounds) {
  const auto records = RunFakes({{"a", 100, 0.5}}, 10, 0);
  const MetricResult p99 =
      *Summarise(records[0], FakeLabels()).Find("latency.p99", "external", "frontend");
  EXPECT_TRUE(std::isnan(p99.model_low));
  EXPECT_TRUE(std::isnan(p99.model_high));
}

TEST(SummariseTest, NothingAnsweredIsUndefinedNotZero) {
  const auto records = RunFakes({{"a", 100, 0, 0, 0}});
  const ConfigurationResult result = Summarise(records[0], FakeLabels());
  EXPECT_FALSE(result.Find("latency.p99", "external", "frontend")->defined());
  EXPECT_FALSE(result.Find("errors", "external", "frontend")->defined());
  EXPECT_EQ(result.Find("throughput", "external", "frontend")->value, 0.0);
  EXPECT_TRUE(result.traffic[0].latency.empty());
}

TEST(SummariseTest, OneReplicationHasNoInterval) {
  const auto records = RunFakes({{"a"}}, 1, 0);
  const MetricResult p99 =
      *Summarise(records[0], FakeLabels()).Find("latency.p99", "external", "frontend");
  EXPECT_TRUE(p99.defined());
  EXPECT_TRUE(std::isnan(p99.low));
}

TEST(SummariseTest, DistributionsAscend) {
  const auto records = RunFakes({{"a"}});
  const ConfigurationResult result = Summarise(records[0], FakeLabels());
  const Distribution& latency = result.traffic[0].latency;
  ASSERT_GT(latency.size(), 20U);
  for (std::size_t i = 1; i < latency.size(); ++i) {
    EXPECT_LT(latency[i - 1].share, latency[i].share);
    EXPECT_LE(latency[i - 1].ns, latency[i].ns);
    EXPECT_LE(latency[i].low, latency[i].ns);
    EXPECT_GE(latency[i].high, latency[i].ns);
  }
  EXPECT_EQ(latency.front().share, 0.0);
  EXPECT_EQ(latency.back().share, 1.0);
}

Verdict VerdictOn(const std::vector<ComparisonResult>& results, std::string_view metric) {
  for (const ComparisonResult& result : results) {
    if (result.metric == metric) return result.verdict;
  }
  ADD_FAILURE() << "not compared: " << metric;
  return Verdict::kNotSignificant;
}

TEST(CompareTest, CommonRandomNumbersShowASmallDifference) {
  // 20 us on a median of about a millisecond that varies by more than that between seeds.
  const auto records = RunFakes({{"a", 100}, {"b", 120}});
  const auto results = Compare(records, FakeLabels());
  EXPECT_EQ(VerdictOn(results, "latency.p50"), Verdict::kHigher);
  EXPECT_EQ(VerdictOn(results, "network_cores"), Verdict::kHigher);
  EXPECT_EQ(VerdictOn(Compare(RunFakes({{"a", 120}, {"b", 100}}), FakeLabels()), "latency.p50"),
            Verdict::kLower);
}

TEST(CompareTest, EqualSystemsDoNotDiffer) {
  for (const ComparisonResult& result : Compare(RunFakes({{"a"}, {"b"}, {"c"}}), FakeLabels())) {
    EXPECT_EQ(result.difference, 0.0);
    EXPECT_EQ(result.verdict, Verdict::kNotSignificant);
  }
}

TEST(CompareTest, WhatCostsMayTurnRoundIsWithinModelError) {
  // a costs 100 us for certain, b 110 us give or take a third.
  const auto results = Compare(RunFakes({{"a", 100, 0}, {"b", 110, 0.33}}), FakeLabels());
  EXPECT_EQ(VerdictOn(results, "latency.p50"), Verdict::kWithinModelError);
  EXPECT_EQ(VerdictOn(results, "network_cores"), Verdict::kWithinModelError);
}

TEST(CompareTest, CostsThatMoveBothAlikeDoNotHideADifference) {
  // Each may be a third off, but the same draw moves both: b stays 10 % above a.
  const auto results = Compare(RunFakes({{"a", 100, 0.33}, {"b", 110, 0.33}}), FakeLabels());
  EXPECT_EQ(VerdictOn(results, "network_cores"), Verdict::kHigher);
}

TEST(CompareTest, EveryPairOnEveryContestedMetric) {
  const auto results = Compare(RunFakes({{"a"}, {"b"}, {"c"}}), FakeLabels());
  EXPECT_EQ(results.size(), 3U * 5U);
}

}  // namespace
}  // namespace cnisim::experiment

#include "analysis/experiment/replication_plan.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fake_runs.h"
#include "tests/support/thread_ranks.h"

namespace cnisim::experiment {
namespace {

using testing_support::FakeSubject;

PlanOptions Options() {
  PlanOptions options;
  options.replications = 5;
  options.cost_draws = 3;
  options.duration = SimTime::FromNanos(500'000'000);
  return options;
}

std::vector<Subject> TwoSubjects() { return {FakeSubject({"a", 100}), FakeSubject({"b", 200})}; }

TEST(RunAllTest, SameRecordsForAnyNumberOfThreads) {
  PlanOptions options = Options();
  const auto alone = RunAll(TwoSubjects(), options);
  options.threads = 4;
  const auto together = RunAll(TwoSubjects(), options);
  ASSERT_EQ(alone.size(), 2U);
  for (std::size_t s = 0; s < 2; ++s) {
    ASSERT_EQ(alone[s].replications.size(), 5U);
    ASSERT_EQ(alone[s].cost_draws.size(), 3U);
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(alone[s].replications[i].digest, together[s].replications[i].digest);
      EXPECT_EQ(alone[s].replications[i].sources[0].latency_total,
                together[s].replications[i].sources[0].latency_total);
    }
  }
}

// Once each has shown how long it runs, those of the longest go first.
TEST(RunAllTest, TheLongestRunningSubjectGoesFirst) {
  std::vector<std::pair<std::string, std::uint64_t>> order;
  const auto subject = [&](const std::string& name, std::uint64_t events) {
    return Subject{name, [&order, name, events](const RunRequest& request) {
                     order.emplace_back(name, request.seed);
                     workload::TrafficRecord record;
                     record.events = events;
                     return record;
                   }};
  };
  PlanOptions options = Options();
  options.replications = 2;
  options.cost_draws = 1;
  RunAll({subject("short", 1), subject("long", 100), subject("middle", 10)}, options);
  const std::uint64_t first = ReplicationSeed(options.seed, 0);
  const std::uint64_t second = ReplicationSeed(options.seed, 1);
  EXPECT_EQ(order, (std::vector<std::pair<std::string, std::uint64_t>>{{"short", first},
                                                                       {"long", first},
                                                                       {"middle", first},
                                                                       {"long", second},
                                                                       {"long", first},
                                                                       {"middle", second},
                                                                       {"middle", first},
                                                                       {"short", second},
                                                                       {"short", first}}));
}

// Whole runs are dealt out to ranks; each rank ends with all records, those of later rounds
// included.
TEST(RunAllTest, SameRecordsOnAnyNumberOfRanks) {
  PlanOptions options = Options();
  options.precision = 0.01;
  options.max_replications = 12;
  const auto alone = RunAll(TwoSubjects(), options);
  ASSERT_GT(alone[0].replications.size(), 5U);
  for (const unsigned count : {2U, 3U}) {
    std::vector<std::vector<SubjectRecord>> found(count);
    std::vector<int> runs(count);
    test::RunOnThreadRanks(count, [&](engine::Ranks& ranks) {
      PlanOptions own = options;
      own.ranks = &ranks;
      own.rank_use = RankUse::kRuns;
      std::vector<Subject> subjects = TwoSubjects();
      for (Subject& subject : subjects) {
        subject.run = [&runs, &ranks, inner = subject.run](const RunRequest& request) {
          EXPECT_EQ(request.ranks, nullptr);
          ++runs[ranks.rank()];
          return inner(request);
        };
      }
      found[ranks.rank()] = RunAll(subjects, own);
    });
    const std::size_t all = 2 * (alone[0].replications.size() + alone[0].cost_draws.size());
    EXPECT_EQ(static_cast<std::size_t>(std::accumulate(runs.begin(), runs.end(), 0)), all);
    EXPECT_GE(*std::min_element(runs.begin(), runs.end()), static_cast<int>(all / count) - 3);
    for (const std::vector<SubjectRecord>& records : found) {
      ASSERT_EQ(records.size(), 2U);
      for (std::size_t s = 0; s < 2; ++s) {
        ASSERT_EQ(records[s].replications.size(), alone[s].replications.size());
        for (std::size_t i = 0; i < alone[s].replications.size(); ++i) {
          EXPECT_EQ(records[s].replications[i].sources[0].latency_total,
                    alone[s].replications[i].sources[0].latency_total);
        }
        for (std::size_t i = 0; i < alone[s].cost_draws.size(); ++i) {
          EXPECT_EQ(records[s].cost_draws[i].digest, alone[s].cost_draws[i].digest);
        }
      }
    }
  }
}

// What each subject is asked for: equal seeds by replication, draws with the seed of replication 0.
TEST(RunAllTest, CommonRandomNumbers) {
  std::mutex mutex;
  std::vector<std::multiset<std::pair<std::uint64_t, std::uint64_t>>> asked(2);
  std::vector<Subject> subjects = TwoSubjects();
  for (std::size_t s = 0; s < 2; ++s) {
    subjects[s].run = [&, s, inner = subjects[s].run](const RunRequest& request) {
      const std::lock_guard lock(mutex);
      asked[s].emplace(request.seed, request.cost_draw.value_or(0));
      return inner(request);
    };
  }
  RunAll(subjects, Options());
  EXPECT_EQ(asked[0], asked[1]);
  std::multiset<std::pair<std::uint64_t, std::uint64_t>> expected;
  for (int i = 0; i < 5; ++i) expected.emplace(ReplicationSeed(1, i), 0);
  for (std::uint64_t k = 1; k <= 3; ++k) expected.emplace(ReplicationSeed(1, 0), k);
  EXPECT_EQ(asked[0], expected);
}

TEST(RunAllTest, FewRunsGetTheThreadsThatAreLeft) {
  PlanOptions options = Options();
  options.replications = 1;
  options.cost_draws = 0;
  options.threads = 4;
  unsigned threads = 0;
  Subject subject = FakeSubject({});
  subject.run = [&, inner = subject.run](const RunRequest& request) {
    threads = request.threads;
    return inner(request);
  };
  RunAll({subject}, options);
  EXPECT_EQ(threads, 4U);
}

TEST(RunAllTest, GoesOnUntilThePrecisionIsReached) {
  PlanOptions options = Options();
  options.precision = 0.1;
  const auto coarse = RunAll(TwoSubjects(), options);
  EXPECT_GT(coarse[0].replications.size(), 5U);
  EXPECT_EQ(coarse[0].replications.size(), coarse[1].replications.size());
  options.max_replications = 7;
  EXPECT_EQ(RunAll(TwoSubjects(), options)[0].replications.size(), 7U);
}

TEST(RunAllTest, ProgressCountsEveryRunOnce) {
  PlanOptions options = Options();
  options.threads = 2;
  std::vector<int> seen;
  int total = 0;
  options.progress = [&](const Progress& now) {
    seen.push_back(now.done);
    total = now.total;
    EXPECT_EQ(now.simulated, SimTime::FromNanos(500'000'000) * now.done);
  };
  RunAll(TwoSubjects(), options);
  EXPECT_EQ(total, 16);
  ASSERT_EQ(seen.size(), 16U);
  for (int i = 0; i < 16; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i + 1);
}

TEST(RunAllTest, AFailedRunIsPassedOn) {
  Subject subject{"broken", [](const RunRequest&) -> workload::TrafficRecord {
                    throw std::runtime_error("broken run");
                  }};
  EXPECT_THROW(RunAll({subject}, Options()), std::runtime_error);
}

}  // namespace
}  // namespace cnisim::experiment

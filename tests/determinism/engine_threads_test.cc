// Any number of threads gives the result of a slow sequential program, on random graphs.

#include <vector>

#include <gtest/gtest.h>

#include "tests/determinism/random_graph.h"

namespace cnisim::engine::testing {
namespace {

using namespace literals;

constexpr SimTime kEnd = SimTime::FromNanos(60'000);
// A team that is always called costs a wake-up a window where cores are few.
constexpr SimTime kTeamEnd = SimTime::FromNanos(12'000);

void ExpectSame(const GraphOutcome& expected, const GraphOutcome& found) {
  EXPECT_EQ(expected.events, found.events);
  EXPECT_EQ(expected.state, found.state);
}

TEST(EngineThreads, OneThreadAgreesWithTheSlowProgram) {
  for (std::uint32_t graph = 0; graph < 40; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome slow = RunGraphSlowly(graph, kEnd);
    EXPECT_GT(slow.events, 10U);
    ExpectSame(slow, RunGraph(graph, {{kEnd, 1}}, {.verify_channels = true}));
  }
}

TEST(EngineThreads, AnyNumberOfThreadsGivesTheSame) {
  for (std::uint32_t graph = 0; graph < 12; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome one = RunGraph(graph, {{kTeamEnd, 1}}, {});
    for (const unsigned threads : {2U, 3U}) {
      EXPECT_EQ(one, RunGraph(graph, {{kTeamEnd, threads}}, {.always_team = true}));
      EXPECT_EQ(one, RunGraph(graph, {{kTeamEnd, threads}}, {}));
    }
  }
}

TEST(EngineThreads, StretchesAndAChangeOfThreadsGiveTheSame) {
  for (std::uint32_t graph = 0; graph < 12; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome one = RunGraph(graph, {{kTeamEnd, 1}}, {});
    const std::vector<Stretch> stretches = {{1_ns, 1},     {1'003_ns, 2}, {1'003_ns, 2},
                                            {5'000_ns, 1}, {9'111_ns, 3}, {kTeamEnd, 2}};
    EXPECT_EQ(one, RunGraph(graph, stretches, {.always_team = true}));
  }
}

TEST(EngineThreads, WhatIsHeldBackGivesTheSame) {
  std::uint64_t bookkeeping = 0;
  for (std::uint32_t graph = 0; graph < 40; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome one = RunGraph(graph, {{kTeamEnd, 1}}, {});
    EXPECT_EQ(one.left_out, 0U);
    const GraphOutcome held =
        RunGraph(graph, {{kTeamEnd, 1}}, {.verify_channels = true}, Sending::kHeldBack);
    EXPECT_EQ(one, held);
    bookkeeping += held.left_out;
    if (graph >= 12) continue;
    const std::vector<Stretch> stretches = {{1'003_ns, 2}, {5'000_ns, 1}, {kTeamEnd, 2}};
    EXPECT_EQ(one, RunGraph(graph, stretches, {.always_team = true}, Sending::kHeldBack));
    EXPECT_EQ(RunGraph(graph, {{kTeamEnd, 1}}, {.shuffle_ties = 5}),
              RunGraph(graph, {{kTeamEnd, 1}}, {.shuffle_ties = 5}, Sending::kHeldBack));
  }
  EXPECT_GT(bookkeeping, 10'000U);
}

TEST(EngineThreads, ShuffledTiesAreAsIndependentOfThreads) {
  std::uint32_t moved = 0;
  for (std::uint32_t graph = 0; graph < 12; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome plain = RunGraph(graph, {{kTeamEnd, 1}}, {});
    const GraphOutcome one = RunGraph(graph, {{kTeamEnd, 1}}, {.shuffle_ties = 5});
    EXPECT_EQ(one, RunGraph(graph, {{kTeamEnd, 2}}, {.shuffle_ties = 5, .always_team = true}));
    if (!(one == plain)) ++moved;
  }
  EXPECT_GT(moved, 6U);  // the graphs do hang on ties
}

}  // namespace
}  // namespace cnisim::engine::testing

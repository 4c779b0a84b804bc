// The full matrix: 200 random graphs, {1, 2, 3, 4, 8} threads, what is sent ahead and held back.

#include <gtest/gtest.h>

#include "tests/determinism/random_graph.h"

namespace cnisim::engine::testing {
namespace {

constexpr SimTime kEnd = SimTime::FromNanos(60'000);

void RunTwoHundredGraphs(Sending sending) {
  for (std::uint32_t graph = 0; graph < 200; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome slow = RunGraphSlowly(graph, kEnd);
    const GraphOutcome one = RunGraph(graph, {{kEnd, 1}}, {});
    EXPECT_EQ(slow.events, one.events);
    EXPECT_EQ(slow.state, one.state);
    EXPECT_EQ(one, RunGraph(graph, {{kEnd, 1}}, {}, sending));
    for (const unsigned threads : {2U, 3U, 4U, 8U}) {
      EXPECT_EQ(one, RunGraph(graph, {{kEnd, threads}}, {.always_team = true}, sending)) << threads;
    }
  }
}

TEST(EngineThreadsSlow, UpToEightThreads) { RunTwoHundredGraphs(Sending::kAhead); }
TEST(EngineThreadsSlow, SoWithWhatIsHeldBack) { RunTwoHundredGraphs(Sending::kHeldBack); }

}  // namespace
}  // namespace cnisim::engine::testing

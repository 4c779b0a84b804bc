// The full matrix: 200 random graphs, {1, 2, 3, 4, 8} threads x {2, 4} ranks x three partitions,
// what is sent ahead and held back.

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "tests/determinism/random_graph.h"
#include "tests/support/thread_ranks.h"

namespace cnisim::engine::testing {
namespace {

constexpr SimTime kEnd = SimTime::FromNanos(6'000);

void RunTwoHundredGraphs(Sending sending) {
  for (std::uint32_t graph = 0; graph < 200; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome one = RunGraph(graph, {{kEnd, 1}}, {});
    for (const unsigned ranks : {2U, 4U}) {
      for (const unsigned threads : {1U, 2U, 3U, 4U, 8U}) {
        std::vector<std::uint32_t> stripes;
        std::vector<std::uint32_t> random;
        RandomStream stream(/*seed=*/80, graph, ranks);
        for (std::uint32_t lp = 0; lp < GraphSize(graph); ++lp) {
          stripes.push_back(lp % ranks);
          random.push_back(stream.Below(ranks));
        }
        for (const std::vector<std::uint32_t>& rank_of : {{}, stripes, random}) {
          test::RunOnThreadRanks(ranks, [&](Ranks& here) {
            RunOptions options{
                .always_team = threads == 2 && graph % 10 == 0, .ranks = &here, .rank_of = rank_of};
            EXPECT_EQ(one, RunGraph(graph, {{kEnd, threads}}, options, sending))
                << ranks << ' ' << threads;
          });
        }
      }
    }
  }
}

TEST(EngineRanksSlow, UpToFourRanksOfUpToEightThreads) { RunTwoHundredGraphs(Sending::kAhead); }
TEST(EngineRanksSlow, SoWithWhatIsHeldBack) { RunTwoHundredGraphs(Sending::kHeldBack); }

}  // namespace
}  // namespace cnisim::engine::testing

// Any number of ranks, however LPs are dealt out among them, gives the result of one process: with
// ranks that are threads here, so that no MPI library is needed.

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "tests/determinism/random_graph.h"
#include "tests/support/thread_ranks.h"

namespace cnisim::engine::testing {
namespace {

using namespace literals;

constexpr SimTime kEnd = SimTime::FromNanos(12'000);

enum class Partition { kBlocks, kStripes, kRandom, kLastOnly };
constexpr Partition kPartitions[] = {Partition::kBlocks, Partition::kStripes, Partition::kRandom,
                                     Partition::kLastOnly};

std::vector<std::uint32_t> Divide(Partition partition, std::uint32_t lps, std::uint32_t ranks) {
  std::vector<std::uint32_t> rank_of;
  RandomStream random(/*seed=*/79, ranks, 0);
  if (partition == Partition::kBlocks) return rank_of;  // the engine's own
  for (std::uint32_t lp = 0; lp < lps; ++lp) {
    switch (partition) {
      case Partition::kStripes:
        rank_of.push_back(lp % ranks);
        break;
      case Partition::kRandom:
        rank_of.push_back(random.Below(ranks));
        break;
      default:  // others have nothing to do
        rank_of.push_back(ranks - 1);
    }
  }
  return rank_of;
}

std::vector<GraphOutcome> RunOnRanks(std::uint32_t graph, const std::vector<Stretch>& stretches,
                                     RunOptions options, unsigned ranks, Partition partition,
                                     Sending sending = Sending::kAhead) {
  std::vector<GraphOutcome> outcomes(ranks);
  options.rank_of = Divide(partition, GraphSize(graph), ranks);
  test::RunOnThreadRanks(ranks, [&](Ranks& here) {
    RunOptions own = options;
    own.ranks = &here;
    outcomes[here.rank()] = RunGraph(graph, stretches, own, sending);
  });
  return outcomes;
}

TEST(EngineRanks, AnyPartitionGivesTheSameOnEveryRank) {
  for (std::uint32_t graph = 0; graph < 10; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome one = RunGraph(graph, {{kEnd, 1}}, {});
    for (const unsigned ranks : {2U, 3U}) {
      for (const Partition partition : kPartitions) {
        for (const GraphOutcome& found : RunOnRanks(graph, {{kEnd, 1}}, {}, ranks, partition)) {
          EXPECT_EQ(one, found) << ranks << " ranks, partition " << static_cast<int>(partition);
        }
      }
    }
  }
}

TEST(EngineRanks, RanksAndThreadsCombine) {
  for (std::uint32_t graph = 0; graph < 6; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome one = RunGraph(graph, {{kEnd, 1}}, {});
    for (const Sending sending : {Sending::kAhead, Sending::kHeldBack}) {
      for (const GraphOutcome& found :
           RunOnRanks(graph, {{kEnd, 2}}, {.always_team = true}, 2, Partition::kStripes, sending)) {
        EXPECT_EQ(one, found);
      }
    }
  }
}

TEST(EngineRanks, StretchesThatEndInsideAWindowGiveTheSame) {
  const std::vector<Stretch> stretches = {{1_ns, 1},     {1'003_ns, 2}, {1'003_ns, 2},
                                          {5'000_ns, 1}, {9'111_ns, 3}, {kEnd, 1}};
  for (std::uint32_t graph = 0; graph < 12; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome one = RunGraph(graph, {{kEnd, 1}}, {});
    for (const GraphOutcome& found : RunOnRanks(graph, stretches, {}, 2, Partition::kRandom)) {
      EXPECT_EQ(one, found);
    }
  }
}

TEST(EngineRanks, ShuffledTiesAreAsIndependentOfRanks) {
  for (std::uint32_t graph = 0; graph < 6; ++graph) {
    SCOPED_TRACE(graph);
    const GraphOutcome one = RunGraph(graph, {{kEnd, 1}}, {.shuffle_ties = 5});
    for (const GraphOutcome& found :
         RunOnRanks(graph, {{kEnd, 1}}, {.shuffle_ties = 5}, 3, Partition::kBlocks)) {
      EXPECT_EQ(one, found);
    }
  }
}

}  // namespace
}  // namespace cnisim::engine::testing

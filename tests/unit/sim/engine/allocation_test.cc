// Nothing is allocated in the loop after warm-up: a run of a hundred times as many windows makes
// as many calls of operator new as a short one.  And an LP that has little to do costs little.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/random.h"
#include "sim/engine/simulation.h"
#include "tests/support/allocation_counter.h"

namespace cnisim::engine {
namespace {

using namespace literals;

constexpr std::uint32_t kLps = 200;
constexpr std::uint16_t kMessage = 0;
constexpr std::uint16_t kTimer = 1;

// A message makes a message for anybody, a timer inside the window and, now and then, one far
// beyond the ring; so the number of pending events stays about the same.
class Chatter final : public LogicalProcess {
 public:
  explicit Chatter(std::uint32_t id) : random_(/*seed=*/1, id, 0) {}
  void Run(Turn& turn) override {
    while (const Event* event = turn.Next()) {
      if (event->kind == kTimer) continue;
      std::uint32_t target = random_.Below(kLps - 1);
      if (target >= turn.self().value()) ++target;
      turn.Send(LpId(target), event->time + 10_us + SimTime::FromNanos(random_.Below(90'000)),
                kMessage);
      turn.Schedule(event->time + SimTime::FromNanos(random_.Below(8'000)), kTimer);
      if (random_.Below(64) == 0) turn.Schedule(event->time + 20_ms, kTimer);
    }
  }
  std::string_view kind() const override { return "chatter"; }

 private:
  RandomStream random_;
};

std::uint64_t AllocationsOf(Simulation& simulation, SimTime until, unsigned threads) {
  const std::uint64_t before = test::Allocations();
  simulation.Run(until, {.threads = threads, .always_team = true});
  return test::Allocations() - before;
}

void ExpectNoneInTheLoop(unsigned threads) {
  Simulation simulation;
  std::vector<LpId> lps;
  for (std::uint32_t i = 0; i < kLps; ++i) {
    lps.push_back(simulation.Add(std::make_unique<Chatter>(i)));
  }
  simulation.ConnectAll(lps, 10_us);
  for (const LpId lp : lps) {
    for (int i = 0; i < 5; ++i) simulation.Schedule(lp, 1_us * i, kMessage);
  }
  simulation.Run(60_ms, {.threads = threads, .always_team = true});  // warm-up
  const std::uint64_t few = AllocationsOf(simulation, 60_ms + 100_us, threads);
  const std::uint64_t many = AllocationsOf(simulation, 70_ms, threads);
  EXPECT_GT(few, 0U);  // the report
  // Of 1,000 windows.  On a busy machine a worker that slept through the warm-up may meet its first
  // full window yet: its few buffers double about ten times each, once.
  EXPECT_LE(many, few + (threads == 1 ? 0 : 40 * threads));
}

TEST(AllocationTest, OneThreadAllocatesNothingInTheLoop) { ExpectNoneInTheLoop(1); }
TEST(AllocationTest, SeveralThreadsAllocateNothingInTheLoop) { ExpectNoneInTheLoop(3); }

// An event for itself, now and then.
class Sleeper final : public LogicalProcess {
 public:
  void Run(Turn& turn) override {
    while (const Event* event = turn.Next()) turn.Schedule(event->time + 1_ms, kTimer);
  }
  std::string_view kind() const override { return "sleeper"; }
};

// All that a simulation of a thousand nodes takes at most, apart from what the nodes are.
TEST(AllocationTest, ANodeTakesAKibibyteOfTheEngine) {
  constexpr std::size_t kNodes = 1'000;
  for (const unsigned threads : {1U, 2U}) {
    const std::size_t before = test::LiveBytes();
    test::ResetMostLiveBytes();
    {
      Simulation simulation;
      std::vector<LpId> lps;
      for (std::size_t i = 0; i < kNodes; ++i) {
        lps.push_back(simulation.Add(std::make_unique<Sleeper>()));
      }
      simulation.ConnectAll(lps, 10_us);
      for (const LpId lp : lps) simulation.Schedule(lp, 1_us * lp.value(), kTimer);
      const RunReport report = simulation.Run(20_ms, {.threads = threads, .always_team = true});
      EXPECT_GT(report.events, 10 * kNodes);
      EXPECT_GE(test::LiveBytes() - before, report.profile.bytes);
    }
    const std::size_t bytes = (test::MostLiveBytes() - before) / kNodes;
    EXPECT_LE(bytes, 1'024U) << threads;
    RecordProperty("bytes_a_node_" + std::to_string(threads), static_cast<int>(bytes));
  }
}

}  // namespace
}  // namespace cnisim::engine

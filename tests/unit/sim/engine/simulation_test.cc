#include "sim/engine/simulation.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnisim::engine {
namespace {

using namespace literals;
using testing::ElementsAre;

// Writes down what happens to it, and does what a test says.
class Recorder final : public LogicalProcess {
 public:
  using Action = std::function<void(const Event&, Turn&)>;
  explicit Recorder(Action action = {}) : action_(std::move(action)) {}

  void Run(Turn& turn) override {
    while (const Event* event = turn.Next()) {
      log_.push_back(std::to_string(event->time.nanos()) + ":" + std::to_string(event->kind));
      if (action_) action_(*event, turn);
    }
  }
  std::string_view kind() const override { return "recorder"; }
  const std::vector<std::string>& log() const { return log_; }

 private:
  Action action_;
  std::vector<std::string> log_;
};

const std::vector<std::string>& LogOf(Simulation& simulation, LpId id) {
  return static_cast<Recorder&>(simulation.lp(id)).log();
}

TEST(SimulationTest, RunsEventsInOrderOfTimeUpToTheEnd) {
  Simulation simulation;
  const LpId a = simulation.Add(std::make_unique<Recorder>());
  simulation.Schedule(a, 30_ns, 3);
  simulation.Schedule(a, 10_ns, 1);
  simulation.Schedule(a, 20_ns, 2);
  const RunReport first = simulation.Run(20_ns);  // what happens at the end is left
  EXPECT_EQ(first.events, 1U);
  EXPECT_THAT(LogOf(simulation, a), ElementsAre("10:1"));
  const RunReport second = simulation.Run(SimTime::Max());
  EXPECT_EQ(second.events, 2U);
  EXPECT_THAT(LogOf(simulation, a), ElementsAre("10:1", "20:2", "30:3"));
}

TEST(SimulationTest, ATieGoesToTheLowerSourceThenToTheEarlierSend) {
  Simulation simulation;
  const auto sender = [](std::uint16_t kind) {
    return [kind](const Event& event, Turn& turn) {
      turn.Send(LpId(2), event.time + 10_ns, kind);
      turn.Send(LpId(2), event.time + 10_ns, static_cast<std::uint16_t>(kind + 1));
    };
  };
  const LpId a = simulation.Add(std::make_unique<Recorder>(sender(10)));
  const LpId b = simulation.Add(std::make_unique<Recorder>(sender(20)));
  const LpId c = simulation.Add(std::make_unique<Recorder>());
  simulation.Connect(a, c, 10_ns);
  simulation.Connect(b, c, 5_ns);
  simulation.Schedule(c, 15_ns, 1);  // from outside: after every LP
  simulation.Schedule(b, 5_ns, 0);
  simulation.Schedule(a, 5_ns, 0);
  const RunReport report = simulation.Run(1_us);
  EXPECT_EQ(report.lookahead, 5_ns);
  EXPECT_THAT(LogOf(simulation, c), ElementsAre("15:10", "15:11", "15:20", "15:21", "15:1"));
}

TEST(SimulationTest, PhasesOrderWhatAnLpDoesAtOneInstant) {
  Simulation simulation;
  const LpId a = simulation.Add(std::make_unique<Recorder>([](const Event& event, Turn& turn) {
    if (event.kind != 0) return;
    turn.Schedule(event.time, 7, 0, 0, /*phase=*/7);
    turn.Schedule(event.time, 3, 0, 0, /*phase=*/3);
    turn.Schedule(event.time, 4, 0, 0, /*phase=*/3);
    turn.Schedule(event.time, 1);
  }));
  simulation.Schedule(a, 5_ns, 0);
  simulation.Schedule(a, 5_ns, 9);
  simulation.Run(1_us);
  EXPECT_THAT(LogOf(simulation, a), ElementsAre("5:0", "5:1", "5:9", "5:3", "5:4", "5:7"));
}

// What is computed ahead in one LP and played out in the other: the same places, bookkeeping apart.
TEST(SimulationTest, APlaceIsKeptForALaterSend) {
  const auto run = [](bool ahead) {
    Simulation simulation;
    std::vector<Turn::Place> places;
    const LpId a =
        simulation.Add(std::make_unique<Recorder>([&places, ahead](const Event& event, Turn& turn) {
          if (event.kind == 0) {
            if (ahead) {
              turn.Schedule(40_ns, 1);
              turn.Send(LpId(1), 150_ns, 2);
            } else {
              places = {turn.Reserve(), turn.Reserve()};
              turn.ScheduleFirst(30_ns, 0, 9);
              turn.ScheduleFirst(40_ns, 1, 9);
            }
            turn.Schedule(40_ns, 3);
            turn.Send(LpId(1), 150_ns, 4);
          }
          if (event.kind == 9) {
            turn.LeaveOut();
            if (event.time == 30_ns) turn.Send(places[1], LpId(1), 150_ns, 2);
            if (event.time == 40_ns) turn.Schedule(places[0], 40_ns, 1);
          }
        }));
    const LpId b = simulation.Add(std::make_unique<Recorder>());
    simulation.Connect(a, b, 100_ns);
    simulation.Schedule(a, 5_ns, 0);
    const RunReport report = simulation.Run(1_us);
    EXPECT_EQ(report.events, 5U);
    EXPECT_EQ(report.profile.left_out, ahead ? 0U : 2U);
    EXPECT_THAT(LogOf(simulation, b), ElementsAre("150:2", "150:4"));
    if (ahead) {
      EXPECT_THAT(LogOf(simulation, a), ElementsAre("5:0", "40:1", "40:3"));
    } else {
      EXPECT_THAT(LogOf(simulation, a), ElementsAre("5:0", "30:9", "40:9", "40:1", "40:3"));
    }
    return report.digest;
  };
  EXPECT_EQ(run(true), run(false));
}

TEST(SimulationTest, SelfEventsMergeWithWhatTheWindowHolds) {
  Simulation simulation;
  const LpId a = simulation.Add(std::make_unique<Recorder>([](const Event& event, Turn& turn) {
    // A chain that goes on through several windows of 100 ns.
    if (event.kind == 1 && event.time < 250_ns) turn.Schedule(event.time + 60_ns, 1);
  }));
  const LpId b = simulation.Add(std::make_unique<Recorder>(
      [](const Event& event, Turn& turn) { turn.Send(LpId(0), event.time + 100_ns, 5); }));
  simulation.Connect(b, a, 100_ns);
  simulation.Schedule(a, 0_ns, 1);
  simulation.Schedule(b, 50_ns, 0);
  simulation.Schedule(b, 21_ns, 0);
  const RunReport report = simulation.Run(1_us);
  EXPECT_THAT(LogOf(simulation, a),
              ElementsAre("0:1", "60:1", "120:1", "121:5", "150:5", "180:1", "240:1", "300:1"));
  EXPECT_EQ(report.events, 10U);
}

TEST(SimulationTest, ASelfEventAtTheWindowsEdgeComesOnceInTheNext) {
  Simulation simulation;
  const LpId a = simulation.Add(std::make_unique<Recorder>([](const Event& event, Turn& turn) {
    if (event.kind == 0) {
      turn.Schedule(100_ns, 2);
      turn.Schedule(99_ns, 1);
    }
  }));
  const LpId b = simulation.Add(std::make_unique<Recorder>());
  simulation.Connect(a, b, 100_ns);
  simulation.Schedule(a, 0_ns, 0);
  simulation.Run(1_us);
  EXPECT_THAT(LogOf(simulation, a), ElementsAre("0:0", "99:1", "100:2"));
}

TEST(SimulationTest, MeshJoinsEverybody) {
  Simulation simulation;
  std::vector<LpId> group;
  for (int i = 0; i < 3; ++i) {
    group.push_back(simulation.Add(std::make_unique<Recorder>([](const Event& event, Turn& turn) {
      if (event.kind == 0) return;
      turn.Send(LpId((turn.self().value() + 1) % 3), event.time + 7_us,
                static_cast<std::uint16_t>(event.kind - 1));
    })));
  }
  simulation.ConnectAll(group, 7_us);
  simulation.Schedule(group[0], 0_ns, 4);
  simulation.Run(1_s);
  EXPECT_THAT(LogOf(simulation, group[0]), ElementsAre("0:4", "21000:1"));
  EXPECT_THAT(LogOf(simulation, group[1]), ElementsAre("7000:3", "28000:0"));
  EXPECT_THAT(LogOf(simulation, group[2]), ElementsAre("14000:2"));
}

TEST(SimulationTest, TheReportCountsByKind) {
  Simulation simulation;
  const LpId a = simulation.Add(std::make_unique<Recorder>());
  simulation.Add(std::make_unique<Recorder>());
  simulation.Schedule(a, 0_ns, 1);
  simulation.Schedule(a, 1_s, 1);
  const RunReport report = simulation.Run(SimTime::Max());
  ASSERT_EQ(report.kinds.size(), 1U);
  EXPECT_EQ(report.kinds[0].kind, "recorder");
  EXPECT_EQ(report.kinds[0].lps, 2U);
  EXPECT_EQ(report.kinds[0].events, 2U);
}

TEST(SimulationTest, MoreThreadsThanProcessesAreLegal) {
  Simulation simulation;
  const LpId a = simulation.Add(std::make_unique<Recorder>());
  const LpId b = simulation.Add(std::make_unique<Recorder>());
  simulation.Connect(a, b, 1_us);
  simulation.Schedule(a, 5_ns, 1);
  const RunReport report = simulation.Run(1_s, {.threads = 1000});
  EXPECT_EQ(report.profile.threads, 2U);
  EXPECT_THAT(LogOf(simulation, a), ElementsAre("5:1"));
}

// Two sources send to one LP at the same time; the seed decides who comes first.
std::vector<std::string> TieUnder(std::optional<std::uint64_t> seed) {
  Simulation simulation;
  std::vector<LpId> sources;
  for (std::uint16_t i = 0; i < 8; ++i) {
    sources.push_back(simulation.Add(std::make_unique<Recorder>(
        [i](const Event& event, Turn& turn) { turn.Send(LpId(8), event.time + 1_us, i); })));
  }
  const LpId sink = simulation.Add(std::make_unique<Recorder>());
  for (const LpId source : sources) {
    simulation.Connect(source, sink, 1_us);
    simulation.Schedule(source, 0_ns, 0);
  }
  simulation.Run(1_s, {.threads = 1, .shuffle_ties = seed});
  return LogOf(simulation, sink);
}

TEST(SimulationTest, ShuffledTiesAreAnotherOrderOfTheSameEvents) {
  const std::vector<std::string> plain = TieUnder(std::nullopt);
  const std::vector<std::string> shuffled = TieUnder(1);
  EXPECT_THAT(shuffled, testing::UnorderedElementsAreArray(plain));
  EXPECT_NE(shuffled, plain);
  EXPECT_EQ(shuffled, TieUnder(1));
  EXPECT_NE(shuffled, TieUnder(2));
}

TEST(SimulationDeathTest, ChannelsHaveLatency) {
  Simulation simulation;
  const LpId a = simulation.Add(std::make_unique<Recorder>());
  const LpId b = simulation.Add(std::make_unique<Recorder>());
  EXPECT_EXIT(simulation.Connect(a, b, 0_ns), testing::ExitedWithCode(3), "a latency above 0 ns");
  EXPECT_EXIT(simulation.Connect(a, a, 1_ns), testing::ExitedWithCode(3), "no channel to itself");
  EXPECT_EXIT(simulation.Connect(a, LpId(2), 1_ns), testing::ExitedWithCode(3),
              "joins LPs that were added");
}

TEST(SimulationDeathTest, PromisesOfSenders) {
  const auto run = [](const Recorder::Action& action) {
    Simulation simulation;
    const LpId a = simulation.Add(std::make_unique<Recorder>(action));
    const LpId b = simulation.Add(std::make_unique<Recorder>());
    simulation.Connect(a, b, 10_ns);
    simulation.Schedule(a, 100_ns, 0);
    simulation.Run(1_us);
  };
  EXPECT_EXIT(run([](const Event&, Turn& turn) { turn.Send(LpId(1), 109_ns, 0); }),
              testing::ExitedWithCode(3), "takes its channel's latency");
  EXPECT_EXIT(run([](const Event&, Turn& turn) { turn.Schedule(99_ns, 0); }),
              testing::ExitedWithCode(3), "nothing in its past");
  EXPECT_EXIT(run([](const Event&, Turn& turn) { turn.Send(LpId(0), 200_ns, 0); }),
              testing::ExitedWithCode(3), "schedules for itself");
  EXPECT_EXIT(run([](const Event&, Turn& turn) { turn.Send(LpId(9), 200_ns, 0); }),
              testing::ExitedWithCode(3), "goes to an LP that was added");
}

}  // namespace
}  // namespace cnisim::engine

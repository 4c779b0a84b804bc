// PHOLD: every event updates its LP and schedules one successor, at the same LP or, with a
// probability, at a random one, an exponential time later.  The increment is 0.1 + Exp(0.9), so
// the lookahead is 0.1 and the mean increment 1; a unit of time is 2^20 ns here.
//
// Each run checks its result: the number of events and the digest of the LPs' state are those of
// a sequential program that orders events by (time, source, sequence) on std::priority_queue.

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/base/units.h"
#include "sim/engine/simulation.h"
#include "tests/bench/phold_model.h"

namespace cnisim::engine {
namespace {

class PholdLp final : public LogicalProcess {
 public:
  PholdLp(const phold::Parameters& parameters, std::uint32_t id)
      : entity_(parameters, id), parameters_(parameters) {}

  void Run(Turn& turn) override {
    while (const Event* event = turn.Next()) {
      const auto now = static_cast<std::uint64_t>(event->time.nanos());
      const phold::Step step = entity_.Advance(parameters_, turn.self().value(), now);
      const SimTime at = event->time + SimTime::FromNanos(static_cast<std::int64_t>(step.delay));
      if (step.target == turn.self().value()) {
        turn.Schedule(at, /*kind=*/0);
      } else {
        turn.Send(LpId(step.target), at, /*kind=*/0);
      }
    }
  }
  std::string_view kind() const override { return "phold"; }
  phold::Entity& entity() { return entity_; }

 private:
  phold::Entity entity_;
  const phold::Parameters& parameters_;
};

// Arguments: LPs, events an LP, remote share in percent, end in units, threads.
void Phold(benchmark::State& state) {
  phold::Parameters parameters;
  parameters.lps = static_cast<std::uint32_t>(state.range(0));
  parameters.events_per_lp = static_cast<std::uint32_t>(state.range(1));
  parameters.remote = static_cast<double>(state.range(2)) / 100;
  parameters.end = static_cast<std::uint64_t>(state.range(3)) * phold::kUnit;
  const auto threads = static_cast<unsigned>(state.range(4));
  const phold::Outcome expected = phold::RunOnPriorityQueue(parameters);
  std::uint64_t events = 0;
  RunProfile profile;
  for (auto iteration : state) {
    Simulation simulation;
    std::vector<LpId> lps;
    std::vector<PholdLp*> processes;
    for (std::uint32_t i = 0; i < parameters.lps; ++i) {
      auto process = std::make_unique<PholdLp>(parameters, i);
      processes.push_back(process.get());
      lps.push_back(simulation.Add(std::move(process)));
    }
    simulation.ConnectAll(lps, SimTime::FromNanos(phold::kLookahead));
    for (std::uint32_t i = 0; i < parameters.lps; ++i) {
      for (std::uint32_t k = 0; k < parameters.events_per_lp; ++k) {
        const std::uint64_t at = processes[i]->entity().Delay();
        simulation.Schedule(lps[i], SimTime::FromNanos(static_cast<std::int64_t>(at)), 0);
      }
    }
    const RunReport report = simulation.Run(
        SimTime::FromNanos(static_cast<std::int64_t>(parameters.end)), {.threads = threads});
    phold::Outcome outcome;
    for (PholdLp* process : processes) outcome.Add(process->entity());
    if (outcome != expected) {
      state.SkipWithError("the result is not that of the sequential program");
      return;
    }
    events += report.events;
    profile = report.profile;
    state.SetIterationTime(report.profile.seconds);
  }
  state.counters["events/s"] =
      benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
  state.counters["MiB"] = static_cast<double>(profile.bytes) / (1024 * 1024);
}
BENCHMARK(Phold)
    ->ArgNames({"lps", "events", "remote", "end", "threads"})
    ->Args({1024, 1, 25, 1000, 1})
    ->Args({65536, 1, 10, 32, 1})
    ->Args({65536, 1, 25, 32, 1})
    ->Args({65536, 1, 100, 32, 1})
    ->Args({65536, 16, 25, 4, 1})
    ->Args({1048576, 1, 25, 4, 1})
    ->Args({1024, 1, 25, 1000, 2})
    ->Args({65536, 1, 25, 32, 2})
    ->Args({1048576, 1, 25, 4, 2})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cnisim::engine

// PHOLD: every event updates its LP and schedules one successor, at the same LP or, with a
// probability, at a random one, an exponential time later.  The increment is 0.1 + Exp(0.9), so
// the lookahead is 0.1 and the mean increment 1; a unit of time is 2^20 ns here.
//
// Each run checks its result: the number of events and the digest of the LPs' state are those of
// a sequential program that orders events by (time, source, sequence) on std::priority_queue.

#include <cstdint>

#include <benchmark/benchmark.h>

#include "tests/bench/phold_lp.h"
#include "tests/bench/phold_model.h"

namespace cnisim::phold {
namespace {

// Arguments: LPs, events an LP, remote share in percent, end in units, threads.
void Phold(benchmark::State& state) {
  Parameters parameters;
  parameters.lps = static_cast<std::uint32_t>(state.range(0));
  parameters.events_per_lp = static_cast<std::uint32_t>(state.range(1));
  parameters.remote = static_cast<double>(state.range(2)) / 100;
  parameters.end = static_cast<std::uint64_t>(state.range(3)) * kUnit;
  const Outcome expected = RunOnPriorityQueue(parameters);
  std::uint64_t events = 0;
  engine::RunProfile profile;
  for (auto iteration : state) {
    EngineRun run(parameters);
    const engine::RunReport report = run.Run(static_cast<unsigned>(state.range(4)));
    if (!(run.outcome() == expected)) {
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
}  // namespace cnisim::phold

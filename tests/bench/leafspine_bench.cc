// Leaf-spine request/response on the engine.  Each run checks its result: requests sent, served
// and answered, link crossings and the sum of all round trips are those of a sequential program.

#include <cstdint>

#include <benchmark/benchmark.h>

#include "tests/bench/leafspine_lp.h"
#include "tests/bench/leafspine_model.h"

namespace cnisim::leafspine {
namespace {

// Arguments: hosts, simulated microseconds, propagation in nanoseconds, threads.
void LeafSpine(benchmark::State& state) {
  Parameters parameters;
  parameters.hosts = static_cast<std::uint32_t>(state.range(0));
  parameters.end = SimTime::FromNanos(state.range(1) * 1000);
  parameters.propagation = SimTime::FromNanos(state.range(2));
  PriorityQueueRun reference(parameters);
  reference.Run();
  const Outcome expected = reference.outcome();
  std::uint64_t hops = 0;
  double per_window = 0;
  for (auto iteration : state) {
    EngineRun run(parameters);
    const engine::RunReport report = run.Run(static_cast<unsigned>(state.range(3)));
    if (run.outcome() != expected) {
      state.SkipWithError("the result is not that of the sequential program");
      return;
    }
    hops += expected.hops;
    per_window = static_cast<double>(report.events) / static_cast<double>(report.windows);
    state.SetIterationTime(report.profile.seconds);
  }
  state.counters["hops/s"] =
      benchmark::Counter(static_cast<double>(hops), benchmark::Counter::kIsRate);
  state.counters["events/window"] = per_window;
  state.counters["rtt_ns"] = expected.mean_round_trip_ns();
}
BENCHMARK(LeafSpine)
    ->ArgNames({"hosts", "us", "prop_ns", "threads"})
    ->Args({64, 50'000, 1000, 1})
    ->Args({256, 12'000, 1000, 1})
    ->Args({1024, 3'000, 1000, 1})
    ->Args({64, 50'000, 1000, 2})
    ->Args({1024, 3'000, 1000, 2})
    ->Args({1024, 3'000, 16'000, 1})
    ->Args({1024, 3'000, 16'000, 2})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cnisim::leafspine

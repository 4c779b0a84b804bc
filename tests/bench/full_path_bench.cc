// The leaf-spine network with a node's whole path at its edge: VXLAN, Service look-up, policy and
// conntrack through the models that scenarios use.  Checked: every request is answered or on its
// way, as many are made as the mean gap says, and each run finds the same.

#include <cmath>
#include <cstdint>

#include <benchmark/benchmark.h>

#include "tests/bench/full_path/full_path_lp.h"

namespace cnisim::full_path {
namespace {

// Arguments: hosts, simulated microseconds, threads.
void FullPath(benchmark::State& state) {
  leafspine::Parameters parameters;
  parameters.hosts = static_cast<std::uint32_t>(state.range(0));
  parameters.end = SimTime::FromNanos(state.range(1) * 1000);
  const double expected =
      parameters.hosts * static_cast<double>(parameters.end.nanos()) / parameters.gap_ns;
  std::uint64_t hops = 0;
  std::uint64_t hops_of_one = 0;
  for (auto iteration : state) {
    EngineRun run(parameters);
    const engine::RunReport report = run.Run(static_cast<unsigned>(state.range(2)));
    const Outcome outcome = run.outcome();
    // Poisson arrivals: five standard deviations.
    const bool as_many =
        std::abs(static_cast<double>(outcome.sent) - expected) < 5 * std::sqrt(expected);
    if (!as_many || outcome.answered + outcome.in_flight != outcome.sent ||
        outcome.connections == 0 || (hops_of_one != 0 && outcome.hops != hops_of_one)) {
      state.SkipWithError("requests are lost, too many or too few, or runs differ");
      return;
    }
    hops_of_one = outcome.hops;
    hops += outcome.hops;
    state.SetIterationTime(report.profile.seconds);
  }
  state.counters["hops/s"] =
      benchmark::Counter(static_cast<double>(hops), benchmark::Counter::kIsRate);
}
BENCHMARK(FullPath)
    ->ArgNames({"hosts", "us", "threads"})
    ->Args({64, 20'000, 1})
    ->Args({1024, 1'000, 1})
    ->Args({1024, 1'000, 2})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cnisim::full_path

// Set-up of a cluster of 5,000 nodes, 250,000 pods and 10,000 Services: from its files to processes
// that are ready to run.  Checked against what the scenario's generator was asked for.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/scenario_reader.h"
#include "models/workload/traffic_simulation.h"

namespace cnisim::scenario {
namespace {

constexpr std::uint32_t kNodes = 5000;
constexpr std::uint32_t kPods = 250'000;
constexpr std::size_t kServices = 10'000;
constexpr double kMostMegabytes = 2048;

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

const Catalog& TheCatalog() {
  static const Catalog catalog = [] {
    document::Diagnostics diagnostics;
    return Catalog::Load(std::nullopt, diagnostics);
  }();
  return catalog;
}

void ReadFiles(benchmark::State& state) {
  for (auto _ : state) {
    document::Diagnostics diagnostics;
    const auto scenario = ReadScenario(CNISIM_BIG_CLUSTER, TheCatalog(), diagnostics);
    if (!scenario || scenario->objects.services.size() != kServices) {
      state.SkipWithError("the scenario was not read as it was written");
      return;
    }
  }
}
BENCHMARK(ReadFiles)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

// What stands between a command and the first event.
void SetUp(benchmark::State& state) {
  workload::TrafficOptions instant;
  instant.duration = SimTime::FromNanos(1);
  for (auto _ : state) {
    document::Diagnostics diagnostics;
    const auto scenario = ReadScenario(CNISIM_BIG_CLUSTER, TheCatalog(), diagnostics);
    const auto prepared = PreparedConfiguration::Prepare(
        *scenario, scenario->configurations.front(), TheCatalog(), diagnostics);
    if (prepared == nullptr) {
      state.SkipWithError("the configuration cannot be prepared");
      return;
    }
    const workload::TrafficRecord record =
        workload::SimulateTraffic(prepared->BuildModel(prepared->costs()), instant);
    const ConfigurationFacts& facts = prepared->facts();
    if (facts.nodes != kNodes || facts.pods != kPods || facts.pods_unplaced != 0 ||
        prepared->cluster().services().size() != kServices || facts.service_endpoints != kPods ||
        record.nodes.size() != kNodes) {
      state.SkipWithError("nodes, pods or Services are not those of the scenario");
      return;
    }
  }
  const double megabytes = PeakMegabytes();
  state.counters["peak_MB"] = megabytes;
  if (megabytes > kMostMegabytes) state.SkipWithError("it took more than 2 GB");
}
BENCHMARK(SetUp)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace cnisim::scenario

// A large plan: 5,000 nodes, 200,000 pods, two years of growth, in every mode.  The budget for all
// modes together is 5 s on two cores and 2 GB.

#include "analysis/plan/address_plan.h"

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/base/check.h"

namespace cnisim::plan {
namespace {

using ipam::IpamKind;

PlanInput Make(IpamKind kind) {
  PlanInput input;
  input.ipam.kind = kind;
  if (!ipam::PodsInVnet(kind)) {
    input.ipam.pod_cidrs = {*net::Cidr::Parse("10.128.0.0/10")};
  }
  input.subnets = {{"nodes", *net::Cidr::Parse("10.0.0.0/11")},
                   {"pods", *net::Cidr::Parse("10.64.0.0/11")}};
  // Five pools, since a scale set has 1,000 nodes; growth carries 3,200 nodes to the limit.
  for (int i = 0; i < 5; ++i) {
    PlannedPool pool;
    pool.pool.name = "pool" + std::to_string(i);
    pool.pool.count = 640;
    pool.pool.max_pods = 110;
    if (ipam::UsesPodSubnet(kind)) pool.pod_subnet = 1;
    input.pools.push_back(pool);
  }
  for (int i = 0; i < 100; ++i) {
    input.workloads.push_back({"load/web" + std::to_string(i), 1'280});
  }
  const SimTime month = SimTime::FromNanos(std::int64_t{30} * 86'400 * 1'000'000'000);
  // 2 % a month: 1.02^22 = 1.546, so 4,950 nodes and 197,900 pods after 22 months.
  input.timeline.growth = lifecycle::GrowthAtRate(0.02, month, month * 24);
  return input;
}

azure::Limits LoadLimits() {
  document::Diagnostics diagnostics;
  return azure::Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics), diagnostics);
}

void BM_TwoYearsOfGrowth(benchmark::State& state) {
  const azure::Limits limits = LoadLimits();
  const PlanInput input = Make(static_cast<IpamKind>(state.range(0)));
  for (auto _ : state) {
    const PlanRecord record = RunPlan(input, limits);
    CNISIM_CHECK(record.operations.size() > 1, "the plan ran");
    state.counters["nodes"] = record.peak_nodes;
    state.counters["pods"] = record.timeline.back().pods;
    state.counters["events"] = static_cast<double>(record.events);
  }
  state.SetLabel(std::string(ToString(input.ipam.kind)));
}
BENCHMARK(BM_TwoYearsOfGrowth)->DenseRange(0, 7)->Unit(benchmark::kMillisecond)->Iterations(1);

// What `cnisim plan` does: all modes side by side, each with an upgrade, and the searches for the
// largest surge and the smallest prefixes.
void BM_AllModesWithAdvice(benchmark::State& state) {
  const azure::Limits limits = LoadLimits();
  std::vector<PlanInput> inputs;
  for (int kind = 0; kind < 8; ++kind) {
    inputs.push_back(Make(static_cast<IpamKind>(kind)));
    lifecycle::Operation upgrade;
    upgrade.kind = lifecycle::OperationKind::kUpgrade;
    upgrade.at = SimTime::FromNanos(std::int64_t{86'400} * 1'000'000'000);
    upgrade.target = "pool0";
    upgrade.max_surge = cluster::MaxSurge{std::nullopt, 0.33};
    inputs.back().timeline.operations = {upgrade};
  }
  for (auto _ : state) {
    const std::vector<PlanOutcome> outcomes = RunAndAdvise(inputs, limits, /*threads=*/2);
    for (const PlanOutcome& outcome : outcomes) {
      CNISIM_CHECK(outcome.record.operations.size() > 2, "the plan ran");
      CNISIM_CHECK(outcome.advice.surges.size() == 1, "the surge was searched");
    }
  }
}
BENCHMARK(BM_AllModesWithAdvice)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace cnisim::plan

#include "tests/support/fake_runs.h"

#include <algorithm>
#include <cmath>

#include "sim/base/hash.h"
#include "sim/base/random.h"

namespace cnisim::testing_support {
namespace {

using experiment::RunRequest;
using workload::TrafficRecord;

/// M/M/1 in Lindley's recursion: interarrival 1 ms, service 0.5 ms, then the network.
TrafficRecord Run(const FakeSystem& system, const RunRequest& request) {
  RandomStream arrivals(request.seed, 0, 1);
  RandomStream services(request.seed, 0, 2);
  double network_us = system.network_us;
  if (request.cost_draw) {
    RandomStream costs(*request.cost_draw, 0, 3);
    network_us *= 1 + system.cost_spread * (2 * costs.Uniform() - 1);
  }
  TrafficRecord record;
  record.sources.resize(1);
  record.edges.resize(1);
  workload::FlowRecord& source = record.sources.front();
  double wait_us = 0;
  for (int i = 0; i < system.requests; ++i) {
    const double service_us = services.Exponential(500);
    const double total_us = wait_us + service_us + network_us;
    source.latency_total.Record(std::llround(1e3 * total_us));
    source.latency_network.Record(std::llround(1e3 * network_us));
    record.edges[0].latency_total.Record(std::llround(500 * total_us));
    record.edges[0].latency_network.Record(std::llround(500 * network_us));
    wait_us = std::max(0.0, wait_us + service_us - arrivals.Exponential(1000));
  }
  source.completed = static_cast<std::uint64_t>(system.requests);
  source.failed[static_cast<std::size_t>(workload::FailureReason::kTimeout)] =
      static_cast<std::uint64_t>(std::llround(system.failed * system.requests));
  source.offered = source.completed + source.total_failed();
  record.edges[0].offered = record.edges[0].completed = source.completed;
  record.measured = request.duration;
  record.nodes.resize(2);
  for (workload::NodeCpu& node : record.nodes) {
    node.cores = 4;
    node.softirq = SimTime::FromNanos(std::llround(1e3 * network_us * system.requests / 2));
  }
  for (std::size_t kind = 0; kind < workload::kResourceKinds; ++kind) {
    record.resources[kind].kind = static_cast<workload::ResourceKind>(kind);
  }
  workload::ResourceUse& cores =
      record.resources[static_cast<std::size_t>(workload::ResourceKind::kCores)];
  cores.busiest = "node apps-0";
  cores.busy_max = 0.5;
  record.events = source.offered;
  record.digest = MixBits(request.seed) ^ HashText(system.name);
  return record;
}

}  // namespace

experiment::Subject FakeSubject(const FakeSystem& system) {
  return {system.name, [system](const RunRequest& request) { return Run(system, request); }};
}

experiment::FlowLabels FakeLabels() {
  return {{{"external", "frontend", "requests", 1000}}, {{"frontend", "cart", "call", 0}}};
}

}  // namespace cnisim::testing_support

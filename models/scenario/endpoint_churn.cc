#include "models/scenario/endpoint_churn.h"

#include <algorithm>

#include "models/datapath/service_programming.h"
#include "sim/base/random.h"

namespace cnisim::scenario {
namespace {

using cluster::PodId;

// Names the draws of this file: how late a node hears of changes.
constexpr std::uint32_t kWatchPurpose = 0x57A7C4;
constexpr std::uint64_t kWatchSeed = 0;

std::vector<PodId> PodsBehind(const cluster::Cluster& cluster, const Party& service) {
  const cluster::PlacedService* placed = cluster.FindService(service.ns, service.name);
  std::vector<PodId> pods;
  if (placed == nullptr || placed->endpoints.empty()) return pods;
  for (const cluster::ServiceEndpoint& endpoint : placed->endpoints.front()) {
    if (endpoint.pod.valid()) pods.push_back(endpoint.pod);
  }
  return pods;
}

SimTime Cost(const datapath::CostModel& costs, std::string_view id) {
  return Nanoseconds(costs.At(id).fixed_ns).Round();
}

/// Between half and one and a half times the mean, the same for a node in every configuration.
SimTime WatchDelay(std::size_t node, SimTime mean) {
  RandomStream stream(kWatchSeed, static_cast<std::uint32_t>(node), kWatchPurpose);
  return Nanoseconds(static_cast<double>(mean.nanos()) * (0.5 + stream.Uniform())).Round();
}

}  // namespace

std::vector<PlannedChange> PlanChanges(const Scenario& scenario, const cluster::Cluster& cluster) {
  std::vector<PlannedChange> changes;
  for (std::size_t spec = 0; spec < scenario.churn.size(); ++spec) {
    const ChurnSpec& churn = scenario.churn[spec];
    const std::vector<PodId> pods = PodsBehind(cluster, churn.service);
    if (pods.empty()) continue;
    std::size_t next = 0;
    for (int round = 0; round < churn.times; ++round) {
      const SimTime at = churn.at + churn.every * std::int64_t{round};
      const std::size_t most =
          std::min<std::size_t>(static_cast<std::size_t>(churn.pods), pods.size());
      for (std::size_t i = 0; i < most; ++i)
        changes.push_back({spec, at, pods[next++ % pods.size()]});
    }
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const PlannedChange& a, const PlannedChange& b) { return a.at < b.at; });
  return changes;
}

Enforcement Enforce(const std::vector<PlannedChange>& changes, const Scenario& scenario,
                    std::size_t nodes, std::string_view service_engine,
                    const ServiceStructures& structures, const cluster::Cluster& cluster,
                    const datapath::CostModel& costs) {
  Enforcement enforcement;
  enforcement.in_force.assign(changes.size(), std::vector<SimTime>(nodes));
  if (changes.empty() || nodes == 0) return enforcement;
  const SimTime watch = Cost(costs, "endpoint_watch");
  const SimTime period = datapath::MinSyncPeriod(service_engine, costs);
  // Pods of one Service that change together are one change of its structures.  Most of the work
  // does not depend on which Service it is; where several change, the dearest stands for all.
  Nanoseconds dearest;
  for (const PlannedChange& change : changes) {
    const Party& service = scenario.churn[change.spec].service;
    const cluster::PlacedService* placed = cluster.FindService(service.ns, service.name);
    dearest = std::max(dearest, structures.ChangeWork(*placed, service_engine, costs));
  }
  const auto work = [&](std::size_t) { return dearest.Round(); };
  std::int64_t sum = 0;
  for (std::size_t node = 0; node < nodes; ++node) {
    const SimTime delay = WatchDelay(node, watch);
    std::vector<SimTime> known;
    for (const PlannedChange& change : changes) known.push_back(change.at + delay);
    const std::vector<SimTime> done = datapath::EnforcementTimes(known, period, work);
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const SimTime taken = done[i] - changes[i].at;
      enforcement.in_force[i][node] = done[i];
      enforcement.longest = std::max(enforcement.longest, taken);
      sum += taken.nanos() / 1000;  // microseconds, so that the sum of many stays small
    }
  }
  const auto count = static_cast<std::int64_t>(nodes * changes.size());
  enforcement.mean = SimTime::FromNanos(sum / count * 1000);
  return enforcement;
}

void AddChanges(const std::vector<PlannedChange>& changes, const Enforcement& enforcement,
                const Scenario& scenario, const datapath::CostModel& costs,
                workload::Model& model) {
  const SimTime sandbox = Cost(costs, "pod_sandbox_stop");
  const auto add = [&](std::size_t edge, const Party& to) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const ChurnSpec& churn = scenario.churn[changes[i].spec];
      if (!(churn.service == to)) continue;
      workload::EndpointChange change;
      change.pod = changes[i].pod.value();
      change.gone = changes[i].at + churn.grace;
      change.silent = change.gone + sandbox;
      change.in_force = enforcement.in_force[i];
      model.edges[edge].changes.push_back(std::move(change));
    }
  };
  std::size_t edge = 0;
  for (const CallSpec& call : scenario.calls) add(edge++, call.to);
  for (const TrafficSpec& traffic : scenario.traffic) add(edge++, traffic.to);
}

}  // namespace cnisim::scenario

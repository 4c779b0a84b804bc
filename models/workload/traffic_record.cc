#include "models/workload/traffic_record.h"

#include <algorithm>
#include <numeric>

namespace cnisim::workload {

std::string_view Name(DropReason reason) {
  constexpr std::string_view kNames[kDropReasons] = {
      "softirq backlog full", "NIC queue full",   "conntrack table full",
      "SNAT ports used up",   "denied by policy", "listen queue full",
      "request queue full",   "proxy queue full", "no endpoint",
      "packet too large",     "pod gone",         "receive buffer full",
      "lost in the fabric",   "no way out",       "DNS queue full",
      "conntrack race",       "VM flows used up"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::string_view Name(FailureReason reason) {
  constexpr std::string_view kNames[kFailureReasons] = {
      "timeout",  "denied",  "forbidden",      "refused",      "overloaded",
      "upstream", "look-up", "no source port", "idle time-out"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::string_view Name(ResourceKind kind) {
  constexpr std::string_view kNames[kResourceKinds] = {
      "softirq",    "cores",     "NIC",        "L7 proxy", "workers",  "conntrack",
      "encryption", "CPU limit", "SNAT ports", "CoreDNS",  "VM flows", "source ports"};
  return kNames[static_cast<std::size_t>(kind)];
}

void Add(const LatencySeries& from, LatencySeries& to) {
  to.resize(std::max(from.size(), to.size()));
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i].answered += from[i].answered;
    to[i].latency_ns += from[i].latency_ns;
  }
}

void FlowCounts::Add(const FlowCounts& other) {
  offered += other.offered;
  completed += other.completed;
  answered += other.answered;
  connections += other.connections;
  delivered += other.delivered;
  for (std::size_t i = 0; i < kFailureReasons; ++i) failed[i] += other.failed[i];
  denied += other.denied;
  in_flight += other.in_flight;
  retransmissions += other.retransmissions;
  lookups += other.lookups;
  queries += other.queries;
  lookup_time += other.lookup_time;
}

std::uint64_t FlowCounts::total_failed() const {
  return std::accumulate(failed.begin(), failed.end(), std::uint64_t{0});
}

TrafficRecord::Binding TrafficRecord::binding() const {
  constexpr double kSaturated = 0.95;
  const auto saturated = [](const ResourceUse& use) {
    return use.drops > 0 || use.busy_max >= kSaturated;
  };
  const auto before = [](const ResourceUse& a, const ResourceUse& b) {
    return a.first_drop != b.first_drop ? a.first_drop < b.first_drop : a.busy_max > b.busy_max;
  };
  const ResourceUse* first = nullptr;
  for (const ResourceUse& use : resources) {
    if (use.kind == ResourceKind::kWorkers || !saturated(use)) continue;
    if (first == nullptr || before(use, *first)) first = &use;
  }
  // Workers fill up whenever something else is slow, so they come last.
  const ResourceUse& workers = resources[static_cast<std::size_t>(ResourceKind::kWorkers)];
  if (first == nullptr && saturated(workers)) first = &workers;
  if (first != nullptr) return {first->kind, true};
  first = &resources[0];
  for (const ResourceUse& use : resources) {
    if (use.busy_max > first->busy_max) first = &use;
  }
  return {first->kind, false};
}

double TrafficRecord::WaitShare(ResourceKind kind) const {
  if (request_time == SimTime()) return 0;
  return static_cast<double>(resources[static_cast<std::size_t>(kind)].waited.nanos()) /
         static_cast<double>(request_time.nanos());
}

double TrafficRecord::network_cores_per_node() const {
  if (nodes.empty() || measured == SimTime()) return 0;
  SimTime sum;
  for (const NodeCpu& node : nodes) sum += node.network();
  return static_cast<double>(sum.nanos()) /
         (static_cast<double>(measured.nanos()) * static_cast<double>(nodes.size()));
}

}  // namespace cnisim::workload

#include "models/datapath/service_programming.h"

#include <algorithm>

#include "models/service/iptables_tables.h"
#include "sim/base/check.h"

namespace cnisim::datapath {
namespace {

Nanoseconds Times(const CostModel& costs, std::string_view cost, std::uint64_t count) {
  return Nanoseconds(costs.At(cost).fixed_ns * static_cast<double>(count));
}

Nanoseconds IptablesWork(std::span<const service::ServicePortShape> ports,
                         std::span<const service::ServicePortShape> changed,
                         const service::ProxyOptions& options, SyncKind kind,
                         const CostModel& costs) {
  const service::IptablesCounts tables = service::CountTables(ports, options);
  const service::IptablesSync lines = service::SyncLines(tables, changed, options);
  if (kind == SyncKind::kFull) return Times(costs, "iptables_restore_per_line", lines.full_lines);
  const service::IptablesSync nothing = service::SyncLines(tables, {}, options);
  // The chains that are always written whole hold one short line a Service.
  return Times(costs, "iptables_partial_sync_per_service", nothing.partial_lines) +
         Times(costs, "iptables_restore_per_line", lines.partial_lines - nothing.partial_lines);
}

bool IsEbpf(std::string_view engine) { return engine == "ebpf-socket" || engine == "ebpf-tc"; }

}  // namespace

Nanoseconds SyncWork(std::string_view service_engine,
                     std::span<const service::ServicePortShape> ports,
                     std::span<const service::ServicePortShape> changed,
                     const service::ProxyOptions& options, SyncKind kind, const CostModel& costs) {
  const std::uint64_t written = kind == SyncKind::kFull ? ports.size() : changed.size();
  if (service_engine == "kube-proxy-iptables") {
    return IptablesWork(ports, changed, options, kind, costs);
  }
  if (service_engine == "kube-proxy-nftables") {
    return kind == SyncKind::kFull ? Times(costs, "nftables_full_sync_per_service", written)
                                   : Times(costs, "nftables_incremental_sync", 1);
  }
  if (service_engine == "kube-proxy-ipvs") return Times(costs, "ipvs_service_change", written);
  if (IsEbpf(service_engine)) return Times(costs, "ebpf_map_write_per_service", written);
  CNISIM_CHECK(service_engine == "none", "a Service engine has its programming work");
  return Nanoseconds(0);
}

SimTime MinSyncPeriod(std::string_view service_engine, const CostModel& costs) {
  if (service_engine == "none" || IsEbpf(service_engine)) return SimTime();
  return Nanoseconds(costs.At("kube_proxy_min_sync_period").fixed_ns).Round();
}

std::vector<SimTime> EnforcementTimes(std::span<const SimTime> changes, SimTime min_period,
                                      const std::function<SimTime(std::size_t)>& work) {
  std::vector<SimTime> in_force;
  in_force.reserve(changes.size());
  SimTime earliest;  // of the next sync's start
  std::size_t next = 0;
  while (next < changes.size()) {
    const SimTime start = std::max(changes[next], earliest);
    std::size_t end = next;
    while (end < changes.size() && changes[end] <= start) ++end;
    const SimTime done = start + work(end - next);
    in_force.insert(in_force.end(), end - next, done);
    earliest = std::max(done, start + min_period);
    next = end;
  }
  return in_force;
}

}  // namespace cnisim::datapath

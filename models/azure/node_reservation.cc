#include "models/azure/node_reservation.h"

#include <algorithm>

namespace cnisim::azure {

std::int64_t KubeReservedMemoryMb(std::int64_t memory_mb, int max_pods, const Limits& limits) {
  const std::int64_t by_pods = limits[LimitId::kKubeReservedMemoryPerPod] * max_pods +
                               limits[LimitId::kKubeReservedMemoryBase];
  const std::int64_t share = memory_mb * limits[LimitId::kKubeReservedMemoryPercent] / 100;
  return std::min(by_pods, share);
}

std::int64_t EvictionThresholdMb(const Limits& limits) {
  return limits[LimitId::kKubeReservedEviction];
}

std::int64_t KubeReservedMillicores(int vcpus, const Limits& limits) {
  if (const auto millicores = limits.Lookup(LimitTableId::kKubeReservedCpu, vcpus)) {
    return *millicores;
  }
  const LimitRecord* table = limits.Find("kube_reserved.cpu");
  return table == nullptr || table->table.empty() ? 0 : table->table.back().second;
}

std::int64_t ConntrackEntries(Bytes memory, const Limits& limits) {
  constexpr std::int64_t kMib = 1024 * 1024;
  return memory.count() / kMib * limits[LimitId::kConntrackEntriesPerMib];
}

}  // namespace cnisim::azure

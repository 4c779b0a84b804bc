#include "models/service/ebpf_maps.h"

namespace cnisim::service {
namespace {

constexpr std::uint64_t kMaglevSlotBytes = 4;

std::uint64_t ExternalFrontends(const ServicePortShape& port, std::uint64_t node_addresses) {
  const std::uint64_t node_ports = port.node_port ? node_addresses + 1 : 0;
  return std::uint64_t{port.external_ips} + port.load_balancer_ips + node_ports;
}

}  // namespace

CiliumLbCounts& CiliumLbCounts::operator+=(const CiliumLbCounts& other) {
  frontends += other.frontends;
  service_entries += other.service_entries;
  backends += other.backends;
  source_range_entries += other.source_range_entries;
  maglev_tables += other.maglev_tables;
  maglev_bytes += other.maglev_bytes;
  return *this;
}

CiliumLbCounts CountCiliumPort(const ServicePortShape& port, const CiliumLbOptions& options) {
  CiliumLbCounts counts;
  const std::uint64_t all = 1 + std::uint64_t{port.endpoints};
  const std::uint64_t local = 1 + std::uint64_t{port.local_endpoints};
  const std::uint64_t external = ExternalFrontends(port, options.node_addresses);
  counts.frontends = 1 + external;
  counts.service_entries = (port.internal_policy_local ? local : all) + external * all;
  if (port.external_policy_local) {
    counts.frontends += external;
    counts.service_entries += external * local;
  }
  counts.backends = port.endpoints;
  counts.source_range_entries = std::uint64_t{port.load_balancer_ips} * port.source_ranges;
  if (options.maglev && external > 0 && port.endpoints > 0) {
    counts.maglev_tables = external;
    counts.maglev_bytes = external * options.maglev_table_size * kMaglevSlotBytes;
  }
  return counts;
}

CiliumLbCounts CountCiliumLb(std::span<const ServicePortShape> ports,
                             const CiliumLbOptions& options) {
  CiliumLbCounts sum;
  for (const ServicePortShape& port : ports) sum += CountCiliumPort(port, options);
  return sum;
}

CalicoNatCounts CountCalicoNat(std::span<const ServicePortShape> ports,
                               std::uint32_t node_addresses) {
  CalicoNatCounts counts;
  for (const ServicePortShape& port : ports) {
    counts.frontends += 1 + ExternalFrontends(port, node_addresses);
    counts.backends += port.endpoints;
  }
  return counts;
}

}  // namespace cnisim::service

#include "models/service/ipvs_tables.h"

#include <algorithm>

namespace cnisim::service {

std::uint64_t IpvsCounts::largest_set() const {
  return std::max({cluster_ip, loop_back, external_ip, external_ip_local, load_balancer,
                   load_balancer_local, load_balancer_fw, source_cidr, source_ip, node_port,
                   node_port_local});
}

IpvsCounts& IpvsCounts::operator+=(const IpvsCounts& other) {
  virtual_servers += other.virtual_servers;
  real_servers += other.real_servers;
  dummy_addresses += other.dummy_addresses;
  cluster_ip += other.cluster_ip;
  loop_back += other.loop_back;
  external_ip += other.external_ip;
  external_ip_local += other.external_ip_local;
  load_balancer += other.load_balancer;
  load_balancer_local += other.load_balancer_local;
  load_balancer_fw += other.load_balancer_fw;
  source_cidr += other.source_cidr;
  source_ip += other.source_ip;
  node_port += other.node_port;
  node_port_local += other.node_port_local;
  return *this;
}

IpvsCounts CountIpvsPort(const ServicePortShape& port, std::uint32_t node_addresses) {
  IpvsCounts counts;
  const std::uint64_t external = std::uint64_t{port.external_ips} + port.load_balancer_ips;
  const std::uint64_t node_ports = port.node_port ? node_addresses : 0;
  counts.virtual_servers = 1 + external + node_ports;
  counts.dummy_addresses = 1 + external;
  const std::uint64_t internal_servers =
      port.internal_policy_local ? port.local_endpoints : port.endpoints;
  const std::uint64_t external_servers =
      port.external_policy_local ? port.local_endpoints : port.endpoints;
  counts.real_servers = internal_servers + (external + node_ports) * external_servers;
  counts.cluster_ip = 1;
  counts.loop_back = port.local_endpoints;
  counts.external_ip = port.external_policy_local ? 0 : port.external_ips;
  counts.external_ip_local = port.external_policy_local ? port.external_ips : 0;
  counts.load_balancer = port.load_balancer_ips;
  if (port.external_policy_local) counts.load_balancer_local = port.load_balancer_ips;
  if (port.source_ranges > 0) {
    counts.load_balancer_fw = port.load_balancer_ips;
    counts.source_cidr = std::uint64_t{port.load_balancer_ips} * port.source_ranges;
    counts.source_ip = port.node_in_source_ranges ? port.load_balancer_ips : 0;
  }
  counts.node_port = port.node_port ? 1 : 0;
  counts.node_port_local = port.node_port && port.external_policy_local ? 1 : 0;
  return counts;
}

IpvsCounts CountIpvs(std::span<const ServicePortShape> ports, std::uint32_t node_addresses) {
  IpvsCounts sum;
  for (const ServicePortShape& port : ports) sum += CountIpvsPort(port, node_addresses);
  return sum;
}

}  // namespace cnisim::service

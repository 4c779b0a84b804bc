#include "models/service/nftables_tables.h"

namespace cnisim::service {
namespace {

std::uint64_t One(bool condition) { return condition ? 1 : 0; }

/// A chain that draws among `endpoints`: masquerade rule, affinity rules, the draw.
void AddServiceChain(std::uint64_t endpoints, bool masquerade, bool affinity,
                     NftablesCounts& counts) {
  ++counts.chains;
  counts.rules += One(masquerade) + (affinity ? endpoints : 0) + 1;
  counts.endpoint_map_elements += endpoints;
}

}  // namespace

NftablesCounts& NftablesCounts::operator+=(const NftablesCounts& other) {
  service_ip_elements += other.service_ip_elements;
  node_port_elements += other.node_port_elements;
  firewall_elements += other.firewall_elements;
  no_endpoint_elements += other.no_endpoint_elements;
  no_endpoint_node_ports += other.no_endpoint_node_ports;
  endpoint_map_elements += other.endpoint_map_elements;
  chains += other.chains;
  rules += other.rules;
  return *this;
}

NftablesCounts CountNftablesPort(const ServicePortShape& port, const ProxyOptions& options) {
  NftablesCounts counts;
  const std::uint64_t external = std::uint64_t{port.external_ips} + port.load_balancer_ips;
  if (port.endpoints == 0) {
    counts.no_endpoint_elements = 1 + external;
    counts.no_endpoint_node_ports = One(port.node_port);
    return counts;
  }
  const bool internal_drop = port.internal_policy_local && port.local_endpoints == 0;
  const bool external_drop = port.external_policy_local && port.local_endpoints == 0;
  counts.service_ip_elements = One(!internal_drop) + external;
  counts.node_port_elements = One(port.node_port);
  counts.no_endpoint_elements = One(internal_drop) + (external_drop ? external : 0);
  counts.no_endpoint_node_ports = One(external_drop && port.node_port);

  const bool masquerade = options.masquerade_rule();
  if (port.uses_cluster_endpoints()) {
    AddServiceChain(port.endpoints, masquerade && !port.internal_policy_local,
                    port.client_ip_affinity, counts);
  }
  if (port.local_endpoints > 0 && port.uses_local_endpoints()) {
    AddServiceChain(port.local_endpoints, masquerade && port.internal_policy_local,
                    port.client_ip_affinity, counts);
  }
  if (port.externally_accessible()) {
    ++counts.chains;
    counts.rules += 2;
    if (port.external_policy_local) {
      counts.rules += One(options.local_detector) + One(port.local_endpoints > 0);
    }
  }
  if (port.load_balancer_ips > 0 && port.source_ranges > 0) {
    counts.firewall_elements = port.load_balancer_ips;
    ++counts.chains;
    ++counts.rules;  // one inline set, whatever the number of ranges
  }
  // An endpoint's chain: hairpin, DNAT, and the affinity set's update.
  counts.chains += port.usable_endpoints();
  counts.rules += std::uint64_t{port.usable_endpoints()} * (2 + One(port.client_ip_affinity));
  return counts;
}

NftablesCounts CountNftables(std::span<const ServicePortShape> ports, const ProxyOptions& options) {
  NftablesCounts sum;
  for (const ServicePortShape& port : ports) sum += CountNftablesPort(port, options);
  return sum;
}

}  // namespace cnisim::service

#include "models/service/iptables_tables.h"

#include "sim/base/check.h"

namespace cnisim::service {
namespace {

// Structure of the proxy's fixed rules; see proxier.go, iptablesJumpChains.
constexpr std::uint64_t kPostroutingRules = 3;  // return unless marked, clear, masquerade
constexpr std::uint64_t kMarkMasqRules = 1;
constexpr std::uint64_t kForwardRules = 3;  // drop INVALID, accept marked, accept RELATED
constexpr std::uint64_t kFirewallRules = 1;
constexpr std::uint64_t kFirewallJumps = 2;  // INPUT, OUTPUT
constexpr std::uint64_t kNatJumps = 3;       // OUTPUT, PREROUTING, POSTROUTING
constexpr std::uint64_t kFilterJumps = 9;
constexpr std::uint64_t kNatBaseChains = 4;     // SERVICES, NODEPORTS, POSTROUTING, MARK-MASQ
constexpr std::uint64_t kFilterBaseChains = 5;  // SERVICES, EXTERNAL-SERVICES, FORWARD,
                                                // NODEPORTS, PROXY-FIREWALL
constexpr std::uint64_t kSepRules = 2;          // hairpin mark, DNAT

std::uint64_t One(bool condition) { return condition ? 1 : 0; }

std::uint64_t ExternalAddresses(const ServicePortShape& port) {
  return std::uint64_t{port.external_ips} + port.load_balancer_ips;
}

IptablesCounts CountWithoutEndpoints(const ServicePortShape& port) {
  IptablesCounts counts;
  counts.filter_services = 1;
  counts.filter_external_services = ExternalAddresses(port) + One(port.node_port);
  counts.filter_node_ports = One(port.health_check_node_port);
  return counts;
}

/// Chains of the Service's own: which of them exist, and their rules.
void CountServiceChains(const ServicePortShape& port, const ProxyOptions& options,
                        IptablesCounts& counts) {
  const std::uint64_t per_endpoint = 1 + One(port.client_ip_affinity);
  const std::uint64_t masquerade = One(options.masquerade_rule());
  if (port.uses_cluster_endpoints()) {
    counts.nat_svc = port.endpoints * per_endpoint;
    if (!port.internal_policy_local) counts.nat_svc += masquerade;
    ++counts.nat_chains;
  }
  if (port.local_endpoints > 0 && port.uses_local_endpoints()) {
    counts.nat_svl = port.local_endpoints * per_endpoint;
    if (port.internal_policy_local) counts.nat_svl += masquerade;
    ++counts.nat_chains;
  }
  counts.nat_sep = kSepRules * port.usable_endpoints();
  counts.nat_chains += port.usable_endpoints();
}

void CountExternalChain(const ServicePortShape& port, const ProxyOptions& options,
                        IptablesCounts& counts) {
  if (!port.externally_accessible()) return;
  counts.nat_ext = 2;
  if (port.external_policy_local) {
    counts.nat_ext += One(options.local_detector) + One(port.local_endpoints > 0);
  }
  ++counts.nat_chains;
}

void CountFirewallChain(const ServicePortShape& port, IptablesCounts& counts) {
  if (port.load_balancer_ips == 0 || port.source_ranges == 0) return;
  counts.nat_fw = port.source_ranges + 1;
  if (port.node_in_source_ranges) counts.nat_fw += port.load_balancer_ips;
  ++counts.nat_chains;
  counts.filter_proxy_firewall = port.load_balancer_ips;
}

}  // namespace

std::uint64_t IptablesCounts::nat_rules() const {
  return nat_services + nat_node_ports + nat_svc + nat_svl + nat_sep + nat_ext + nat_fw + nat_other;
}

std::uint64_t IptablesCounts::filter_rules() const {
  return filter_services + filter_external_services + filter_node_ports + filter_proxy_firewall +
         filter_other;
}

IptablesCounts& IptablesCounts::operator+=(const IptablesCounts& other) {
  nat_services += other.nat_services;
  nat_node_ports += other.nat_node_ports;
  nat_svc += other.nat_svc;
  nat_svl += other.nat_svl;
  nat_sep += other.nat_sep;
  nat_ext += other.nat_ext;
  nat_fw += other.nat_fw;
  nat_other += other.nat_other;
  filter_services += other.filter_services;
  filter_external_services += other.filter_external_services;
  filter_node_ports += other.filter_node_ports;
  filter_proxy_firewall += other.filter_proxy_firewall;
  filter_other += other.filter_other;
  nat_chains += other.nat_chains;
  filter_chains += other.filter_chains;
  return *this;
}

IptablesCounts CountPort(const ServicePortShape& port, const ProxyOptions& options) {
  if (port.endpoints == 0) return CountWithoutEndpoints(port);
  IptablesCounts counts;
  const bool internal_drop = port.internal_policy_local && port.local_endpoints == 0;
  const bool external_drop = port.external_policy_local && port.local_endpoints == 0;
  counts.nat_services = One(!internal_drop) + ExternalAddresses(port);
  counts.nat_node_ports = One(port.node_port);
  CountServiceChains(port, options, counts);
  CountExternalChain(port, options, counts);
  CountFirewallChain(port, counts);
  counts.filter_services = One(internal_drop);
  if (external_drop) {
    counts.filter_external_services = ExternalAddresses(port) + One(port.node_port);
  }
  counts.filter_node_ports = One(port.health_check_node_port);
  return counts;
}

IptablesCounts CountFixed(const ProxyOptions& options) {
  IptablesCounts counts;
  counts.nat_services = options.node_port_addresses == 0 ? 1 : options.node_port_addresses;
  counts.nat_other = kPostroutingRules + kMarkMasqRules + kNatJumps;
  counts.filter_other = kForwardRules + kFilterJumps;
  counts.nat_chains = kNatBaseChains;
  counts.filter_chains = kFilterBaseChains;
  if (options.localhost_node_ports) {
    counts.filter_other += kFirewallRules + kFirewallJumps;
    ++counts.filter_chains;
  }
  return counts;
}

IptablesCounts CountTables(std::span<const ServicePortShape> ports, const ProxyOptions& options) {
  IptablesCounts sum = CountFixed(options);
  for (const ServicePortShape& port : ports) sum += CountPort(port, options);
  return sum;
}

IptablesWalk WalkToService(const ServicePortShape& port, Address address, bool client_is_pod,
                           const IptablesCounts& tables, const ProxyOptions& options) {
  const bool external = address != Address::kClusterIp;
  const bool local = external ? port.external_policy_local : port.internal_policy_local;
  // Pods of the cluster are sent to all endpoints even under a Local external policy, if the
  // detector knows them.
  const bool short_circuit = external && local && client_is_pod && options.local_detector;
  const std::uint32_t endpoints = local && !short_circuit ? port.local_endpoints : port.endpoints;
  CNISIM_CHECK(endpoints > 0, "a walk ends at an endpoint");

  IptablesWalk walk;
  const double guards = options.node_port_addresses == 0 ? 1 : options.node_port_addresses;
  const double places = static_cast<double>(tables.nat_services) - guards;
  if (address == Address::kNodePort) {
    walk.services = places;
    walk.node_ports = guards + (static_cast<double>(tables.nat_node_ports) + 1) / 2;
  } else {
    walk.services = (places + 1) / 2;
  }

  if (address == Address::kLoadBalancerIp && port.source_ranges > 0) {
    walk.chain += (static_cast<double>(port.source_ranges) + 1) / 2;  // KUBE-FW to the match
  }
  if (external && !local) {
    walk.chain += 2;  // KUBE-EXT: mark, jump
    walk.masqueraded = true;
  } else if (external) {
    const double detector = options.local_detector ? 1 : 0;
    walk.chain += short_circuit ? detector : detector + 3;  // KUBE-EXT up to its jump
  }
  const bool serves_cluster_ip = local == port.internal_policy_local || short_circuit;
  if (options.masquerade_rule() && serves_cluster_ip) walk.chain += 1;
  if (!external && (options.masquerade_all || (options.local_detector && !client_is_pod))) {
    walk.masqueraded = true;
  }
  walk.affinity = port.client_ip_affinity ? endpoints : 0;
  walk.random = (static_cast<double>(endpoints) + 1) / 2;
  walk.chain += kSepRules;
  // POSTROUTING: a packet without the mark returns at the first rule.
  walk.chain += walk.masqueraded ? static_cast<double>(kMarkMasqRules + kPostroutingRules) : 1;
  return walk;
}

IptablesWalk WalkToNoService(const IptablesCounts& tables) {
  IptablesWalk walk;
  walk.services = static_cast<double>(tables.nat_services);
  walk.chain = 1;  // POSTROUTING
  return walk;
}

IptablesSync SyncLines(const IptablesCounts& tables, std::span<const ServicePortShape> changed,
                       const ProxyOptions& options) {
  IptablesSync sync;
  sync.full_lines = tables.lines();
  sync.partial_lines = tables.nat_services + tables.nat_node_ports + kPostroutingRules +
                       tables.filter_external_services;
  for (const ServicePortShape& port : changed) {
    const IptablesCounts counts = CountPort(port, options);
    sync.partial_lines += counts.nat_svc + counts.nat_svl + counts.nat_sep + counts.nat_ext +
                          counts.nat_fw + counts.nat_chains;
  }
  return sync;
}

}  // namespace cnisim::service

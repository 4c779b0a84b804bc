#include "models/scenario/service_structures.h"

#include <algorithm>
#include <string_view>

#include "sim/base/check.h"

namespace cnisim::scenario {
namespace {

using cluster::ServiceType;
using datapath::Count;
using datapath::ServiceAccess;

service::ServicePortShape ShapeOf(const cluster::PlacedService& placed, std::size_t port) {
  const cluster::Service& from = placed.service;
  service::ServicePortShape shape;
  shape.endpoints = static_cast<std::uint32_t>(placed.endpoints[port].size());
  shape.external_ips = static_cast<std::uint32_t>(from.external_ips.size());
  const bool balanced = from.type == ServiceType::kLoadBalancer;
  shape.load_balancer_ips = balanced ? 1 : 0;
  shape.node_port = balanced || from.type == ServiceType::kNodePort;
  shape.source_ranges = balanced ? static_cast<std::uint32_t>(from.source_ranges.size()) : 0;
  shape.external_policy_local =
      shape.node_port && from.external_traffic_policy == cluster::TrafficPolicy::kLocal;
  shape.internal_policy_local = from.internal_traffic_policy == cluster::TrafficPolicy::kLocal;
  shape.health_check_node_port = balanced && shape.external_policy_local && port == 0;
  shape.client_ip_affinity = from.session_affinity;
  return shape;
}

bool HasStructures(const cluster::Service& service) {
  return service.type != ServiceType::kHeadless && service.type != ServiceType::kExternalName;
}

}  // namespace

ServiceStructures::ServiceStructures(const cluster::Cluster& cluster,
                                     const BackgroundServices& background,
                                     const datapath::Switches& switches, bool pods_in_vnet) {
  for (const cluster::PlacedService& placed : cluster.services()) {
    first_port_.push_back(shapes_.size());
    if (!HasStructures(placed.service)) continue;
    for (std::size_t port = 0; port < placed.service.ports.size(); ++port) {
      shapes_.push_back(ShapeOf(placed, port));
    }
  }
  service::ServicePortShape other;
  other.endpoints = static_cast<std::uint32_t>(background.endpoints_per_service);
  shapes_.insert(shapes_.end(), static_cast<std::size_t>(background.services), other);

  // CNIs whose pods have VNet addresses run kube-proxy without a cluster CIDR.
  options_.local_detector = !pods_in_vnet;
  const std::string_view engine = datapath::SwitchValue(switches, "service_engine");
  iptables_ = engine == "kube-proxy-iptables" ||
              datapath::SwitchValue(switches, "kube_proxy_beside") == "true";
  nftables_ = engine == "kube-proxy-nftables";
  ebpf_ = engine == "ebpf-socket" || engine == "ebpf-tc";
  tables_ = service::CountTables(shapes_, options_);
}

void ServiceStructures::SetCounts(const ServicePortRef& target, ServiceAccess access,
                                  bool client_is_pod, datapath::Counts& counts) const {
  if (!iptables_) return;
  const auto all = static_cast<double>(tables_.nat_services);
  counts.Set(Count::kServiceRulesAll, all);
  if (access == ServiceAccess::kNone || target.service == nullptr) return;
  const service::ServicePortShape& shape =
      shapes_[first_port_[target.service->id.value()] + target.port];
  if (shape.usable_endpoints() == 0) return;
  service::Address address = service::Address::kClusterIp;
  if (access == ServiceAccess::kNodePort) address = service::Address::kNodePort;
  if (access == ServiceAccess::kLoadBalancer) address = service::Address::kLoadBalancerIp;
  const service::IptablesWalk walk =
      service::WalkToService(shape, address, client_is_pod, tables_, options_);
  counts.Set(Count::kServiceRulesBeforeMatch, walk.services);
  counts.Set(Count::kNodePortRules, walk.node_ports);
  counts.Set(Count::kServiceChainRules, walk.chain);
  counts.Set(Count::kServiceRandomRules, walk.random);
  counts.Set(Count::kAffinityRules, walk.affinity);
  counts.Set(Count::kMasqueradeMarks, walk.masqueraded ? 1 : 0);
}

std::uint64_t ServiceStructures::endpoints() const {
  std::uint64_t sum = 0;
  for (const service::ServicePortShape& shape : shapes_) sum += shape.endpoints;
  return sum;
}

std::uint64_t ServiceStructures::service_rules() const {
  return iptables_ ? tables_.nat_services : 0;
}

std::uint64_t ServiceStructures::lines() const {
  if (iptables_) return tables_.lines();
  if (!nftables_) return 0;
  const service::NftablesCounts counts = service::CountNftables(shapes_, options_);
  return counts.rules + counts.chains;
}

std::uint64_t ServiceStructures::map_entries() const {
  if (nftables_) return service::CountNftables(shapes_, options_).map_elements();
  if (!ebpf_) return 0;
  const service::CiliumLbCounts counts = service::CountCiliumLb(shapes_, {});
  return counts.service_entries + counts.backends + counts.source_range_entries;
}

}  // namespace cnisim::scenario

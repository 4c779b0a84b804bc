#include "models/scenario/service_structures.h"

#include <set>
#include <span>
#include <string_view>
#include <tuple>

#include "models/datapath/service_counts.h"
#include "models/datapath/service_programming.h"
#include "models/service/ipvs_tables.h"
#include "models/service/service_shapes.h"

namespace cnisim::scenario {
namespace {

using datapath::ServiceAccess;

// Structures differ between nodes only where a Local traffic policy asks for local endpoints; the
// first node stands for all.
constexpr cluster::NodeId kNode{0};
// A node serves NodePorts on its one address in the VNet.
constexpr std::uint32_t kNodeAddresses = 1;

/// Endpoints of Services (a pod and its port) that another Service port has, too.
std::uint64_t CountShared(const cluster::Cluster& cluster) {
  std::set<std::tuple<std::uint32_t, std::uint16_t, cluster::Protocol>> seen;
  std::uint64_t shared = 0;
  for (const cluster::PlacedService& placed : cluster.services()) {
    if (!service::HasStructure(placed.service)) continue;
    for (std::size_t port = 0; port < placed.endpoints.size(); ++port) {
      for (const cluster::ServiceEndpoint& endpoint : placed.endpoints[port]) {
        if (!endpoint.pod.valid()) continue;
        const bool is_new =
            seen.emplace(endpoint.pod.value(), endpoint.port, placed.service.ports[port].protocol)
                .second;
        if (!is_new) ++shared;
      }
    }
  }
  return shared;
}

}  // namespace

ServiceStructures::ServiceStructures(const cluster::Cluster& cluster,
                                     const BackgroundServices& background,
                                     const datapath::Switches& switches, bool pods_in_vnet) {
  for (const cluster::PlacedService& placed : cluster.services()) {
    first_port_.push_back(shapes_.size());
    if (!service::HasStructure(placed.service)) continue;
    for (std::size_t port = 0; port < placed.service.ports.size(); ++port) {
      shapes_.push_back(service::ShapeOf(cluster, placed, port, kNode));
    }
  }
  service::ServicePortShape other;
  other.endpoints = static_cast<std::uint32_t>(background.endpoints_per_service);
  shapes_.insert(shapes_.end(), static_cast<std::size_t>(background.services), other);
  node_rules_ = background.node_rules;
  shared_backends_ = CountShared(cluster);

  // CNIs whose pods have VNet addresses run kube-proxy without a cluster CIDR.
  options_.local_detector = !pods_in_vnet;
  const std::string_view engine = datapath::SwitchValue(switches, "service_engine");
  iptables_ = engine == "kube-proxy-iptables" ||
              datapath::SwitchValue(switches, "kube_proxy_beside") == "true";
  nftables_ = engine == "kube-proxy-nftables";
  ipvs_ = engine == "kube-proxy-ipvs";
  ebpf_ = engine == "ebpf-socket" || engine == "ebpf-tc";
  calico_ = datapath::SwitchValue(switches, "policy_engine") == "calico";
  tables_ = service::CountTables(shapes_, options_);
}

void ServiceStructures::SetCounts(const ServicePortRef& target, ServiceAccess access,
                                  bool client_is_pod, datapath::Counts& counts) const {
  counts.Set(datapath::Count::kNodeRules, node_rules_);
  if (!iptables_ && !nftables_ && !ipvs_) return;
  if (access != ServiceAccess::kNone && target.service != nullptr) {
    const service::ServicePortShape& shape =
        shapes_[first_port_[target.service->id.value()] + target.port];
    if (shape.usable_endpoints() > 0) {
      service::Address address = service::Address::kClusterIp;
      if (access == ServiceAccess::kNodePort) address = service::Address::kNodePort;
      if (access == ServiceAccess::kLoadBalancer) address = service::Address::kLoadBalancerIp;
      if (iptables_) {
        datapath::SetServiceCounts(shape, address, client_is_pod, tables_, options_, counts);
      } else {
        datapath::SetHashedServiceCounts(shape, address, client_is_pod, options_, nftables_,
                                         counts);
      }
      return;
    }
  }
  if (iptables_) datapath::SetNoServiceCounts(tables_, counts);
}

std::vector<FullStructure> ServiceStructures::Full(const azure::Limits& limits,
                                                   std::uint64_t lb_map_entries) const {
  using azure::LimitId;
  std::vector<FullStructure> full;
  // Ports are written one after the other until there is no room.
  const auto check = [&](const char* name, std::uint64_t limit, const auto& entries_of) {
    FullStructure structure{name, 0, limit, 0};
    for (const service::ServicePortShape& shape : shapes_) {
      structure.entries += entries_of(shape);
      if (structure.entries > limit) ++structure.ports_left_out;
    }
    if (structure.ports_left_out > 0) full.push_back(std::move(structure));
  };
  const auto limit = [&](LimitId id) { return static_cast<std::uint64_t>(limits[id]); };
  if (ebpf_ && calico_) {
    check("Calico's NAT front-end map", limit(LimitId::kCalicoNatFrontends), [](const auto& shape) {
      return service::CountCalicoNat({&shape, 1}, kNodeAddresses).frontends;
    });
    check("Calico's NAT back-end map", limit(LimitId::kCalicoNatBackends), [](const auto& shape) {
      return service::CountCalicoNat({&shape, 1}, kNodeAddresses).backends;
    });
  } else if (ebpf_) {
    const std::uint64_t most = lb_map_entries > 0 ? lb_map_entries : limit(LimitId::kCiliumLbMap);
    check("Cilium's Service map", most,
          [](const auto& shape) { return service::CountCiliumPort(shape, {}).service_entries; });
    check("Cilium's backend map", most,
          [](const auto& shape) { return service::CountCiliumPort(shape, {}).backends; });
  }
  if (ipvs_) {
    check("the ipset KUBE-CLUSTER-IP", limit(LimitId::kIpsetMembers), [](const auto& shape) {
      return service::CountIpvsPort(shape, kNodeAddresses).cluster_ip;
    });
    check("the ipset KUBE-LOOP-BACK", limit(LimitId::kIpsetMembers), [](const auto& shape) {
      return service::CountIpvsPort(shape, kNodeAddresses).loop_back;
    });
  }
  return full;
}

Nanoseconds ServiceStructures::ChangeWork(const cluster::PlacedService& service,
                                          std::string_view service_engine,
                                          const datapath::CostModel& costs) const {
  const std::size_t first = first_port_[service.id.value()];
  const std::size_t count =
      service::HasStructure(service.service) ? service.service.ports.size() : 0;
  return datapath::SyncWork(service_engine, shapes_, std::span(shapes_).subspan(first, count),
                            options_, datapath::SyncKind::kPartial, costs);
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
  if (ipvs_) {
    const service::IpvsCounts counts = service::CountIpvs(shapes_, kNodeAddresses);
    return counts.virtual_servers + counts.real_servers;
  }
  if (!ebpf_) return 0;
  if (calico_) {
    const service::CalicoNatCounts counts = service::CountCalicoNat(shapes_, kNodeAddresses);
    return counts.frontends + counts.backends;
  }
  const service::CiliumLbCounts counts = service::CountCiliumLb(shapes_, {});
  // Cilium keeps one backend for all Services that have it.
  return counts.service_entries + counts.backends - shared_backends_ + counts.source_range_entries;
}

}  // namespace cnisim::scenario

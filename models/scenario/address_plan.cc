#include "models/scenario/address_plan.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "models/azure/virtual_network.h"
#include "models/ipam/address_assignment.h"
#include "models/ipam/pod_address_allocator.h"

namespace cnisim::scenario {
namespace {

using document::Diagnostics;

// One warning for each reason, with how many it hit.
template <class Id>
void WarnAbout(const std::vector<std::pair<Id, ipam::AllocateError>>& failures,
               std::string_view what, const ConfigurationSpec& spec, Diagnostics& diagnostics) {
  std::map<ipam::AllocateError, std::size_t> counts;
  for (const auto& [id, error] : failures) ++counts[error];
  for (const auto& [error, count] : counts) {
    diagnostics.Warning(spec.where, spec.name,
                        std::to_string(count) + " " + std::string(what) +
                            " without an address: " + std::string(ipam::ToString(error)));
  }
}

}  // namespace

std::vector<OtherUse> OtherAddresses(const Scenario& scenario, const ConfigurationSpec& spec,
                                     const azure::Limits& limits) {
  const auto& services = scenario.objects.services;
  auto count = static_cast<int>(
      std::count_if(services.begin(), services.end(), [](const cluster::Service& service) {
        return service.type == cluster::ServiceType::kLoadBalancer &&
               service.internal_load_balancer;
      }));
  if (spec.az.private_cluster && !spec.az.apiserver_subnet) {
    count += static_cast<int>(limits[azure::LimitId::kPrivateEndpointAddresses]);
  }
  std::vector<OtherUse> uses;
  if (count > 0 && !spec.node_pools.empty()) {
    uses.push_back({spec.node_pools.front().node_subnet, count,
                    "internal load balancers and private endpoints"});
  }
  if (spec.az.apiserver_subnet) {
    uses.push_back({*spec.az.apiserver_subnet,
                    static_cast<int>(limits[azure::LimitId::kApiserverSubnetAddresses]),
                    "API servers"});
  }
  return uses;
}

AddressPlan TakeAddresses(const Scenario& scenario, const ConfigurationSpec& spec,
                          const cluster::Cluster& cluster, const azure::Limits& limits,
                          Diagnostics& diagnostics) {
  AddressPlan plan;
  plan.nodes.resize(cluster.nodes().size());
  plan.pods.resize(cluster.pods().size());
  if (const auto wrong = ipam::CheckConfiguration(spec.cni.ipam, limits)) {
    diagnostics.Error(spec.where, spec.name, *wrong);
    return plan;
  }
  azure::VirtualNetwork vnet(limits);
  for (const SubnetSpec& subnet : scenario.cluster.vnet.subnets) {
    vnet.AddSubnet(subnet.name, subnet.prefix);
  }
  std::vector<ipam::PoolSubnets> subnets;
  for (const NodePoolSpec& pool : spec.node_pools) {
    subnets.push_back({vnet.Find(pool.node_subnet), vnet.Find(pool.pod_subnet)});
  }
  for (const OtherUse& use : OtherAddresses(scenario, spec, limits)) {
    const azure::SubnetId subnet = vnet.Find(use.subnet);
    for (int i = 0; i < use.addresses && subnet.valid(); ++i) {
      if (vnet.TakeAddress(subnet).ok()) continue;
      diagnostics.Warning(spec.where, spec.name,
                          fmt::format("{} addresses of {} are missing in subnet {}",
                                      use.addresses - i, use.what, use.subnet));
      break;
    }
  }
  const std::unique_ptr<ipam::PodAddressAllocator> allocator =
      ipam::MakeAllocator(spec.cni.ipam, vnet, limits);
  const ipam::AddressAssignment assignment = ipam::AssignAddresses(cluster, subnets, *allocator);
  WarnAbout(assignment.node_failures, "nodes", spec, diagnostics);
  WarnAbout(assignment.pod_failures, "pods", spec, diagnostics);

  plan.nodes = assignment.nodes;
  for (std::size_t pod = 0; pod < plan.pods.size(); ++pod) {
    if (assignment.pods[pod]) {
      plan.pods[pod] = assignment.pods[pod]->address;
    } else {
      ++plan.pods_without_address;
    }
  }
  for (const azure::Subnet& subnet : vnet.subnets()) {
    plan.subnets.push_back({subnet.name(), subnet.prefix(), subnet.usable(), subnet.taken()});
    plan.vnet_addresses += subnet.taken();
  }
  return plan;
}

}  // namespace cnisim::scenario

#include "models/scenario/address_plan.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "models/azure/virtual_network.h"
#include "models/ipam/pod_address_allocator.h"

namespace cnisim::scenario {
namespace {

using namespace literals;
using cluster::NodeId;
using document::Diagnostics;
using ipam::AllocateError;

// Pools that grow by and by are given this long to come to rest before the traffic begins.
constexpr SimTime kPatience = 3600_s;

class AddressTaker {
 public:
  AddressTaker(const Scenario& scenario, const ConfigurationSpec& spec,
               const cluster::Cluster& cluster, const azure::Limits& limits,
               Diagnostics& diagnostics) spec_(spec),
      cluster_(cluster), diagnostics_(diagnostics), vnet_(limits) {
    for (const SubnetSpec& subnet : scenario.cluster.vnet.subnets) {
      vnet_.AddSubnet(subnet.name, subnet.prefix);
    }
    plan_.nodes.resize(cluster.nodes().size());
    plan_.pods.resize(cluster.pods().size());
    if (const auto wrong = ipam::CheckConfiguration(spec.cni.ipam, limits)) {
      diagnostics.Error(spec.where, spec.name, *wrong);
      return;
    }
    allocator_ = ipam::MakeAllocator(spec.cni.ipam, vnet_, limits);
  }

  AddressPlan Take() {
    if (allocator_ != nullptr) {
      AddNodes();
      AddPods();
    }
    for (const azure::Subnet& subnet : vnet_.subnets()) {
      plan_.subnets.push_back({subnet.name(), subnet.prefix(), subnet.usable(), subnet.taken()});
      plan_.vnet_addresses += subnet.taken();
    }
    return std::move(plan_);
  }

 private:
  void AddNodes() {
    std::map<std::uint32_t, std::pair<int, AllocateError>> refused;  // [pool]
    for (const cluster::Node& node : cluster_.nodes()) {
      const NodePoolSpec& pool = spec_.node_pools[node.pool.value()];
      ipam::NodeRequest request;
      request.id = node.id;
      request.node_subnet = vnet_.Find(pool.node_subnet);
      if (!pool.pod_subnet.empty()) request.pod_subnet = vnet_.Find(pool.pod_subnet);
      request.max_pods = node.max_pods;
      const auto address = allocator_->AddNode(request, now_);
      if (address) {
        plan_.nodes[node.id.value()] = *address;
      } else {
        ++refused.try_emplace(node.pool.value(), 0, address.error()).first->second.first;
      }
    }
    for (const auto& [pool, count] : refused) {
      const NodePoolSpec& spec = spec_.node_pools[pool];
      Warn(spec.where, std::to_string(count.first) + " of " + std::to_string(spec.pool.count) +
                           " nodes of pool " + spec.pool.name +
                           " get no addresses: " + std::string(ipam::ToString(count.second)));
    }
  }

  void AddPods() {
    std::vector<std::uint32_t> demand(cluster_.nodes().size());
    std::vector<cluster::PodId> waiting;
    for (const cluster::PlacedPod& pod : cluster_.pods()) {
      if (!plan_.nodes[pod.node.value()]) {
        ++plan_.pods_without_address;
      } else if (cluster_.template_of(pod.id).host_network) {
        plan_.pods[pod.id.value()] = plan_.nodes[pod.node.value()];
      } else {
        ++demand[pod.node.value()];
        waiting.push_back(pod.id);
      }
    }
    for (const cluster::Node& node : cluster_.nodes()) {
      if (plan_.nodes[node.id.value()]) {
        allocator_->Expect(node.id, demand[node.id.value()], now_);
      }
    }
    // A node's pool grows when it sees that it is used, so those who wait ask again.
    AllocateError last = AllocateError::kNodeFull;
    while (!waiting.empty()) {
      std::vector<cluster::PodId> still;
      for (const cluster::PodId pod : waiting) {
        const auto addresses = allocator_->Allocate(cluster_.pod(pod).node, now_);
        if (addresses) {
          plan_.pods[pod.value()] = addresses->address;
        } else {
          last = addresses.error();
          still.push_back(pod);
        }
      }
      const bool progress = still.size() < waiting.size();
      waiting = std::move(still);
      const auto next = allocator_->next_work();
      if (waiting.empty() || (!progress && (!next || *next > kPatience))) break;
      if (next && *next <= kPatience) {
        now_ = *next;
        allocator_->Work(now_);
      }
    }
    now_ = ipam::Settle(*allocator_, now_, kPatience);
    plan_.pods_without_address += static_cast<std::uint32_t>(waiting.size());
    if (!waiting.empty()) {
      Warn(spec_.where, std::to_string(waiting.size()) +
                            " pods get no address: " + std::string(ipam::ToString(last)));
    }
  }

  void Warn(const SourceLocation& where, const std::string& message) {
    diagnostics_.Warning(where, spec_.name, message);
  }

  const ConfigurationSpec& spec_;
  const cluster::Cluster& cluster_;
  Diagnostics& diagnostics_;
  azure::VirtualNetwork vnet_;
  std::unique_ptr<ipam::PodAddressAllocator> allocator_;
  SimTime now_;
  AddressPlan plan_;
};

}  // namespace

AddressPlan TakeAddresses(const Scenario& scenario, const ConfigurationSpec& spec,
                          const cluster::Cluster& cluster, const azure::Limits& limits,
                          Diagnostics& diagnostics) {
  return AddressTaker(scenario, spec, cluster, limits, diagnostics).Take();
}

}  // namespace cnisim::scenario

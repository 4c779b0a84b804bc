// Azure CNI node subnet: all addresses that a node's pods can ever have are bound to its NIC when
// the node is made.  Deleting pods frees nothing for others.

#include <algorithm>
#include <vector>

#include "models/ipam/allocators.h"
#include "models/net/index_pool.h"

namespace cnisim::ipam {
namespace {

using azure::LimitId;

class NodeSubnetAllocator : public PodAddressAllocator {
 public:
  NodeSubnetAllocator(azure::VirtualNetwork& vnet, const azure::Limits& limits)
      : PodAddressAllocator(vnet, limits) {}

  std::uint64_t NodeSubnetNeed(const NodeRequest& request) const override {
    return 1 + Secondaries(request);
  }

 protected:
  std::optional<AllocateError> Attach(const NodeRequest& request, SimTime /*now*/) override {
    if (NodeSubnetNeed(request) > limit(LimitId::kNicIpConfigurations)) {
      return AllocateError::kNicFull;
    }
    auto addresses = vnet().TakeAddresses(request.node_subnet, Secondaries(request));
    if (!addresses) return FromVnet(addresses.error());
    if (nics_.size() <= request.id.value()) nics_.resize(request.id.value() + 1);
    nics_[request.id.value()] = {*std::move(addresses), net::IndexPool(Secondaries(request))};
    return std::nullopt;
  }

  void Detach(const NodeRequest& request, SimTime /*now*/) override {
    Nic& nic = nics_[request.id.value()];
    for (const net::IpAddress& address : nic.addresses) {
      vnet().GiveAddress(request.node_subnet, address);
    }
    usage(request.node_subnet).assigned -= nic.used.taken();
    nic = {};
  }

  Result<PodAddresses, AllocateError> TakeFor(NodeId node, SimTime /*now*/) override {
    Nic& nic = nics_[node.value()];
    const std::optional<std::uint64_t> index = nic.used.TakeLowest();
    if (!index) return Failure{AllocateError::kNodeFull};
    ++usage(request(node).node_subnet).assigned;
    return PodAddresses{nic.addresses[*index], std::nullopt};
  }

  void GiveBack(NodeId node, const net::IpAddress& address, SimTime /*now*/) override {
    Nic& nic = nics_[node.value()];
    const auto found = std::lower_bound(nic.addresses.begin(), nic.addresses.end(), address);
    nic.used.Give(static_cast<std::uint64_t>(found - nic.addresses.begin()));
    --usage(request(node).node_subnet).assigned;
  }

 private:
  struct Nic {
    std::vector<net::IpAddress> addresses;  // ascending, without the node's own
    net::IndexPool used{0};                 // of indices into `addresses`
  };

  // The service leaves out pods that use the node's own address; how many is not published.
  std::uint64_t Secondaries(const NodeRequest& request) const {
    const std::int64_t pods = request.max_pods - limits()[LimitId::kNodeSubnetHostNetworkPods];
    const std::int64_t own = request.auto_provisioned ? 1 : 0;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(pods - own, 0));
  }

  std::vector<Nic> nics_;  // [node id]
};

}  // namespace

std::unique_ptr<PodAddressAllocator> MakeNodeSubnetAllocator(
    const IpamConfiguration& /*configuration*/, azure::VirtualNetwork& vnet,
    const azure::Limits& limits) {
  return std::make_unique<NodeSubnetAllocator>(vnet, limits);
}

}  // namespace cnisim::ipam

#include "models/ipam/pod_address_allocator.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "models/ipam/allocators.h"
#include "sim/base/check.h"

namespace cnisim::ipam {
namespace {

// The one place that knows all kinds.
struct Entry {
  IpamKind kind;
  AllocatorFactory* make;
};
constexpr std::array<Entry, 8> kAllocators{{
    {IpamKind::kNodeSubnet, MakeNodeSubnetAllocator},
    {IpamKind::kPodSubnetDynamic, MakeDynamicPodSubnetAllocator},
    {IpamKind::kPodSubnetStatic, MakeStaticPodSubnetAllocator},
    {IpamKind::kOverlay, MakeOverlayAllocator},
    {IpamKind::kKubenet, MakeKubenetAllocator},
    {IpamKind::kClusterPool, MakeClusterPoolAllocator},
    {IpamKind::kCalicoBlocks, MakeCalicoAllocator},
    {IpamKind::kFlannel, MakeFlannelAllocator},
}};

}  // namespace

std::string_view ToString(AllocateError error) {
  switch (error) {
    case AllocateError::kSubnetFull:
      return "the subnet is full";
    case AllocateError::kVnetFull:
      return "the VNet holds as many private addresses as it may";
    case AllocateError::kSubnetMode:
      return "the subnet is used in another allocation mode";
    case AllocateError::kNicFull:
      return "a NIC cannot have so many addresses";
    case AllocateError::kNoBlock:
      return "the pod range has no block left";
    case AllocateError::kRoutesFull:
      return "the route table is full";
    case AllocateError::kNodeFull:
      return "the node has no address left";
    case AllocateError::kWaiting:
      return "the node waits for more addresses";
    case AllocateError::kCoolingDown:
      return "all free addresses were released too recently";
  }
  return "";
}

AllocateError FromVnet(azure::TakeError error) {
  switch (error) {
    case azure::TakeError::kSubnetFull:
      return AllocateError::kSubnetFull;
    case azure::TakeError::kVnetFull:
      return AllocateError::kVnetFull;
    case azure::TakeError::kOtherMode:
      return AllocateError::kSubnetMode;
  }
  return AllocateError::kSubnetFull;
}

PodAddressAllocator::Usage& PodAddressAllocator::usage(azure::SubnetId subnet) {
  if (usage_.size() <= subnet.value()) usage_.resize(subnet.value() + 1);
  return usage_[subnet.value()];
}

bool PodAddressAllocator::HasNode(NodeId node) const {
  return node.value() < nodes_.size() && nodes_[node.value()].present;
}

Result<net::IpAddress, AllocateError> PodAddressAllocator::AddNode(const NodeRequest& request,
                                                                   SimTime now) {
  CNISIM_CHECK(!HasNode(request.id), "a node is added once");
  if (nodes_.size() <= request.id.value()) nodes_.resize(request.id.value() + 1);
  const auto address = vnet_.TakeAddress(request.node_subnet);
  if (!address) return Failure{FromVnet(address.error())};
  if (const std::optional<AllocateError> error = Attach(request, now)) {
    vnet_.GiveAddress(request.node_subnet, *address);
    return Failure{*error};
  }
  nodes_[request.id.value()] = {true, request, *address, 0};
  ++node_count_;
  ++usage(request.node_subnet).assigned;
  return *address;
}

void PodAddressAllocator::RemoveNode(NodeId node, SimTime now) {
  CNISIM_CHECK(HasNode(node), "a node is removed that is there");
  NodeState& state = nodes_[node.value()];
  Detach(state.request, now);
  vnet_.GiveAddress(state.request.node_subnet, state.address);
  --usage(state.request.node_subnet).assigned;
  state = {};
  --node_count_;
}

Result<PodAddresses, AllocateError> PodAddressAllocator::Allocate(NodeId node, SimTime now) {
  CNISIM_CHECK(HasNode(node), "a pod runs on a node that is there");
  auto addresses = TakeFor(node, now);
  if (addresses) ++nodes_[node.value()].assigned;
  return addresses;
}

void PodAddressAllocator::Release(NodeId node, const net::IpAddress& address, SimTime now) {
  CNISIM_CHECK(HasNode(node) && assigned(node) > 0, "a pod's address is given back once");
  --nodes_[node.value()].assigned;
  GiveBack(node, address, now);
}

void PodAddressAllocator::Expect(NodeId node, std::uint32_t pods, SimTime now) {
  CNISIM_CHECK(HasNode(node), "pods are scheduled on a node that is there");
  Expected(node, pods, now);
}

std::vector<PoolHoldings> PodAddressAllocator::Holdings() const {
  std::vector<PoolHoldings> pools;
  for (std::size_t i = 0; i < vnet_.subnets().size(); ++i) {
    const azure::Subnet& subnet = vnet_.subnets()[i];
    PoolHoldings pool;
    pool.name = subnet.name();
    pool.capacity = subnet.usable();
    pool.held = subnet.taken();
    if (i < usage_.size()) {
      pool.assigned = usage_[i].assigned;
      pool.pending = usage_[i].pending;
    }
    pools.push_back(std::move(pool));
  }
  if (std::optional<PoolHoldings> ranges = PodRangeHoldings()) pools.push_back(std::move(*ranges));
  return pools;
}

std::unique_ptr<PodAddressAllocator> MakeAllocator(const IpamConfiguration& configuration,
                                                   azure::VirtualNetwork& vnet,
                                                   const azure::Limits& limits) {
  const auto entry =
      std::find_if(kAllocators.begin(), kAllocators.end(),
                   [&](const Entry& candidate) { return candidate.kind == configuration.kind; });
  CNISIM_CHECK(entry != kAllocators.end(), "every kind has an allocator");
  return entry->make(configuration, vnet, limits);
}

std::optional<std::string> CheckConfiguration(const IpamConfiguration& configuration,
                                              const azure::Limits& limits) {
  if (PodsInVnet(configuration.kind)) return std::nullopt;
  const int length = BlockLength(configuration, net::IpFamily::kIpv4, limits);
  bool has_v4 = false;
  for (const net::Cidr& range : configuration.pod_cidrs) {
    const bool is_v4 = range.family() == net::IpFamily::kIpv4;
    has_v4 = has_v4 || is_v4;
    const int block = is_v4 ? length : BlockLength(configuration, net::IpFamily::kIpv6, limits);
    if (block < range.length()) {
      return fmt::format("the pod range {} has no room for a /{} block", range.ToString(), block);
    }
  }
  if (!has_v4) return "there is no IPv4 pod range";
  if (length > 30) return fmt::format("a /{} block has no room for pods", length);
  return std::nullopt;
}

std::optional<int> SmallestPodRange(const IpamConfiguration& configuration, std::uint64_t nodes,
                                    const azure::Limits& limits) {
  const int block = BlockLength(configuration, net::IpFamily::kIpv4, limits);
  const std::uint64_t skipped =
      configuration.kind == IpamKind::kFlannel
          ? static_cast<std::uint64_t>(limits[azure::LimitId::kFlannelFirstBlock])
          : 0;
  return net::SmallestPrefixFor((nodes + skipped) << (32 - block));
}

SimTime Settle(PodAddressAllocator& allocator, SimTime now, SimTime until) {
  while (const std::optional<SimTime> next = allocator.next_work()) {
    if (*next > until) break;
    now = std::max(now, *next);
    allocator.Work(now);
  }
  return now;
}

}  // namespace cnisim::ipam

#pragma once

/// @file
/// Hands out real addresses to nodes and pods, the way that a network mode does it.
///
///     azure::VirtualNetwork vnet(limits);
///     const azure::SubnetId nodes = vnet.AddSubnet("nodes", *net::Cidr::Parse("10.224.0.0/22"));
///     auto allocator = MakeAllocator(configuration, vnet, limits);
///     const auto address = allocator->AddNode({NodeId(0), nodes, {}, /*max_pods=*/30}, now);
///     const auto pod = allocator->Allocate(NodeId(0), now);
///
/// Which address comes out depends on the calls alone (the lowest that is free, where the real
/// thing takes any), so two runs of a scenario give the same pod the same one.
///
/// Some modes work in the background: a dynamic pod subnet moves batches seconds after demand has
/// changed.  Call Work() at next_work(), in time order with the other calls.
///
/// Thread safety: none.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/azure/limits.h"
#include "models/azure/virtual_network.h"
#include "models/cluster/ids.h"
#include "models/ipam/ipam_configuration.h"
#include "models/net/ip_address.h"
#include "sim/base/result.h"
#include "sim/base/units.h"

namespace cnisim::ipam {

using cluster::NodeId;

/// Why there is no address.
enum class AllocateError : std::uint8_t {
  kSubnetFull,   ///< the subnet of the VNet has none left
  kVnetFull,     ///< the VNet's limit of private addresses is reached
  kSubnetMode,   ///< the subnet hands out blocks and addresses were asked for, or the reverse
  kNicFull,      ///< more addresses than a NIC may have
  kNoBlock,      ///< the pod range has no block left
  kRoutesFull,   ///< the route table has no room for the node
  kNodeFull,     ///< all that the node may hold is in use
  kWaiting,      ///< the node's pool is growing; try again later
  kCoolingDown,  ///< some are free, all of them were released too recently
};

/// "the subnet is full" ...
std::string_view ToString(AllocateError error);

/// What a node asks for when it is made.
struct NodeRequest {
  NodeId id;
  azure::SubnetId node_subnet;
  azure::SubnetId pod_subnet;  ///< invalid in modes without one
  int max_pods = 0;            ///< node subnet and static blocks take addresses for so many
  /// Made by node auto-provisioning, which counts the node's own address among max_pods.
  bool auto_provisioned = false;
};

/// A pod's address, and its second one in a dual-stack cluster.
struct PodAddresses {
  net::IpAddress address;
  std::optional<net::IpAddress> second;
};

/// State of one subnet or of the pod ranges.  capacity >= held >= assigned + pending.
struct PoolHoldings {
  enum class Kind : std::uint8_t { kSubnet, kPodRange };
  Kind kind = Kind::kSubnet;
  std::string name;            ///< the subnet's name; the ranges, "10.244.0.0/16"
  std::uint64_t capacity = 0;  ///< addresses that can be handed out at all
  std::uint64_t held = 0;      ///< taken by nodes: NICs, batches, blocks
  std::uint64_t assigned = 0;  ///< in use by nodes, pods and agents
  std::uint64_t pending = 0;   ///< on their way to a node or back

  std::uint64_t free() const { return capacity - held; }
  /// Held by a node and of no use to another.
  std::uint64_t stranded() const { return held - assigned - pending; }
};

/// Base of all allocators.  Nodes take their own address from the node subnet in every mode.
class PodAddressAllocator {
 public:
  virtual ~PodAddressAllocator() = default;
  PodAddressAllocator(const PodAddressAllocator&) = delete;
  PodAddressAllocator& operator=(const PodAddressAllocator&) = delete;

  /// Gives the node all that it has from its creation on and returns the node's own address.  When
  /// something is missing, nothing is taken.
  /// @pre !HasNode(request.id)
  Result<net::IpAddress, AllocateError> AddNode(const NodeRequest& request, SimTime now);

  /// Takes everything back that the node and its pods held.  @pre HasNode(node)
  void RemoveNode(NodeId node, SimTime now);

  /// An address for one more pod of the node.  @pre HasNode(node)
  Result<PodAddresses, AllocateError> Allocate(NodeId node, SimTime now);

  /// @pre Allocate() gave `address` (the first of two) to a pod of the node
  void Release(NodeId node, const net::IpAddress& address, SimTime now);

  /// Says how many pods with an address of their own the node is meant to run, those included that
  /// wait for one.  Only version 2 of the pool monitor looks at it.
  void Expect(NodeId node, std::uint32_t pods, SimTime now);

  /// When background work is due; nothing when all is at rest.
  virtual std::optional<SimTime> next_work() const { return std::nullopt; }
  /// Does the background work that is due at `now` or earlier.
  virtual void Work(SimTime /*now*/) {}

  bool HasNode(NodeId node) const;
  std::uint64_t node_count() const { return node_count_; }
  /// Pods of the node that have an address.
  std::uint32_t assigned(NodeId node) const { return nodes_[node.value()].assigned; }
  net::IpAddress node_address(NodeId node) const { return nodes_[node.value()].address; }

  /// Addresses of the node subnet that a node takes at once.
  virtual std::uint64_t NodeSubnetNeed(const NodeRequest& /*request*/) const { return 1; }

  /// Every subnet of the VNet that is in use, then the pod ranges if there are any.
  std::vector<PoolHoldings> Holdings() const;

 protected:
  struct Usage {
    std::uint64_t assigned = 0;
    std::uint64_t pending = 0;
  };

  PodAddressAllocator(azure::VirtualNetwork& vnet, const azure::Limits& limits)
      : vnet_(vnet), limits_(limits) {}

  /// What derived allocators add: they find the node's own address taken.
  virtual std::optional<AllocateError> Attach(const NodeRequest& request, SimTime now) = 0;
  virtual void Detach(const NodeRequest& request, SimTime now) = 0;
  virtual Result<PodAddresses, AllocateError> TakeFor(NodeId node, SimTime now) = 0;
  virtual void GiveBack(NodeId node, const net::IpAddress& address, SimTime now) = 0;
  virtual void Expected(NodeId /*node*/, std::uint32_t /*pods*/, SimTime /*now*/) {}
  virtual std::optional<PoolHoldings> PodRangeHoldings() const { return std::nullopt; }

  azure::VirtualNetwork& vnet() { return vnet_; }
  const azure::VirtualNetwork& vnet() const { return vnet_; }
  const azure::Limits& limits() const { return limits_; }
  std::uint64_t limit(azure::LimitId id) const { return static_cast<std::uint64_t>(limits_[id]); }
  const NodeRequest& request(NodeId node) const { return nodes_[node.value()].request; }
  Usage& usage(azure::SubnetId subnet);

 private:
  struct NodeState {
    bool present = false;
    NodeRequest request;
    net::IpAddress address;
    std::uint32_t assigned = 0;
  };

  azure::VirtualNetwork& vnet_;
  const azure::Limits& limits_;
  std::vector<NodeState> nodes_;  // [node id]
  std::uint64_t node_count_ = 0;
  std::vector<Usage> usage_;  // [subnet id]
};

/// What the VNet says, as an allocator's error.
AllocateError FromVnet(azure::TakeError error);

/// The allocator of the configuration's kind.  `vnet` and `limits` must outlive it.
/// @pre CheckConfiguration() found nothing
std::unique_ptr<PodAddressAllocator> MakeAllocator(const IpamConfiguration& configuration,
                                                   azure::VirtualNetwork& vnet,
                                                   const azure::Limits& limits);

/// What makes a configuration unusable ("the pod range 10.0.0.0/26 has no room for a /24 block");
/// nothing when MakeAllocator() will do.
std::optional<std::string> CheckConfiguration(const IpamConfiguration& configuration,
                                              const azure::Limits& limits);

/// Prefix length of the smallest IPv4 range with a block for so many nodes; nothing when none is
/// large enough.  @pre a kind with a block a node: overlay, kubenet, cluster pool, Flannel
std::optional<int> SmallestPodRange(const IpamConfiguration& configuration, std::uint64_t nodes,
                                    const azure::Limits& limits);

/// Runs background work until nothing is due or `until` is reached; the time of the last work, or
/// `now`.
SimTime Settle(PodAddressAllocator& allocator, SimTime now, SimTime until);

}  // namespace cnisim::ipam

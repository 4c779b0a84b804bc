#pragma once

/// @file
/// Addresses for a whole cluster at rest: its nodes are made, every pod gets its address,
/// background work has come to an end.

#include <span>
#include <utility>
#include <vector>

#include "models/cluster/cluster.h"
#include "models/ipam/pod_address_allocator.h"

namespace cnisim::ipam {

/// Where a node pool's nodes and pods have their addresses; `pod` is invalid in modes without a pod
/// subnet.
struct PoolSubnets {
  azure::SubnetId node;
  azure::SubnetId pod;
};

struct AddressAssignment {
  /// [node id]; nothing for a node that could not be made.
  std::vector<std::optional<net::IpAddress>> nodes;
  /// [pod id]; the node's own address for a hostNetwork pod, nothing for a pod without one.
  std::vector<std::optional<PodAddresses>> pods;
  std::vector<std::pair<NodeId, AllocateError>> node_failures;
  std::vector<std::pair<cluster::PodId, AllocateError>> pod_failures;
  SimTime settled;  ///< when the last address was given
};

/// @param subnets  [pool id]
/// @param allocator  without nodes
AddressAssignment AssignAddresses(const cluster::Cluster& cluster,
                                  std::span<const PoolSubnets> subnets,
                                  PodAddressAllocator& allocator, SimTime now = {});

}  // namespace cnisim::ipam

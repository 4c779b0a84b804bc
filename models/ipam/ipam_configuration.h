#pragma once

/// @file
/// Where pods get their addresses, as a CNI's own configuration says it.  Whatever is empty is
/// AKS's or the CNI's default, which stands in the catalog (limits/).

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "models/net/cidr.h"
#include "sim/base/units.h"

namespace cnisim::ipam {

enum class IpamKind : std::uint8_t {
  kNodeSubnet,        ///< Azure CNI node subnet: all of a node's addresses at its creation
  kPodSubnetDynamic,  ///< Azure CNI pod subnet: batches that follow demand
  kPodSubnetStatic,   ///< Azure CNI pod subnet: blocks for the life of the node
  kOverlay,           ///< Azure CNI overlay: a block of a private range a node
  kKubenet,           ///< a block a node behind a bridge, a route each
  kClusterPool,       ///< Cilium cluster-pool
  kCalicoBlocks,      ///< Calico: small blocks on demand, single addresses borrowed
  kFlannel,           ///< Flannel's subnets
};

/// "node subnet", "pod subnet, dynamic" ...
std::string_view ToString(IpamKind kind);

/// True when pods take addresses of the VNet, in a subnet of their own or the nodes'.
constexpr bool UsesPodSubnet(IpamKind kind) {
  return kind == IpamKind::kPodSubnetDynamic || kind == IpamKind::kPodSubnetStatic;
}
constexpr bool PodsInVnet(IpamKind kind) {
  return kind == IpamKind::kNodeSubnet || UsesPodSubnet(kind);
}

/// Which version of the pool monitor a node of a dynamic pod subnet runs.
enum class PoolMonitor : std::uint8_t {
  kStepwise,   ///< version 1: once a second, one batch at a time
  kTargetSet,  ///< version 2: at once to what the scheduled pods need
};

struct IpamConfiguration {
  IpamKind kind = IpamKind::kOverlay;

  /// Private ranges of the pods, in order of use: `--pod-cidr`, Cilium's pool list, Calico's IP
  /// pool, Flannel's Network; IPv6 ones beside them for dual stack.  Empty in modes inside the
  /// VNet.
  std::vector<net::Cidr> pod_cidrs;

  /// Prefix length of a node's IPv4 block: mask size, blockSize, SubnetLen, /24 in overlay and
  /// kubenet, /28 of a static pod subnet.  0: the mode's default.
  int block_length = 0;
  /// The same of IPv6 ranges; 0: the mode's default.
  int block_length_v6 = 0;

  PoolMonitor monitor = PoolMonitor::kStepwise;
  /// Time from a changed request of a node to the changed pool.  Empty: the catalog's.
  std::optional<SimTime> control_plane_delay;

  bool strict_affinity = false;            ///< Calico: no borrowing
  std::optional<int> max_blocks_per_node;  ///< Calico
  SimTime cooldown;                        ///< Calico: shortest time from release to reuse
  bool windows_nodes = false;  ///< overlay: a Windows node's block has fewer addresses for pods
  std::optional<int> kept_per_node;  ///< pool addresses that the agent itself takes
};

}  // namespace cnisim::ipam

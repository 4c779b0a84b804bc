#pragma once

/// @file
/// A node pool as AKS has it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cnisim::cluster {

enum class PoolMode : std::uint8_t { kUser, kSystem };

/// How many nodes an upgrade may add at once: a number or a share of the pool, rounded up.
struct MaxSurge {
  std::optional<int> nodes;
  double share = 0;  ///< 0.33 for "33%"; used when `nodes` is empty

  /// @pre pool_nodes >= 0
  int NodesFor(int pool_nodes) const;
};

struct NodePool {
  std::string name;
  std::string sku;  ///< "Standard_D4s_v5"
  int count = 0;
  std::optional<int> min_count;  ///< autoscaler's bounds; both or none
  std::optional<int> max_count;
  std::optional<int> max_pods;  ///< empty: the network mode's default
  std::vector<int> zones;       ///< 1 to 3; empty: the region has no say where nodes are
  /// Nodes of all pools that name the same group stand in one datacenter; empty: anywhere.
  std::string proximity_placement_group;
  MaxSurge max_surge;
  PoolMode mode = PoolMode::kUser;

  /// The most nodes that the pool can have: autoscaler maxima count, not today's nodes.
  int LargestCount() const { return max_count.value_or(count); }
};

}  // namespace cnisim::cluster

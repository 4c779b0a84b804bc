#pragma once

/// @file
/// Chooses a node for each of many pods without looking at all nodes each time.
///
/// The rule is BuildCluster()'s: of the nodes with room, fewest pods of the workload in the zone,
/// then fewest on the node, then the least full, then the lowest number.  Nodes only fill up, so a
/// heap whose entries may be out of date finds the least full one: an entry that was overtaken is
/// put back where it belongs when it comes to the top.

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "models/cluster/cluster.h"

namespace cnisim::cluster::internal {

class NodeChooser {
 public:
  static constexpr std::size_t kZones = 4;  // Azure's three, and 0 for none

  /// Nodes that pods with the same demands may use, by zone.
  class Group {
   public:
    std::size_t size() const { return size_; }

   private:
    friend class NodeChooser;
    struct Entry {
      std::int64_t fullness;  // when it was put here
      NodeId node;
      auto rank() const { return std::tuple(fullness, node.value()); }
    };
    std::size_t size_ = 0;
    std::array<std::vector<Entry>, kZones> heaps_;  // [zone], the least full on top
  };

  /// One more node; they come in the order of their numbers.
  void AddNode(const Node& node);

  bool HasRoom(NodeId node) const;
  /// A pod comes to the node, whoever chose it.
  void Put(NodeId node) { ++nodes_[node.value()].pods; }

  Group MakeGroup(const std::vector<NodeId>& nodes) const;

  /// Chooses and Put()s nodes for pods of one workload; gives the first ones, fewer than asked for
  /// when there is no more room.  O(log nodes) a pod.
  std::vector<NodeId> Spread(Group& group, int pods);

 private:
  struct State {
    int zone = 0;
    int max_pods = 0;
    int pods = 0;
  };
  // The present workload in a zone.
  struct ZoneSpread {
    int pods = 0;
    int on_node = 0;            // pods of it on each node that is in the group's heap
    std::vector<NodeId> taken;  // nodes with one more
  };

  std::int64_t Fullness(NodeId node) const;
  void Push(std::vector<Group::Entry>& heap, NodeId node) const;
  // Makes the top of the heap the least full node with room; false if there is none.
  bool Settle(std::vector<Group::Entry>& heap) const;
  bool Settle(std::vector<Group::Entry>& heap, ZoneSpread& spread) const;

  std::vector<State> nodes_;  // [node id]
};

}  // namespace cnisim::cluster::internal

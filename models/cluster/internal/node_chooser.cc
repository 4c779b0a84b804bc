#include "models/cluster/internal/node_chooser.h"

#include <algorithm>
#include <optional>

namespace cnisim::cluster::internal {

namespace {

// For heaps with the lowest rank on top.
constexpr auto kHigher = [](const auto& a, const auto& b) { return a.rank() > b.rank(); };

}  // namespace

void NodeChooser::AddNode(const Node& node) { nodes_.push_back({node.zone, node.max_pods, 0}); }

bool NodeChooser::HasRoom(NodeId node) const {
  const State& state = nodes_[node.value()];
  return state.pods < state.max_pods;
}

// In millionths, so that pools of different size compare as shares.
std::int64_t NodeChooser::Fullness(NodeId node) const {
  const State& state = nodes_[node.value()];
  return std::int64_t{state.pods} * 1'000'000 / std::max(1, state.max_pods);
}

void NodeChooser::Push(std::vector<Group::Entry>& heap, NodeId node) const {
  heap.push_back({Fullness(node), node});
  std::push_heap(heap.begin(), heap.end(), kHigher);
}

NodeChooser::Group NodeChooser::MakeGroup(const std::vector<NodeId>& nodes) const {
  Group group;
  group.size_ = nodes.size();
  for (const NodeId node : nodes) {
    Push(group.heaps_[static_cast<std::size_t>(nodes_[node.value()].zone)], node);
  }
  return group;
}

bool NodeChooser::Settle(std::vector<Group::Entry>& heap) const {
  while (!heap.empty()) {
    const Group::Entry top = heap.front();
    if (HasRoom(top.node) && Fullness(top.node) == top.fullness) return true;
    std::pop_heap(heap.begin(), heap.end(), kHigher);
    heap.pop_back();
    if (HasRoom(top.node)) Push(heap, top.node);
  }
  return false;
}

bool NodeChooser::Settle(std::vector<Group::Entry>& heap, ZoneSpread& spread) const {
  if (Settle(heap)) return true;
  if (spread.taken.empty()) return false;
  for (const NodeId node : spread.taken) Push(heap, node);
  spread.taken.clear();
  ++spread.on_node;
  return Settle(heap);
}

std::vector<NodeId> NodeChooser::Spread(Group& group, int pods) {
  std::vector<NodeId> chosen;
  std::array<ZoneSpread, kZones> zones;
  while (static_cast<int>(chosen.size()) < pods) {
    std::optional<std::size_t> best;
    const auto rank = [&](std::size_t zone) {
      return std::tuple(zones[zone].pods, zones[zone].on_node, group.heaps_[zone].front().rank());
    };
    for (std::size_t zone = 0; zone < kZones; ++zone) {
      if (!Settle(group.heaps_[zone], zones[zone])) continue;
      if (!best || rank(zone) < rank(*best)) best = zone;
    }
    if (!best) break;
    std::vector<Group::Entry>& heap = group.heaps_[*best];
    const NodeId node = heap.front().node;
    std::pop_heap(heap.begin(), heap.end(), kHigher);
    heap.pop_back();
    Put(node);
    ++zones[*best].pods;
    zones[*best].taken.push_back(node);
    chosen.push_back(node);
  }
  for (std::size_t zone = 0; zone < kZones; ++zone) {
    for (const NodeId node : zones[zone].taken) Push(group.heaps_[zone], node);
  }
  return chosen;
}

}  // namespace cnisim::cluster::internal

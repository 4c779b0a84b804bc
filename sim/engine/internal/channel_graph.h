#pragma once

/// @file
/// Who may send to whom, and how far ahead at least: what the width of a window follows from.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <boost/graph/adjacency_list.hpp>

#include "sim/engine/event.h"

namespace cnisim::engine::internal {

/// Directed graph of LPs.  A group in which everybody may send to everybody is a vertex of its
/// own between its members, so it has as many edges as members and not their square.
class ChannelGraph {
 public:
  /// Adds the next LP.
  void AddLp();

  /// @pre both were added, from != to, min_latency > 0
  void Connect(LpId from, LpId to, SimTime min_latency);
  void ConnectAll(std::span<const LpId> group, SimTime min_latency);

  /// Least latency of any channel; nullopt if there is none.
  std::optional<SimTime> Lookahead() const;

  /// Least latency of the channels that leave `lp`; nullopt if there is none.
  std::optional<SimTime> MinLatencyFrom(LpId lp) const;

  /// Least latency of the channels from `from` to `to`; nullopt if there is none.  Walks the
  /// channels of `from`.
  std::optional<SimTime> Latency(LpId from, LpId to) const;

 private:
  using Graph =
      boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                            boost::property<boost::edge_weight_t, std::int64_t>>;
  using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

  void CheckMember(LpId lp) const;

  Graph graph_;
  std::vector<Vertex> vertex_of_;  // [lp id]
  std::vector<bool> is_group_;     // [vertex]
};

}  // namespace cnisim::engine::internal

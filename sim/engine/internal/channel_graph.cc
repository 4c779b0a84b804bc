#include "sim/engine/internal/channel_graph.h"

#include <algorithm>

#include <boost/range/iterator_range.hpp>

#include "sim/base/check.h"

namespace cnisim::engine::internal {
namespace {

// The lesser of what is known and what is found.
void Lower(std::optional<SimTime>& least, SimTime found) {
  least = least.has_value() ? std::min(*least, found) : found;
}

}  // namespace

void ChannelGraph::AddLp() {
  vertex_of_.push_back(boost::add_vertex(graph_));
  is_group_.push_back(false);
}

void ChannelGraph::CheckMember(LpId lp) const {
  CNISIM_CHECK(lp.valid() && lp.value() < vertex_of_.size(), "a channel joins LPs that were added");
}

void ChannelGraph::Connect(LpId from, LpId to, SimTime min_latency) {
  CheckMember(from);
  CheckMember(to);
  CNISIM_CHECK(from != to, "an LP needs no channel to itself");
  CNISIM_CHECK(min_latency > SimTime(), "a channel between two LPs has a latency above 0 ns");
  boost::add_edge(vertex_of_[from.value()], vertex_of_[to.value()], min_latency.nanos(), graph_);
}

void ChannelGraph::ConnectAll(std::span<const LpId> group, SimTime min_latency) {
  CNISIM_CHECK(min_latency > SimTime(), "a channel between two LPs has a latency above 0 ns");
  if (group.size() < 2) return;
  const Vertex hub = boost::add_vertex(graph_);
  is_group_.push_back(true);
  for (const LpId member : group) {
    CheckMember(member);
    boost::add_edge(vertex_of_[member.value()], hub, min_latency.nanos(), graph_);
    boost::add_edge(hub, vertex_of_[member.value()], 0, graph_);
  }
}

std::optional<SimTime> ChannelGraph::Lookahead() const {
  std::optional<SimTime> least;
  for (std::uint32_t lp = 0; lp < vertex_of_.size(); ++lp) {
    if (const auto from = MinLatencyFrom(LpId(lp))) Lower(least, *from);
  }
  return least;
}

std::optional<SimTime> ChannelGraph::MinLatencyFrom(LpId lp) const {
  std::optional<SimTime> least;
  for (const auto edge :
       boost::make_iterator_range(boost::out_edges(vertex_of_[lp.value()], graph_))) {
    Lower(least, SimTime::FromNanos(boost::get(boost::edge_weight, graph_, edge)));
  }
  return least;
}

std::optional<SimTime> ChannelGraph::Latency(LpId from, LpId to) const {
  std::optional<SimTime> least;
  const Vertex goal = vertex_of_[to.value()];
  for (const auto edge :
       boost::make_iterator_range(boost::out_edges(vertex_of_[from.value()], graph_))) {
    const Vertex next = boost::target(edge, graph_);
    const bool reaches = is_group_[next] ? boost::edge(next, goal, graph_).second : next == goal;
    if (reaches) Lower(least, SimTime::FromNanos(boost::get(boost::edge_weight, graph_, edge)));
  }
  return least;
}

}  // namespace cnisim::engine::internal

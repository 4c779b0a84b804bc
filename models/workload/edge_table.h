#pragma once

/// @file
/// Something of every edge that a host has to do with.  A host meets a few edges of many, so that
/// an entry appears when it is first asked for: big clusters would else hold the product of their
/// hosts and edges.
///
/// Thread safety: none; one host owns it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cnisim::workload {

template <class T>
class EdgeTable {
 public:
  /// The edge's entry, T{} at first.  Valid until another edge's is made.  O(log size()).
  T& operator[](std::uint32_t edge) {
    if (edge == last_) return entries_[last_at_];
    return Find(edge);
  }

  /// The entry that was asked for last; nullptr if none was.
  const T* last() const { return last_ == kNoEdge ? nullptr : &entries_[last_at_]; }

  std::size_t size() const { return edges_.size(); }
  /// The i-th entry and its edge, in the order of the edges.
  std::uint32_t edge(std::size_t i) const { return edges_[i]; }
  const T& entry(std::size_t i) const { return entries_[i]; }

 private:
  static constexpr std::uint32_t kNoEdge = UINT32_MAX;

  T& Find(std::uint32_t edge) {
    const auto found = std::lower_bound(edges_.begin(), edges_.end(), edge);
    const auto at = found - edges_.begin();
    if (found == edges_.end() || *found != edge) {
      edges_.insert(found, edge);
      entries_.emplace(entries_.begin() + at);
    }
    last_ = edge;
    last_at_ = static_cast<std::size_t>(at);
    return entries_[last_at_];
  }

  std::uint32_t last_ = kNoEdge;  // that was asked for, which is often the next one too
  std::size_t last_at_ = 0;
  std::vector<std::uint32_t> edges_;  // ascending
  std::vector<T> entries_;            // [i] of edges_[i]
};

}  // namespace cnisim::workload

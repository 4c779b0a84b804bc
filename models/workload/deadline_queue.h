#pragma once

/// @file
/// Deadlines that are all equally far ahead when they are set, so that the earliest is always the
/// oldest: a ring in place of a heap, and one engine event for all of them.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/base/units.h"

namespace cnisim::workload {

class DeadlineQueue {
 public:
  struct Entry {
    SimTime deadline;
    std::uint32_t index = 0;
    std::uint32_t generation = 0;
  };

  /// @pre deadline is not before the last one pushed
  void Push(const Entry& entry) {
    if (size_ == ring_.size()) Grow();
    ring_[(first_ + size_) & (ring_.size() - 1)] = entry;
    ++size_;
  }
  bool empty() const { return size_ == 0; }
  /// The next Push() asks for more memory.
  bool full() const { return size_ == ring_.size(); }
  /// @pre !empty()
  const Entry& front() const { return ring_[first_]; }
  /// @pre !empty()
  void Pop() {
    first_ = (first_ + 1) & (ring_.size() - 1);
    --size_;
  }

 private:
  void Grow() {
    std::vector<Entry> larger(ring_.empty() ? 16 : 2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = ring_[(first_ + i) & (ring_.size() - 1)];
    ring_ = std::move(larger);
    first_ = 0;
  }

  std::vector<Entry> ring_;  // a power of two long
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace cnisim::workload

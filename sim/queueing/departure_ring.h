#pragma once

/// @file
/// Departures of the customers that a FIFO server holds: a ring that grows to the longest queue
/// and then stays.

#include <cstddef>
#include <vector>

#include "sim/base/units.h"

namespace cnisim::queueing {

/// Ascending times, taken out from the front as they pass.
class DepartureRing {
 public:
  /// @pre departure is not before the last one pushed
  void Push(SimTime departure) {
    if (size_ == times_.size()) Grow();
    times_[(first_ + size_) & (times_.size() - 1)] = departure;
    ++size_;
  }

  /// Forgets everyone who has left by `now`: a departure at `now` has happened.
  void Advance(SimTime now) {
    while (size_ != 0 && times_[first_] <= now) {
      first_ = (first_ + 1) & (times_.size() - 1);
      --size_;
    }
  }

  std::size_t size() const { return size_; }

 private:
  void Grow();

  std::vector<SimTime> times_;  // [position]; a power of two long
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace cnisim::queueing

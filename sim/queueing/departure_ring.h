#pragma once

/// @file
/// Departures of the customers that a FIFO server holds: a ring that grows to the longest queue
/// and then stays.  A queue that was never longer than two needs no memory of its own.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/base/units.h"

namespace cnisim::queueing {

/// Ascending times, taken out from the front as they pass.
class DepartureRing {
 public:
  /// @pre departure is not before the last one pushed
  void Push(SimTime departure) {
    if (size_ == room()) Grow();
    times()[(first_ + size_) & (room() - 1)] = departure;
    ++size_;
  }

  /// Forgets everyone who has left by `now`: a departure at `now` has happened.
  void Advance(SimTime now) {
    while (size_ != 0 && times()[first_] <= now) {
      first_ = static_cast<std::uint32_t>((first_ + 1) & (room() - 1));
      --size_;
    }
  }

  std::size_t size() const { return size_; }

 private:
  SimTime* times() { return many_.empty() ? few_.data() : many_.data(); }
  std::size_t room() const { return many_.empty() ? few_.size() : many_.size(); }
  void Grow();

  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
  std::array<SimTime, 2> few_;  // [position], until they are too few
  std::vector<SimTime> many_;   // [position] from then on; a power of two long
};

}  // namespace cnisim::queueing

#pragma once

/// @file
/// Departures of the customers that a FIFO server holds: a ring that grows to the longest queue
/// and then stays.  A queue that was never longer than two needs no memory of its own.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "sim/base/units.h"

namespace cnisim::queueing {

/// Ascending times, taken out from the front as they pass.
class DepartureRing {
 public:
  /// @pre departure is not before the last one pushed
  void Push(SimTime departure) {
    if (size_ == room_) Grow();
    times()[(first_ + size_) & (room_ - 1)] = departure;
    ++size_;
  }

  /// Forgets everyone who has left by `now`: a departure at `now` has happened.
  void Advance(SimTime now) {
    while (size_ != 0 && times()[first_] <= now) {
      first_ = (first_ + 1) & (room_ - 1);
      --size_;
    }
  }

  std::size_t size() const { return size_; }

 private:
  static constexpr std::uint32_t kFew = 2;

  SimTime* times() { return room_ == kFew ? few_.data() : many_.get(); }
  void Grow();

  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t room_ = kFew;        // a power of two
  std::array<SimTime, kFew> few_;    // [position], until they are too few
  std::unique_ptr<SimTime[]> many_;  // [position] from then on
};

}  // namespace cnisim::queueing

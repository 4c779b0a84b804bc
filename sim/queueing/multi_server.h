#pragma once

/// @file
/// Several equal servers before one FIFO queue, in closed form: whoever is next in the queue goes
/// to the server that becomes free first.  Rules as in fifo_server.h.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "sim/base/units.h"

namespace cnisim::queueing {

class MultiServer {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  /// @param servers   how many, > 0
  /// @param capacity  room for customers, those in service included; at least `servers`
  explicit MultiServer(std::size_t servers, std::size_t capacity = kUnlimited);

  /// When will this customer leave?  nullopt (only with a finite capacity): it is dropped.
  /// O(log servers), with a finite capacity O(log capacity).
  /// @pre now is not before the last arrival, service >= 0
  std::optional<SimTime> Accept(SimTime now, SimTime service);

  /// What a customer who comes at `now` would wait.
  SimTime Wait(SimTime now) const;
  /// Total time that servers have been busy up to `now`; over servers() and the time, the
  /// utilisation.  O(servers).  @pre now is not before the last arrival
  SimTime BusyTime(SimTime now) const;
  /// Customers in the system at `now`; counted only with a finite capacity.
  std::size_t Length(SimTime now);
  std::size_t servers() const { return free_at_.size(); }
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t dropped() const { return dropped_; }

 private:
  std::vector<SimTime> free_at_;     // binary heap, earliest first: when each server is free
  std::vector<SimTime> departures_;  // binary heap, earliest first: who is inside, if finite
  std::size_t capacity_;
  SimTime accepted_work_;
  std::uint64_t accepted_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace cnisim::queueing

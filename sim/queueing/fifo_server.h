#pragma once

/// @file
/// One server that serves in order of arrival, in closed form: the departure of a customer is
/// known when it arrives, so it costs no event of its own.
///
/// A server belongs to one LP and must be fed in order of time; then the closed form is exact.
/// Nothing here is thread safe, and nothing allocates after warm-up.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sim/base/units.h"
#include "sim/queueing/departure_ring.h"

namespace cnisim::queueing {

/// FIFO with a queue of any length.
class FifoServer {
 public:
  /// A customer arrives who needs `service`; when will it leave?
  /// @pre now is not before the last arrival, service >= 0
  SimTime Accept(SimTime now, SimTime service) {
    free_at_ = std::max(free_at_, now) + service;
    accepted_work_ += service;
    ++accepted_;
    return free_at_;
  }

  /// When the server has done all work accepted so far.
  SimTime free_at() const { return free_at_; }
  /// Work that is left at `now`; what a customer who comes now waits.
  SimTime Backlog(SimTime now) const { return std::max(free_at_ - now, SimTime()); }
  /// How long the server has been busy up to `now`.  @pre now is not before the last arrival
  SimTime BusyTime(SimTime now) const { return accepted_work_ - Backlog(now); }
  std::uint64_t accepted() const { return accepted_; }

 private:
  SimTime free_at_;
  SimTime accepted_work_;
  std::uint64_t accepted_ = 0;
};

/// FIFO with room for `capacity` customers, the one in service included.
class FiniteFifoServer {
 public:
  /// @pre capacity > 0
  explicit FiniteFifoServer(std::size_t capacity);

  /// When will this customer leave?  nullopt: the queue is full, it is dropped.
  /// @pre as FifoServer::Accept()
  std::optional<SimTime> Accept(SimTime now, SimTime service);

  /// Customers in the system at `now`, the one in service included.
  std::size_t Length(SimTime now);
  SimTime free_at() const { return server_.free_at(); }
  SimTime Backlog(SimTime now) const { return server_.Backlog(now); }
  SimTime BusyTime(SimTime now) const { return server_.BusyTime(now); }
  std::uint64_t accepted() const { return server_.accepted(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  FifoServer server_;
  DepartureRing departures_;
  std::size_t capacity_;
  std::uint64_t dropped_ = 0;
};

}  // namespace cnisim::queueing

#pragma once

/// @file
/// The same queue as MultiServer, moved by events: what the closed form is compared with, and
/// what stands in where departures must be events.  A customer who starts service gets a
/// departure, for which the LP schedules a self-event; at that event Depart() lets the next one
/// start.
///
/// FifoServer is the case of one server, FiniteFifoServer and a finite MultiServer that of a
/// capacity; all departures and drops are equal to theirs, to the nanosecond, if the events of
/// departures are handled before arrivals of the same time (a departure at `now` has happened).

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>

#include "sim/base/units.h"

namespace cnisim::queueing {

class EventServer {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  /// A customer in service, and when to call Depart() for it.
  struct InService {
    std::uint64_t customer = 0;
    SimTime departure;
  };
  struct Arrival {
    bool dropped = false;
    std::optional<InService> start;  ///< set if a server was free
  };

  /// @pre servers > 0, capacity >= servers
  explicit EventServer(std::size_t servers, std::size_t capacity = kUnlimited);

  /// A customer arrives.  @pre now is not before the last call's
  Arrival Arrive(SimTime now, std::uint64_t customer, SimTime service);
  /// A customer in service leaves at `now`; who starts in its place?
  std::optional<InService> Depart(SimTime now);

  std::size_t Length() const { return busy_servers_ + waiting_.size(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Waiting {
    std::uint64_t customer;
    SimTime service;
  };

  std::size_t servers_;
  std::size_t capacity_;
  std::size_t busy_servers_ = 0;
  std::deque<Waiting> waiting_;
  std::uint64_t dropped_ = 0;
};

}  // namespace cnisim::queueing

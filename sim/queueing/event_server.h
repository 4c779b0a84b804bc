#pragma once

/// @file
/// The same queue as MultiServer, moved by events: what the closed form is compared with, and
/// what stands in where departures must be events.  A customer who starts service gets a
/// departure, for which the LP schedules a self-event; at that event Depart() lets the next one
/// start.
///
/// FifoServer is the case of one server, FiniteFifoServer and a finite MultiServer that of a
/// capacity; all departures, drops and busy times are equal to theirs, to the nanosecond, if the
/// events of departures are handled before arrivals of the same time (a departure at `now` has
/// happened).

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

#include "sim/base/units.h"

namespace cnisim::queueing {

class EventServer {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  /// A customer in service, and when to call Depart() for it.
  struct InService {
    std::uint64_t customer = 0;
    SimTime arrival;
    SimTime start;
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
  /// A customer in service leaves at `now`, its departure; who starts in its place?
  std::optional<InService> Depart(SimTime now);

  std::size_t Length() const { return in_service_.size() + waiting_.size(); }
  /// Total time that servers have been busy up to `now`.  @pre now is not before the last call's
  SimTime BusyTime(SimTime now) const;
  /// Those who wait, in service as they will be if nobody else comes.
  std::vector<InService> Ahead() const;
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Waiting {
    std::uint64_t customer;
    SimTime arrival;
    SimTime service;
  };

  InService Start(SimTime now, const Waiting& customer);

  std::size_t servers_;
  std::size_t capacity_;
  std::vector<SimTime> in_service_;  // departures
  std::deque<Waiting> waiting_;
  SimTime started_work_;
  std::uint64_t dropped_ = 0;
};

}  // namespace cnisim::queueing

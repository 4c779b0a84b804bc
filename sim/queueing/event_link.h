#pragma once

/// @file
/// The same transmitter as RateLimitedLink, moved by events: a packet that waits is taken when the
/// one before it has left.  Departures, drops and busy times are equal to the closed form's, to the
/// nanosecond; rules as in event_server.h.

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "sim/base/units.h"
#include "sim/queueing/event_server.h"

namespace cnisim::queueing {

class EventLink {
 public:
  using InService = EventServer::InService;
  using Arrival = EventServer::Arrival;

  /// @param rate    > 0
  /// @param buffer  as RateLimitedLink has it
  EventLink(BitsPerSecond rate, Bytes buffer);

  /// A packet arrives.  @pre now is not before the last call's, 0 <= size <= 1'000'000'000 B
  Arrival Arrive(SimTime now, std::uint64_t packet, Bytes size);
  /// The packet in transmission has left at `now`, its departure; which one follows?
  std::optional<InService> Depart(SimTime now);

  /// How long the link has been sending up to `now`, to a nanosecond.
  SimTime BusyTime(SimTime now) const;
  /// Packets that wait, in transmission as they will be if no other comes.
  std::vector<InService> Ahead() const;

 private:
  __extension__ using Wide = __int128;

  struct Waiting {
    std::uint64_t packet;
    SimTime arrival;
    Bytes size;
  };
  // When the link is done, to a fraction of a nanosecond.
  struct Instant {
    SimTime at;
    std::int64_t remainder = 0;  // in bit-nanoseconds per second, below the rate
    SimTime Ceil() const { return at + SimTime::FromNanos(remainder > 0 ? 1 : 0); }
  };

  Instant After(const Instant& begin, Bytes size) const;
  InService Start(SimTime now, const Waiting& packet, const Instant& begin);
  Wide Unsent(SimTime now) const;  // of the packet in transmission, in bit-nanoseconds per second

  BitsPerSecond rate_;
  Bytes buffer_;
  bool sending_ = false;
  Instant done_;  // with the packet in transmission
  std::deque<Waiting> waiting_;
  Bytes waiting_bytes_;
  Bytes started_bytes_;
};

}  // namespace cnisim::queueing

#pragma once

/// @file
/// A shaping TokenBucket with a drop-tail buffer, moved by events: a packet that waits is charged
/// when the one before it has passed.  Times of passing are equal to TokenBucket::Accept()'s, drops
/// and busy times to those of a RateLimitedLink whose buffer is longer by the burst; rules as in
/// event_server.h.

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "sim/base/units.h"
#include "sim/queueing/event_server.h"

namespace cnisim::queueing {

class EventBucket {
 public:
  using InService = EventServer::InService;
  using Arrival = EventServer::Arrival;

  /// Starts full.
  /// @param rate    > 0
  /// @param burst   > what the rate gives in a nanosecond
  /// @param buffer  bytes that may wait for tokens
  EventBucket(BitsPerSecond rate, Bytes burst, Bytes buffer);

  /// A packet arrives.  @pre now is not before the last call's, 0 <= size <= 1'000'000'000 B
  Arrival Arrive(SimTime now, std::uint64_t packet, Bytes size);
  /// The packet that was next passes at `now`, its departure; which one follows?
  std::optional<InService> Depart(SimTime now);

  /// How long it took to save up the tokens that packets were charged, up to `now`.
  SimTime BusyTime(SimTime now) const;
  /// Packets that wait behind the next one, as they will pass if no other comes.
  std::vector<InService> Ahead() const;

 private:
  __extension__ using Level = __int128;  // in units of 1e-9 bit: rate times nanoseconds

  struct Waiting {
    std::uint64_t packet;
    SimTime arrival;
    Bytes size;
  };

  Level LevelAt(SimTime now) const;
  SimTime Pays(SimTime now, Level level) const;
  InService Start(SimTime now, const Waiting& packet);

  BitsPerSecond rate_;
  Level full_;
  Level level_;  // at `at_`, the packet that is next charged
  SimTime at_;
  Bytes room_;
  bool serving_ = false;
  std::deque<Waiting> waiting_;
  Bytes waiting_bytes_;
  Bytes charged_;
};

}  // namespace cnisim::queueing

#pragma once

/// @file
/// A transmitter of fixed rate with a drop-tail buffer: a NIC queue, a switch port, a virtual
/// machine's bandwidth share.  In closed form: it is fully described by the time at which it
/// becomes free, so a packet needs no "transmission complete" event.  Rules as in fifo_server.h.

#include <cstdint>
#include <optional>

#include "sim/base/units.h"

namespace cnisim::queueing {

class RateLimitedLink {
 public:
  /// A buffer that never drops.
  static constexpr Bytes kUnlimited{INT64_MAX};

  /// @param rate    > 0
  /// @param buffer  bytes that may wait, the packet in transmission included as far as it is not
  ///                sent yet; at least one packet always fits an idle link
  explicit RateLimitedLink(BitsPerSecond rate, Bytes buffer = kUnlimited);

  /// A packet arrives; when has its last bit left (rounded up to a nanosecond)?  nullopt: it does
  /// not fit the buffer and is dropped.  Fractions of a nanosecond are carried from packet to
  /// packet of a busy period, so a long burst takes exactly its bits over the rate.
  /// @pre now is not before the last arrival, 0 <= size <= 1'000'000'000 B
  std::optional<SimTime> Accept(SimTime now, Bytes size);

  /// When the link has sent all it accepted.
  SimTime free_at() const { return free_at_ + SimTime::FromNanos(remainder_ > 0 ? 1 : 0); }
  /// What a packet that comes at `now` waits before its first bit is sent.
  SimTime Backlog(SimTime now) const;
  /// Bytes accepted and not yet sent at `now`, rounded up.
  Bytes QueuedBytes(SimTime now) const;
  /// How long the link has been sending up to `now`, to a nanosecond.  @pre now is not before the
  /// last arrival
  SimTime BusyTime(SimTime now) const;
  BitsPerSecond rate() const { return rate_; }
  std::uint64_t sent_packets() const { return packets_; }
  Bytes sent_bytes() const { return bytes_; }
  std::uint64_t dropped() const { return dropped_; }

 private:
  __extension__ using Wide = __int128;

  bool Fits(SimTime now, Bytes size) const;
  Wide Unsent(SimTime now) const;  // in bit-nanoseconds per second

  BitsPerSecond rate_;
  Bytes buffer_;
  SimTime roomy_backlog_ = SimTime::FromNanos(-1);  // with no more, any usual packet fits
  SimTime free_at_;                                 // free at free_at_ + remainder_ / rate_ ns
  std::int64_t remainder_ = 0;                      // in bit-nanoseconds per second, below rate_
  std::uint64_t packets_ = 0;
  Bytes bytes_;
  std::uint64_t dropped_ = 0;
};

}  // namespace cnisim::queueing

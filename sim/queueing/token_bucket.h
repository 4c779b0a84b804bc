#pragma once

/// @file
/// A token bucket: bytes pass at a sustained rate, and a burst beyond it as long as saved-up
/// tokens last.  Exact in integers.  Rules as in fifo_server.h.

#include <cstdint>

#include "sim/base/units.h"

namespace cnisim::queueing {

class TokenBucket {
 public:
  /// Starts full.
  /// @param rate   > 0
  /// @param burst  most tokens saved up, 0 < burst <= 1'000'000'000 B
  TokenBucket(BitsPerSecond rate, Bytes burst);

  /// Policing: takes the tokens for `size` if they are there at `now`; false: the packet exceeds.
  /// @pre now is not before the last call's
  bool Conforms(SimTime now, Bytes size);

  /// Shaping: takes the tokens for `size`, in debt if need be, and tells when they are there: the
  /// time at which the packet passes, packets in order.  A packet larger than the burst passes
  /// when its debt is paid.
  /// @pre now is not before the last call's, size <= 1'000'000'000 B
  SimTime Accept(SimTime now, Bytes size);

  /// Whole bytes of tokens at `now`; negative while in debt.
  Bytes Tokens(SimTime now) const;

 private:
  __extension__ using Level = __int128;  // in units of 1e-9 bit: rate times nanoseconds

  Level LevelAt(SimTime now) const;

  BitsPerSecond rate_;
  Level full_;
  Level level_;  // at `at_`
  SimTime at_;
};

}  // namespace cnisim::queueing

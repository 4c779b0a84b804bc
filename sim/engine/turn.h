#pragma once

/// @file
/// A logical process's share of one window: the only door to the engine while it runs.

#include <cstdint>

#include "sim/engine/event.h"

namespace cnisim::engine {

namespace internal {
class Executor;
}  // namespace internal

/// Hands an LP its events in order and takes what it sends.  Belongs to the thread that runs the
/// LP; never keep a reference to it.
class Turn {
 public:
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// The earliest event of this LP that is left in the window, what it sent to itself meanwhile
  /// included; nullptr when there is none.  Moves now() to its time.  The event may be read until
  /// the next call.
  const Event* Next();

  /// Time of the event that Next() gave last.
  SimTime now() const { return now_; }
  LpId self() const { return self_; }

  /// An event to itself, at `at` or, if that is now(), after everything of this instant whose
  /// phase is lower or equal and that was sent earlier.
  /// @pre at >= now(), phase <= kMaxPhase
  void Schedule(SimTime at, std::uint16_t kind, std::uint64_t payload = 0, std::uint16_t aux = 0,
                unsigned phase = 0);

  /// An event to another LP.
  /// @pre a channel self() -> target was declared, and at >= now() + its latency
  void Send(LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload = 0,
            std::uint16_t aux = 0);

 private:
  friend class internal::Executor;
  explicit Turn(internal::Executor& executor) : executor_(executor) {}

  internal::Executor& executor_;
  SimTime now_;
  LpId self_;
};

}  // namespace cnisim::engine

#pragma once

/// @file
/// A logical process's share of one window: the only door to the engine while it runs.

#include <cstdint>

#include "sim/engine/event.h"

namespace cnisim::engine {

namespace internal {
struct LpState;
class Worker;
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
  const Event* Next() {
    if (self_events_ != 0) [[unlikely]]
      return NextMerged();
    if (cursor_ == end_) return nullptr;
    return Take(*cursor_++);
  }

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

  // --- For an LP that plays out by events what another way of running it computes ahead, and
  // --- whose results must be the same to the byte.

  /// Takes the place among all sends that a Schedule() or Send() would take now, for one later.
  class Place;
  Place Reserve();
  /// As above, in a place that was taken in this event or an earlier one, in phase 0.
  void Schedule(const Place& place, SimTime at, std::uint16_t kind, std::uint64_t payload = 0,
                std::uint16_t aux = 0);
  void Send(const Place& place, LpId target, SimTime at, std::uint16_t kind,
            std::uint64_t payload = 0, std::uint16_t aux = 0);
  /// Bookkeeping: before everything else of its instant, in the order of `number`, which no two of
  /// this LP and instant share.  Whoever gets such an event must call LeaveOut().
  /// @pre at >= now(), number < 2^60
  void ScheduleFirst(SimTime at, std::uint64_t number, std::uint16_t kind,
                     std::uint64_t payload = 0, std::uint16_t aux = 0);
  /// The event that Next() gave last counts neither in the digest nor among the events.
  void LeaveOut() {
    digest_ = digest_before_;
    --events_;
    ++left_out_;
  }

 private:
  friend class internal::Worker;
  explicit Turn(internal::Worker& worker) : worker_(worker) {}

  const Event* NextMerged();
  void ToItself(const Event& event);
  const Event* Take(const Event* event) {
    now_ = event->time;
    ++events_;
    digest_before_ = digest_;
    digest_ = Digest(digest_, *event);
    return event;
  }
  // Two rounds of multiply and fold; an ingredient that is left out is masked.
  std::uint64_t Digest(std::uint64_t digest, const Event& event) const {
    const std::uint64_t time = static_cast<std::uint64_t>(event.time.nanos()) & time_mask_;
    const std::uint64_t what = (std::uint64_t{event.kind} << 48 | std::uint64_t{event.aux} << 32);
    digest = (digest + time) * 0x9E3779B97F4A7C15U;
    digest ^= (digest >> 32) ^ (what & kind_mask_);
    digest = (digest + (event.payload & payload_mask_)) * 0xD6E8FEB86659FD93U;
    return digest ^ (digest >> 29);
  }

  const Event* const* cursor_ = nullptr;  // the LP's next event of the window
  const Event* const* end_ = nullptr;     // behind its last one
  std::size_t self_events_ = 0;           // pending events that it sent itself inside the window
  SimTime now_;
  SimTime window_end_;
  std::uint64_t digest_ = 0;
  std::uint64_t digest_before_ = 0;  // the last event
  std::uint64_t events_ = 0;
  std::uint64_t left_out_ = 0;
  std::uint64_t time_mask_ = 0;
  std::uint64_t kind_mask_ = 0;
  std::uint64_t payload_mask_ = 0;
  internal::LpState* state_ = nullptr;
  internal::Worker& worker_;
  LpId self_;
};

class Turn::Place {
 public:
  Place() = default;

 private:
  friend class Turn;
  explicit Place(std::uint64_t order) : order_(order) {}

  std::uint64_t order_ = 0;
};

}  // namespace cnisim::engine

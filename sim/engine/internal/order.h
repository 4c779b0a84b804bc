#pragma once

/// @file
/// The order key of events: (time, phase, source, number of the send at that source).

#include <cstdint>

#include "sim/engine/event.h"

namespace cnisim::engine::internal {

// From the top: phase (3 bits), source (24), send (37).
inline constexpr int kSendBits = 37;
inline constexpr int kSourceBits = 24;
inline constexpr std::uint64_t kSourceMask = (std::uint64_t{1} << kSourceBits) - 1;
inline constexpr int kPhaseShift = kSourceBits + kSendBits;
static_assert(kPhaseShift == 61 && kMaxPhase == 7);
static_assert(kMaxSends == std::uint64_t{1} << kSendBits && kMaxLps == kSourceMask + 1);

/// What comes from outside sorts behind every LP: no LP has this source number.
inline constexpr std::uint64_t kOutside = kSourceMask;

/// Does `a` run before `b`, if both happen to one LP?
inline bool Before(const Event& a, const Event& b) {
  return a.time != b.time ? a.time < b.time : a.order < b.order;
}

/// For heaps whose front is the earliest.
struct Later {
  bool operator()(const Event& a, const Event& b) const { return Before(b, a); }
};

}  // namespace cnisim::engine::internal

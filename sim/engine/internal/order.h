#pragma once

/// @file
/// The order key of events: (time, phase, source, number of the send at that source).

#include <cstdint>

#include "sim/engine/event.h"

namespace cnisim::engine::internal {

// From the top: phase (4 bits), source (24), send (36).  An LP's bookkeeping has 0 in place of a
// phase, and so comes before everything else of its instant.
inline constexpr int kSendBits = 36;
inline constexpr int kSourceBits = 24;
inline constexpr std::uint64_t kSourceMask = (std::uint64_t{1} << kSourceBits) - 1;
inline constexpr int kPhaseShift = kSourceBits + kSendBits;
static_assert(kPhaseShift == 60 && kMaxPhase < 15);
static_assert(kMaxSends == std::uint64_t{1} << kSendBits && kMaxLps == kSourceMask + 1);

/// Order of the first send of a source in phase 0; `phase << kPhaseShift` more in a later one.
constexpr std::uint64_t FirstOrder(std::uint64_t source) {
  return std::uint64_t{1} << kPhaseShift | source << kSendBits;
}

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

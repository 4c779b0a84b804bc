#pragma once

/// @file
/// An event: something that happens to one logical process at one time.

#include <cstdint>
#include <type_traits>

#include "sim/base/id.h"
#include "sim/base/units.h"

namespace cnisim::engine {

/// A logical process (LP) of one simulation; dense from 0 in the order of Simulation::Add().
using LpId = Id<struct LpTag>;

/// Plain data; the engine copies it freely.  Inside one LP, events run in the order of
/// (time, order).
struct Event {
  SimTime time;
  std::uint64_t order;    ///< phase, source LP, number of the send at that source; never read it
  LpId target;            ///< whom it happens to
  std::uint16_t kind;     ///< the target's own vocabulary
  std::uint16_t aux;      ///< small argument
  std::uint64_t payload;  ///< inline data or an index into what the target owns
};
static_assert(sizeof(Event) == 32 && std::is_trivially_copyable_v<Event>);

/// Phases order what an LP sends to itself for one and the same instant: 0 (and everything that
/// came from other LPs) runs first, kMaxPhase last.
inline constexpr unsigned kMaxPhase = 7;

/// Most LPs of one simulation, and most sends of one LP in one run: what the order key can tell
/// apart.
inline constexpr std::uint32_t kMaxLps = 1U << 24;
inline constexpr std::uint64_t kMaxSends = std::uint64_t{1} << 36;

}  // namespace cnisim::engine

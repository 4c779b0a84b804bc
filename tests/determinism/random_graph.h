#pragma once

/// @file
/// Random graphs of logical processes that do everything an engine may get wrong: messages that
/// arrive together from many sources, events without delay and with phases, bursts in one window,
/// waits far beyond the ring of windows; and a slow sequential program that runs the same.

#include <cstdint>
#include <vector>

#include "sim/base/units.h"
#include "sim/engine/simulation.h"

namespace cnisim::engine::testing {

/// What a run gave.
struct GraphOutcome {
  std::uint64_t events = 0;
  std::uint64_t state = 0;     // hash of what each LP saw, in its order
  std::uint64_t digest = 0;    // the engine's own; 0 from the slow program
  std::uint64_t left_out = 0;  // bookkeeping events

  /// Bookkeeping apart.
  friend bool operator==(const GraphOutcome& a, const GraphOutcome& b) {
    return a.events == b.events && a.state == b.state && a.digest == b.digest;
  }
};

/// When an LP tells the engine what it sends: as soon as it knows, or, as servers moved by events
/// do, as late as it may, at a bookkeeping event and in a place that it took in time.
enum class Sending { kAhead, kHeldBack };

/// One stretch of a run: threads may change between stretches.
struct Stretch {
  SimTime until;
  unsigned threads = 1;
};

/// Runs graph number `graph` on the engine, stretch after stretch.
GraphOutcome RunGraph(std::uint32_t graph, const std::vector<Stretch>& stretches,
                      const RunOptions& options, Sending sending = Sending::kAhead);

/// Number of its LPs.
std::uint32_t GraphSize(std::uint32_t number);

/// Runs it event by event from one ordered set.
GraphOutcome RunGraphSlowly(std::uint32_t graph, SimTime until);

}  // namespace cnisim::engine::testing

#pragma once

/// @file
/// A ramp: the traffic of a scenario at growing rates, until it is no longer carried.  Finds where
/// the tail doubles (the knee), the highest rate that is carried, and what gives way beyond it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/units.h"

namespace cnisim::document {
class Diagnostics;
}
namespace cnisim::scenario {
struct Catalog;
struct Scenario;
}  // namespace cnisim::scenario

namespace cnisim::experiment {

/// Rates in requests per second, of all open-loop sources together.
struct RampRange {
  double from = 0;
  double to = 0;
};

/// "rate=100..100000"; nullopt: it is no such text, or does not rise.
std::optional<RampRange> ParseRamp(const std::string& text);

struct RampOptions {
  RampRange range;
  std::vector<std::string> configurations;  ///< empty: all
  std::optional<std::uint64_t> seed;
  std::optional<SimTime> warm_up;
  std::optional<SimTime> duration;
  unsigned threads = 1;
  std::function<void(int done)> progress;  ///< runs so far; called by one thread at a time
};

struct RampPoint {
  double rate = 0;       ///< asked for
  double offered = 0;    ///< that came, per second
  double completed = 0;  ///< and were answered well
  std::int64_t p50_ns = 0;
  std::int64_t p99_ns = 0;
  std::string binds;    ///< resource that is busiest, or gave way first
  std::string busiest;  ///< which one
  bool carried = false;
};

struct RampResult {
  std::string name;
  std::vector<RampPoint> points;    ///< by rate
  std::optional<double> knee;       ///< least rate seen whose p99 is twice that of the first point
  std::optional<double> sustained;  ///< highest rate seen below which all were carried
  std::optional<RampPoint> broke;   ///< least rate that was not carried
};

/// A rate is carried if at most 2 % of what came in the measured span failed, or piled up: was
/// under way at its end beyond what Little's law has under way at the latency seen.  Goes up by
/// five rates a decade, then halves the interval in which it breaks until its ends are 2 % apart.
/// One run a rate, all with one seed; a short span hides a queue that grows slowly.  nullopt: it
/// cannot be run, see `diagnostics`.
std::optional<std::vector<RampResult>> RunRamp(const scenario::Scenario& scenario,
                                               const scenario::Catalog& catalog,
                                               const RampOptions& options,
                                               document::Diagnostics& diagnostics);

}  // namespace cnisim::experiment

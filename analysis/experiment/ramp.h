#pragma once

/// @file
/// A ramp: the traffic of a scenario at growing rates, until it is no longer carried.  Finds where
/// the tail doubles (the knee), the most that is served, and what gives way beyond it.

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

/// Waiting at the resources of one kind.
struct RampWait {
  std::string kind;
  double busy = 0;   ///< share of time of the busiest one
  double share = 0;  ///< as workload::TrafficRecord::WaitShare()
};

struct RampPoint {
  double rate = 0;             ///< asked for
  double offered = 0;          ///< came in the span, per second
  double answered = 0;         ///< were answered well in the span, per second, whenever they came
  double failed = 0;           ///< share of those that came
  double mean_ns = 0;          ///< latency of those that came in the span and were answered in it
  double network_mean_ns = 0;  ///< without the applications' own time
  std::int64_t p50_ns = 0;
  std::int64_t p99_ns = 0;
  std::string binds;            ///< resource that is busiest, or gave way first
  std::string busiest;          ///< which one
  std::vector<RampWait> waits;  ///< of every kind that there is
  bool carried = false;
};

struct RampResult {
  std::string name;
  std::vector<RampPoint> points;    ///< by rate
  std::optional<double> knee;       ///< least rate seen whose p99 is twice that of the first point
  std::optional<double> sustained;  ///< answered per second at the highest rate that was carried
  std::optional<RampPoint> broke;   ///< least rate that was not carried
};

/// A rate is carried if of the requests that came in the measured span all but 1 % were answered in
/// it, where answers to requests from before it count and those after it do not: what is under way
/// at the end and was not at the start has piled up.  By chance that difference is the one of two
/// Poisson numbers with the mean of Little's law at the latency of the first rate, so three of its
/// deviations are no pile.  Since no more can be answered in a span than the binding resource
/// serves, `sustained` does not lie above its rate but by chance.
///
/// Goes up by five rates a decade, then halves the interval in which it breaks until its ends are
/// 0.5 % apart, and the one in which p99 doubles until they are 2 % apart.  One run a rate, all
/// with one seed.  The same for any number of threads.  nullopt: it cannot be run, see
/// `diagnostics`.
std::optional<std::vector<RampResult>> RunRamp(const scenario::Scenario& scenario,
                                               const scenario::Catalog& catalog,
                                               const RampOptions& options,
                                               document::Diagnostics& diagnostics);

}  // namespace cnisim::experiment

#pragma once

/// @file
/// Runs the traffic of a model once.

#include <cstdint>
#include <functional>
#include <optional>

#include "models/workload/model.h"
#include "models/workload/traffic_record.h"
#include "sim/base/units.h"

namespace cnisim::engine {
class Ranks;
struct RunReport;
}  // namespace cnisim::engine

namespace cnisim::workload {

struct TrafficOptions {
  std::uint64_t seed = 1;
  unsigned threads = 1;                                      ///< changes no result
  SimTime warm_up;                                           ///< not measured
  SimTime duration;                                          ///< measured, > 0
  std::optional<std::uint64_t> shuffle_ties = std::nullopt;  ///< as engine::RunOptions has it
  /// Servers answer in closed form where that is exact; false: every departure is an event.
  /// Changes no result.
  bool fused = true;
  /// Ranks that run it together, each with `threads`, and all get the record; changes no result.
  engine::Ranks* ranks = nullptr;
  /// > 0: sources' latencies are also recorded by the time of the answer, in steps of this.
  SimTime series_step = SimTime();
  std::function<void(SimTime now)> tell = nullptr;  ///< as engine::RunOptions has it
  /// Gets what the engine says of a stretch of the run, which took `simulated`.
  std::function<void(const engine::RunReport&, SimTime simulated)> profile = nullptr;
  bool stripes = false;  ///< deal hosts out in turn, instead of neighbours together
};

/// Deterministic: same model, seed, warm-up and duration, same record.  Thread safety: any number
/// of calls at the same time on one model.
TrafficRecord SimulateTraffic(const Model& model, const TrafficOptions& options);

}  // namespace cnisim::workload

#pragma once

/// @file
/// One run of a prepared configuration's traffic with one seed.

#include <cstdint>
#include <functional>
#include <optional>

#include "models/scenario/prepared_configuration.h"
#include "models/workload/traffic_record.h"

namespace cnisim::engine {
class Ranks;
struct RunReport;
}  // namespace cnisim::engine

namespace cnisim::scenario {

using workload::DropReason;
using workload::FailureReason;
using workload::FlowRecord;
using workload::NodeCpu;
using workload::ResourceKind;
using workload::ResourceUse;

/// Result of a replication; see models/workload/traffic_record.h.
using ReplicationRecord = workload::TrafficRecord;

struct ReplicationOptions {
  /// Names every random stream of the run.  Configurations with equal seeds see the same arrivals,
  /// service times and backend choices, so differences between them are the CNI's.
  std::uint64_t seed = 1;
  unsigned threads = 1;
  /// Draw the stage costs from their ranges with this seed; empty: the typical ones.
  std::optional<std::uint64_t> cost_draw = std::nullopt;
  SimTime warm_up = SimTime();                               ///< not measured
  SimTime duration = SimTime();                              ///< measured, > 0
  SimTime series_step = SimTime();                           ///< as workload::TrafficOptions has it
  std::optional<std::uint64_t> shuffle_ties = std::nullopt;  ///< as engine::RunOptions has it
  bool fused = true;                                         ///< as workload::TrafficOptions has it
  std::function<void(SimTime now)> tell = nullptr;           ///< as there
  /// As there.
  std::function<void(const engine::RunReport&, SimTime simulated)> profile = nullptr;
  engine::Ranks* ranks = nullptr;  ///< as workload::TrafficOptions has it
  bool stripes = false;            ///< as there
};

/// How much dearer work is on a node that is busy for this share of its time: between 1 and `cold`,
/// in proportion.  The proportion is an assumption; nobody has measured it.  @pre 0 <= busy <= 1
double CacheFactor(Caches caches, double busy, double cold);

/// Deterministic: same configuration and options (threads aside), same record to the bit.
/// Thread safety: any number of calls at the same time on one configuration.
ReplicationRecord RunReplication(const PreparedConfiguration& configuration,
                                 const ReplicationOptions& options);

}  // namespace cnisim::scenario

#pragma once

/// @file
/// Runs every configuration as often as the statistics need, side by side.
///
/// Replication i of every configuration has the same seed, and draw k of the costs is the same for
/// all (common random numbers): differences between configurations are theirs.  Records come back
/// in a fixed order whatever the number of threads.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/experiment/progress.h"
#include "models/workload/traffic_record.h"
#include "sim/base/units.h"

namespace cnisim::engine {
class Ranks;
struct RunReport;
}  // namespace cnisim::engine

namespace cnisim::experiment {

class EngineProfile;

/// One run that is asked for.
struct RunRequest {
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> cost_draw;  ///< empty: typical costs
  SimTime warm_up;
  SimTime duration;
  SimTime series_step;  ///< as workload::TrafficOptions has it
  unsigned threads = 1;
  std::optional<std::uint64_t> shuffle_ties;  ///< orders simultaneous events
  bool fused = true;                          ///< as workload::TrafficOptions has it
  engine::Ranks* ranks = nullptr;             ///< that run it together, and all get the record
  bool stripes = false;                       ///< how they share it
  std::function<void(SimTime now)> tell;      ///< to be told how far the run is
  std::function<void(const engine::RunReport&, SimTime simulated)>
      profile;  ///< ... and how it went
};

/// Something that can be run: a prepared configuration, or a test's own.
struct Subject {
  std::string name;
  /// Called from several threads at once; the record depends on the request alone, its threads
  /// aside.
  std::function<workload::TrafficRecord(const RunRequest&)> run;
};

/// What MPI ranks share among them.  No result depends on it.
enum class RankUse : std::uint8_t {
  kAuto,     ///< runs, if there are as many as ranks; blocks otherwise
  kRuns,     ///< whole runs
  kBlocks,   ///< the nodes of each run, neighbours together
  kStripes,  ///< the nodes of each run, dealt out in turn
};

struct PlanOptions {
  std::uint64_t seed = 1;
  int replications = 1;  ///< >= 1
  int cost_draws = 0;
  /// Go on until the half width of each of these intervals is at most this share of its value, or
  /// max_replications are done: of every source p50 and p99, the network's p50, throughput and
  /// goodput, and CPU on networking; that is what configurations are compared on.
  std::optional<double> precision;
  int max_replications = 100;
  SimTime warm_up;
  SimTime duration;
  SimTime series_step;   ///< as workload::TrafficOptions has it
  unsigned threads = 1;  ///< of each rank
  std::optional<std::uint64_t> shuffle_ties;
  bool fused = true;
  /// Ranks that make the same call; each gets all the records.  nullptr: this process alone.
  engine::Ranks* ranks = nullptr;
  RankUse rank_use = RankUse::kAuto;
  /// Told after each finished run, and now and then during it, one call at a time, from any thread.
  std::function<void(const Progress&)> progress;
  EngineProfile* profile = nullptr;  ///< gets how runs of this rank went
};

/// The runs of one subject.
struct SubjectRecord {
  std::string name;
  std::vector<workload::TrafficRecord> replications;
  std::vector<workload::TrafficRecord> cost_draws;  ///< each with the seed of replication 0
};

/// Runs all of it.  An exception of a run is passed on after the others have ended.
std::vector<SubjectRecord> RunAll(const std::vector<Subject>& subjects, const PlanOptions& options);

/// Seed of replication `index`: neighbours share nothing.
std::uint64_t ReplicationSeed(std::uint64_t seed, int index);

}  // namespace cnisim::experiment

#pragma once

/// @file
/// A simulation: logical processes, the channels between them, and the loop that runs them.
///
///     Simulation simulation;
///     const LpId a = simulation.Add(std::make_unique<Client>());
///     const LpId b = simulation.Add(std::make_unique<Server>());
///     simulation.Connect(a, b, 20_us);
///     simulation.Connect(b, a, 20_us);
///     simulation.Schedule(a, 0_ns, kStart);
///     const RunReport report = simulation.Run(/*until=*/10_s, {.threads = 2});
///
/// Time advances in windows no wider than the least latency of any channel, so nothing that is
/// sent inside a window arrives in it, and its LPs may run side by side.  Results, the digest
/// among them, are the same for any number of threads.
///
/// Thread safety: one thread builds and runs a simulation; any number of simulations may live in
/// a process.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/engine/event.h"
#include "sim/engine/logical_process.h"

namespace cnisim::engine {

struct RunOptions {
  /// Threads that run LPs, the caller's included; more than cores or LPs is legal.
  unsigned threads = 1;
  /// Orders simultaneous events of different sources by this seed instead of by source.  A study
  /// whose results move hangs on ties.
  std::optional<std::uint64_t> shuffle_ties;
};

/// What one kind of LP had to do.
struct KindProfile {
  std::string kind;
  std::uint64_t lps = 0;
  std::uint64_t events = 0;
};

/// What a call of Run() did.  Everything above the line depends on the simulation alone.
struct RunReport {
  std::uint64_t events = 0;        ///< events handled
  std::uint64_t windows = 0;       ///< windows that held any
  std::uint64_t digest = 0;        ///< of every LP's event stream since the simulation began
  SimTime lookahead;               ///< width of a window at most
  std::vector<KindProfile> kinds;  // by name
  // ---
  double seconds = 0;  ///< wall-clock time of the loop
};

class Simulation {
 public:
  Simulation();
  ~Simulation();

  /// Takes over an LP.  @pre Run() was not called yet
  LpId Add(std::unique_ptr<LogicalProcess> process);

  /// Declares that `from` may send to `to`, `min_latency` or more ahead.
  /// @pre from != to, min_latency > 0, Run() was not called yet
  void Connect(LpId from, LpId to, SimTime min_latency);

  /// Declares channels between any two of `group`, in both directions.  Costs O(group), not its
  /// square.  @pre as Connect()
  void ConnectAll(std::span<const LpId> group, SimTime min_latency);

  /// An event from outside, for instance the first one; before Run() or between two runs.
  /// @pre at >= the end of the last run
  void Schedule(LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload = 0,
                std::uint16_t aux = 0);

  /// Handles every event before `until`.  May be called again to go on from there; `threads` may
  /// change between calls, `shuffle_ties` may not.
  RunReport Run(SimTime until, const RunOptions& options = {});

  std::uint32_t lp_count() const;

  /// An LP, to read its results when no run is on.
  LogicalProcess& lp(LpId id);

 private:
  std::unique_ptr<internal::Executor> executor_;
};

}  // namespace cnisim::engine

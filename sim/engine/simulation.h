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
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/engine/event.h"
#include "sim/engine/logical_process.h"
#include "sim/engine/ranks.h"

namespace cnisim::engine {

namespace internal {
class Executor;
}  // namespace internal

/// Which ingredients of an event the digest of a run is made of.  Leaving one out tells whether
/// two runs differ in nothing else.
struct DigestIngredients {
  bool time = true;
  bool kind = true;  ///< with its small argument
  bool payload = true;
};

struct RunOptions {
  /// Threads that run LPs, the caller's included.  More than cores or LPs is legal; more than LPs,
  /// or than 64, are not started.
  unsigned threads = 1;
  /// Orders simultaneous events of different sources by this seed instead of by source.  A study
  /// whose results move hangs on ties.
  std::optional<std::uint64_t> shuffle_ties = std::nullopt;
  DigestIngredients digest = {};
  /// Looks up the channel of every message, instead of comparing with the least latency of all
  /// channels that leave its source only.  For tests of models: slow.
  bool verify_channels = false;
  /// Has the team run every window, thin ones too, and windows in which helpers are late.  For
  /// tests of determinism: slow.
  bool always_team = false;
  /// Told how far the run is, every thousand windows or so, by the calling thread.
  std::function<void(SimTime now)> tell = nullptr;
  /// Run together with these; every rank makes the same calls of the simulation.  The same for all
  /// runs of a simulation, as is `rank_of`.
  Ranks* ranks = nullptr;
  /// [lp id]: the rank that owns it; empty: as many LPs to each, neighbours together.
  std::vector<std::uint32_t> rank_of = {};
};

/// What one kind of LP had to do.
struct KindProfile {
  std::string kind;
  std::uint64_t lps = 0;
  std::uint64_t events = 0;
};

/// How a run went on this machine.  No result depends on it, and two runs differ in it.
struct RunProfile {
  unsigned threads = 1;       ///< that were there for it
  double seconds = 0;         ///< wall-clock time of the loop
  double set_up_seconds = 0;  ///< ... and of what comes before it, in the first run mainly
  unsigned ranks = 1;
  double exchange_seconds = 0;     ///< that this rank spent on rounds with others
  std::uint64_t team_windows = 0;  ///< windows that several threads ran
  double wait_seconds = 0;         ///< that the calling thread waited for others at their ends
  std::vector<std::uint64_t> worker_events;  ///< [worker] since the simulation began: imbalance
  std::uint64_t left_out = 0;  ///< bookkeeping events, which no other count has: Turn::LeaveOut()
  std::size_t bytes = 0;       ///< of pending events and of what the engine knows of LPs
};

/// What a call of Run() did; but for `profile` it depends on the simulation alone.
struct RunReport {
  std::uint64_t events = 0;        ///< events handled
  std::uint64_t windows = 0;       ///< windows that held any
  std::uint64_t digest = 0;        ///< of every LP's event stream since the simulation began
  SimTime lookahead;               ///< width of a window at most
  std::vector<KindProfile> kinds;  ///< by name
  RunProfile profile;
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

  /// What travels with messages between ranks, beside the event itself.  It must live as long as
  /// the simulation; nullptr: nothing.
  void SetLuggage(Luggage* luggage);

  /// Does this rank run the LP?  From the first run on; what other ranks run has no results here.
  bool owns(LpId id) const;

  std::uint32_t lp_count() const;

  /// An LP, to read its results when no run is on.
  LogicalProcess& lp(LpId id);

 private:
  std::unique_ptr<internal::Executor> executor_;
};

}  // namespace cnisim::engine

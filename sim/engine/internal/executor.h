#pragma once

/// @file
/// The run loop behind Simulation: opens windows one after the other and has them run, by the
/// calling thread alone or by the whole team.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/engine/internal/channel_graph.h"
#include "sim/engine/internal/team.h"
#include "sim/engine/internal/worker.h"
#include "sim/engine/simulation.h"

namespace cnisim::engine::internal {

/// Decides from what windows cost whether one is worth a team, so that more threads are never
/// slower for long: thin windows run alone, and a helper that the operating system takes away in
/// the middle of a window is left in peace for a while.  No result depends on it.
class TeamPolicy {
 public:
  /// Would a window of so many events pay for a team?
  bool WantsTeam(std::uint32_t events);
  /// Is it time to think about how LPs are divided, and what is wanted?  Many blocks can be dealt
  /// out evenly, but cost something in each window.
  enum class Division : std::uint8_t { kLeave, kOneBlock, kManyBlocks };
  Division Divide(std::uint32_t events, bool many);

  /// Shall this window be timed?  One in some dozens is.
  bool WantsTime() { return (windows_++ & 31) == 0; }
  /// What a window that ran alone took.
  void Timed(std::uint32_t events, std::int64_t nanos);
  /// How long the leader waited for helpers at the end of a window of so many events.
  void Waited(std::uint32_t events, std::int64_t nanos);

 private:
  double nanos_per_event_ = 60;  // a guess until it is measured
  std::uint64_t windows_ = 0;
  std::uint32_t thick_in_a_row_ = 0;
  double pause_ns_ = 0;      // to go without a team, in time of one thread
  double pause_factor_ = 0;  // how many times the wait that was lost
  double calm_ns_ = 0;       // since the last one

  std::uint64_t division_events_ = 0;  // since the last Division
  std::uint32_t division_windows_ = 0;
  std::uint32_t division_period_ = 64;
};

class Executor {
 public:
  LpId Add(std::unique_ptr<LogicalProcess> process);
  void Connect(LpId from, LpId to, SimTime min_latency);
  void ConnectAll(std::span<const LpId> group, SimTime min_latency);
  void Schedule(LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload,
                std::uint16_t aux);
  RunReport Run(SimTime until, const RunOptions& options);
  void SetLuggage(Luggage* luggage) { luggage_ = luggage; }
  bool owns(LpId id) const { return ranks_ == nullptr || rank_of_[id.value()] == ranks_->rank(); }

  std::uint32_t lp_count() const { return static_cast<std::uint32_t>(processes_.size()); }
  LogicalProcess& lp(LpId id) { return *processes_[id.value()]; }

 private:
  /// Work of one worker's home blocks in the window at hand.
  struct alignas(64) Share {
    std::atomic<std::uint32_t> next{0};  // the next block to run
    std::uint32_t end = 0;
  };

  void Freeze(const RunOptions& options);
  void Divide(const RunOptions& options);
  void Arrange(unsigned threads);
  void DivideIntoBlocks();
  void Redivide(bool many);
  void Balance();
  std::int64_t NextWindow(RunProfile& profile);
  void Exchange(std::int64_t& next);
  void ShareReport(std::vector<std::uint64_t>& kind_events, bool& worked);
  bool RunWindow(RunProfile& profile);
  void RunAlone(std::uint32_t events);
  void RunTogether(std::uint32_t events, RunProfile& profile);
  void RunShares(unsigned worker);
  std::uint64_t LeftOut() const;
  RunReport Report(const std::vector<std::uint64_t>& kind_events) const;
  std::vector<std::uint64_t> EventsByKind() const;
  std::uint64_t HandledEvents() const;

  std::vector<std::unique_ptr<LogicalProcess>> processes_;  // [lp id]
  std::vector<LpState> states_;                             // [lp id]
  std::vector<std::string> kinds_;                          // [kind], by name
  ChannelGraph channels_;
  std::vector<Event> outside_;  // scheduled from outside since the last run
  std::uint64_t outside_sends_ = 0;
  SimTime now_;  // end of the last run
  bool frozen_ = false;
  std::optional<std::uint64_t> shuffle_ties_;
  std::vector<std::uint64_t> earlier_kind_events_;  // [kind]: of workers that are gone

  // Ranks, if there are several.
  Ranks* ranks_ = nullptr;
  Luggage* luggage_ = nullptr;
  std::vector<std::uint32_t> rank_of_;    // [lp id]
  std::vector<Ranks::Bytes> to_ranks_;    // [rank]
  std::vector<Ranks::Bytes> from_ranks_;  // [rank]

  Layout layout_;
  Window window_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Worker*> worker_pointers_;  // as workers_
  std::vector<Share> shares_;             // [worker]
  std::vector<std::uint32_t> homes_;      // [worker]: its first block; one more at the end
  bool many_blocks_ = false;
  std::uint32_t unbalanced_windows_ = 0;  // that a team ran since Balance()
  bool always_team_ = false;
  TeamPolicy policy_;
  std::unique_ptr<Team> team_;  // last: its threads use all of the above
};

}  // namespace cnisim::engine::internal

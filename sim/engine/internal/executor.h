#pragma once

/// @file
/// The run loop behind Simulation: pending events, windows, and the order inside an LP.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sim/engine/simulation.h"

namespace cnisim::engine::internal {

/// Runs events before `b`?
inline bool Before(const Event& a, const Event& b) {
  return a.time != b.time ? a.time < b.time : a.order < b.order;
}

class Executor {
 public:
  Executor() : turn_(*this) {}

  LpId Add(std::unique_ptr<LogicalProcess> process);
  void Declare(LpId from, LpId to, SimTime min_latency);
  void DeclareMesh(std::span<const LpId> group, SimTime min_latency);
  void ScheduleFromOutside(LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload,
                           std::uint16_t aux);
  RunReport Run(SimTime until, const RunOptions& options);

  std::uint32_t lp_count() const { return static_cast<std::uint32_t>(lps_.size()); }
  LogicalProcess& lp(LpId id) { return *lps_[id.value()].process; }

  // For Turn.
  const Event* Next(Turn& turn);
  void Emit(const Turn& turn, LpId target, SimTime at, std::uint16_t kind, std::uint64_t payload,
            std::uint16_t aux, unsigned phase);
  SimTime MinLatencyFrom(LpId source) const { return lps_[source.value()].min_latency; }

 private:
  struct Lp {
    std::unique_ptr<LogicalProcess> process;
    std::uint64_t order_base = 0;  // the source's bits of the order key
    std::uint64_t sends = 0;
    std::uint64_t digest = 0;
    std::uint64_t events = 0;
    SimTime min_latency = SimTime::Max();  // of its outgoing channels
  };

  void CheckChannel(LpId from, SimTime min_latency);
  void NameSources(std::optional<std::uint64_t> shuffle_ties);
  void RunWindow(SimTime end);
  void Push(const Event& event);

  std::vector<Lp> lps_;         // [lp id]
  std::vector<Event> pending_;  // binary heap, earliest first; beyond the window
  std::vector<Event> window_;   // events of the window by (target, time, order)
  std::vector<Event> self_;     // binary heap: what the running LP sent itself inside the window
  std::size_t cursor_ = 0;      // into window_: the running LP's next event
  std::size_t cursor_end_ = 0;
  Event current_{};
  SimTime window_end_;
  SimTime lookahead_ = SimTime::Max();
  SimTime start_;  // end of the last run
  std::uint64_t outside_sends_ = 0;
  std::optional<std::optional<std::uint64_t>> named_with_;
  Turn turn_;
};

}  // namespace cnisim::engine::internal

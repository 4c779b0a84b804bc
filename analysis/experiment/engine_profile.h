#pragma once

/// @file
/// Where the time of a program's simulations went: for --profile.  Depends on the machine, so it is
/// no part of the results.

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "sim/base/units.h"

namespace cnisim::engine {
struct RunReport;
}  // namespace cnisim::engine

namespace cnisim::experiment {

class EngineProfile {
 public:
  /// A stretch of a run, of `simulated` time.  Thread safety: any number of calls at the same time.
  void Add(const engine::RunReport& report, SimTime simulated);

  /// Lines for people, 80 columns; says so if this program was not optimised by its compiler.
  std::string ToText() const;

 private:
  struct Kind {
    std::uint64_t lps = 0;  // of the largest run
    std::uint64_t events = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Kind> kinds_;  // [kind of LP]
  std::uint64_t stretches_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t left_out_ = 0;
  std::uint64_t windows_ = 0;
  std::uint64_t team_windows_ = 0;
  unsigned threads_ = 1;  // most of any run
  unsigned ranks_ = 1;
  SimTime simulated_;
  SimTime covered_;  // by windows that held events
  SimTime widest_;
  SimTime narrowest_ = SimTime::Max();
  double seconds_ = 0;  // in loops, summed up over runs that may have gone on side by side
  double set_up_seconds_ = 0;
  double wait_seconds_ = 0;
  double exchange_seconds_ = 0;
  double imbalance_sum_ = 0;  // busiest worker's events over the mean, weighted by events
  std::uint64_t imbalance_weight_ = 0;
  std::size_t bytes_ = 0;  // largest run
};

}  // namespace cnisim::experiment

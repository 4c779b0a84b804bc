#pragma once

/// @file
/// "running 34/126, 6.8 s simulated at 1.4 x real time, about 5 s left": on a terminal only, and
/// only for what lasts.

#include <chrono>
#include <iosfwd>
#include <string>

#include "analysis/cli/invocation.h"
#include "analysis/experiment/progress.h"

namespace cnisim::cli {

/// One line that is written over itself; it appears after two seconds and goes with the object.
/// Thread safety: none; callers take turns.
class ProgressLine {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param what  what goes on, "running"
  ProgressLine(const Output& output, std::string what, Clock::time_point start = Clock::now());
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Update(const experiment::Progress& progress, Clock::time_point now = Clock::now());

 private:
  std::ostream& stream_;
  bool enabled_;
  std::string what_;
  Clock::time_point start_;
  Clock::time_point last_;
  bool shown_ = false;
};

}  // namespace cnisim::cli

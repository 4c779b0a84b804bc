#pragma once

/// @file
/// The CPU limit of a pod as Linux enforces it (CFS bandwidth control,
/// Documentation/scheduler/sched-bwc.rst): each period the pod may run for `quota` on all cores
/// together; who has used it up stands still until the next period, whatever is idle.  What is
/// left of a quota is not saved up.
///
/// In closed form: work that arrives is told at once when its next slice may run.  Slices are taken
/// in order of arrival; the kernel deals them out in pieces of 5 ms to whichever core asks, which
/// changes who waits but not how much runs in a period.

#include <algorithm>
#include <cstdint>

#include "sim/base/check.h"
#include "sim/base/units.h"

namespace cnisim::workload {

class CpuQuota {
 public:
  /// @param quota   > 0; 250 ms with a period of 100 ms is a limit of 2.5 cores
  /// @param period  > 0
  /// @param phase   when the first period ends; 0 <= phase < period
  CpuQuota(SimTime quota, SimTime period, SimTime phase)
      : quota_(quota), period_(period), period_end_(phase), left_(quota) {
    CNISIM_CHECK(quota > SimTime() && period > SimTime(), "a CPU limit leaves some time to run");
  }

  struct Slice {
    SimTime begin;  ///< not before `now`
    SimTime length;
  };

  /// What a thread that has `demand` to do may run next without a pause: all of it, what is left of
  /// the quota, or what is left of the period.
  /// @pre now is not before the last call's; demand > 0
  Slice Take(SimTime now, SimTime demand) {
    if (now >= period_end_) Refill((now - period_end_) / period_ + 1);
    if (left_ == SimTime()) Refill(1);
    const SimTime begin = std::max(now, period_end_ - period_);
    const SimTime length = std::min({demand, left_, period_end_ - begin});
    left_ -= length;
    return {begin, length};
  }

  SimTime quota() const { return quota_; }
  SimTime period() const { return period_; }

 private:
  void Refill(std::int64_t periods) {
    period_end_ += period_ * periods;
    left_ = quota_;
  }

  SimTime quota_;
  SimTime period_;
  SimTime period_end_;  // of the period that left_ belongs to
  SimTime left_;
};

}  // namespace cnisim::workload

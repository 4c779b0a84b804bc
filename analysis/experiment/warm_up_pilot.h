#pragma once

/// @file
/// Where the beginning of a run stops to matter, when the scenario leaves that open
/// (`warm_up: auto`).

#include <cstddef>
#include <optional>
#include <vector>

#include "analysis/experiment/replication_plan.h"
#include "sim/base/units.h"

namespace cnisim::experiment {

/// What pilot runs say of the warm-up.  Comparisons are between pairs of runs, so one cut holds for
/// all subjects: the longest that one of them needs.
struct WarmUpCut {
  struct Place {
    std::size_t subject = 0;
    std::size_t source = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };

  SimTime time;
  std::optional<std::size_t> longest;  ///< subject that needs it; none if nobody needs any
  /// Whose latency does not settle in the first half of its pilot, or has too few answers to tell.
  /// If there is one, `time` is that half.
  std::vector<Place> unsettled;
};

/// Runs each subject once without warm-up, with a seed that no replication has, and cuts the
/// latency of each source of traffic by stats::Mser5Truncation(): its mean in each 250th part of
/// the pilot, parts without an answer left out.  A source without any answer, as a stream, needs no
/// warm-up.
/// @param plan  of the experiment that follows; its `duration` is how long a pilot lasts, and its
///     `progress` counts pilots too from now on
WarmUpCut RunPilots(const std::vector<Subject>& subjects, PlanOptions& plan);

}  // namespace cnisim::experiment

#pragma once

/// @file
/// Is one better than the other, or was it luck?  Paired differences between configurations that
/// saw the same random numbers, and the correction that many comparisons at once need.

#include <span>
#include <vector>

#include "analysis/stats/interval.h"

namespace cnisim::stats {

struct Difference {
  Estimate difference;  ///< mean of second - first
  double p_value = 1;   ///< two-sided, of "there is no difference"; 1 with fewer than two values
};

/// Compares replication i of the first with replication i of the second.  Common random numbers
/// make the pairs move together, so that small differences show.
/// @pre first.size() == second.size(), not empty
Difference ComparePairs(std::span<const double> first, std::span<const double> second,
                        double confidence = kConfidence);

/// Compares two series that have nothing to do with each other (Welch's test): a run and one with
/// another seed.  p is 1 if either has fewer than two values.
/// @pre neither is empty
Difference CompareMeans(std::span<const double> first, std::span<const double> second,
                        double confidence = kConfidence);

/// p-values made fit for being looked at together (Holm, 1979): the chance that any true "no
/// difference" is called a difference stays below the level at which each adjusted value is read,
/// whatever their dependence.  In the order given.
std::vector<double> HolmAdjust(std::span<const double> p_values);

}  // namespace cnisim::stats

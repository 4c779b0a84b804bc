#pragma once

/// @file
/// Where the start of a run stops to matter.

#include <cstddef>
#include <optional>
#include <span>

namespace cnisim::stats {

/// MSER-5 (White, Simulation 69(6), 1997): how many leading observations to cut off, a multiple of
/// five.  The series is averaged in groups of five, and the cut is where the squared standard error
/// of the mean of what remains is least; the earliest one if several are equal.  A cut in the later
/// half means that the run is too short to tell: nothing is returned.  O(n).
std::optional<std::size_t> Mser5Truncation(std::span<const double> series);

}  // namespace cnisim::stats

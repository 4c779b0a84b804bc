#pragma once

/// @file
/// Curves over the points of a sweep: where each configuration's latency bends, and which limit
/// binds there.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/experiment/result_document.h"
#include "analysis/report/html_page.h"

namespace cnisim::report {

/// The number that a value of a sweep begins with: 500 of "500/s"; nothing of "cilium".  Units are
/// the same along a parameter, or there is no curve.
std::optional<double> SweepNumber(std::string_view value);

/// Position of the point at which a rising curve bends upwards most: farthest below the straight
/// line from its first to its last point, both axes scaled to that line ("kneedle": Satopaa et al.,
/// ICDCS workshops 2011).  Nothing if the curve rises by less than half, or stays within a fifth of
/// the line: then it has no knee that anybody would see.
/// @pre xs ascend; xs.size() == ys.size()
std::optional<std::size_t> KneeOf(const std::vector<double>& xs, const std::vector<double>& ys);

/// A chart and a table for each source of traffic, and sentences on knees and limits; nothing
/// without a sweep.
void AddSweep(const experiment::ResultDocument& document, HtmlPage& page);

}  // namespace cnisim::report

#pragma once

/// @file
/// The points of a sweep for a terminal.

#include <string>

#include "analysis/experiment/result_document.h"

namespace cnisim::report {

/// A table a point of the sweep: each configuration's p50, p99, throughput, cores a node spent on
/// networking and what binds first.  80 columns; empty without a sweep.
std::string SweepText(const experiment::ResultDocument& document, bool color);

}  // namespace cnisim::report

#pragma once

/// @file
/// A ramp for the terminal: 80 columns, a line for each configuration, then each one's points.

#include <string>
#include <vector>

#include "analysis/experiment/ramp.h"

namespace cnisim::report {

std::string RampText(const std::vector<experiment::RampResult>& results);

}  // namespace cnisim::report

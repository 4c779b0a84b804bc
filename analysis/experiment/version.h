#pragma once

/// @file
/// Which program made a result, and in which form.

#include <string_view>

namespace cnisim::experiment {

/// "0.1.0".
std::string_view ProgramVersion();

/// Version of the form of results.json; grows when a field changes its meaning or goes.
inline constexpr int kResultsVersion = 1;

}  // namespace cnisim::experiment

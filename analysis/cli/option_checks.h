#pragma once

/// @file
/// Checks of option values, with our own words for what is wrong.

#include <cstdint>
#include <string>

#include <CLI/App.hpp>

#include "sim/base/units.h"

namespace cnisim::cli {

/// "expected a whole number from 1, found 'x'".
CLI::Validator WholeNumberFrom(std::uint64_t min, std::uint64_t max = INT32_MAX);

/// "there is no folder 'x'".
CLI::Validator ExistingFolder();

/// "expected auto, or a time with its unit, as 500ms or 2s, found '5'".
CLI::Validator DurationOrAutoText();
/// A time with its unit, longer than nothing.
CLI::Validator PositiveDurationText();

/// "expected a percentage, as 2%, found '2'".
CLI::Validator PercentageText();

/// What a text means that has a time with its unit.
SimTime DurationOf(const std::string& text);

}  // namespace cnisim::cli

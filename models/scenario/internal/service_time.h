#pragma once

/// @file
/// Reads a service time: `2ms`, or `{mean: 2ms, cv: 0.5}`.

#include <optional>

#include "models/document/diagnostics.h"
#include "models/document/value.h"
#include "models/scenario/scenario.h"

namespace cnisim::scenario::internal {

/// nullopt after an error.
std::optional<ServiceTime> ReadServiceTime(const document::Value& value,
                                           document::Diagnostics& diagnostics);

}  // namespace cnisim::scenario::internal

#pragma once

/// @file
/// Where `--json` goes.

#include <nlohmann/json_fwd.hpp>

#include "analysis/cli/invocation.h"

namespace cnisim::cli {

/// Writes `json` to the file that --json names, or to standard output for "-"; nothing without
/// --json.  False if it cannot be written; the reason stands on standard error then.
[[nodiscard]] bool WriteJson(const nlohmann::ordered_json& json, Invocation& invocation);

}  // namespace cnisim::cli

#pragma once

/// @file
/// Explanations as JSON.

#include <nlohmann/json_fwd.hpp>

#include "analysis/explain/path_explanation.h"

namespace cnisim::explain {

nlohmann::ordered_json ToJson(const PathExplanation& explanation);
nlohmann::ordered_json ToJson(const PathComparison& comparison);

}  // namespace cnisim::explain

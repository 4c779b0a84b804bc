#pragma once

/// @file
/// result_context.h as part of results.json.

#include <nlohmann/json.hpp>

#include "analysis/experiment/result_context.h"

namespace cnisim::experiment {

nlohmann::ordered_json ToJson(const PathResult& path);
nlohmann::ordered_json ToJson(const CostSourceResult& source);
nlohmann::ordered_json ToJson(const AddressPlanResult& plan);

/// Throw nlohmann's exceptions where something is missing or of another type.
PathResult ReadPath(const nlohmann::ordered_json& json);
CostSourceResult ReadCostSource(const nlohmann::ordered_json& json);
AddressPlanResult ReadAddressPlan(const nlohmann::ordered_json& json);

}  // namespace cnisim::experiment

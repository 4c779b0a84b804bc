#pragma once

/// @file
/// ramp.json: a ramp in the form that docs/schema/ramp-1.schema.json describes.

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/experiment/ramp.h"

namespace cnisim::experiment {

/// What the ramp was run on.
struct RampContext {
  std::string scenario_name;
  std::string scenario_file;  ///< its name without folders
  std::string scenario_hash;  ///< hex
  std::string catalog_hash;
  RampRange range;
  std::uint64_t seed = 0;
  std::int64_t warm_up_ns = 0;
  std::int64_t duration_ns = 0;
};

RampContext ContextOf(const scenario::Scenario& scenario, const scenario::Catalog& catalog,
                      const RampOptions& options);

std::string ToJson(const RampContext& context, const std::vector<RampResult>& results);

}  // namespace cnisim::experiment

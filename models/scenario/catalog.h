#pragma once

/// @file
/// All that the program knows about the world, in typed form: loaded once, shared by all threads.

#include <optional>
#include <string>

#include "models/azure/limits.h"
#include "models/azure/vm_size.h"
#include "models/datapath/cost_model.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/policy/settings.h"
#include "models/workload/defaults.h"
#include "models/workload/latency_profile.h"

namespace cnisim::scenario {

struct Catalog {
  document::CatalogFiles files;
  datapath::CostModel costs;
  azure::VmSizeTable vm_sizes;
  azure::Limits limits;
  policy::Limits policy_limits;
  workload::Defaults workload;
  workload::LatencyProfiles latency;

  /// The embedded catalog with the files of `overlay_dir` on top; what is wrong with them goes to
  /// `diagnostics`, which from then on lists no key that the catalog calls irrelevant.
  static Catalog Load(const std::optional<std::string>& overlay_dir,
                      document::Diagnostics& diagnostics);
};

}  // namespace cnisim::scenario

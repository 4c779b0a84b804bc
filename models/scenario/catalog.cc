#include "models/scenario/catalog.h"

#include <utility>

namespace cnisim::scenario {

Catalog Catalog::Load(const std::optional<std::string>& overlay_dir,
                      document::Diagnostics& diagnostics) {
  document::CatalogFiles files = document::CatalogFiles::Load(overlay_dir, diagnostics);
  diagnostics.set_ignored_keys(document::ReadIgnoredKeys(files, diagnostics));
  datapath::CostModel costs = datapath::CostModel::Load(files, diagnostics);
  azure::VmSizeTable vm_sizes = azure::VmSizeTable::Load(files, diagnostics);
  azure::Limits limits = azure::Limits::Load(files, diagnostics);
  policy::Limits policy_limits = policy::Limits::Load(files, diagnostics);
  const workload::Defaults workload = workload::Defaults::Load(files, diagnostics);
  workload::LatencyProfiles latency = workload::LatencyProfiles::Load(files, costs, diagnostics);
  return {std::move(files),         std::move(costs), std::move(vm_sizes), std::move(limits),
          std::move(policy_limits), workload,         std::move(latency)};
}

}  // namespace cnisim::scenario

#pragma once

/// @file
/// Reads `cluster:` and `configurations:` and works out the cluster that each configuration has.

#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/value.h"
#include "models/scenario/catalog.h"
#include "models/scenario/internal/cluster_defaults.h"
#include "models/scenario/internal/file_loader.h"
#include "models/scenario/scenario.h"

namespace cnisim::scenario::internal {

/// `cluster:`; `value` may be nullptr.  Pools stay as written (none when not written).
ClusterSpec ReadCluster(const document::Value* value, const Catalog& catalog,
                        const ClusterDefaults& defaults, document::Diagnostics& diagnostics);

/// `configurations:`, each with its flags and CNI files read.  Completes `cluster`: a VNet or pools
/// that only an az script has, subnets that defaults add.
std::vector<ConfigurationSpec> ReadConfigurations(const document::Value& value,
                                                  ClusterSpec& cluster, const Catalog& catalog,
                                                  const ClusterDefaults& defaults,
                                                  FileLoader& files,
                                                  document::Diagnostics& diagnostics);

/// Ranges that overlap, addresses outside their range, SKUs and subnets that do not exist.
void CheckCluster(const Scenario& scenario, const Catalog& catalog,
                  document::Diagnostics& diagnostics);

}  // namespace cnisim::scenario::internal

#pragma once

/// @file
/// The cluster of a scenario that says little: models/catalog/defaults/cluster.yaml.

#include <string>

#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/net/cidr.h"

namespace cnisim::scenario::internal {

struct ClusterDefaults {
  net::Cidr vnet_prefix;
  net::Cidr node_subnet_prefix;
  net::Cidr pod_subnet_prefix;
  int node_count = 0;
  std::string vm_size;
  std::string kubernetes_version;

  static ClusterDefaults Load(const document::CatalogFiles& files,
                              document::Diagnostics& diagnostics);
};

}  // namespace cnisim::scenario::internal

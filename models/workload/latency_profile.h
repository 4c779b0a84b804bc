#pragma once

/// @file
/// One-way delay of the fabric between machines, by where they stand: read from
/// models/catalog/fabric/<name>.yaml.

#include <string>
#include <string_view>
#include <vector>

#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "sim/base/units.h"

namespace cnisim::workload {

/// A delay: never below `floor`, above it log-normal.
struct FabricDelay {
  SimTime floor;  ///< > 0: it is the lookahead between two machines
  SimTime mean;   ///< >= floor
  double cv = 0;  ///< standard deviation / mean of what lies above the floor
};

struct LatencyProfile {
  std::string name;
  std::string summary;
  FabricDelay same_zone;  ///< two nodes of one zone, or of none
  FabricDelay cross_zone;
  FabricDelay external;  ///< a client outside, through the load balancer, to a node
};

class LatencyProfiles {
 public:
  static LatencyProfiles Load(const document::CatalogFiles& files,
                              document::Diagnostics& diagnostics);

  /// nullptr if there is none of that name.
  const LatencyProfile* Find(std::string_view name) const;
  const std::vector<LatencyProfile>& all() const { return profiles_; }

 private:
  std::vector<LatencyProfile> profiles_;  // by name
};

}  // namespace cnisim::workload

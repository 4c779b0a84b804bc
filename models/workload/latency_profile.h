#pragma once

/// @file
/// One-way delay of the fabric between machines, by where they stand.  A profile
/// (models/catalog/fabric/<name>.yaml) names the costs; with a cost model they become delays.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/datapath/cost_model.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "sim/base/units.h"

namespace cnisim::workload {

/// A delay: never below `floor`, above it log-normal.
struct FabricDelay {
  SimTime floor;    ///< > 0: it is the lookahead between two machines
  SimTime mean;     ///< >= floor
  double cv = 0;    ///< standard deviation / mean of what lies above the floor
  double loss = 0;  ///< probability that a packet disappears on its way
};

/// Zones of a region are 1 to 3; 0 is a node that is bound to none.
inline constexpr std::size_t kZones = 4;

/// Where a node stands.
struct FabricPlace {
  std::size_t zone = 0;
  std::uint32_t proximity_group = 0;  ///< 0 = none

  /// In one proximity placement group, so in one datacenter.
  bool IsCloseTo(const FabricPlace& other) const {
    return proximity_group != 0 && proximity_group == other.proximity_group;
  }
};

/// Delays between any two machines.
struct Latency {
  std::array<std::array<FabricDelay, kZones>, kZones> zones;  // [zone][zone]
  FabricDelay same_group;  ///< two nodes of a proximity placement group
  FabricDelay external;    ///< a client outside, through the load balancer, to a node

  const FabricDelay& Between(const FabricPlace& a, const FabricPlace& b) const {
    return a.IsCloseTo(b) ? same_group : zones[a.zone][b.zone];
  }

  /// Every way between two machines loses this share of packets, the one to clients outside too.
  void SetLoss(double share);

  /// The same delay everywhere inside, for tests and small models.
  static Latency Uniform(const FabricDelay& inside, const FabricDelay& external);
};

struct LatencyProfile {
  struct Link {
    std::string cost;  ///< id in the cost model
    SimTime floor;
    double loss = 0;  ///< share of packets
  };

  std::string name;
  std::string summary;
  std::string why;  ///< of the floors
  std::array<std::array<Link, kZones>, kZones> zones;
  Link same_group;  ///< same_zone's where the profile gives none
  Link external;

  const Link& Between(const FabricPlace& a, const FabricPlace& b) const {
    return a.IsCloseTo(b) ? same_group : zones[a.zone][b.zone];
  }

  /// The profile's delays under a cost model that has its costs.
  Latency Resolve(const datapath::CostModel& costs) const;
};

class LatencyProfiles {
 public:
  /// Reads fabric/*.yaml.  What is wrong goes to `diagnostics`; the rest is there.
  static LatencyProfiles Load(const document::CatalogFiles& files, const datapath::CostModel& costs,
                              document::Diagnostics& diagnostics);

  /// nullptr if there is none of that name.
  const LatencyProfile* Find(std::string_view name) const;
  const std::vector<LatencyProfile>& all() const { return profiles_; }

 private:
  std::vector<LatencyProfile> profiles_;  // by name
};

}  // namespace cnisim::workload

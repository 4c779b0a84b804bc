#pragma once

/// @file
/// A CNI as the datapath sees it: default switches and path lists, read from
/// models/catalog/cni/<name>.yaml.  A CNI is data; nothing in C++ knows one by name.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/datapath/cost_model.h"
#include "models/datapath/flow_class.h"
#include "models/datapath/switches.h"

namespace cnisim::document {
class CatalogFiles;
class Diagnostics;
}  // namespace cnisim::document

namespace cnisim::datapath {

/// One `name: value` or `name: [a, b]` of a `when:`; true if the switch or flow fact has one of
/// the values.
struct Condition {
  std::string name;
  std::vector<std::string> values;
};

/// One step of a path list: a stage with its conditions.  Fragments are already expanded.
struct PathStep {
  std::string stage;            ///< id in the cost model
  std::vector<Condition> when;  ///< all must hold
  std::optional<Count> count;   ///< in place of the stage's own
  double times = 1;             ///< literal multiplier on top of the count
  std::string fragment;         ///< the shared list it came from; empty if written in the path
};

/// The steps of one message direction, by the node where they happen.
struct DirectionSteps {
  std::array<std::vector<PathStep>, kSides> sides;  // [Side] of the message
};

struct PathDefinition {
  DirectionSteps request;  ///< client to server
  DirectionSteps reply;    ///< server to client
};

/// How a CNI sizes packets; the protocols' header sizes stand in code (compiler.cc).
struct MtuRules {
  /// The pod's interface has the node's MTU and the routes to other nodes a smaller one (Cilium);
  /// otherwise the interface itself is made smaller.
  bool pod_has_device_mtu = false;
  /// What the CNI leaves free for WireGuard, if not the 60 bytes it takes over IPv4.
  std::optional<Bytes> wireguard_reserve;
};

/// The lists and path sets that profiles share (cni/fragments), read once for many profiles.
class CniFragments;
std::shared_ptr<const CniFragments> LoadCniFragments(const document::CatalogFiles& files,
                                                     document::Diagnostics& diagnostics);

class CniProfile {
 public:
  /// Reads cni/<name>.yaml and the fragments that it uses.  nullopt if there is no such profile or
  /// it is wrong; the reasons are in `diagnostics`.
  static std::optional<CniProfile> Load(const document::CatalogFiles& files, std::string_view name,
                                        const CostModel& costs, document::Diagnostics& diagnostics);
  /// As Load(), of a profile that is given as text.
  static std::optional<CniProfile> Parse(std::string_view text, const std::string& origin,
                                         const CniFragments& fragments, const CostModel& costs,
                                         document::Diagnostics& diagnostics);
  /// Names of all profiles of the catalog, sorted.
  static std::vector<std::string> Names(const document::CatalogFiles& files);

  const std::string& name() const { return name_; }
  const std::string& summary() const { return summary_; }
  /// Default switches; what a configuration sets goes on top (Merge).
  const Switches& switches() const { return switches_; }
  /// Where the profile's facts come from.
  const std::vector<CostSource>& sources() const { return sources_; }
  const MtuRules& mtu() const { return mtu_; }
  /// nullptr if the profile does not have this path.
  const PathDefinition* Find(PathKind path) const;

 private:
  std::string name_;
  std::string summary_;
  Switches switches_;
  std::vector<CostSource> sources_;
  MtuRules mtu_;
  std::array<std::shared_ptr<const PathDefinition>, kPathKinds> paths_;  // [PathKind]
};

}  // namespace cnisim::datapath

#pragma once

/// @file
/// What happens to a cluster over time: the `timeline:` and `growth:` blocks of a scenario.
///
///     timeline:
///       - {at: 10m, scale: {deployment: frontend, replicas: 40}}
///       - {at: 20m, scale: {pool: apps, nodes: 20}}
///       - {at: 30m, upgrade: {pool: apps, max_surge: 33%, soak: 0s}}
///       - {at: 1h, rollout: {deployment: frontend, max_surge: 25%}}
///       - {at: 2h, autoscale: {pool: apps}}
///     growth: {rate: 5%, every: 30d, for: 730d}

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/cluster/node_pool.h"
#include "models/document/diagnostics.h"
#include "models/document/value.h"
#include "sim/base/units.h"

namespace cnisim::lifecycle {

enum class OperationKind : std::uint8_t {
  kScaleDeployment,
  kScalePool,
  kUpgrade,    ///< of a node pool, with surge nodes
  kRollout,    ///< of a deployment: new pods beside the old ones
  kAutoscale,  ///< a pool goes to its autoscaler's maximum
};

struct Operation {
  OperationKind kind = OperationKind::kScaleDeployment;
  SimTime at;
  std::string target;                          ///< deployment ("ns/name" or "name") or pool
  int count = 0;                               ///< replicas or nodes
  std::optional<cluster::MaxSurge> max_surge;  ///< upgrade: instead of the pool's; rollout
  std::optional<SimTime> soak;                 ///< upgrade
  document::SourceLocation where;

  /// "upgrade of pool apps"
  std::string ToString() const;
};

/// Pods and nodes grow together, step by step, each by `rate` of what the step before left.
struct Growth {
  double rate = 0;
  SimTime every;
  SimTime length;  ///< the last step is not after that
  document::SourceLocation where;
};

struct Timeline {
  std::vector<Operation> operations;  ///< by time, otherwise as written
  std::optional<Growth> growth;
};

/// Reads both blocks; either may be nullptr.
Timeline ReadTimeline(const document::Value* timeline, const document::Value* growth,
                      document::Diagnostics& diagnostics);

/// "33%" or "2"; nothing and an error for anything else.
std::optional<cluster::MaxSurge> ReadMaxSurge(const document::Value& value,
                                              document::Diagnostics& diagnostics);

}  // namespace cnisim::lifecycle

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
///       - {at: 3h, add_pool: {name: gpu, nodes: 4, max_pods: 30}}
///       - {at: 4h, replace: {pool: apps, with: {name: apps2, nodes: 14, max_pods: 60}}}
///       - {at: 5h, migrate: {configuration: azure-overlay}}
///
/// Growth is one of these, from `start:` (a date, for the answer's sake) on:
///
///     growth: {rate: 5%, every: 30d, for: 730d, start: 2027-01-01}
///     growth: {table: [{at: 90d, size: 120%}, {at: 180d, size: 150%}]}
///     growth: {diurnal: {low: 60%, high: 160%}, every: 1h, for: 7d}

#include <chrono>
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
  kAddPool,    ///< a pool that was not there
  kReplace,    ///< blue-green: a new pool beside the old one, which is drained and deleted then
  kMigrate,    ///< the cluster moves to the network mode of another configuration
};

/// A pool that an operation makes.
struct NewPool {
  cluster::NodePool pool;
  std::string node_subnet;  ///< empty: that of the first pool
  std::string pod_subnet;
};

struct Operation {
  OperationKind kind = OperationKind::kScaleDeployment;
  SimTime at;
  std::string target;  ///< deployment ("ns/name" or "name"), pool, or configuration
  int count = 0;       ///< replicas or nodes
  std::optional<cluster::MaxSurge> max_surge;  ///< upgrade: instead of the pool's; rollout
  std::optional<SimTime> soak;                 ///< upgrade
  std::optional<NewPool> new_pool;             ///< add_pool, replace
  document::SourceLocation where;

  /// "upgrade of pool apps"
  std::string ToString() const;
};

/// Pods and nodes follow a curve together: so many times what the cluster begins with.
struct GrowthStep {
  SimTime at;
  double size = 1;
};
struct Growth {
  std::vector<GrowthStep> steps;                     ///< by time
  bool shrinks = false;                              ///< follow the curve down too
  std::optional<std::chrono::year_month_day> start;  ///< the date of time zero
  document::SourceLocation where;
};

/// So much more with each step than the step before left; the last step is not after `length`.
/// @pre rate > 0, every > 0
Growth GrowthAtRate(double rate, SimTime every, SimTime length);

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

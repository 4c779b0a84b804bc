#pragma once

/// @file
/// From `churn:` of a scenario to what the callers on each host meet: when each change of endpoints
/// is in force there, by the work of the configuration's Service engine.

#include <cstdint>
#include <string>
#include <vector>

#include "models/cluster/cluster.h"
#include "models/datapath/cost_model.h"
#include "models/datapath/switches.h"
#include "models/scenario/scenario.h"
#include "models/scenario/service_structures.h"
#include "models/workload/model.h"

namespace cnisim::scenario {

/// One replaced pod.
struct PlannedChange {
  std::size_t spec = 0;  // in Scenario::churn
  SimTime at;
  cluster::PodId pod;
};

/// Which pods are replaced when: each round takes the next ones of the Service, in order.
/// By time.
std::vector<PlannedChange> PlanChanges(const Scenario& scenario, const cluster::Cluster& cluster);

/// When changes are in force on every node.
struct Enforcement {
  std::vector<std::vector<SimTime>> in_force;  // [change][node]
  SimTime mean;                                ///< from the change on, over changes and nodes
  SimTime longest;
};

/// A change is known on a node after the way through the API server (`endpoint_watch`; the node's
/// own place in the range is a hash of its number), and in force when the engine's sync that takes
/// it is over.
Enforcement Enforce(const std::vector<PlannedChange>& changes, const Scenario& scenario,
                    std::size_t nodes, std::string_view service_engine,
                    const ServiceStructures& structures, const cluster::Cluster& cluster,
                    const datapath::CostModel& costs);

/// Adds the changes to the edges whose Service they are about.  Edges are the scenario's calls and
/// then its traffic, as TrafficBuilder makes them.
void AddChanges(const std::vector<PlannedChange>& changes, const Enforcement& enforcement,
                const Scenario& scenario, const datapath::CostModel& costs, workload::Model& model);

}  // namespace cnisim::scenario

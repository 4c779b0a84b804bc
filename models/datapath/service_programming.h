#pragma once

/// @file
/// How long a change of Services or endpoints takes to be in force on a node.  Until then new
/// connections go where the old structures send them: to a pod that is gone, for the share that it
/// had among the endpoints.

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "models/datapath/cost_model.h"
#include "models/service/service_port_shape.h"
#include "sim/base/units.h"

namespace cnisim::datapath {

/// Full: everything is written again (at start, after a failed restore, when the tables were
/// flushed).  Partial: what changed, and what is always written whole.
enum class SyncKind : std::uint8_t { kFull, kPartial };

/// Work of a node's Service engine for one sync.
/// @param service_engine  a value of that switch; "none" takes no time
/// @param ports           all ports, as the node sees them
/// @param changed         those of them that changed; not looked at in a full sync
Nanoseconds SyncWork(std::string_view service_engine,
                     std::span<const service::ServicePortShape> ports,
                     std::span<const service::ServicePortShape> changed,
                     const service::ProxyOptions& options, SyncKind kind, const CostModel& costs);

/// Least time between the starts of two syncs: kube-proxy gathers changes, eBPF agents write each
/// at once.
SimTime MinSyncPeriod(std::string_view service_engine, const CostModel& costs);

/// When each change is in force.  A sync starts when something waits, the last one is over and
/// `min_period` has passed since its start; it takes everything that waits then.
/// @param changes  ascending
/// @param work     duration of a sync that takes this many changes
std::vector<SimTime> EnforcementTimes(std::span<const SimTime> changes, SimTime min_period,
                                      const std::function<SimTime(std::size_t)>& work);

}  // namespace cnisim::datapath

#pragma once

/// @file
/// Dense ids of what a Cluster holds; each is an index into the Cluster's array of that kind.

#include "sim/base/id.h"

namespace cnisim::cluster {

using PoolId = Id<struct PoolTag>;
using NodeId = Id<struct NodeTag>;
using WorkloadId = Id<struct WorkloadTag>;
using PodId = Id<struct PodTag>;
using ServiceId = Id<struct ServiceTag>;

}  // namespace cnisim::cluster

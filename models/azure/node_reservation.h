#pragma once

/// @file
/// What a node of a given size keeps for itself, and how many connections it can track.

#include <cstdint>

#include "models/azure/limits.h"
#include "sim/base/units.h"

namespace cnisim::azure {

/// Memory in the kubelet's reservation, from AKS 1.29: 20 MB a pod and 50 MB, no more than a
/// quarter of the VM's.  Megabytes of 10^6 and gigabytes of 1000 of them, as the articles count.
/// @param memory_mb  the VM's memory
std::int64_t KubeReservedMemoryMb(std::int64_t memory_mb, int max_pods, const Limits& limits);

/// Free memory below which pods are evicted.
std::int64_t EvictionThresholdMb(const Limits& limits);

/// Millicores in the kubelet's reservation; for a number of cores that Azure does not list, that of
/// the next larger one, past the largest that of the largest.
std::int64_t KubeReservedMillicores(int vcpus, const Limits& limits);

/// The kernel's nf_conntrack_max on a node with so much memory when nothing is configured.
std::int64_t ConntrackEntries(Bytes memory, const Limits& limits);

}  // namespace cnisim::azure

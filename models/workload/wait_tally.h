#pragma once

/// @file
/// Waiting and refusals at the resources of one kind.

#include <algorithm>
#include <cstdint>

#include "sim/base/units.h"

namespace cnisim::workload {

struct WaitTally {
  std::uint64_t served = 0;
  SimTime waited;
  std::uint64_t drops = 0;
  SimTime first_drop = SimTime::Max();

  void Serve(SimTime wait) {
    ++served;
    waited += wait;
  }
  void Drop(SimTime now) {
    ++drops;
    if (now < first_drop) first_drop = now;
  }
  void Merge(const WaitTally& other) {
    served += other.served;
    waited += other.waited;
    drops += other.drops;
    first_drop = std::min(first_drop, other.first_drop);
  }
};

}  // namespace cnisim::workload

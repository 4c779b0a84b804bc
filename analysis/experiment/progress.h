#pragma once

/// @file
/// How far an experiment is.

#include "sim/base/units.h"

namespace cnisim::experiment {

struct Progress {
  int done = 0;             ///< runs that have ended
  int total = 0;            ///< known so far; --precision may ask for more
  SimTime simulated;        ///< in all runs, those on their way included
  SimTime simulated_total;  ///< of `total` runs
};

}  // namespace cnisim::experiment

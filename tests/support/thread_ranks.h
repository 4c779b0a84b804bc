#pragma once

/// @file
/// Ranks that are threads of this process: what they do together without an MPI library.

#include <barrier>
#include <functional>
#include <span>
#include <vector>

#include "sim/engine/ranks.h"

namespace cnisim::test {

/// Calls work(ranks) once on each of `count` threads, where `ranks` joins them, and returns when
/// all are done.
void RunOnThreadRanks(unsigned count, const std::function<void(engine::Ranks&)>& work);

}  // namespace cnisim::test

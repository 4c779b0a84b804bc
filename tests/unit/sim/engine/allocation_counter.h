#pragma once

/// @file
/// Replaces operator new by one that counts, in the whole program that links it.

#include <cstdint>

namespace cnisim::testing_support {

/// Calls of operator new so far, by all threads.
std::uint64_t Allocations();

}  // namespace cnisim::testing_support

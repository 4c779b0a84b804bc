#pragma once

/// @file
/// Replaces operator new and delete by ones that count, in the whole program that links them.

#include <cstddef>
#include <cstdint>

namespace cnisim::test {

/// Calls of operator new so far, by all threads.
std::uint64_t Allocations();

/// Bytes that operator new has given out and nobody has given back, rounding of the heap included.
std::size_t LiveBytes();

/// Most of them at any time since ResetMostLiveBytes().
std::size_t MostLiveBytes();
void ResetMostLiveBytes();

}  // namespace cnisim::test

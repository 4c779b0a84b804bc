#pragma once

/// @file
/// What libFuzzer calls; the replay program calls it too.

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

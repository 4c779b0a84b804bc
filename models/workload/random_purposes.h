#pragma once

/// @file
/// What random numbers are for.  A stream is named by seed, entity and purpose; the entity is the
/// key of a request or call (CallKey) or of a connection, which do not depend on the CNI.  So two
/// configurations with one seed see the same arrivals, work, choices and luck.

#include <cstdint>

#include "sim/base/hash.h"

namespace cnisim::workload {

enum class Purpose : std::uint32_t {
  kArrival = 1,
  kBurst,
  kServiceTime,
  kCallCount,
  kBackend,
  kRenewal,
  kFabric,  ///< plus message kind, hop and attempt: see PurposeOf()
  kHost,    ///< waits and work that vary, likewise
  kCpuPeriod,
  kLoss,      ///< packets that the fabric loses, likewise
  kRace,      ///< of two datagrams for one entry of a connection table
  kUpstream,  ///< until a resolver outside answers
};

constexpr std::uint32_t PurposeOf(Purpose purpose, std::uint32_t detail = 0) {
  return static_cast<std::uint32_t>(purpose) | detail << 8;
}

/// Name of the n-th thing that `parent` does along `branch`.
constexpr std::uint32_t CallKey(std::uint32_t parent, std::uint32_t branch, std::uint32_t n) {
  const std::uint64_t word = std::uint64_t{parent} << 32 | branch;
  return static_cast<std::uint32_t>(MixBits(MixBits(word + 0x9E3779B97F4A7C15U) + n) >> 32);
}

}  // namespace cnisim::workload

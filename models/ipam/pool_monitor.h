#pragma once

/// @file
/// How Azure's container networking service (CNS) sizes a node's pool in a dynamic pod subnet: the
/// decision of one look, without clock or addresses.

#include <cstdint>

#include "models/azure/limits.h"

namespace cnisim::ipam {

/// What the service tells a node about its pool.
struct PoolScaler {
  std::int64_t batch = 0;
  std::int64_t request_percent = 0;  ///< of a batch: grow when fewer addresses than that are free
  std::int64_t release_percent = 0;  ///< of a batch: shrink when at least so many are free
  std::int64_t most = 0;             ///< addresses of one node
  /// The first three while the subnet is exhausted.
  std::int64_t exhausted_batch = 0;
  std::int64_t exhausted_request_percent = 0;
  std::int64_t exhausted_release_percent = 0;

  static PoolScaler FromLimits(const azure::Limits& limits);

  std::int64_t MinFree() const;  ///< request_percent of a batch, halves up
  std::int64_t MaxFree() const;  ///< release_percent of a batch, halves up
  /// The same while the subnet is exhausted.
  PoolScaler Exhausted() const;
};

/// A node's pool as its monitor sees it.
struct PoolView {
  std::int64_t requested = 0;        ///< what the node has asked for
  std::int64_t secondary = 0;        ///< what it has, whatever the state
  std::int64_t assigned = 0;         ///< to pods
  std::int64_t pending_release = 0;  ///< on their way back
};

enum class PoolAction : std::uint8_t { kNone, kIncrease, kDecrease };

struct PoolDecision {
  PoolAction action = PoolAction::kNone;
  std::int64_t requested = 0;  ///< from now on
  std::int64_t released = 0;   ///< addresses to mark for release

  friend bool operator==(const PoolDecision&, const PoolDecision&) = default;
};

/// One tick of version 1: at most one step up or down.
PoolDecision StepPool(const PoolView& pool, const PoolScaler& scaler, bool exhausted);

/// Version 2: what the node should have for `demand` scheduled pods.
std::int64_t PoolTarget(std::int64_t demand, const PoolScaler& scaler, bool exhausted);

}  // namespace cnisim::ipam

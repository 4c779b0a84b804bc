#include "models/ipam/pool_monitor.h"

#include <algorithm>

#include "sim/base/check.h"

namespace cnisim::ipam {
namespace {

// percent of a batch, halves up: int(batch * percent / 100 + 0.5).
std::int64_t Share(std::int64_t batch, std::int64_t percent) {
  return (batch * percent + 50) / 100;
}

}  // namespace

PoolScaler PoolScaler::FromLimits(const azure::Limits& limits) {
  using azure::LimitId;
  return {limits[LimitId::kCnsBatch],
          limits[LimitId::kCnsRequestPercent],
          limits[LimitId::kCnsReleasePercent],
          limits[LimitId::kCnsMostAddresses],
          limits[LimitId::kCnsExhaustedBatch],
          limits[LimitId::kCnsExhaustedRequestPercent],
          limits[LimitId::kCnsExhaustedReleasePercent]};
}

std::int64_t PoolScaler::MinFree() const { return Share(batch, request_percent); }
std::int64_t PoolScaler::MaxFree() const { return Share(batch, release_percent); }

PoolScaler PoolScaler::Exhausted() const {
  PoolScaler exhausted = *this;
  exhausted.batch = exhausted_batch;
  exhausted.request_percent = exhausted_request_percent;
  exhausted.release_percent = exhausted_release_percent;
  return exhausted;
}

PoolDecision StepPool(const PoolView& pool, const PoolScaler& scaler, bool exhausted) {
  const PoolScaler now = exhausted ? scaler.Exhausted() : scaler;
  CNISIM_CHECK(now.batch > 0, "a batch has addresses");
  const std::int64_t expected_free = pool.requested - pool.assigned;
  const std::int64_t current_free = pool.secondary - pool.assigned - pool.pending_release;
  if (expected_free < now.MinFree()) {
    if (pool.requested == now.most) return {PoolAction::kNone, pool.requested, 0};
    const std::int64_t next = pool.requested + now.batch - pool.requested % now.batch;
    return {PoolAction::kIncrease, std::min(now.most, next), 0};
  }
  if (current_free >= now.MaxFree()) {
    const std::int64_t past = pool.requested % now.batch;
    const std::int64_t target = pool.requested - (past != 0 ? past : now.batch);
    return {PoolAction::kDecrease, target, pool.requested - target};
  }
  return {PoolAction::kNone, pool.requested, 0};
}

std::int64_t PoolTarget(std::int64_t demand, const PoolScaler& scaler, bool exhausted) {
  const PoolScaler now = exhausted ? scaler.Exhausted() : scaler;
  CNISIM_CHECK(now.batch > 0 && demand >= 0, "demand is a number of pods, a batch has addresses");
  // batch * ceil(request_percent / 100 + demand / batch), in whole numbers.
  const std::int64_t numerator = now.request_percent * now.batch + 100 * demand;
  const std::int64_t denominator = 100 * now.batch;
  const std::int64_t batches = (numerator + denominator - 1) / denominator;
  return std::min(now.most, now.batch * batches);
}

}  // namespace cnisim::ipam

#include "sim/queueing/token_bucket.h"

#include <algorithm>

#include "sim/base/check.h"

namespace cnisim::queueing {
namespace {

constexpr std::int64_t kPerByte = 8 * std::int64_t{1'000'000'000};

}  // namespace

TokenBucket::TokenBucket(BitsPerSecond rate, Bytes burst)
    : rate_(rate), full_(Level{burst.count()} * kPerByte), level_(full_) {
  CNISIM_CHECK(rate.value() > 0, "a token bucket has a rate");
  CNISIM_CHECK(burst > Bytes() && burst.count() <= 1'000'000'000,
               "a token bucket holds from 1 B to 1 GB");
}

TokenBucket::Level TokenBucket::LevelAt(SimTime now) const {
  CNISIM_CHECK(now >= at_, "a token bucket is fed in order of time");
  return std::min(full_, level_ + Level{(now - at_).nanos()} * rate_.value());
}

bool TokenBucket::Conforms(SimTime now, Bytes size) {
  level_ = LevelAt(now);
  at_ = now;
  const Level needed = Level{size.count()} * kPerByte;
  if (needed > level_) return false;
  level_ -= needed;
  return true;
}

SimTime TokenBucket::Accept(SimTime now, Bytes size) {
  level_ = LevelAt(now) - Level{size.count()} * kPerByte;
  at_ = now;
  if (level_ >= 0) return now;
  const Level wait = (-level_ + rate_.value() - 1) / rate_.value();
  return now + SimTime::FromNanos(static_cast<std::int64_t>(wait));
}

Bytes TokenBucket::Tokens(SimTime now) const {
  const Level level = LevelAt(now);
  return Bytes(static_cast<std::int64_t>(level / kPerByte - (level % kPerByte < 0 ? 1 : 0)));
}

}  // namespace cnisim::queueing

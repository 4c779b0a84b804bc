#include "sim/queueing/rate_limited_link.h"

#include <algorithm>

#include "sim/base/check.h"

namespace cnisim::queueing {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

__extension__ using Wide = __int128;

}  // namespace

RateLimitedLink::RateLimitedLink(BitsPerSecond rate, Bytes buffer) : rate_(rate), buffer_(buffer) {
  CNISIM_CHECK(rate.value() > 0, "a link has a rate");
}

std::optional<SimTime> RateLimitedLink::Accept(SimTime now, Bytes size) {
  if (now >= free_at()) {
    finished_busy_ += free_at() - period_start_;
    period_start_ = now;
    free_at_ = now;
    remainder_ = 0;
  } else if (buffer_ != kUnlimited && QueuedBytes(now) + size > buffer_) {
    ++dropped_;
    return std::nullopt;
  }
  const std::int64_t bit_nanos = size.count() * 8 * kNanosPerSecond + remainder_;
  free_at_ += SimTime::FromNanos(bit_nanos / rate_.value());
  remainder_ = bit_nanos % rate_.value();
  ++packets_;
  bytes_ += size;
  return free_at();
}

SimTime RateLimitedLink::Backlog(SimTime now) const { return std::max(free_at() - now, SimTime()); }

Bytes RateLimitedLink::QueuedBytes(SimTime now) const {
  if (now >= free_at()) return Bytes();
  const Wide bit_nanos = static_cast<Wide>((free_at_ - now).nanos()) * rate_.value() + remainder_;
  constexpr Wide kByteNanos = Wide{8} * kNanosPerSecond;
  return Bytes(static_cast<std::int64_t>((bit_nanos + kByteNanos - 1) / kByteNanos));
}

SimTime RateLimitedLink::BusyTime(SimTime now) const {
  return finished_busy_ + (std::min(now, free_at()) - period_start_);
}

}  // namespace cnisim::queueing

#include "sim/queueing/rate_limited_link.h"

#include <algorithm>

#include "sim/base/check.h"

namespace cnisim::queueing {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr Bytes kCommonPacket(65'536);  // nearly all packets are no larger

}  // namespace

RateLimitedLink::RateLimitedLink(BitsPerSecond rate, Bytes buffer) : rate_(rate), buffer_(buffer) {
  CNISIM_CHECK(rate.value() > 0, "a link has a rate");
  if (buffer == kUnlimited) {
    roomy_backlog_ = SimTime::Max();
  } else if (buffer > kCommonPacket) {
    // Rounded down by a nanosecond for the fractions that free_at_ leaves out.
    const Wide bit_nanos = Wide{(buffer - kCommonPacket).count()} * 8 * kNanosPerSecond;
    roomy_backlog_ = SimTime::FromNanos(static_cast<std::int64_t>(bit_nanos / rate.value()) - 1);
  }
}

bool RateLimitedLink::Fits(SimTime now, Bytes size) const {
  if (size <= kCommonPacket && free_at_ - now <= roomy_backlog_) [[likely]]
    return true;
  return QueuedBytes(now) + size <= buffer_;
}

std::optional<SimTime> RateLimitedLink::Accept(SimTime now, Bytes size) {
  if (now >= free_at()) {
    free_at_ = now;
    remainder_ = 0;
  } else if (!Fits(now, size)) {
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
  constexpr Wide kByteNanos = Wide{8} * kNanosPerSecond;
  return Bytes(static_cast<std::int64_t>((Unsent(now) + kByteNanos - 1) / kByteNanos));
}

RateLimitedLink::Wide RateLimitedLink::Unsent(SimTime now) const {
  if (now >= free_at()) return 0;
  return Wide{(free_at_ - now).nanos()} * rate_.value() + remainder_;
}

SimTime RateLimitedLink::BusyTime(SimTime now) const {
  const Wide accepted = Wide{bytes_.count()} * 8 * kNanosPerSecond;
  return SimTime::FromNanos(static_cast<std::int64_t>((accepted - Unsent(now)) / rate_.value()));
}

}  // namespace cnisim::queueing

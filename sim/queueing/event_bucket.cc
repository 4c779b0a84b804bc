#include "sim/queueing/event_bucket.h"

#include <algorithm>

#include "sim/base/check.h"

namespace cnisim::queueing {
namespace {

constexpr std::int64_t kPerByte = 8 * std::int64_t{1'000'000'000};

}  // namespace

EventBucket::EventBucket(BitsPerSecond rate, Bytes burst, Bytes buffer)
    : rate_(rate), full_(Level{burst.count()} * kPerByte), level_(full_), room_(burst + buffer) {
  CNISIM_CHECK(rate.value() > 0 && full_ > rate.value(), "a bucket holds what a nanosecond gives");
}

EventBucket::Level EventBucket::LevelAt(SimTime now) const {
  return std::min(full_, level_ + Level{(now - at_).nanos()} * rate_.value());
}

EventBucket::Arrival EventBucket::Arrive(SimTime now, std::uint64_t packet, Bytes size) {
  const Level level = LevelAt(now);
  const bool idle = level == full_ && !serving_;
  const Bytes used(static_cast<std::int64_t>((full_ - level + kPerByte - 1) / kPerByte));
  if (!idle && used + waiting_bytes_ + size > room_) return {true, std::nullopt};
  const Waiting arrived{packet, now, size};
  if (!serving_) return {false, Start(now, arrived)};
  waiting_.push_back(arrived);
  waiting_bytes_ += size;
  return {false, std::nullopt};
}

std::optional<EventBucket::InService> EventBucket::Depart(SimTime now) {
  CNISIM_CHECK(serving_ && LevelAt(now) >= 0, "a packet passes when its tokens are there");
  serving_ = false;
  if (waiting_.empty()) return std::nullopt;
  const Waiting next = waiting_.front();
  waiting_.pop_front();
  waiting_bytes_ -= next.size;
  return Start(now, next);
}

// When a debt is paid.
SimTime EventBucket::Pays(SimTime now, Level level) const {
  if (level >= 0) return now;
  return now + SimTime::FromNanos(
                   static_cast<std::int64_t>((-level + rate_.value() - 1) / rate_.value()));
}

EventBucket::InService EventBucket::Start(SimTime now, const Waiting& packet) {
  serving_ = true;
  level_ = LevelAt(now) - Level{packet.size.count()} * kPerByte;
  at_ = now;
  charged_ += packet.size;
  const SimTime passes = Pays(now, level_);
  return {packet.packet, packet.arrival, passes, passes};
}

SimTime EventBucket::BusyTime(SimTime now) const {
  const Level charged = Level{charged_.count()} * kPerByte;
  return SimTime::FromNanos(
      static_cast<std::int64_t>((charged - (full_ - LevelAt(now))) / rate_.value()));
}

std::vector<EventBucket::InService> EventBucket::Ahead() const {
  std::vector<InService> ahead;
  Level level = level_;
  for (const Waiting& packet : waiting_) {
    level -= Level{packet.size.count()} * kPerByte;
    const SimTime passes = Pays(at_, level);
    ahead.push_back({packet.packet, packet.arrival, passes, passes});
  }
  return ahead;
}

}  // namespace cnisim::queueing

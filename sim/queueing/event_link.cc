#include "sim/queueing/event_link.h"

#include "sim/base/check.h"

namespace cnisim::queueing {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

}  // namespace

EventLink::EventLink(BitsPerSecond rate, Bytes buffer) : rate_(rate), buffer_(buffer) {
  CNISIM_CHECK(rate.value() > 0, "a link has a rate");
}

EventLink::Arrival EventLink::Arrive(SimTime now, std::uint64_t packet, Bytes size) {
  const Waiting arrived{packet, now, size};
  if (!sending_) return {false, Start(now, arrived, {now, 0})};
  constexpr Wide kByteNanos = Wide{8} * kNanosPerSecond;
  const Bytes in_transmission(
      static_cast<std::int64_t>((Unsent(now) + kByteNanos - 1) / kByteNanos));
  if (in_transmission + waiting_bytes_ + size > buffer_) return {true, std::nullopt};
  waiting_.push_back(arrived);
  waiting_bytes_ += size;
  return {false, std::nullopt};
}

std::optional<EventLink::InService> EventLink::Depart(SimTime now) {
  CNISIM_CHECK(sending_ && now == done_.Ceil(), "the packet that leaves was in transmission");
  sending_ = false;
  if (waiting_.empty()) return std::nullopt;
  const Waiting next = waiting_.front();
  waiting_.pop_front();
  waiting_bytes_ -= next.size;
  return Start(now, next, done_);
}

// A busy period goes on where the last packet ended, between two nanoseconds.
EventLink::InService EventLink::Start(SimTime now, const Waiting& packet, const Instant& begin) {
  sending_ = true;
  started_bytes_ += packet.size;
  done_ = After(begin, packet.size);
  return {packet.packet, packet.arrival, now, done_.Ceil()};
}

EventLink::Instant EventLink::After(const Instant& begin, Bytes size) const {
  const std::int64_t bit_nanos = size.count() * 8 * kNanosPerSecond + begin.remainder;
  return {begin.at + SimTime::FromNanos(bit_nanos / rate_.value()), bit_nanos % rate_.value()};
}

EventLink::Wide EventLink::Unsent(SimTime now) const {
  if (!sending_ || now >= done_.Ceil()) return 0;
  return Wide{(done_.at - now).nanos()} * rate_.value() + done_.remainder;
}

SimTime EventLink::BusyTime(SimTime now) const {
  const Wide started = Wide{started_bytes_.count()} * 8 * kNanosPerSecond;
  return SimTime::FromNanos(static_cast<std::int64_t>((started - Unsent(now)) / rate_.value()));
}

std::vector<EventLink::InService> EventLink::Ahead() const {
  std::vector<InService> ahead;
  Instant free = done_;
  for (const Waiting& packet : waiting_) {
    const SimTime start = free.Ceil();
    free = After(free, packet.size);
    ahead.push_back({packet.packet, packet.arrival, start, free.Ceil()});
  }
  return ahead;
}

}  // namespace cnisim::queueing

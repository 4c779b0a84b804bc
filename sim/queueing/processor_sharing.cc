#include "sim/queueing/processor_sharing.h"

#include <algorithm>
#include <functional>

#include "sim/base/check.h"

namespace cnisim::queueing {
namespace {

constexpr std::int64_t kUnitsPerNano = std::int64_t{1} << 16;

}  // namespace

void ProcessorSharing::Advance(SimTime now) {
  CNISIM_CHECK(now >= at_, "a server is fed in order of time");
  if (!present_.empty()) {
    const auto sharers = static_cast<std::int64_t>(present_.size());
    const std::int64_t units = (now - at_).nanos() * kUnitsPerNano + remainder_;
    attained_ += units / sharers;
    remainder_ = units % sharers;
    busy_ += now - at_;
  }
  at_ = now;
}

ProcessorSharing::Due ProcessorSharing::NextDue() {
  const auto sharers = static_cast<std::int64_t>(present_.size());
  const std::int64_t left =
      std::max<std::int64_t>(present_.front().tag - attained_, 0) * sharers - remainder_;
  due_ = at_ +
         SimTime::FromNanos(std::max<std::int64_t>((left + kUnitsPerNano - 1) / kUnitsPerNano, 0));
  return {due_, ++generation_};
}

ProcessorSharing::Due ProcessorSharing::Accept(SimTime now, std::uint64_t customer,
                                               SimTime demand) {
  CNISIM_CHECK(demand >= SimTime(), "work is not negative");
  Advance(now);
  present_.push_back({attained_ + demand.nanos() * kUnitsPerNano, accepted_++, customer});
  std::push_heap(present_.begin(), present_.end(), std::greater<>());
  return NextDue();
}

std::optional<ProcessorSharing::Done> ProcessorSharing::Complete(SimTime now,
                                                                 std::uint64_t generation) {
  if (generation != generation_ || present_.empty()) return std::nullopt;
  CNISIM_CHECK(now == due_, "a departure is handled when it is due");
  Advance(now);
  std::pop_heap(present_.begin(), present_.end(), std::greater<>());
  const Customer leaving = present_.back();
  present_.pop_back();
  Done done;
  done.customer = leaving.customer;
  if (present_.empty()) {
    attained_ = remainder_ = 0;
    ++generation_;
  } else {
    // What rounding up let the one who leaves attain too much is the others'.
    const auto sharers = static_cast<std::int64_t>(present_.size());
    const std::int64_t spare = attained_ - leaving.tag + remainder_;
    attained_ += spare / sharers;
    remainder_ = spare % sharers;
    done.next = NextDue();
  }
  return done;
}

SimTime ProcessorSharing::BusyTime(SimTime now) const {
  return busy_ + (present_.empty() ? SimTime() : now - at_);
}

}  // namespace cnisim::queueing

#include "sim/queueing/presence.h"

#include <functional>

namespace cnisim::queueing {

void MultiServiceAccount::Serve(SimTime now, SimTime departure) {
  static_cast<void>(Busy(now));
  departures_.push_back(departure);
  std::push_heap(departures_.begin(), departures_.end(), std::greater<>());
}

SimTime MultiServiceAccount::Busy(SimTime now) {
  while (!departures_.empty() && departures_.front() <= now) {
    Count(departures_.front());
    std::pop_heap(departures_.begin(), departures_.end(), std::greater<>());
    departures_.pop_back();
  }
  Count(now);
  return busy_;
}

void MultiServiceAccount::Count(SimTime until) {
  busy_ += (until - until_) * static_cast<std::int64_t>(std::min(departures_.size(), servers_));
  until_ = until;
}

}  // namespace cnisim::queueing

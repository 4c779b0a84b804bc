#include "sim/queueing/multi_server.h"

#include <algorithm>
#include <functional>

#include "sim/base/check.h"

namespace cnisim::queueing {

MultiServer::MultiServer(std::size_t servers, std::size_t capacity)
    : free_at_(servers), capacity_(capacity) {
  CNISIM_CHECK(servers > 0, "a queue has a server");
  CNISIM_CHECK(capacity >= servers, "there is room for a customer at every server");
}

std::optional<SimTime> MultiServer::Accept(SimTime now, SimTime service) {
  if (capacity_ != kUnlimited && Length(now) == capacity_) {
    ++dropped_;
    return std::nullopt;
  }
  std::pop_heap(free_at_.begin(), free_at_.end(), std::greater<>());
  const SimTime departure = std::max(free_at_.back(), now) + service;
  free_at_.back() = departure;
  std::push_heap(free_at_.begin(), free_at_.end(), std::greater<>());
  accepted_work_ += service;
  ++accepted_;
  if (capacity_ != kUnlimited) {
    departures_.push_back(departure);
    std::push_heap(departures_.begin(), departures_.end(), std::greater<>());
  }
  return departure;
}

SimTime MultiServer::Wait(SimTime now) const { return std::max(free_at_.front() - now, SimTime()); }

// A server that is free at f > now works without a pause until then: its last start was no later
// than the last arrival, or followed on another customer's departure.
SimTime MultiServer::BusyTime(SimTime now) const {
  SimTime left;
  for (const SimTime free_at : free_at_) left += std::max(free_at - now, SimTime());
  return accepted_work_ - left;
}

std::size_t MultiServer::Length(SimTime now) {
  while (!departures_.empty() && departures_.front() <= now) {
    std::pop_heap(departures_.begin(), departures_.end(), std::greater<>());
    departures_.pop_back();
  }
  return departures_.size();
}

}  // namespace cnisim::queueing

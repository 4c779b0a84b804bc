#include "sim/queueing/event_server.h"

#include <algorithm>

#include "sim/base/check.h"

namespace cnisim::queueing {

EventServer::EventServer(std::size_t servers, std::size_t capacity)
    : servers_(servers), capacity_(capacity) {
  CNISIM_CHECK(servers > 0, "a queue has a server");
  CNISIM_CHECK(capacity >= servers, "there is room for a customer at every server");
}

EventServer::Arrival EventServer::Arrive(SimTime now, std::uint64_t customer, SimTime service) {
  if (Length() == capacity_) {
    ++dropped_;
    return {true, std::nullopt};
  }
  const Waiting arrived{customer, now, service};
  if (in_service_.size() < servers_) return {false, Start(now, arrived)};
  waiting_.push_back(arrived);
  return {false, std::nullopt};
}

std::optional<EventServer::InService> EventServer::Depart(SimTime now) {
  const auto who = std::find(in_service_.begin(), in_service_.end(), now);
  CNISIM_CHECK(who != in_service_.end(), "who leaves was in service");
  *who = in_service_.back();
  in_service_.pop_back();
  if (waiting_.empty()) return std::nullopt;
  const Waiting next = waiting_.front();
  waiting_.pop_front();
  return Start(now, next);
}

EventServer::InService EventServer::Start(SimTime now, const Waiting& customer) {
  const SimTime departure = now + customer.service;
  in_service_.push_back(departure);
  started_work_ += customer.service;
  return {customer.customer, customer.arrival, now, departure};
}

SimTime EventServer::BusyTime(SimTime now) const {
  SimTime left;
  for (const SimTime departure : in_service_) left += std::max(departure - now, SimTime());
  return started_work_ - left;
}

std::vector<EventServer::InService> EventServer::Ahead() const {
  std::vector<InService> ahead;
  std::vector<SimTime> free_at = in_service_;
  for (const Waiting& customer : waiting_) {
    const auto first = std::min_element(free_at.begin(), free_at.end());
    ahead.push_back({customer.customer, customer.arrival, *first, *first + customer.service});
    *first += customer.service;
  }
  return ahead;
}

}  // namespace cnisim::queueing

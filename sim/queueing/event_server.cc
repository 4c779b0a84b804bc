#include "sim/queueing/event_server.h"

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
  if (busy_servers_ == servers_) {
    waiting_.push_back({customer, service});
    return {false, std::nullopt};
  }
  ++busy_servers_;
  return {false, InService{customer, now + service}};
}

std::optional<EventServer::InService> EventServer::Depart(SimTime now) {
  CNISIM_CHECK(busy_servers_ > 0, "who leaves was in service");
  if (waiting_.empty()) {
    --busy_servers_;
    return std::nullopt;
  }
  const Waiting next = waiting_.front();
  waiting_.pop_front();
  return InService{next.customer, now + next.service};
}

}  // namespace cnisim::queueing

#include "sim/queueing/fifo_server.h"

#include "sim/base/check.h"

namespace cnisim::queueing {

FiniteFifoServer::FiniteFifoServer(std::size_t capacity) : capacity_(capacity) {
  CNISIM_CHECK(capacity > 0, "a server has room for the customer it serves");
}

std::optional<SimTime> FiniteFifoServer::Accept(SimTime now, SimTime service) {
  if (Length(now) == capacity_) {
    ++dropped_;
    return std::nullopt;
  }
  const SimTime departure = server_.Accept(now, service);
  departures_.Push(departure);
  return departure;
}

std::size_t FiniteFifoServer::Length(SimTime now) {
  departures_.Advance(now);
  return departures_.size();
}

}  // namespace cnisim::queueing

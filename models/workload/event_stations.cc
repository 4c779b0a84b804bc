#include "models/workload/event_stations.h"

#include <algorithm>

#include "models/workload/internal/host_events.h"

namespace cnisim::workload {

using engine::Turn;
using queueing::EventServer;

EventStations::EventStations(const NodeModel& node, const Defaults& defaults, std::uint32_t peers)
    : cores_(node.cores), nic_(node.egress, defaults.nic_queue) {
  if (node.egress_burst > Bytes(0)) {
    bucket_.emplace(node.egress, node.egress_burst, defaults.nic_queue);
  }
  for (std::uint32_t core = 0; core < cores_; ++core) {
    servers_.emplace_back(/*servers=*/1, defaults.softirq_backlog);
  }
  const std::size_t workers = std::max<std::size_t>(node.proxy_workers, 1);
  servers_.emplace_back(workers, workers + defaults.proxy_queue);
  for (std::uint32_t peer = 0; peer < peers; ++peer) servers_.emplace_back(/*servers=*/1);
}

Progress EventStations::Softirq(Turn& turn, std::uint32_t core, SimTime demand,
                                const Onward* onward, WaitTally& tally) {
  return Join(turn, core, demand, onward, tally);
}

Progress EventStations::Proxy(Turn& turn, SimTime demand, const Onward* onward, WaitTally& tally) {
  return Join(turn, proxy(), demand, onward, tally);
}

Progress EventStations::Pair(Turn& turn, std::uint32_t peer, SimTime demand, const Onward* onward,
                             WaitTally& tally) {
  return Join(turn, pair(peer), demand, onward, tally);
}

Progress EventStations::Transmit(Turn& turn, Bytes size, const Onward* onward, WaitTally& tally) {
  const std::uint32_t slot = NewCustomer(nic(), onward, tally);
  return Joined(
      turn, slot,
      bucket_ ? bucket_->Arrive(turn.now(), slot, size) : nic_.Arrive(turn.now(), slot, size));
}

Progress EventStations::Join(Turn& turn, std::uint32_t station, SimTime demand,
                             const Onward* onward, WaitTally& tally) {
  const std::uint32_t slot = NewCustomer(station, onward, tally);
  return Joined(turn, slot, servers_[station].Arrive(turn.now(), slot, demand));
}

std::uint32_t EventStations::NewCustomer(std::uint32_t station, const Onward* onward,
                                         WaitTally& tally) {
  const std::uint32_t slot = customers_.Allocate();
  Customer& customer = customers_[slot];
  customer.onward.reset();
  if (onward != nullptr) customer.onward = *onward;
  customer.station = station;
  customer.tally = &tally;
  return slot;
}

Progress EventStations::Joined(Turn& turn, std::uint32_t slot,
                               const EventServer::Arrival& arrival) {
  Customer& customer = customers_[slot];
  if (arrival.dropped) {
    customer.tally->Drop(turn.now());
    customers_.Free(slot);
    return Progress::kDropped;
  }
  const bool in_no_time = arrival.start && arrival.start->departure == turn.now();
  const bool stays_here = customer.onward && customer.onward->target == turn.self() &&
                          customer.onward->after == SimTime();
  if (in_no_time && stays_here) {
    Count(*arrival.start);
    static_cast<void>(Depart(turn.now(), customer.station));
    customers_.Free(slot);
    return Progress::kAtOnce;
  }
  if (customer.onward) customer.place = turn.Reserve();
  Serve(turn, arrival.start);
  return Progress::kLater;
}

// Lets a customer start; whoever needs no time makes way for the next.
void EventStations::Serve(Turn& turn, std::optional<InService> next) {
  while (next) {
    Count(*next);
    const auto slot = static_cast<std::uint32_t>(next->customer);
    if (next->departure > turn.now()) {
      turn.ScheduleFirst(next->departure, bookkeeping_++, internal::kDeparture, slot);
      return;
    }
    const std::uint32_t station = customers_[slot].station;
    GoOn(turn, slot);
    next = Depart(turn.now(), station);
  }
}

void EventStations::Served(Turn& turn, std::uint64_t payload) {
  turn.LeaveOut();
  const auto slot = static_cast<std::uint32_t>(payload);
  const std::uint32_t station = customers_[slot].station;
  GoOn(turn, slot);
  Serve(turn, Depart(turn.now(), station));
}

std::optional<EventStations::InService> EventStations::Depart(SimTime now, std::uint32_t station) {
  if (station != nic()) return servers_[station].Depart(now);
  return bucket_ ? bucket_->Depart(now) : nic_.Depart(now);
}

void EventStations::GoOn(Turn& turn, std::uint32_t slot) {
  const Customer customer = customers_[slot];
  customers_.Free(slot);
  if (!customer.onward) return;
  const Onward& onward = *customer.onward;
  const SimTime at = turn.now() + onward.after;
  if (onward.target == turn.self()) {
    turn.Schedule(customer.place, at, onward.event, onward.payload, onward.aux);
  } else {
    turn.Send(customer.place, onward.target, at, onward.event, onward.payload, onward.aux);
  }
}

void EventStations::Count(const InService& served) {
  if (served.arrival < measured_from_) return;
  customers_[static_cast<std::uint32_t>(served.customer)].tally->Serve(served.start -
                                                                       served.arrival);
}

void EventStations::SettleWaits() {
  for (const EventServer& server : servers_) {
    for (const InService& waiting : server.Ahead()) Count(waiting);
  }
  for (const InService& waiting : nic_.Ahead()) Count(waiting);
  if (!bucket_) return;
  for (const InService& waiting : bucket_->Ahead()) Count(waiting);
}

SimTime EventStations::SoftirqBusy(SimTime now, std::uint32_t core) const {
  return servers_[core].BusyTime(now);
}

SimTime EventStations::ProxyBusy(SimTime now) const { return servers_[proxy()].BusyTime(now); }

SimTime EventStations::PairBusy(SimTime now, std::uint32_t peer) const {
  return servers_[pair(peer)].BusyTime(now);
}

}  // namespace cnisim::workload

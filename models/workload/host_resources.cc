#include "models/workload/host_resources.h"

#include <algorithm>
#include <cstddef>

namespace cnisim::workload {

void WaitTally::Merge(const WaitTally& other) {
  served += other.served;
  waited += other.waited;
  drops += other.drops;
  first_drop = std::min(first_drop, other.first_drop);
}

HostResources::HostResources(const NodeModel& node, const Defaults& defaults, std::uint32_t peers)
    : cores_(node.cores, {.softirq_backlog = defaults.softirq_backlog}),
      nic_(node.egress, defaults.nic_queue),
      proxy_(std::max<std::size_t>(node.proxy_workers, 1),
             std::max<std::size_t>(node.proxy_workers, 1) + defaults.proxy_queue),
      pairs_(peers),
      conntrack_(node.conntrack_max, node.conntrack_evicts, defaults.conntrack_closed),
      softirq_before_(node.cores),
      pairs_before_(peers) {}

std::optional<SimTime> HostResources::Softirq(SimTime now, std::uint32_t core, SimTime demand) {
  const std::optional<SimTime> done = cores_.AcceptSoftirq(now, core, demand);
  WaitTally& tally = this->tally(ResourceKind::kSoftirq);
  if (done) {
    tally.Serve(*done - now - demand);
  } else {
    tally.Drop(now);
  }
  return done;
}

std::optional<SimTime> HostResources::Transmit(SimTime now, Bytes size) {
  const SimTime wait = nic_.Backlog(now);
  const std::optional<SimTime> done = nic_.Accept(now, size);
  WaitTally& tally = this->tally(ResourceKind::kNic);
  if (done) {
    tally.Serve(wait);
  } else {
    tally.Drop(now);
  }
  return done;
}

std::optional<SimTime> HostResources::Proxy(SimTime now, SimTime demand) {
  const std::optional<SimTime> done = proxy_.Accept(now, demand);
  WaitTally& tally = this->tally(ResourceKind::kProxy);
  if (done) {
    tally.Serve(*done - now - demand);
  } else {
    tally.Drop(now);
  }
  return done;
}

SimTime HostResources::Pair(SimTime now, std::uint32_t peer, SimTime demand) {
  const SimTime done = pairs_[peer].Accept(now, demand);
  tally(ResourceKind::kEncryption).Serve(done - now - demand);
  return done;
}

bool HostResources::TrackConnection(SimTime now, std::uint32_t entries) {
  if (entries == 0) return true;
  WaitTally& tally = this->tally(ResourceKind::kConntrack);
  if (conntrack_.Insert(now, entries)) {
    tally.Serve(SimTime());
    return true;
  }
  tally.Drop(now);
  return false;
}

void HostResources::BeginMeasurement(SimTime now) {
  for (std::uint32_t core = 0; core < cores_.cores(); ++core) {
    softirq_before_[core] = cores_.SoftirqBusyTime(now, core);
  }
  tasks_before_ = SimTime();
  tasks_before_ = TaskBusy(now);
  nic_before_ = nic_.BusyTime(now);
  proxy_before_ = proxy_.BusyTime(now);
  for (std::size_t peer = 0; peer < pairs_.size(); ++peer) {
    pairs_before_[peer] = pairs_[peer].BusyTime(now);
  }
  conntrack_.ResetStatistics();
  for (WaitTally& tally : tallies_) {
    const SimTime first_drop = tally.first_drop;
    tally = {};
    tally.first_drop = first_drop;
  }
}

SimTime HostResources::SoftirqBusy(SimTime now) const {
  SimTime sum;
  for (std::uint32_t core = 0; core < cores_.cores(); ++core) {
    sum += cores_.SoftirqBusyTime(now, core) - softirq_before_[core];
  }
  return sum;
}

SimTime HostResources::SoftirqBusiestCore(SimTime now) const {
  SimTime most;
  for (std::uint32_t core = 0; core < cores_.cores(); ++core) {
    most = std::max(most, cores_.SoftirqBusyTime(now, core) - softirq_before_[core]);
  }
  return most;
}

SimTime HostResources::TaskBusy(SimTime now) const {
  SimTime sum;
  for (std::uint32_t core = 0; core < cores_.cores(); ++core) {
    sum += cores_.TaskBusyTime(now, core);
  }
  return sum - tasks_before_;
}

SimTime HostResources::NicBusy(SimTime now) const { return nic_.BusyTime(now) - nic_before_; }

SimTime HostResources::ProxyBusy(SimTime now) const { return proxy_.BusyTime(now) - proxy_before_; }

SimTime HostResources::PairBusiest(SimTime now) const {
  SimTime most;
  for (std::size_t peer = 0; peer < pairs_.size(); ++peer) {
    most = std::max(most, pairs_[peer].BusyTime(now) - pairs_before_[peer]);
  }
  return most;
}

}  // namespace cnisim::workload

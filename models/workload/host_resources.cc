#include "models/workload/host_resources.h"

#include <algorithm>
#include <cstddef>

#include "sim/base/check.h"
#include "sim/engine/turn.h"

namespace cnisim::workload {
namespace {

using engine::Turn;

// A server is done at `done`, and known to be.
Progress GoOn(Turn& turn, std::optional<SimTime> done, const Onward* onward) {
  if (!done) return Progress::kDropped;
  if (onward == nullptr) return Progress::kLater;
  const SimTime at = *done + onward->after;
  if (onward->target != turn.self()) {
    turn.Send(onward->target, at, onward->event, onward->payload, onward->aux);
    return Progress::kLater;
  }
  if (at == turn.now()) return Progress::kAtOnce;
  turn.Schedule(at, onward->event, onward->payload, onward->aux);
  return Progress::kLater;
}

}  // namespace

HostResources::HostResources(const NodeModel& node, const Defaults& defaults, std::uint32_t peers,
                             bool fused)
    : cores_(node.cores, {.softirq_backlog = defaults.softirq_backlog}),
      nic_(node.egress, defaults.nic_queue + node.egress_burst),
      proxy_(std::max<std::size_t>(node.proxy_workers, 1),
             std::max<std::size_t>(node.proxy_workers, 1) + defaults.proxy_queue),
      proxy_account_(std::max<std::size_t>(node.proxy_workers, 1)),
      pairs_(peers),
      pair_accounts_(peers),
      conntrack_(node.conntrack_max, node.conntrack_evicts, defaults.conntrack_closed),
      flows_(node.vm_flows, node.tunnel_flows),
      softirq_before_(node.cores),
      pairs_before_(peers) {
  if (node.egress_burst > Bytes(0)) bucket_.emplace(node.egress, node.egress_burst);
  if (!fused) stations_ = std::make_unique<EventStations>(node, defaults, peers);
}

Progress HostResources::Softirq(Turn& turn, std::uint32_t core, SimTime demand,
                                const Onward* onward) {
  if (!stations_) return GoOn(turn, Softirq(turn.now(), core, demand), onward);
  const Progress progress =
      stations_->Softirq(turn, core, demand, onward, tally(ResourceKind::kSoftirq));
  if (progress != Progress::kDropped) {
    // Tasks on the core make way for the work that has come, whenever its turn is.
    const bool room = cores_.AcceptSoftirq(turn.now(), core, demand).has_value();
    CNISIM_CHECK(room, "events and the closed form drop the same packets");
  }
  return progress;
}

Progress HostResources::Transmit(Turn& turn, Bytes size, const Onward* onward) {
  if (!stations_) return GoOn(turn, Transmit(turn.now(), size), onward);
  return stations_->Transmit(turn, size, onward, tally(ResourceKind::kNic));
}

Progress HostResources::Proxy(Turn& turn, SimTime demand, const Onward* onward) {
  if (!stations_) return GoOn(turn, Proxy(turn.now(), demand), onward);
  return stations_->Proxy(turn, demand, onward, tally(ResourceKind::kProxy));
}

Progress HostResources::Pair(Turn& turn, std::uint32_t peer, SimTime demand, const Onward* onward) {
  if (!stations_) return GoOn(turn, Pair(turn.now(), peer, demand), onward);
  return stations_->Pair(turn, peer, demand, onward, tally(ResourceKind::kEncryption));
}

std::optional<SimTime> HostResources::Softirq(SimTime now, std::uint32_t core, SimTime demand) {
  const std::optional<SimTime> done = cores_.AcceptSoftirq(now, core, demand);
  WaitTally& tally = this->tally(ResourceKind::kSoftirq);
  if (done) {
    tally.Serve(*done - now - demand);
    cores_.softirq_account(core).Serve(now, *done);
  } else {
    tally.Drop(now);
  }
  return done;
}

std::optional<SimTime> HostResources::Transmit(SimTime now, Bytes size) {
  const SimTime wait = nic_.Backlog(now);
  const std::optional<SimTime> done = nic_.Accept(now, size);
  WaitTally& tally = this->tally(ResourceKind::kNic);
  if (!done) {
    tally.Drop(now);
    return done;
  }
  nic_account_.Serve(now, *done);
  if (!bucket_) {
    tally.Serve(wait);
    return done;
  }
  const SimTime passes = bucket_->Accept(now, size);
  tally.Serve(passes - now);
  return passes;
}

std::optional<SimTime> HostResources::Proxy(SimTime now, SimTime demand) {
  const std::optional<SimTime> done = proxy_.Accept(now, demand);
  WaitTally& tally = this->tally(ResourceKind::kProxy);
  if (done) {
    tally.Serve(*done - now - demand);
    proxy_account_.Serve(now, *done);
  } else {
    tally.Drop(now);
  }
  return done;
}

SimTime HostResources::Pair(SimTime now, std::uint32_t peer, SimTime demand) {
  const SimTime done = pairs_[peer].Accept(now, demand);
  tally(ResourceKind::kEncryption).Serve(done - now - demand);
  pair_accounts_[peer].Serve(now, done);
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

bool HostResources::OpenFlows(SimTime now, NicFlows flows) {
  if (!flows.any()) return true;
  WaitTally& tally = this->tally(ResourceKind::kVmFlows);
  if (flows_.Insert(now, flows)) {
    tally.Serve(SimTime());
    return true;
  }
  tally.Drop(now);
  return false;
}

queueing::CoreGroup::Submission HostResources::SubmitTask(SimTime now, std::uint64_t task,
                                                          SimTime demand) {
  const auto submission = cores_.Submit(now, task, demand);
  tasks_account_.Enter(now);
  if (submission.admission == queueing::CoreGroup::Admission::kStarted) {
    tally(ResourceKind::kCores).Serve(submission.running.waited);
  }
  return submission;
}

queueing::CoreGroup::Check HostResources::RecheckTask(SimTime now, std::uint32_t core) {
  const auto check = cores_.Recheck(now, core);
  if (check.done) tasks_account_.Leave(check.submitted, now);
  if (check.next) tally(ResourceKind::kCores).Serve(check.next->waited);
  return check;
}

void HostResources::CheckLaws(SimTime now) {
  const auto inside = cores_.InsideAt(now);
  CNISIM_CHECK(tasks_account_.Balances(now, inside.tasks, inside.ages),
               "Little's law holds for a node's tasks");
  if (stations_) return;  // they are held to the closed forms, which are checked here
  for (std::uint32_t core = 0; core < cores_.cores(); ++core) {
    CNISIM_CHECK(cores_.softirq_account(core).Balances(now, cores_.SoftirqBusyTime(now, core)),
                 "a core does softirq work as long as there is some");
  }
  CNISIM_CHECK(nic_account_.Balances(now, nic_.BusyTime(now), SimTime::FromNanos(1)),
               "a NIC sends as long as there is a packet");
  CNISIM_CHECK(proxy_account_.Balances(now, proxy_.BusyTime(now)),
               "a proxy's workers work as long as there are messages");
  for (std::size_t peer = 0; peer < pairs_.size(); ++peer) {
    CNISIM_CHECK(pair_accounts_[peer].Balances(now, pairs_[peer].BusyTime(now)),
                 "a hand-over works as long as there is a packet");
  }
}

void HostResources::BeginMeasurement(SimTime now) {
  if (stations_) stations_->BeginMeasurement(now);
  for (std::uint32_t core = 0; core < cores_.cores(); ++core) {
    softirq_before_[core] = SoftirqBusy(now, core);
  }
  tasks_before_ = SimTime();
  tasks_before_ = TaskBusy(now);
  nic_before_ = proxy_before_ = SimTime();
  nic_before_ = NicBusy(now);
  proxy_before_ = ProxyBusy(now);
  for (std::uint32_t peer = 0; peer < pairs_.size(); ++peer) {
    pairs_before_[peer] = PairBusy(now, peer);
  }
  conntrack_.ResetStatistics();
  flows_.ResetStatistics(now);
  for (WaitTally& tally : tallies_) {
    const SimTime first_drop = tally.first_drop;
    tally = {};
    tally.first_drop = first_drop;
  }
}

SimTime HostResources::SoftirqBusy(SimTime now, std::uint32_t core) const {
  return stations_ ? stations_->SoftirqBusy(now, core) : cores_.SoftirqBusyTime(now, core);
}

SimTime HostResources::PairBusy(SimTime now, std::uint32_t peer) const {
  return stations_ ? stations_->PairBusy(now, peer) : pairs_[peer].BusyTime(now);
}

SimTime HostResources::SoftirqBusy(SimTime now) const {
  SimTime sum;
  for (std::uint32_t core = 0; core < cores_.cores(); ++core) {
    sum += SoftirqBusy(now, core) - softirq_before_[core];
  }
  return sum;
}

SimTime HostResources::SoftirqBusiestCore(SimTime now) const {
  SimTime most;
  for (std::uint32_t core = 0; core < cores_.cores(); ++core) {
    most = std::max(most, SoftirqBusy(now, core) - softirq_before_[core]);
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

SimTime HostResources::NicBusy(SimTime now) const {
  return (stations_ ? stations_->NicBusy(now) : nic_.BusyTime(now)) - nic_before_;
}

SimTime HostResources::ProxyBusy(SimTime now) const {
  return (stations_ ? stations_->ProxyBusy(now) : proxy_.BusyTime(now)) - proxy_before_;
}

SimTime HostResources::PairBusiest(SimTime now) const {
  SimTime most;
  for (std::uint32_t peer = 0; peer < pairs_.size(); ++peer) {
    most = std::max(most, PairBusy(now, peer) - pairs_before_[peer]);
  }
  return most;
}

}  // namespace cnisim::workload

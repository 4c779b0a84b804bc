#pragma once

/// @file
/// The contended resources of one node, and what became of those who came: waits, drops, busy time.
/// Belongs to one logical process; fed in order of time.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "models/workload/conntrack_table.h"
#include "models/workload/event_stations.h"
#include "models/workload/flow_table.h"
#include "models/workload/model.h"
#include "models/workload/traffic_record.h"
#include "models/workload/wait_tally.h"
#include "sim/base/units.h"
#include "sim/engine/turn.h"
#include "sim/queueing/core_group.h"
#include "sim/queueing/fifo_server.h"
#include "sim/queueing/multi_server.h"
#include "sim/queueing/presence.h"
#include "sim/queueing/rate_limited_link.h"
#include "sim/queueing/token_bucket.h"

namespace cnisim::workload {

class alignas(64) HostResources {
 public:
  /// @param peers  nodes of the cluster
  /// @param fused  servers answer in closed form; otherwise they are moved by events, with the same
  ///               results to the byte (event_stations.h)
  HostResources(const NodeModel& node, const Defaults& defaults, std::uint32_t peers, bool fused);

  /// A message of the host that `turn` runs asks for service, and then for `onward` (nullptr: it
  /// ends there).  Drops are counted.
  Progress Softirq(engine::Turn& turn, std::uint32_t core, SimTime demand, const Onward* onward);
  Progress Transmit(engine::Turn& turn, Bytes size, const Onward* onward);
  Progress Proxy(engine::Turn& turn, SimTime demand, const Onward* onward);
  Progress Pair(engine::Turn& turn, std::uint32_t peer, SimTime demand, const Onward* onward);
  /// The bookkeeping event `kDeparture`.
  void Served(engine::Turn& turn, std::uint64_t payload) { stations_->Served(turn, payload); }
  /// As EventStations has it.
  void SettleWaits() {
    if (stations_) stations_->SettleWaits();
  }

  /// What most messages and tasks touch lies in so many bytes at the beginning.
  static constexpr std::size_t kHotBytes = 384;

  bool TrackConnection(SimTime now, std::uint32_t entries);
  /// A new connection that the NIC sees; false: Azure's network keeps no more for this VM.
  bool OpenFlows(SimTime now, NicFlows flows);
  /// As CoreGroup has them.
  queueing::CoreGroup::Submission SubmitTask(SimTime now, std::uint64_t task, SimTime demand);
  queueing::CoreGroup::Check RecheckTask(SimTime now, std::uint32_t core);

  /// Ends the program unless Little's law and the utilisation law hold here (presence.h), from the
  /// start of the simulation to `now`.  @pre nothing happens before `now` any more
  void CheckLaws(SimTime now);

  queueing::CoreGroup& cores() { return cores_; }
  const queueing::CoreGroup& cores() const { return cores_; }
  ConntrackTable& conntrack() { return conntrack_; }
  FlowTable& flows() { return flows_; }
  WaitTally& tally(ResourceKind kind) { return tallies_[static_cast<std::size_t>(kind)]; }

  /// Counts and busy shares are from `now` on; first drops are kept.
  void BeginMeasurement(SimTime now);

  SimTime SoftirqBusy(SimTime now) const;         ///< all cores, since BeginMeasurement()
  SimTime SoftirqBusiestCore(SimTime now) const;  ///< the core that did most
  SimTime TaskBusy(SimTime now) const;
  SimTime NicBusy(SimTime now) const;
  SimTime ProxyBusy(SimTime now) const;  ///< all workers
  SimTime PairBusiest(SimTime now) const;
  std::uint32_t proxy_workers() const { return static_cast<std::uint32_t>(proxy_.servers()); }

 private:
  // In closed form: when is it done?  nullopt = dropped.
  std::optional<SimTime> Softirq(SimTime now, std::uint32_t core, SimTime demand);
  std::optional<SimTime> Transmit(SimTime now, Bytes size);
  std::optional<SimTime> Proxy(SimTime now, SimTime demand);
  SimTime Pair(SimTime now, std::uint32_t peer, SimTime demand);
  SimTime SoftirqBusy(SimTime now, std::uint32_t core) const;
  SimTime PairBusy(SimTime now, std::uint32_t peer) const;

  // What most messages and tasks touch comes first: see kHotBytes.
  queueing::CoreGroup cores_;
  std::unique_ptr<EventStations> stations_;  // nullptr: closed forms
  queueing::PresenceAccount tasks_account_;
  queueing::RateLimitedLink nic_;  // with a bucket: when tokens are saved up again
  queueing::ServiceAccount nic_account_;
  std::array<WaitTally, kResourceKinds> tallies_;  // [ResourceKind]

  std::optional<queueing::TokenBucket> bucket_;  // lets bursts pass
  queueing::MultiServer proxy_;
  queueing::MultiServiceAccount proxy_account_;
  std::vector<queueing::FifoServer> pairs_;              // [peer]
  std::vector<queueing::ServiceAccount> pair_accounts_;  // [peer]
  ConntrackTable conntrack_;
  FlowTable flows_;

  // At BeginMeasurement().
  std::vector<SimTime> softirq_before_;  // [core]
  SimTime tasks_before_;
  SimTime nic_before_;
  SimTime proxy_before_;
  std::vector<SimTime> pairs_before_;  // [peer]
};

}  // namespace cnisim::workload

#pragma once

/// @file
/// The servers of a node moved by events: what stands in for the closed forms of host_resources.h
/// when fusing is off.  Every message joins a queue, is taken when a server is free, and leaves at
/// an event of its own; nobody computes ahead when that will be.
///
/// Results are the same to the byte, by construction:
/// - what a message does next has the same place in the order of events: it is reserved when the
///   message joins, which is when the closed form schedules it;
/// - a departure is bookkeeping, which comes before all else of its instant: whoever arrives at
///   `now` finds those gone who leave at `now`, as in the closed forms.  Departures of one instant
///   commute, since each only takes its own queue's next;
/// - bookkeeping is left out of digest and event counts.
///
/// Belongs to one logical process; fed in order of time.  Thread safety: none.

#include <cstdint>
#include <optional>
#include <vector>

#include "models/workload/model.h"
#include "models/workload/slab.h"
#include "models/workload/wait_tally.h"
#include "sim/base/units.h"
#include "sim/engine/event.h"
#include "sim/engine/turn.h"
#include "sim/queueing/event_bucket.h"
#include "sim/queueing/event_link.h"
#include "sim/queueing/event_server.h"

namespace cnisim::workload {

/// What happens once a server is done with a message: an event to its own host or to another.
struct Onward {
  engine::LpId target;
  SimTime after;  ///< so much later
  std::uint16_t event = 0;
  std::uint16_t aux = 0;
  std::uint64_t payload = 0;
};

enum class Progress : std::uint8_t {
  kDropped,
  kAtOnce,  ///< served in no time: the caller goes on in this event
  kLater,   ///< the onward event will come
};

class EventStations {
 public:
  EventStations(const NodeModel& node, const Defaults& defaults, std::uint32_t peers);

  /// @param onward  nullptr: the message ends with its service
  /// @param tally   of the resource's kind; must live as long as this object
  Progress Softirq(engine::Turn& turn, std::uint32_t core, SimTime demand, const Onward* onward,
                   WaitTally& tally);
  Progress Transmit(engine::Turn& turn, Bytes size, const Onward* onward, WaitTally& tally);
  Progress Proxy(engine::Turn& turn, SimTime demand, const Onward* onward, WaitTally& tally);
  Progress Pair(engine::Turn& turn, std::uint32_t peer, SimTime demand, const Onward* onward,
                WaitTally& tally);

  /// The bookkeeping event `kDeparture` with this payload.
  void Served(engine::Turn& turn, std::uint64_t payload);

  /// Waits count of those who arrive from `now` on.
  void BeginMeasurement(SimTime now) { measured_from_ = now; }
  /// Counts those who still wait, with the waits that lie ahead of them, as closed forms have done.
  /// To be called once, when no run follows.
  void SettleWaits();

  SimTime SoftirqBusy(SimTime now, std::uint32_t core) const;
  SimTime NicBusy(SimTime now) const {
    return bucket_ ? bucket_->BusyTime(now) : nic_.BusyTime(now);
  }
  SimTime ProxyBusy(SimTime now) const;
  SimTime PairBusy(SimTime now, std::uint32_t peer) const;

 private:
  using InService = queueing::EventServer::InService;
  struct Customer {
    std::optional<Onward> onward;
    engine::Turn::Place place;
    std::uint32_t station = 0;
    WaitTally* tally = nullptr;
  };

  // Stations are the cores, the proxy's workers, one a peer, and the NIC.
  std::uint32_t proxy() const { return cores_; }
  std::uint32_t pair(std::uint32_t peer) const { return cores_ + 1 + peer; }
  std::uint32_t nic() const { return static_cast<std::uint32_t>(servers_.size()); }

  Progress Join(engine::Turn& turn, std::uint32_t station, SimTime demand, const Onward* onward,
                WaitTally& tally);
  std::uint32_t NewCustomer(std::uint32_t station, const Onward* onward, WaitTally& tally);
  Progress Joined(engine::Turn& turn, std::uint32_t slot,
                  const queueing::EventServer::Arrival& arrival);
  std::optional<InService> Depart(SimTime now, std::uint32_t station);
  void Serve(engine::Turn& turn, std::optional<InService> next);
  void GoOn(engine::Turn& turn, std::uint32_t slot);
  void Count(const InService& served);

  std::uint32_t cores_;
  std::vector<queueing::EventServer> servers_;  // [station], without the NIC
  queueing::EventLink nic_;
  std::optional<queueing::EventBucket> bucket_;  // in place of nic_, if bursts may pass
  Slab<Customer> customers_;
  SimTime measured_from_;
  std::uint64_t bookkeeping_ = 0;  // events so far
};

}  // namespace cnisim::workload

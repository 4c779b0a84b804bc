// Azure CNI pod subnet with dynamic allocation: a node's pool follows its pods in batches, by way
// of a monitor on the node and the control plane behind it.
//
// Each node has one primary address that no pod gets, and a pool of secondary ones:
//
//     granted by the control plane -> programming -> available <-> assigned
//                                                    available  -> releasing -> back to the subnet
//
// The monitor (pool_monitor.h) changes the number that the node requests; the control plane answers
// after a delay.  When a subnet cannot give what a node asks, it counts as exhausted: every node of
// it goes in steps of one, until ordinary batches for all would fit again.  (When the service
// really lifts the mark is not published.)

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include "models/ipam/allocators.h"
#include "models/ipam/pool_monitor.h"
#include "sim/base/check.h"

namespace cnisim::ipam {
namespace {

using azure::LimitId;

enum class Slot : std::uint8_t { kProgramming, kAvailable, kAssigned, kReleasing };

struct Secondary {
  net::IpAddress address;
  Slot state;
  SimTime ready;  // kProgramming: when it becomes available; kReleasing: when it is gone
};

struct NodePool {
  bool present = false;
  azure::SubnetId subnet;
  std::optional<net::IpAddress> primary;
  std::vector<Secondary> secondaries;
  std::int64_t requested = 0;
  std::int64_t assigned = 0;
  std::int64_t releasing = 0;
  std::int64_t expected = 0;      // pods that want an address, those included that have one
  std::int64_t ordinary = 0;      // addresses that it would hold in ordinary times, for the lift
  std::optional<SimTime> answer;  // the control plane's next
  std::optional<SimTime> tick;    // the monitor's next look
  bool refused = false;           // the last answer was no
};

struct SubnetState {
  bool exhausted = false;
  std::int64_t ordinary = 0;  // sum of its nodes'
  std::set<NodeId> refused;
  std::set<NodeId> nodes;
};

enum class Task : std::uint8_t { kSlots, kAnswer, kTick };

class DynamicPodSubnetAllocator : public PodAddressAllocator {
 public:
  DynamicPodSubnetAllocator(const IpamConfiguration& configuration, azure::VirtualNetwork& vnet,
                            const azure::Limits& limits)
      : PodAddressAllocator(vnet, limits),
        scaler_(PoolScaler::FromLimits(limits)),
        monitor_(configuration.monitor),
        tick_(Millis(LimitId::kCnsMonitorTick)),
        host_poll_(Millis(LimitId::kCnsHostPoll)),
        delay_(configuration.control_plane_delay.value_or(Millis(LimitId::kCnsControlPlaneDelay))),
        primaries_(limits[LimitId::kCnsPrimaryAddresses] > 0) {}

  std::optional<SimTime> next_work() const override {
    if (agenda_.empty()) return std::nullopt;
    return std::get<0>(*agenda_.begin());
  }

  void Work(SimTime now) override {
    while (!agenda_.empty() && std::get<0>(*agenda_.begin()) <= now) {
      const auto [at, task, node] = *agenda_.begin();
      agenda_.erase(agenda_.begin());
      if (!pool(node).present) continue;
      switch (task) {
        case Task::kSlots:
          MoveSlots(node, at);
          break;
        case Task::kAnswer:
          if (pool(node).answer == at) Answer(node, at);
          break;
        case Task::kTick:
          if (pool(node).tick == at) Look(node, at);
          break;
      }
    }
  }

 protected:
  // The first batch comes with the node: the time that it takes passes before the node is ready.
  std::optional<AllocateError> Attach(const NodeRequest& request, SimTime now) override {
    CNISIM_CHECK(request.pod_subnet.valid(), "the mode has a pod subnet");
    if (vnet().subnet(request.pod_subnet).mode() == azure::SubnetMode::kBlocks) {
      return AllocateError::kSubnetMode;
    }
    if (pools_.size() <= request.id.value()) pools_.resize(request.id.value() + 1);
    if (subnets_.size() <= request.pod_subnet.value()) {
      subnets_.resize(request.pod_subnet.value() + 1);
    }
    NodePool& node = pool(request.id);
    node = {};
    node.present = true;
    node.subnet = request.pod_subnet;
    node.requested = std::min(scaler_.batch, scaler_.most);
    subnet_of(node).nodes.insert(request.id);
    Recount(node);
    Grant(request.id, now, /*ready=*/now);
    MoveSlots(request.id, now);
    return std::nullopt;
  }

  void Detach(const NodeRequest& request, SimTime now) override {
    NodePool& node = pool(request.id);
    const azure::SubnetId subnet = node.subnet;
    if (node.primary) {
      vnet().GiveAddress(subnet, *node.primary);
      --usage(subnet).assigned;
    }
    for (const Secondary& secondary : node.secondaries) {
      vnet().GiveAddress(subnet, secondary.address);
      Count(subnet, secondary.state, /*remove=*/true);
    }
    SubnetState& state = subnet_of(node);
    state.nodes.erase(request.id);
    state.refused.erase(request.id);
    state.ordinary -= node.ordinary;
    node = {};
    Freed(subnet, now);
  }

  Result<PodAddresses, AllocateError> TakeFor(NodeId id, SimTime now) override {
    NodePool& node = pool(id);
    Secondary* lowest = nullptr;
    bool growing = false;
    for (Secondary& secondary : node.secondaries) {
      if (secondary.state == Slot::kProgramming) growing = true;
      if (secondary.state != Slot::kAvailable) continue;
      if (lowest == nullptr || secondary.address < lowest->address) lowest = &secondary;
    }
    if (lowest == nullptr) {
      const auto held = static_cast<std::int64_t>(node.secondaries.size()) - node.releasing;
      if (node.assigned >= scaler_.most) return Failure{AllocateError::kNodeFull};
      if (!growing && node.refused && held < node.requested) {
        return Failure{AllocateError::kSubnetFull};
      }
      return Failure{AllocateError::kWaiting};
    }
    SetState(node, *lowest, Slot::kAssigned);
    ++node.assigned;
    node.expected = std::max(node.expected, node.assigned);
    Recount(node);
    Wake(id, now);
    return PodAddresses{lowest->address, std::nullopt};
  }

  void GiveBack(NodeId id, const net::IpAddress& address, SimTime now) override {
    NodePool& node = pool(id);
    const auto found =
        std::find_if(node.secondaries.begin(), node.secondaries.end(),
                     [&](const Secondary& secondary) { return secondary.address == address; });
    CNISIM_CHECK(found != node.secondaries.end() && found->state == Slot::kAssigned,
                 "a pod gives back the address that it has");
    SetState(node, *found, Slot::kAvailable);
    --node.assigned;
    --node.expected;
    Recount(node);
    MaybeLift(node.subnet, now);
    Wake(id, now);
  }

  void Expected(NodeId id, std::uint32_t pods, SimTime now) override {
    NodePool& node = pool(id);
    node.expected = std::max<std::int64_t>(pods, node.assigned);
    Recount(node);
    MaybeLift(node.subnet, now);
    Wake(id, now);
  }

 private:
  SimTime Millis(LimitId id) const { return SimTime::FromNanos(limits()[id] * 1'000'000); }
  NodePool& pool(NodeId id) { return pools_[id.value()]; }
  SubnetState& subnet_of(const NodePool& node) { return subnets_[node.subnet.value()]; }

  void Count(azure::SubnetId subnet, Slot state, bool remove) {
    Usage& use = usage(subnet);
    std::uint64_t* counter = nullptr;
    if (state == Slot::kAssigned) counter = &use.assigned;
    if (state == Slot::kProgramming || state == Slot::kReleasing) counter = &use.pending;
    if (counter != nullptr) *counter += remove ? UINT64_MAX : 1;  // -1, modulo 2^64
  }

  void SetState(NodePool& node, Secondary& secondary, Slot state) {
    Count(node.subnet, secondary.state, /*remove=*/true);
    if (secondary.state == Slot::kReleasing) --node.releasing;
    if (state == Slot::kReleasing) ++node.releasing;
    secondary.state = state;
    Count(node.subnet, state, /*remove=*/false);
  }

  // What the node would hold if its subnet had plenty: the version 2 target, which version 1
  // reaches step by step, and the primary.
  void Recount(NodePool& node) {
    SubnetState& subnet = subnet_of(node);
    subnet.ordinary -= node.ordinary;
    node.ordinary = PoolTarget(std::max(node.expected, node.assigned), scaler_,
                               /*exhausted=*/false) +
                    (primaries_ ? 1 : 0);
    subnet.ordinary += node.ordinary;
  }

  // Takes what the node asks for and does not have.  False when the subnet refuses.
  bool Grant(NodeId id, SimTime now, SimTime ready) {
    NodePool& node = pool(id);
    const bool wants_primary = primaries_ && !node.primary;
    const auto held = static_cast<std::int64_t>(node.secondaries.size()) - node.releasing;
    std::int64_t missing = std::max<std::int64_t>(node.requested - held, 0);
    const std::int64_t need = missing + (wants_primary ? 1 : 0);
    const std::int64_t room = Room(node.subnet);
    node.refused = need > room;
    if (node.refused) {
      subnet_of(node).refused.insert(id);
      Exhaust(node.subnet, now);
      if (limits()[LimitId::kCnsPartialGrant] == 0) return false;
      missing = std::max<std::int64_t>(room - (wants_primary ? 1 : 0), 0);
    } else {
      subnet_of(node).refused.erase(id);
    }
    if (wants_primary && room > 0) {
      node.primary = *vnet().TakeAddress(node.subnet);
      ++usage(node.subnet).assigned;
    }
    for (std::int64_t i = 0; i < missing; ++i) {
      node.secondaries.push_back({*vnet().TakeAddress(node.subnet), Slot::kProgramming, ready});
      ++usage(node.subnet).pending;
    }
    if (missing > 0) agenda_.emplace(ready, Task::kSlots, id);
    return !node.refused;
  }

  // Addresses that the subnet and the VNet can still give.
  std::int64_t Room(azure::SubnetId subnet) const {
    const std::uint64_t in_vnet = vnet().most_mappings() - vnet().mappings();
    return static_cast<std::int64_t>(std::min(vnet().subnet(subnet).free(), in_vnet));
  }

  // Programmed addresses become available, released ones leave.
  void MoveSlots(NodeId id, SimTime now) {
    NodePool& node = pool(id);
    const azure::SubnetId subnet = node.subnet;
    bool freed = false;
    for (Secondary& secondary : node.secondaries) {
      if (secondary.ready > now) continue;
      if (secondary.state == Slot::kProgramming) SetState(node, secondary, Slot::kAvailable);
      if (secondary.state == Slot::kReleasing) {
        vnet().GiveAddress(subnet, secondary.address);
        Count(subnet, Slot::kReleasing, /*remove=*/true);
        --node.releasing;
        freed = true;
      }
    }
    if (freed) {
      std::erase_if(node.secondaries, [&](const Secondary& secondary) {
        return secondary.state == Slot::kReleasing && secondary.ready <= now;
      });
      Freed(subnet, now);
    }
    Wake(id, now);
  }

  void Answer(NodeId id, SimTime now) {
    pool(id).answer.reset();
    // The host is asked for new addresses at fixed times, so on average half of that later; the
    // whole is the bound.
    Grant(id, now, now + host_poll_);
    Wake(id, now);
  }

  void Ask(NodeId id, SimTime now) {
    NodePool& node = pool(id);
    if (node.answer) return;
    node.answer = now + delay_;
    agenda_.emplace(*node.answer, Task::kAnswer, id);
  }

  PoolDecision Decide(NodePool& node) {
    const bool exhausted = subnet_of(node).exhausted;
    if (monitor_ == PoolMonitor::kStepwise) {
      return StepPool({node.requested, static_cast<std::int64_t>(node.secondaries.size()),
                       node.assigned, node.releasing},
                      scaler_, exhausted);
    }
    const std::int64_t target =
        PoolTarget(std::max(node.expected, node.assigned), scaler_, exhausted);
    if (target > node.requested) return {PoolAction::kIncrease, target, 0};
    if (target < node.requested) {
      const auto held = static_cast<std::int64_t>(node.secondaries.size()) - node.releasing;
      return {PoolAction::kDecrease, target, std::max<std::int64_t>(held - target, 0)};
    }
    return {PoolAction::kNone, target, 0};
  }

  // The monitor looks again when there is something to do: version 1 at its next tick, version 2 at
  // once.
  void Wake(NodeId id, SimTime now) {
    NodePool& node = pool(id);
    if (node.tick || Decide(node).action == PoolAction::kNone) return;
    node.tick = monitor_ == PoolMonitor::kStepwise
                    ? SimTime::FromNanos((now / tick_ + 1) * tick_.nanos())
                    : now;
    agenda_.emplace(*node.tick, Task::kTick, id);
  }

  void Look(NodeId id, SimTime now) {
    NodePool& node = pool(id);
    node.tick.reset();
    const PoolDecision decision = Decide(node);
    if (decision.action == PoolAction::kNone) return;
    node.requested = decision.requested;
    if (decision.action == PoolAction::kIncrease) {
      Ask(id, now);
    } else {
      MarkReleasing(id, decision.released, now);
    }
    Wake(id, now);
  }

  // Addresses that are not yet programmed go first, then the highest available ones.
  void MarkReleasing(NodeId id, std::int64_t count, SimTime now) {
    NodePool& node = pool(id);
    std::vector<Secondary*> idle;
    for (Secondary& secondary : node.secondaries) {
      if (secondary.state == Slot::kProgramming || secondary.state == Slot::kAvailable) {
        idle.push_back(&secondary);
      }
    }
    std::sort(idle.begin(), idle.end(), [](const Secondary* a, const Secondary* b) {
      return std::tuple(a->state, b->address) < std::tuple(b->state, a->address);
    });
    bool marked = false;
    for (Secondary* secondary : idle) {
      if (count-- <= 0) break;
      SetState(node, *secondary, Slot::kReleasing);
      secondary->ready = now + delay_;
      marked = true;
    }
    if (marked) agenda_.emplace(now + delay_, Task::kSlots, id);
  }

  void Exhaust(azure::SubnetId id, SimTime now) {
    SubnetState& subnet = subnets_[id.value()];
    if (subnet.exhausted) return;
    subnet.exhausted = true;
    for (const NodeId node : subnet.nodes) Wake(node, now);
  }

  void MaybeLift(azure::SubnetId id, SimTime now) {
    SubnetState& subnet = subnets_[id.value()];
    if (!subnet.exhausted) return;
    if (subnet.ordinary > static_cast<std::int64_t>(vnet().subnet(id).usable())) return;
    subnet.exhausted = false;
    for (const NodeId node : subnet.nodes) Wake(node, now);
  }

  // Addresses came back: those that were refused ask again.
  void Freed(azure::SubnetId id, SimTime now) {
    MaybeLift(id, now);
    for (const NodeId node : subnets_[id.value()].refused) Ask(node, now);
  }

  PoolScaler scaler_;
  PoolMonitor monitor_;
  SimTime tick_;
  SimTime host_poll_;
  SimTime delay_;
  bool primaries_;
  std::vector<NodePool> pools_;       // [node id]
  std::vector<SubnetState> subnets_;  // [subnet id]
  std::set<std::tuple<SimTime, Task, NodeId>> agenda_;
};

}  // namespace

std::unique_ptr<PodAddressAllocator> MakeDynamicPodSubnetAllocator(
    const IpamConfiguration& configuration, azure::VirtualNetwork& vnet,
    const azure::Limits& limits) {
  return std::make_unique<DynamicPodSubnetAllocator>(configuration, vnet, limits);
}

}  // namespace cnisim::ipam

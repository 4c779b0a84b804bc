#pragma once

/// @file
/// The logical process that carries a plan out: it makes, drains and deletes nodes, places pods,
/// and asks the allocator for every address.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/plan/address_plan.h"
#include "models/azure/virtual_network.h"
#include "models/ipam/pod_address_allocator.h"
#include "sim/engine/logical_process.h"

namespace cnisim::plan::internal {

/// One operation at a time; the next begins at its time or when the one before is done.  Pods go to
/// the node with the fewest, of those the lowest number.
class ControlPlane : public engine::LogicalProcess {
 public:
  enum Event : std::uint16_t { kStart, kNodeReady, kPlace, kStep, kWork, kFinish };

  ControlPlane(const PlanInput& input, const azure::Limits& limits);

  void Run(engine::Turn& turn) override;
  std::string_view kind() const override { return "control plane"; }

  const PlanRecord& record() const { return record_; }
  bool done() const { return next_ == tasks_.size() && !busy_; }

 private:
  static constexpr int kDaemon = -1;  // workload of a DaemonSet's pod

  struct Pod {
    int workload = kDaemon;
    std::optional<net::IpAddress> address;  // empty: it waits for one
  };
  struct Node {
    std::size_t pool = 0;
    std::string name;
    bool present = false;
    bool ready = false;  // takes pods
    bool upgraded = false;
    bool surge = false;
    std::uint32_t waiting = 0;  // of its pods
    std::vector<Pod> pods;
  };
  // What is done in order: the creation, the timeline, the steps of growth.
  struct Task {
    enum class Kind : std::uint8_t { kCreate, kOperation, kGrow };
    Kind kind = Kind::kOperation;
    SimTime at;
    std::size_t operation = 0;  // index in the timeline; number of the growth step
  };

  void Handle(const engine::Event& event, engine::Turn& turn);
  void StartNext(engine::Turn& turn);
  void Begin(const Task& task, engine::Turn& turn);
  void Create(engine::Turn& turn);
  void Grow(std::size_t step, engine::Turn& turn);
  void Begin(const lifecycle::Operation& operation, engine::Turn& turn);
  void BeginUpgrade(const lifecycle::Operation& operation, engine::Turn& turn);
  void ContinueUpgrade(engine::Turn& turn);
  void ContinueRollout(engine::Turn& turn);
  void BeginReplace(const lifecycle::Operation& operation, engine::Turn& turn);
  void ContinueReplace(engine::Turn& turn);
  void Migrate(const lifecycle::Operation& operation, engine::Turn& turn);
  bool RejoinNodes(engine::Turn& turn);
  void FinishWhenQuiet(engine::Turn& turn);
  void Finish(engine::Turn& turn);

  // Nodes that an operation asks for.
  enum class Reason : std::uint8_t { kCreation, kNewPool, kScale, kSurge };
  struct Addition {
    std::size_t pool = 0;
    int count = 0;
    Reason reason = Reason::kScale;
  };
  using Refused = std::optional<std::pair<azure::Refusal, Binding>>;

  /// Adds nodes after the checks that AKS makes; false when one of them, or a node, is refused.
  bool AddNodes(const Addition& addition, engine::Turn& turn);
  bool AddPool(std::size_t pool, int count, engine::Turn& turn);
  Refused Admission(const Addition& addition) const;
  Refused PodRangeAdmission(const Addition& addition) const;
  Refused LoadBalancerAdmission(const Addition& addition) const;
  /// Nodes that outbound ports are asked for: every one that there may be one day.
  std::int64_t OutboundNodes(const Addition& addition) const;
  /// Nodes of a pool as the checks count them: its autoscaler's maximum, if that is more.
  int CountedNodes(std::size_t pool, const Addition& addition) const;
  ipam::NodeRequest RequestOf(std::uint32_t node) const;
  void RemoveNodes(std::size_t pool, int count, engine::Turn& turn);
  void ScalePool(std::size_t pool, int count, engine::Turn& turn);
  void Drain(std::uint32_t node, engine::Turn& turn);
  void Delete(std::uint32_t node, engine::Turn& turn);
  void SetReady(std::uint32_t node, bool ready);

  void SetReplicas(std::size_t workload, int replicas, engine::Turn& turn);
  void AddPods(int workload, int count);
  void RemovePods(int workload, int count, SimTime now);
  void RemovePod(std::uint32_t node, std::size_t index, SimTime now);
  void PlacePending(engine::Turn& turn);
  void PlacePod(std::uint32_t node, int workload, SimTime now);
  void GiveAddresses(std::uint32_t node, SimTime now);
  void Autoscale(engine::Turn& turn);

  void Fail(const azure::Refusal& refusal, Binding binding, const std::string& subject,
            bool before_start);
  void FailNode(std::size_t pool, ipam::AllocateError error, const ipam::NodeRequest& request,
                const std::string& name);
  void WakeAllocator(engine::Turn& turn);
  void Sample(SimTime now);
  std::vector<ipam::PoolHoldings> Holdings() const;
  std::uint32_t NodesOfPodRange() const;
  int CountNodes(std::size_t pool) const { return pool_nodes_[pool]; }
  std::int64_t AllNodes() const;
  std::optional<std::size_t> FindPool(std::string_view name) const;
  std::optional<std::size_t> FindWorkload(std::string_view name) const;
  SimTime Seconds(azure::LimitId id) const;

  const PlanInput& input_;
  const azure::Limits& limits_;
  azure::VirtualNetwork vnet_;
  std::vector<azure::SubnetId> subnets_;
  const ipam::IpamConfiguration* ipam_;  // today's: a migration changes it
  std::size_t pod_range_ = 0;            // in PlanRecord::pod_range_nodes
  std::unique_ptr<ipam::PodAddressAllocator> allocator_;
  std::vector<ipam::PoolHoldings> pools_;  // of every mode that the plan goes through, empty

  std::vector<Node> nodes_;                               // [node id]
  std::vector<bool> pool_exists_;                         // [pool] made, and not deleted
  std::vector<int> pool_nodes_;                           // [pool] nodes that are there
  std::vector<int> pool_numbers_;                         // [pool] names given so far
  std::vector<int> pool_base_;                            // [pool] nodes that growth multiplies
  std::vector<int> replicas_;                             // [workload] wanted
  std::vector<int> running_;                              // [workload] placed on a node
  std::set<std::pair<std::size_t, std::uint32_t>> open_;  // (pods, node) with room, ready
  std::set<std::uint32_t> starving_;                      // nodes with pods that wait
  std::deque<int> pending_;                               // workloads of pods without a node
  std::uint32_t pods_ = 0;                                // with an address
  std::uint32_t waiting_ = 0;                             // placed, without one

  std::vector<Task> tasks_;
  std::size_t next_ = 0;
  bool busy_ = false;
  bool growth_failed_ = false;
  std::uint32_t coming_ = 0;  // nodes that are being provisioned
  std::optional<SimTime> work_at_;
  std::optional<SimTime> placing_at_;

  // The operation that runs.
  OperationRecord current_;
  Task task_;
  const lifecycle::Operation* operation_ = nullptr;
  std::size_t upgrade_pool_ = 0;
  std::vector<std::uint32_t> wave_;   // nodes that are being reimaged
  std::vector<std::uint32_t> surge_;  // nodes that are deleted at the end
  int wave_size_ = 0;
  int replaced_ = 0;  // roll-out: pods of the new version

  PlanRecord record_;
};

}  // namespace cnisim::plan::internal

#include "analysis/plan/internal/control_plane.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/azure/admission.h"
#include "models/azure/outbound.h"
#include "models/ipam/allocators.h"
#include "sim/engine/turn.h"

namespace cnisim::plan::internal {
namespace {

using azure::LimitId;
using ipam::AllocateError;
using ipam::IpamKind;
using lifecycle::OperationKind;

Binding BindingOf(AllocateError error) {
  switch (error) {
    case AllocateError::kVnetFull:
      return Binding::kVnet;
    case AllocateError::kNicFull:
      return Binding::kNic;
    case AllocateError::kNoBlock:
      return Binding::kPodCidr;
    case AllocateError::kRoutesFull:
      return Binding::kRoutes;
    case AllocateError::kNodeFull:
      return Binding::kMaxPods;
    case AllocateError::kSubnetFull:
    case AllocateError::kSubnetMode:
    case AllocateError::kWaiting:
    case AllocateError::kCoolingDown:
      break;
  }
  return Binding::kSubnet;
}

}  // namespace

ControlPlane::ControlPlane(const PlanInput& input, const azure::Limits& limits)
    : input_(input), limits_(limits), vnet_(limits) {
  for (const PlannedSubnet& subnet : input.subnets) {
    subnets_.push_back(vnet_.AddSubnet(subnet.name, subnet.prefix));
  }
  ipam_ = &input.ipam;
  allocator_ = ipam::MakeAllocator(*ipam_, vnet_, limits);
  pools_ = allocator_->Holdings();
  for (const Migration& migration : input.migrations) {
    for (const ipam::PoolHoldings& pool :
         ipam::MakeAllocator(migration.ipam, vnet_, limits)->Holdings()) {
      const bool known = std::any_of(pools_.begin(), pools_.end(),
                                     [&](const auto& other) { return other.name == pool.name; });
      if (!known) pools_.push_back(pool);
    }
  }
  pool_nodes_.resize(input.pools.size());
  pool_numbers_.resize(input.pools.size());
  for (const PlannedPool& pool : input.pools) {
    pool_exists_.push_back(!pool.made_later);
    pool_base_.push_back(pool.pool.count);
  }
  replicas_.resize(input.workloads.size());
  running_.resize(input.workloads.size());
  record_.configuration = input.configuration;
  record_.pod_range_nodes.resize(1 + input.migrations.size());

  tasks_.push_back({Task::Kind::kCreate, SimTime(), 0});
  for (std::size_t i = 0; i < input.timeline.operations.size(); ++i) {
    tasks_.push_back({Task::Kind::kOperation, input.timeline.operations[i].at, i});
  }
  if (const auto& growth = input.timeline.growth) {
    for (std::size_t step = 0; step < growth->steps.size(); ++step) {
      tasks_.push_back({Task::Kind::kGrow, growth->steps[step].at, step});
    }
  }
  std::stable_sort(tasks_.begin(), tasks_.end(),
                   [](const Task& a, const Task& b) { return a.at < b.at; });
}

void ControlPlane::Run(engine::Turn& turn) {
  while (const engine::Event* event = turn.Next()) {
    const engine::Event copy = *event;
    Handle(copy, turn);
    WakeAllocator(turn);
    Sample(turn.now());
  }
}

void ControlPlane::Handle(const engine::Event& event, engine::Turn& turn) {
  switch (event.kind) {
    case kStart:
      StartNext(turn);
      break;
    case kNodeReady: {
      const auto node = static_cast<std::uint32_t>(event.payload);
      --coming_;
      SetReady(node, true);
      for (int i = 0; i < input_.pods_per_node; ++i) PlacePod(node, kDaemon, turn.now());
      // After all nodes of this instant, so that pods spread over them.
      if (placing_at_ != turn.now()) {
        placing_at_ = turn.now();
        turn.Schedule(turn.now(), kPlace, 0, 0, engine::kMaxPhase - 1);
      }
      if (busy_ && coming_ == 0) turn.Schedule(turn.now(), kStep, 0, 0, engine::kMaxPhase);
      break;
    }
    case kPlace:
      PlacePending(turn);
      break;
    case kStep:
      if (operation_ != nullptr && operation_->kind == OperationKind::kUpgrade &&
          !current_.failed) {
        ContinueUpgrade(turn);
      } else if (operation_ != nullptr && operation_->kind == OperationKind::kRollout) {
        ContinueRollout(turn);
      } else if (operation_ != nullptr && operation_->kind == OperationKind::kReplace &&
                 !current_.failed) {
        ContinueReplace(turn);
      } else {
        FinishWhenQuiet(turn);
      }
      break;
    case kWork: {
      if (work_at_ == turn.now()) work_at_.reset();
      allocator_->Work(turn.now());
      const std::vector<std::uint32_t> hungry(starving_.begin(), starving_.end());
      for (const std::uint32_t node : hungry) GiveAddresses(node, turn.now());
      break;
    }
    case kFinish:
      FinishWhenQuiet(turn);
      break;
    default:
      break;
  }
}

void ControlPlane::StartNext(engine::Turn& turn) {
  if (busy_ || next_ == tasks_.size()) return;
  const Task task = tasks_[next_];
  if (task.at > turn.now()) {
    turn.Schedule(task.at, kStart);
    return;
  }
  ++next_;
  if (task.kind == Task::Kind::kGrow && growth_failed_) {
    turn.Schedule(turn.now(), kStart);
    return;
  }
  busy_ = true;
  task_ = task;
  current_ = {};
  current_.start = turn.now();
  current_.vnet_peak = vnet_.taken();
  operation_ = nullptr;
  Begin(task, turn);
}

void ControlPlane::Begin(const Task& task, engine::Turn& turn) {
  switch (task.kind) {
    case Task::Kind::kCreate:
      Create(turn);
      break;
    case Task::Kind::kGrow:
      Grow(task.operation, turn);
      break;
    case Task::Kind::kOperation:
      operation_ = &input_.timeline.operations[task.operation];
      Begin(*operation_, turn);
      break;
  }
  if (coming_ == 0) turn.Schedule(turn.now(), kStep);
}

void ControlPlane::Create(engine::Turn& turn) {
  current_.name = "creation";
  for (const OtherUse& use : input_.others) {
    for (int i = 0; i < use.addresses; ++i) {
      if (vnet_.TakeAddress(subnets_[use.subnet]).ok()) continue;
      const PlannedSubnet& subnet = input_.subnets[use.subnet];
      Fail(azure::SubnetIsFull(subnet.name, subnet.prefix,
                               static_cast<std::uint64_t>(use.addresses - i)),
           Binding::kSubnet, use.what, /*before_start=*/false);
      return;
    }
  }
  for (std::size_t pool = 0; pool < input_.pools.size(); ++pool) {
    if (!AddNodes({pool, input_.pools[pool].pool.count, Reason::kCreation}, turn)) break;
  }
  for (std::size_t i = 0; i < input_.workloads.size(); ++i) {
    replicas_[i] = input_.workloads[i].replicas;
    AddPods(static_cast<int>(i), replicas_[i]);
  }
}

void ControlPlane::Grow(std::size_t step, engine::Turn& turn) {
  const lifecycle::Growth& growth = *input_.timeline.growth;
  const double size = growth.steps[step].size;
  current_.name = fmt::format("growth to {:.0f} %", size * 100);
  const auto wanted = [&](int base) { return static_cast<int>(std::ceil(base * size - 1e-9)); };
  const bool less = growth.shrinks && step > 0 && size < growth.steps[step - 1].size;
  const auto set_replicas = [&] {
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      const int replicas = wanted(input_.workloads[i].replicas);
      if (replicas > replicas_[i] || less) SetReplicas(i, replicas, turn);
    }
  };
  if (less) set_replicas();
  for (std::size_t pool = 0; pool < input_.pools.size(); ++pool) {
    const int nodes = wanted(pool_base_[pool]);
    const int now = CountNodes(pool);
    if (nodes > now && !AddNodes({pool, nodes - now, Reason::kScale}, turn)) return;
    if (nodes < now && less) RemoveNodes(pool, now - nodes, turn);
  }
  if (!less) set_replicas();
}

void ControlPlane::Begin(const lifecycle::Operation& operation, engine::Turn& turn) {
  current_.name = operation.ToString();
  const auto pool = FindPool(operation.target);
  const auto workload = FindWorkload(operation.target);
  switch (operation.kind) {
    case OperationKind::kScaleDeployment:
      if (workload) SetReplicas(*workload, operation.count, turn);
      break;
    case OperationKind::kScalePool:
      if (pool) ScalePool(*pool, operation.count, turn);
      break;
    case OperationKind::kAutoscale:
      if (pool) ScalePool(*pool, input_.pools[*pool].pool.LargestCount(), turn);
      break;
    case OperationKind::kUpgrade:
      BeginUpgrade(operation, turn);
      break;
    case OperationKind::kRollout:
      replaced_ = 0;
      break;
    case OperationKind::kAddPool:
      if (pool && AddPool(*pool, operation.count, turn)) pool_base_[*pool] = operation.count;
      break;
    case OperationKind::kReplace:
      BeginReplace(operation, turn);
      break;
    case OperationKind::kMigrate:
      Migrate(operation, turn);
      break;
  }
}

void ControlPlane::ScalePool(std::size_t pool, int count, engine::Turn& turn) {
  const int now = CountNodes(pool);
  if (count > now) AddNodes({pool, count - now, Reason::kScale}, turn);
  if (count < now) RemoveNodes(pool, now - count, turn);
}

// --- Upgrade: surge nodes first, then node by node drained, reimaged, back; surge nodes go last.
// ---

void ControlPlane::BeginUpgrade(const lifecycle::Operation& operation, engine::Turn& turn) {
  wave_.clear();
  surge_.clear();
  const auto pool = FindPool(operation.target);
  if (!pool) return;
  upgrade_pool_ = *pool;
  for (Node& node : nodes_) {
    if (node.pool == *pool) node.upgraded = false;
  }
  const int nodes = CountNodes(*pool);
  const cluster::MaxSurge surge = operation.max_surge.value_or(input_.pools[*pool].pool.max_surge);
  const int extra = std::min(nodes, surge.NodesFor(nodes));
  wave_size_ = std::max(extra, 1);
  if (extra > 0) AddNodes({*pool, extra, Reason::kSurge}, turn);
}

void ControlPlane::ContinueUpgrade(engine::Turn& turn) {
  // The nodes of the last wave are back.
  for (const std::uint32_t node : wave_) {
    nodes_[node].upgraded = true;
    SetReady(node, true);
    for (int i = 0; i < input_.pods_per_node; ++i) PlacePod(node, kDaemon, turn.now());
  }
  wave_.clear();
  PlacePending(turn);
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    const Node& candidate = nodes_[node];
    if (!candidate.present || candidate.pool != upgrade_pool_ || candidate.upgraded ||
        candidate.surge) {
      continue;
    }
    wave_.push_back(node);
    if (static_cast<int>(wave_.size()) == wave_size_) break;
  }
  if (wave_.empty()) {
    for (const std::uint32_t node : surge_) Drain(node, turn);
    for (const std::uint32_t node : surge_) Delete(node, turn);
    surge_.clear();
    operation_ = nullptr;
    turn.Schedule(turn.now() + Seconds(LimitId::kNodeDelete), kFinish);
    return;
  }
  for (const std::uint32_t node : wave_) Drain(node, turn);
  const SimTime soak = operation_->soak.value_or(Seconds(LimitId::kNodeSoak));
  turn.Schedule(turn.now() + Seconds(LimitId::kNodeDrain) + soak + Seconds(LimitId::kNodeReimage),
                kStep);
}

// --- Roll-out: so many new pods, then as many old ones fewer.
// ---------------------------------------

void ControlPlane::ContinueRollout(engine::Turn& turn) {
  const auto workload = FindWorkload(operation_->target);
  if (!workload || replaced_ >= replicas_[*workload]) {
    operation_ = nullptr;
    FinishWhenQuiet(turn);
    return;
  }
  const int index = static_cast<int>(*workload);
  const int replicas = replicas_[*workload];
  cluster::MaxSurge usual;
  usual.share = static_cast<double>(limits_[LimitId::kRolloutMaxSurgePercent]) / 100;
  const cluster::MaxSurge surge =
      operation_->max_surge.value_or(input_.workloads[*workload].rollout_surge.value_or(usual));
  const int extra = std::clamp(surge.NodesFor(replicas), 1, replicas - replaced_);
  const int above = running_[*workload] - replicas;
  if (above > 0) {
    RemovePods(index, above, turn.now());
    replaced_ += above;
    PlacePending(turn);
    turn.Schedule(turn.now() + Seconds(LimitId::kPodStop), kStep);
    return;
  }
  AddPods(index, extra);
  PlacePending(turn);
  if (running_[*workload] <= replicas) {
    // No room for even one more: the roll-out stands still.
    Fail({"", fmt::format("{} new pods of {} stay Pending", pending_.size(), operation_->target)},
         Binding::kMaxPods, operation_->target, /*before_start=*/false);
    operation_ = nullptr;
    FinishWhenQuiet(turn);
    return;
  }
  turn.Schedule(turn.now() + Seconds(LimitId::kPodStart), kStep);
}

// --- Blue-green: the new pool at its full size, then the old one drained and deleted.
// ---

void ControlPlane::BeginReplace(const lifecycle::Operation& operation, engine::Turn& turn) {
  const auto fresh = FindPool(operation.new_pool->pool.name);
  if (fresh) AddPool(*fresh, operation.count, turn);
}

void ControlPlane::ContinueReplace(engine::Turn& turn) {
  const auto old = FindPool(operation_->target);
  const auto fresh = FindPool(operation_->new_pool->pool.name);
  if (old && fresh) {
    pool_base_[*old] = 0;
    pool_base_[*fresh] = operation_->count;
    RemoveNodes(*old, CountNodes(*old), turn);
    pool_exists_[*old] = false;
  }
  operation_ = nullptr;
  turn.Schedule(turn.now() + Seconds(LimitId::kNodeDelete), kFinish);
}

// --- Migration: AKS makes all nodes of all pools again at once, with addresses of the new mode.
// ---

void ControlPlane::Migrate(const lifecycle::Operation& operation, engine::Turn& turn) {
  const auto found = std::find_if(
      input_.migrations.begin(), input_.migrations.end(),
      [&](const Migration& migration) { return migration.configuration == operation.target; });
  if (found == input_.migrations.end()) return;
  const ipam::IpamConfiguration* before = ipam_;
  ipam_ = &found->ipam;
  for (std::size_t pool = 0; pool < input_.pools.size(); ++pool) {
    if (const auto refused = PodRangeAdmission({pool, 0, Reason::kScale})) {
      ipam_ = before;
      Fail(refused->first, refused->second, "pool " + input_.pools[pool].pool.name,
           /*before_start=*/true);
      return;
    }
  }
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].present) Drain(node, turn);
  }
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].present) allocator_->RemoveNode(ipam::NodeId(node), turn.now());
  }
  allocator_ = ipam::MakeAllocator(*ipam_, vnet_, limits_);
  pod_range_ = 1 + static_cast<std::size_t>(found - input_.migrations.begin());
  work_at_.reset();
  RejoinNodes(turn);
}

bool ControlPlane::RejoinNodes(engine::Turn& turn) {
  for (std::uint32_t id = 0; id < nodes_.size(); ++id) {
    Node& node = nodes_[id];
    if (!node.present) continue;
    const ipam::NodeRequest request = RequestOf(id);
    const auto address = allocator_->AddNode(request, turn.now());
    if (!address) {
      node.present = false;
      --pool_nodes_[node.pool];
      FailNode(node.pool, address.error(), request, node.name);
      continue;
    }
    ++coming_;
    turn.Schedule(turn.now() + Seconds(LimitId::kNodeDrain) + Seconds(LimitId::kNodeReimage),
                  kNodeReady, id);
  }
  return !current_.failed;
}

// --- Nodes
// ------------------------------------------------------------------------------------------

std::int64_t ControlPlane::AllNodes() const {
  std::int64_t sum = 0;
  for (const int count : pool_nodes_) sum += count;
  return sum;
}

int ControlPlane::CountedNodes(std::size_t pool, const Addition& addition) const {
  if (!pool_exists_[pool]) return 0;
  const cluster::NodePool& planned = input_.pools[pool].pool;
  int nodes = CountNodes(pool);
  if (addition.reason == Reason::kCreation) {
    nodes = planned.count;
  } else if (pool == addition.pool) {
    nodes += addition.count;
  }
  return std::max(planned.max_count.value_or(0), nodes);
}

ControlPlane::Refused ControlPlane::Admission(const Addition& addition) const {
  const PlannedPool& planned = input_.pools[addition.pool];
  const int max_pods = planned.pool.max_pods.value_or(0);
  const bool overlay = ipam_->kind == IpamKind::kOverlay;
  const bool new_pool = addition.reason == Reason::kCreation || addition.reason == Reason::kNewPool;
  if (const auto refusal =
          azure::CheckScaleSet(CountNodes(addition.pool), addition.count, limits_)) {
    return std::pair(*refusal, Binding::kScaleSet);
  }
  if (const auto refusal = azure::CheckClusterNodes(AllNodes() + addition.count, limits_)) {
    return std::pair(*refusal, Binding::kClusterNodes);
  }
  if (new_pool) {
    if (const auto refusal = azure::CheckMaxPods(max_pods, addition.count, limits_)) {
      return std::pair(*refusal, Binding::kMaxPods);
    }
  }
  // What this operation asks of the subnet; what is taken already does not count.
  const std::int64_t asked = new_pool && overlay
                                 ? std::max(addition.count, planned.pool.max_count.value_or(0))
                                 : addition.count;
  const PlannedSubnet& subnet = input_.subnets[planned.node_subnet];
  const std::uint64_t need =
      static_cast<std::uint64_t>(asked) *
      azure::CheckedAddressesPerNode(ipam_->kind == IpamKind::kNodeSubnet, max_pods, limits_);
  if (const auto refusal =
          azure::CheckPreallocation(need, azure::UsableAddresses(subnet.prefix.length(), limits_),
                                    subnet.prefix, subnet.name, /*counts_autoscaler=*/overlay)) {
    return std::pair(*refusal, Binding::kSubnet);
  }
  if (const auto refused = LoadBalancerAdmission(addition)) return refused;
  return PodRangeAdmission(addition);
}

// Autoscaler maxima count, and the surge nodes of every pool.
std::int64_t ControlPlane::OutboundNodes(const Addition& addition) const {
  const bool surging = addition.reason == Reason::kSurge;
  const Addition lasting{addition.pool, surging ? 0 : addition.count, addition.reason};
  std::int64_t nodes = 0;
  for (std::size_t i = 0; i < input_.pools.size(); ++i) {
    const int counted = CountedNodes(i, lasting);
    const bool surges_now = surging && i == addition.pool;
    nodes +=
        counted + (surges_now ? addition.count : input_.pools[i].pool.max_surge.NodesFor(counted));
  }
  return nodes;
}

ControlPlane::Refused ControlPlane::LoadBalancerAdmission(const Addition& addition) const {
  const OutboundProfile& outbound = input_.outbound;
  if (outbound.ports_per_node > 0) {
    const azure::OutboundPorts ports = azure::LoadBalancerPorts(
        OutboundNodes(addition), outbound.ports_per_node, outbound.addresses, limits_);
    if (const auto refusal = azure::CheckLoadBalancerPorts(ports)) {
      return std::pair(*refusal, Binding::kSnatPorts);
    }
  }
  const azure::BackendConfigurations backends = azure::LoadBalancerBackends(
      outbound.services, outbound.ports_per_service, AllNodes() + addition.count, limits_);
  if (backends.configurations > 0 && backends.at_limit) {
    return std::pair(azure::Refusal{"", fmt::format("{} back-end IP configurations reach the load "
                                                    "balancer's limit",
                                                    backends.configurations)},
                     Binding::kBackends);
  }
  return std::nullopt;
}

ControlPlane::Refused ControlPlane::PodRangeAdmission(const Addition& addition) const {
  if (ipam_->kind != IpamKind::kOverlay) return std::nullopt;
  std::int64_t nodes = 0;
  for (std::size_t i = 0; i < input_.pools.size(); ++i) nodes += CountedNodes(i, addition);
  for (const net::Cidr& range : ipam_->pod_cidrs) {
    if (range.family() != net::IpFamily::kIpv4) continue;
    const int length = ipam::BlockLength(*ipam_, net::IpFamily::kIpv4, limits_);
    const std::uint64_t blocks = static_cast<std::uint64_t>(nodes) << (32 - length);
    if (const auto refusal =
            azure::CheckPreallocation(blocks, range.Size(), range, azure::kPodCidrTarget, true)) {
      return std::pair(*refusal, Binding::kPodCidr);
    }
  }
  return std::nullopt;
}

// A pool that is refused is not there; one that lost its way half-way is.
bool ControlPlane::AddPool(std::size_t pool, int count, engine::Turn& turn) {
  pool_exists_[pool] = true;
  const bool added = AddNodes({pool, count, Reason::kNewPool}, turn);
  if (!added && current_.before_start) pool_exists_[pool] = false;
  return added;
}

bool ControlPlane::AddNodes(const Addition& addition, engine::Turn& turn) {
  if (addition.count <= 0) return true;
  const std::size_t pool = addition.pool;
  if (const auto refused = Admission(addition)) {
    Fail(refused->first, refused->second, "pool " + input_.pools[pool].pool.name,
         /*before_start=*/true);
    return false;
  }
  record_.outbound_nodes = std::max(record_.outbound_nodes, OutboundNodes(addition));
  const PlannedPool& planned = input_.pools[pool];
  const bool surge = addition.reason == Reason::kSurge;
  for (int i = 0; i < addition.count; ++i) {
    const auto id = static_cast<std::uint32_t>(nodes_.size());
    Node node;
    node.pool = pool;
    node.surge = surge;
    node.name = fmt::format("aks-{}-{}{}", planned.pool.name, surge ? "surge-" : "",
                            surge ? i : pool_numbers_[pool]);
    nodes_.push_back(std::move(node));
    const ipam::NodeRequest request = RequestOf(id);
    const auto address = allocator_->AddNode(request, turn.now());
    if (!address) {
      FailNode(pool, address.error(), request, nodes_.back().name);
      nodes_.pop_back();
      return false;
    }
    if (!surge) ++pool_numbers_[pool];
    nodes_.back().present = true;
    ++pool_nodes_[pool];
    ++coming_;
    if (surge) surge_.push_back(id);
    turn.Schedule(turn.now() + Seconds(LimitId::kNodeProvision), kNodeReady, id);
  }
  current_.vnet_peak = std::max(current_.vnet_peak, vnet_.taken());
  return true;
}

ipam::NodeRequest ControlPlane::RequestOf(std::uint32_t node) const {
  const PlannedPool& planned = input_.pools[nodes_[node].pool];
  ipam::NodeRequest request;
  request.id = ipam::NodeId(node);
  request.node_subnet = subnets_[planned.node_subnet];
  if (planned.pod_subnet && ipam::UsesPodSubnet(ipam_->kind)) {
    request.pod_subnet = subnets_[*planned.pod_subnet];
  }
  request.max_pods = planned.pool.max_pods.value_or(0);
  return request;
}

void ControlPlane::FailNode(std::size_t pool, AllocateError error, const ipam::NodeRequest& request,
                            const std::string& name) {
  const PlannedPool& planned = input_.pools[pool];
  azure::Refusal refusal{"", std::string(ToString(error))};
  if (error == AllocateError::kSubnetFull) {
    // The node subnet, or that of static blocks.
    const std::uint64_t need = allocator_->NodeSubnetNeed(request);
    const bool own = vnet_.subnet(request.node_subnet).free() < need;
    const PlannedSubnet& subnet =
        input_.subnets[own ? planned.node_subnet : planned.pod_subnet.value_or(0)];
    const std::uint64_t wanted =
        own ? need : 16 * ipam::StaticBlocksPerNode(request.max_pods, limits_);
    refusal = azure::SubnetIsFull(subnet.name, subnet.prefix, wanted);
  }
  Fail(refusal, BindingOf(error), name, /*before_start=*/false);
}

void ControlPlane::SetReady(std::uint32_t id, bool ready) {
  Node& node = nodes_[id];
  node.ready = ready;
  const auto room = static_cast<std::size_t>(input_.pools[node.pool].pool.max_pods.value_or(0));
  if (ready && node.pods.size() < room) {
    open_.emplace(node.pods.size(), id);
  } else {
    open_.erase({node.pods.size(), id});
  }
}

void ControlPlane::Drain(std::uint32_t id, engine::Turn& turn) {
  SetReady(id, false);
  while (!nodes_[id].pods.empty()) {
    const int workload = nodes_[id].pods.back().workload;
    RemovePod(id, nodes_[id].pods.size() - 1, turn.now());
    if (workload != kDaemon) pending_.push_back(workload);
  }
  allocator_->Expect(ipam::NodeId(id), 0, turn.now());
  PlacePending(turn);
}

void ControlPlane::Delete(std::uint32_t id, engine::Turn& turn) {
  allocator_->RemoveNode(ipam::NodeId(id), turn.now());
  nodes_[id].present = false;
  --pool_nodes_[nodes_[id].pool];
}

void ControlPlane::RemoveNodes(std::size_t pool, int count, engine::Turn& turn) {
  for (std::uint32_t id = static_cast<std::uint32_t>(nodes_.size()); id-- > 0 && count > 0;) {
    if (!nodes_[id].present || nodes_[id].pool != pool) continue;
    Drain(id, turn);
    Delete(id, turn);
    --count;
  }
}

// --- Pods
// -------------------------------------------------------------------------------------------

void ControlPlane::SetReplicas(std::size_t workload, int replicas, engine::Turn& turn) {
  const int index = static_cast<int>(workload);
  const int change = replicas - replicas_[workload];
  replicas_[workload] = replicas;
  if (change > 0) AddPods(index, change);
  if (change < 0) RemovePods(index, -change, turn.now());
  PlacePending(turn);
}

void ControlPlane::AddPods(int workload, int count) {
  for (int i = 0; i < count; ++i) pending_.push_back(workload);
}

void ControlPlane::RemovePods(int workload, int count, SimTime now) {
  // Those that never ran go first, then those of the highest nodes.
  for (auto pod = pending_.begin(); pod != pending_.end() && count > 0;) {
    const bool match = *pod == workload;
    if (match) --count;
    pod = match ? pending_.erase(pod) : pod + 1;
  }
  for (std::uint32_t id = static_cast<std::uint32_t>(nodes_.size()); id-- > 0 && count > 0;) {
    for (std::size_t i = nodes_[id].pods.size(); i-- > 0 && count > 0;) {
      if (nodes_[id].pods[i].workload != workload) continue;
      RemovePod(id, i, now);
      --count;
    }
  }
}

void ControlPlane::RemovePod(std::uint32_t id, std::size_t index, SimTime now) {
  Node& node = nodes_[id];
  const Pod pod = node.pods[index];
  open_.erase({node.pods.size(), id});
  node.pods[index] = node.pods.back();
  node.pods.pop_back();
  if (node.ready) open_.emplace(node.pods.size(), id);
  if (pod.workload != kDaemon) --running_[static_cast<std::size_t>(pod.workload)];
  if (pod.address) {
    allocator_->Release(ipam::NodeId(id), *pod.address, now);
    --pods_;
  } else {
    --waiting_;
    if (--node.waiting == 0) starving_.erase(id);
  }
}

void ControlPlane::PlacePending(engine::Turn& turn) {
  std::set<std::uint32_t> touched;
  while (!pending_.empty() && !open_.empty()) {
    const std::uint32_t node = open_.begin()->second;
    const int workload = pending_.front();
    pending_.pop_front();
    PlacePod(node, workload, turn.now());
    touched.insert(node);
  }
  for (const std::uint32_t node : touched) {
    allocator_->Expect(ipam::NodeId(node), static_cast<std::uint32_t>(nodes_[node].pods.size()),
                       turn.now());
  }
  if (!pending_.empty() && busy_) Autoscale(turn);
}

void ControlPlane::PlacePod(std::uint32_t id, int workload, SimTime now) {
  Node& node = nodes_[id];
  open_.erase({node.pods.size(), id});
  node.pods.push_back({workload, std::nullopt});
  ++node.waiting;
  ++waiting_;
  if (workload != kDaemon) ++running_[static_cast<std::size_t>(workload)];
  const auto room = static_cast<std::size_t>(input_.pools[node.pool].pool.max_pods.value_or(0));
  if (node.ready && node.pods.size() < room) open_.emplace(node.pods.size(), id);
  starving_.insert(id);
  GiveAddresses(id, now);
}

void ControlPlane::GiveAddresses(std::uint32_t id, SimTime now) {
  Node& node = nodes_[id];
  for (std::size_t i = node.pods.size(); i-- > 0 && node.waiting > 0;) {
    if (node.pods[i].address) continue;
    const auto addresses = allocator_->Allocate(ipam::NodeId(id), now);
    if (!addresses) return;
    node.pods[i].address = addresses->address;
    --node.waiting;
    --waiting_;
    ++pods_;
  }
  if (node.waiting == 0) starving_.erase(id);
}

// Pods without a node make pools grow, as far as their maxima reach.
void ControlPlane::Autoscale(engine::Turn& turn) {
  // Not while an operation counts its own nodes and pods.
  const bool counting = operation_ != nullptr && (operation_->kind == OperationKind::kUpgrade ||
                                                  operation_->kind == OperationKind::kRollout);
  if (coming_ > 0 || current_.failed || counting) return;
  for (std::size_t pool = 0; pool < input_.pools.size(); ++pool) {
    const cluster::NodePool& planned = input_.pools[pool].pool;
    const int room = planned.max_count.value_or(0) - CountNodes(pool);
    const int per_node = planned.max_pods.value_or(0) - input_.pods_per_node;
    if (!pool_exists_[pool] || room <= 0 || per_node <= 0) continue;
    const int wanted = (static_cast<int>(pending_.size()) + per_node - 1) / per_node;
    AddNodes({pool, std::min(room, wanted), Reason::kScale}, turn);
    return;
  }
}

// --- Book-keeping
// -----------------------------------------------------------------------------------

void ControlPlane::FinishWhenQuiet(engine::Turn& turn) {
  if (!busy_ || coming_ > 0) return;
  const SimTime now = turn.now();
  if (const auto next = allocator_->next_work()) {
    turn.Schedule(std::max(*next, now), kFinish, 0, 0, engine::kMaxPhase);
    return;
  }
  Finish(turn);
}

void ControlPlane::Finish(engine::Turn& turn) {
  if (!current_.failed && waiting_ > 0) {
    const std::uint32_t node = *starving_.begin();
    const std::size_t pool = nodes_[node].pool;
    const std::size_t subnet =
        input_.pools[pool].pod_subnet.value_or(input_.pools[pool].node_subnet);
    // What the pod's sandbox says; kubelet tries again for ever.
    Fail({"FailedCreatePodSandBox",
          fmt::format("not enough IPs available, waiting on Azure CNS to allocate more with NC "
                      "Status: NCUpdateSubnetFullError (subnet {})",
                      input_.subnets[subnet].name)},
         PodsInVnet(ipam_->kind) ? Binding::kSubnet : Binding::kPodCidr,
         fmt::format("{} pods, the first on {}", waiting_, nodes_[node].name), false);
  }
  if (!current_.failed && !pending_.empty()) {
    Fail({"FailedScheduling",
          fmt::format("{} pods stay Pending: every node has its max pods", pending_.size())},
         Binding::kMaxPods, fmt::format("{} pods", pending_.size()), false);
  }
  current_.end = turn.now();
  if (task_.kind == Task::Kind::kCreate) record_.vnet_now = vnet_.taken();
  if (task_.kind == Task::Kind::kGrow && current_.failed) {
    growth_failed_ = true;
    record_.exhausted_at = task_.at;
  }
  record_.operations.push_back(current_);
  record_.pool_nodes = pool_nodes_;
  busy_ = false;
  operation_ = nullptr;
  turn.Schedule(turn.now(), kStart);
}

void ControlPlane::Fail(const azure::Refusal& refusal, Binding binding, const std::string& subject,
                        bool before_start) {
  if (current_.failed) return;
  current_.failed = true;
  current_.before_start = before_start;
  current_.refusal = refusal;
  current_.binding = binding;
  current_.subject = subject;
}

void ControlPlane::WakeAllocator(engine::Turn& turn) {
  const auto next = allocator_->next_work();
  if (!next || (work_at_ && *work_at_ <= *next)) return;
  const SimTime now = turn.now();
  const SimTime at = std::max(*next, now);
  work_at_ = at;
  turn.Schedule(at, kWork);
}

std::vector<ipam::PoolHoldings> ControlPlane::Holdings() const {
  if (input_.migrations.empty()) return allocator_->Holdings();
  std::vector<ipam::PoolHoldings> all = pools_;
  for (const ipam::PoolHoldings& pool : allocator_->Holdings()) {
    const auto same = std::find_if(all.begin(), all.end(),
                                   [&](const auto& other) { return other.name == pool.name; });
    if (same != all.end()) *same = pool;
  }
  return all;
}

void ControlPlane::Sample(SimTime now) {
  TimelinePoint point;
  point.at = now;
  point.pools = Holdings();
  point.nodes = static_cast<std::uint32_t>(AllNodes());
  point.pods = pods_;
  point.pending_pods = waiting_ + static_cast<std::uint32_t>(pending_.size());

  record_.peak_held.resize(point.pools.size());
  for (std::size_t i = 0; i < point.pools.size(); ++i) {
    record_.peak_held[i] = std::max(record_.peak_held[i], point.pools[i].held);
  }
  const std::uint64_t taken = vnet_.taken();
  record_.vnet_peak = std::max(record_.vnet_peak, taken);
  record_.peak_nodes = std::max(record_.peak_nodes, point.nodes);
  std::uint32_t& in_range = record_.pod_range_nodes[pod_range_];
  in_range = std::max(in_range, NodesOfPodRange());
  current_.vnet_peak = std::max(current_.vnet_peak, taken);
  if (!record_.timeline.empty()) {
    TimelinePoint& last = record_.timeline.back();
    const auto same = [](const ipam::PoolHoldings& a, const ipam::PoolHoldings& b) {
      return a.held == b.held && a.assigned == b.assigned && a.pending == b.pending;
    };
    if (std::equal(last.pools.begin(), last.pools.end(), point.pools.begin(), point.pools.end(),
                   same) &&
        last.nodes == point.nodes && last.pods == point.pods &&
        last.pending_pods == point.pending_pods) {
      return;
    }
    if (last.at == now) {
      last = std::move(point);
      return;
    }
  }
  record_.timeline.push_back(std::move(point));
}

std::uint32_t ControlPlane::NodesOfPodRange() const {
  if (ipam_->kind != IpamKind::kOverlay) return static_cast<std::uint32_t>(AllNodes());
  int nodes = 0;
  for (std::size_t i = 0; i < input_.pools.size(); ++i) nodes += CountedNodes(i, {});
  return static_cast<std::uint32_t>(nodes);
}

std::optional<std::size_t> ControlPlane::FindPool(std::string_view name) const {
  for (std::size_t i = 0; i < input_.pools.size(); ++i) {
    if (input_.pools[i].pool.name == name) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> ControlPlane::FindWorkload(std::string_view name) const {
  for (std::size_t i = 0; i < input_.workloads.size(); ++i) {
    const std::string& full = input_.workloads[i].name;
    if (full == name || full.substr(full.find('/') + 1) == name) return i;
  }
  return std::nullopt;
}

SimTime ControlPlane::Seconds(LimitId id) const {
  return SimTime::FromNanos(limits_[id] * 1'000'000'000);
}

}  // namespace cnisim::plan::internal

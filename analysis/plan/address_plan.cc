#include "analysis/plan/address_plan.h"

#include <algorithm>
#include <memory>

#include "analysis/plan/internal/control_plane.h"
#include "models/azure/virtual_network.h"
#include "sim/base/check.h"
#include "sim/engine/simulation.h"

namespace cnisim::plan {
namespace {

// A plan's end: later than any scenario's.
constexpr SimTime kEnd = SimTime::FromNanos(std::int64_t{100} * 366 * 86'400 * 1'000'000'000);

// The same plan with more room than anyone needs: what it takes then is what it needs.
PlanInput WithRoom(const PlanInput& input) {
  PlanInput roomy = input;
  for (std::size_t i = 0; i < roomy.subnets.size(); ++i) {
    const auto base = static_cast<std::uint32_t>((i + 1) << 24);
    roomy.subnets[i].prefix = net::Cidr(net::IpAddress::V4(base), 9);
  }
  for (net::Cidr& range : roomy.ipam.pod_cidrs) {
    if (range.family() == net::IpFamily::kIpv4) {
      range = net::Cidr(net::IpAddress::V4(0xC0000000), 8);
      break;
    }
  }
  return roomy;
}

// Length of the smallest subnet that holds so many addresses, in blocks or one by one.
std::optional<int> SubnetFor(std::uint64_t addresses, bool blocks, const azure::Limits& limits) {
  if (!blocks) return azure::SmallestSubnetFor(addresses, limits);
  const std::uint64_t block = std::uint64_t{1} << (32 - limits[azure::LimitId::kStaticBlockLength]);
  // The first and the last block hold reserved addresses.
  const std::optional<int> length = net::SmallestPrefixFor(addresses + 2 * block);
  return length;
}

PlanAdvice::Prefix AdvisePodRange(const PlanInput& input, const PlanRecord& roomy,
                                  const azure::Limits& limits) {
  PlanAdvice::Prefix prefix;
  prefix.name = "pod CIDR";
  for (const net::Cidr& range : input.ipam.pod_cidrs) {
    if (range.family() == net::IpFamily::kIpv4 && prefix.now == 0) prefix.now = range.length();
  }
  if (input.ipam.kind == ipam::IpamKind::kCalicoBlocks) {
    prefix.needed = net::SmallestPrefixFor(roomy.peak_held.back());
    return prefix;
  }
  // AKS's check counts autoscaler maxima, used or not.
  std::uint64_t nodes = roomy.peak_nodes;
  if (input.ipam.kind == ipam::IpamKind::kOverlay) {
    std::uint64_t largest = 0;
    for (const PlannedPool& pool : input.pools) {
      largest += static_cast<std::uint64_t>(pool.pool.LargestCount());
    }
    nodes = std::max(nodes, largest);
  }
  prefix.needed = ipam::SmallestPodRange(input.ipam, nodes, limits);
  return prefix;
}

// True when the first upgrade of the pool succeeds with so many surge nodes.
bool UpgradeFits(const PlanInput& input, std::size_t operation, int surge,
                 const azure::Limits& limits) {
  PlanInput changed = input;
  changed.timeline.growth.reset();
  changed.timeline.operations.resize(operation + 1);
  cluster::MaxSurge nodes;
  nodes.nodes = surge;
  changed.timeline.operations[operation].max_surge = nodes;
  const PlanRecord record = RunPlan(changed, limits);
  return !record.operations.back().failed;
}

}  // namespace

std::string_view ToString(Binding binding) {
  switch (binding) {
    case Binding::kNothing:
      return "nothing";
    case Binding::kSubnet:
      return "subnet";
    case Binding::kPodCidr:
      return "pod CIDR";
    case Binding::kRoutes:
      return "routes";
    case Binding::kNic:
      return "NIC";
    case Binding::kVnet:
      return "VNet";
    case Binding::kScaleSet:
      return "scale set";
    case Binding::kClusterNodes:
      return "nodes of the cluster";
    case Binding::kMaxPods:
      return "max pods";
  }
  return "";
}

const OperationRecord* PlanRecord::FirstFailure() const {
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [](const OperationRecord& record) { return record.failed; });
  return found == operations.end() ? nullptr : &*found;
}

PlanRecord RunPlan(const PlanInput& input, const azure::Limits& limits) {
  CNISIM_CHECK(!input.pools.empty(), "a cluster has a node pool");
  engine::Simulation simulation;
  const engine::LpId id = simulation.Add(std::make_unique<internal::ControlPlane>(input, limits));
  simulation.Schedule(id, SimTime(), internal::ControlPlane::kStart);
  const engine::RunReport report = simulation.Run(kEnd);
  const auto& control_plane = static_cast<const internal::ControlPlane&>(simulation.lp(id));
  CNISIM_CHECK(control_plane.done(), "every operation of a plan ends");
  PlanRecord record = control_plane.record();
  record.events = report.events;
  return record;
}

PlanAdvice Advise(const PlanInput& input, const azure::Limits& limits) {
  PlanAdvice advice;
  const PlanRecord roomy = RunPlan(WithRoom(input), limits);
  const auto* failure = roomy.FirstFailure();
  for (std::size_t i = 0; i < input.subnets.size(); ++i) {
    PlanAdvice::Prefix prefix;
    prefix.name = input.subnets[i].name;
    prefix.now = input.subnets[i].prefix.length();
    const bool blocks = input.ipam.kind == ipam::IpamKind::kPodSubnetStatic &&
                        std::any_of(input.pools.begin(), input.pools.end(),
                                    [&](const PlannedPool& pool) { return pool.pod_subnet == i; });
    const bool limited = failure != nullptr && failure->binding == Binding::kVnet;
    if (!limited) prefix.needed = SubnetFor(roomy.peak_held[i], blocks, limits);
    advice.prefixes.push_back(prefix);
  }
  if (!ipam::PodsInVnet(input.ipam.kind)) {
    advice.prefixes.push_back(AdvisePodRange(input, roomy, limits));
  }

  for (std::size_t i = 0; i < input.timeline.operations.size(); ++i) {
    const lifecycle::Operation& operation = input.timeline.operations[i];
    if (operation.kind != lifecycle::OperationKind::kUpgrade) continue;
    const auto pool = std::find_if(
        input.pools.begin(), input.pools.end(),
        [&](const PlannedPool& planned) { return planned.pool.name == operation.target; });
    if (pool == input.pools.end()) continue;
    const int nodes = pool->pool.count;
    PlanAdvice::Surge surge;
    surge.pool = operation.target;
    surge.asked =
        std::min(nodes, operation.max_surge.value_or(pool->pool.max_surge).NodesFor(nodes));
    // More surge nodes never need fewer addresses, so the largest that fits is found by halving.
    int low = -1;
    int high = nodes;
    while (low < high) {
      const int middle = low + (high - low + 1) / 2;
      if (UpgradeFits(input, i, middle, limits)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    surge.fits = low;
    advice.surges.push_back(surge);
  }
  return advice;
}

}  // namespace cnisim::plan

#include "analysis/plan/address_plan.h"

#include <algorithm>
#include <limits>
#include <memory>

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_invoke.h>
#include <oneapi/tbb/task_arena.h>

#include "analysis/plan/internal/control_plane.h"
#include "models/azure/virtual_network.h"
#include "sim/base/check.h"
#include "sim/engine/simulation.h"

namespace cnisim::plan {
namespace {

// A plan's end: later than any scenario's.
constexpr SimTime kEnd = SimTime::FromNanos(std::int64_t{100} * 366 * 86'400 * 1'000'000'000);

void WidenPodRange(ipam::IpamConfiguration& ipam) {
  for (net::Cidr& range : ipam.pod_cidrs) {
    if (range.family() != net::IpFamily::kIpv4) continue;
    range = net::Cidr(net::IpAddress::V4(0xC0000000), 8);
    break;
  }
}

// The same plan with more room than anyone needs: what it takes then is what it needs.
PlanInput WithRoom(const PlanInput& input) {
  PlanInput roomy = input;
  for (std::size_t i = 0; i < roomy.subnets.size(); ++i) {
    const auto base = static_cast<std::uint32_t>((i + 1) << 24);
    roomy.subnets[i].prefix = net::Cidr(net::IpAddress::V4(base), 9);
  }
  WidenPodRange(roomy.ipam);
  for (Migration& migration : roomy.migrations) WidenPodRange(migration.ipam);
  roomy.outbound.addresses = std::numeric_limits<int>::max();
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

/// @param ipam  of the cluster, or of what it moves to
/// @param nodes  that are in the range at the same time
PlanAdvice::Prefix AdvisePodRange(const ipam::IpamConfiguration& ipam, std::uint32_t nodes,
                                  const PlanRecord& roomy, const azure::Limits& limits) {
  PlanAdvice::Prefix prefix;
  prefix.name = "pod CIDR";
  for (const net::Cidr& range : ipam.pod_cidrs) {
    if (range.family() == net::IpFamily::kIpv4 && prefix.now == 0) prefix.now = range.length();
  }
  prefix.needed = ipam.kind == ipam::IpamKind::kCalicoBlocks
                      ? net::SmallestPrefixFor(roomy.peak_held.back())
                      : ipam::SmallestPodRange(ipam, nodes, limits);
  return prefix;
}

// The plan up to an operation, without it: growth included as far as it comes before.
PlanInput Before(const PlanInput& input, std::size_t operation) {
  PlanInput before = input;
  const SimTime at = input.timeline.operations[operation].at;
  before.timeline.operations.resize(operation);
  if (auto& growth = before.timeline.growth) {
    std::erase_if(growth->steps, [&](const lifecycle::GrowthStep& step) { return step.at >= at; });
  }
  return before;
}

// True when the upgrade succeeds with so many surge nodes, after the plan `before` it.
bool UpgradeFits(const PlanInput& before, lifecycle::Operation upgrade, int surge,
                 const azure::Limits& limits) {
  PlanInput changed = before;
  cluster::MaxSurge nodes;
  nodes.nodes = surge;
  upgrade.max_surge = nodes;
  changed.timeline.operations.push_back(std::move(upgrade));
  return !RunPlan(changed, limits).operations.back().failed;
}

// The largest surge of the upgrade that fits.  More surge nodes never need fewer addresses, so it
// is found by halving.
int LargestSurge(const PlanInput& before, const lifecycle::Operation& upgrade, int nodes,
                 const azure::Limits& limits) {
  int low = -1;
  int high = nodes;
  while (low < high) {
    const int middle = low + (high - low + 1) / 2;
    if (UpgradeFits(before, upgrade, middle, limits)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

// Upgrades in their order, each after the earlier ones with a surge that fits.
std::vector<PlanAdvice::Surge> AdviseSurges(PlanInput input, const azure::Limits& limits) {
  std::vector<PlanAdvice::Surge> surges;
  for (std::size_t i = 0; i < input.timeline.operations.size(); ++i) {
    lifecycle::Operation& operation = input.timeline.operations[i];
    if (operation.kind != lifecycle::OperationKind::kUpgrade) continue;
    const auto pool = std::find_if(
        input.pools.begin(), input.pools.end(),
        [&](const PlannedPool& planned) { return planned.pool.name == operation.target; });
    if (pool == input.pools.end()) continue;
    const PlanInput before = Before(input, i);
    const PlanRecord record = RunPlan(before, limits);
    const int nodes = record.pool_nodes[static_cast<std::size_t>(pool - input.pools.begin())];
    PlanAdvice::Surge surge;
    surge.pool = operation.target;
    surge.asked =
        std::min(nodes, operation.max_surge.value_or(pool->pool.max_surge).NodesFor(nodes));
    if (const OperationRecord* failure = record.FirstFailure()) {
      surge.fits = -1;
      surge.blocked_by = failure->name;
    } else {
      surge.fits = LargestSurge(before, operation, nodes, limits);
      cluster::MaxSurge used;
      used.nodes = std::clamp(surge.asked, 0, std::max(surge.fits, 0));
      operation.max_surge = used;
    }
    surges.push_back(std::move(surge));
  }
  return surges;
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
    case Binding::kSnatPorts:
      return "SNAT ports";
    case Binding::kBackends:
      return "load balancer";
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
  advice.vnet_needed = roomy.vnet_peak;
  const auto* failure = roomy.FirstFailure();
  for (std::size_t i = 0; i < input.subnets.size(); ++i) {
    if (roomy.peak_held[i] == 0) continue;  // this configuration has no use for it
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
    advice.prefixes.push_back(
        AdvisePodRange(input.ipam, roomy.pod_range_nodes.front(), roomy, limits));
  }
  for (std::size_t i = 0; i < input.migrations.size(); ++i) {
    const Migration& migration = input.migrations[i];
    if (ipam::PodsInVnet(migration.ipam.kind)) continue;
    advice.prefixes.push_back(
        AdvisePodRange(migration.ipam, roomy.pod_range_nodes[i + 1], roomy, limits));
    advice.prefixes.back().name += " of " + migration.configuration;
  }

  if (input.outbound.ports_per_node > 0) {
    const std::int64_t ports = roomy.outbound_nodes * input.outbound.ports_per_node;
    const std::int64_t of_one = limits[azure::LimitId::kLbPortsPerIp];
    advice.outbound_addresses = {input.outbound.addresses, (ports + of_one - 1) / of_one};
  }
  advice.surges = AdviseSurges(input, limits);
  return advice;
}

std::vector<PlanOutcome> RunAndAdvise(const std::vector<PlanInput>& inputs,
                                      const azure::Limits& limits, unsigned threads) {
  std::vector<PlanOutcome> outcomes(inputs.size());
  tbb::task_arena arena(threads == 0 ? tbb::task_arena::automatic : static_cast<int>(threads));
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, inputs.size(), [&](std::size_t i) {
      tbb::parallel_invoke([&] { outcomes[i].record = RunPlan(inputs[i], limits); },
                           [&] { outcomes[i].advice = Advise(inputs[i], limits); });
    });
  });
  return outcomes;
}

}  // namespace cnisim::plan

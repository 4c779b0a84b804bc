#include "analysis/plan/scenario_plan.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "models/document/quantities.h"
#include "models/document/spelling.h"
#include "models/scenario/address_plan.h"

namespace cnisim::plan {
namespace {

using lifecycle::Operation;
using lifecycle::OperationKind;

constexpr SimTime kHour = SimTime::FromNanos(std::int64_t{3'600} * 1'000'000'000);

/// A Deployment's maxSurge, "25%" or "1"; nothing if it has none.
std::optional<cluster::MaxSurge> SurgeOf(const std::string& text) {
  cluster::MaxSurge surge;
  if (const auto share = document::ParsePercentage(text); share.ok()) {
    surge.share = *share;
    return surge;
  }
  if (const auto pods = document::ParseInteger(text); pods && *pods >= 0) {
    surge.nodes = static_cast<int>(*pods);
    return surge;
  }
  return std::nullopt;
}

OutboundProfile OutboundOf(const scenario::Scenario& scenario,
                           const scenario::ConfigurationSpec& spec) {
  OutboundProfile outbound;
  const bool by_load_balancer =
      !spec.az.outbound_type || *spec.az.outbound_type == cni::OutboundType::kLoadBalancer;
  if (by_load_balancer && spec.az.lb_outbound_ports)
    outbound.ports_per_node = *spec.az.lb_outbound_ports;
  if (spec.az.lb_outbound_ip_count) outbound.addresses = *spec.az.lb_outbound_ip_count;
  std::size_t ports = 0;
  for (const cluster::Service& service : scenario.objects.services) {
    if (service.type != cluster::ServiceType::kLoadBalancer) continue;
    ++outbound.services;
    ports += service.ports.size();
  }
  if (outbound.services > 0) {
    const auto services = static_cast<std::size_t>(outbound.services);
    outbound.ports_per_service = static_cast<int>((ports + services - 1) / services);
  }
  return outbound;
}

std::optional<std::size_t> SubnetIndex(const PlanInput& input, std::string_view name) {
  for (std::size_t i = 0; i < input.subnets.size(); ++i) {
    if (input.subnets[i].name == name) return i;
  }
  return std::nullopt;
}

PlanInput MakeInput(const scenario::Scenario& scenario, const scenario::ConfigurationSpec& spec,
                    const azure::Limits& limits) {
  PlanInput input;
  input.configuration = spec.name;
  input.ipam = spec.cni.ipam;
  for (const scenario::SubnetSpec& subnet : scenario.cluster.vnet.subnets) {
    input.subnets.push_back({subnet.name, subnet.prefix});
  }
  for (const scenario::NodePoolSpec& pool : spec.node_pools) {
    PlannedPool planned;
    planned.pool = pool.pool;
    if (!planned.pool.max_pods) planned.pool.max_pods = spec.cni.default_max_pods;
    planned.node_subnet = SubnetIndex(input, pool.node_subnet).value_or(0);
    if (UsesPodSubnet(spec.cni.ipam.kind)) {
      planned.pod_subnet = SubnetIndex(input, pool.pod_subnet);
    }
    input.pools.push_back(std::move(planned));
  }
  for (const cluster::Workload& workload : scenario.objects.workloads) {
    if (workload.host_network) continue;
    if (workload.kind == cluster::WorkloadKind::kDaemonSet) {
      ++input.pods_per_node;
    } else {
      input.workloads.push_back(
          {workload.ToString(), workload.replicas, SurgeOf(workload.rollout_max_surge)});
    }
  }
  for (const scenario::OtherUse& use : scenario::OtherAddresses(scenario, spec, limits)) {
    if (const auto subnet = SubnetIndex(input, use.subnet)) {
      input.others.push_back({*subnet, use.addresses, use.what});
    }
  }
  input.outbound = OutboundOf(scenario, spec);
  return input;
}

// An hour apart; an upgrade that takes longer delays the next.
std::vector<Operation> UpgradesOfAllPools(const PlanInput& input) {
  std::vector<Operation> operations;
  for (const PlannedPool& pool : input.pools) {
    Operation operation;
    operation.kind = OperationKind::kUpgrade;
    operation.target = pool.pool.name;
    operation.at = kHour * static_cast<std::int64_t>(operations.size() + 1);
    operations.push_back(std::move(operation));
  }
  return operations;
}

/// Adds the pools that operations make later, of no node yet.
void AddLaterPools(const scenario::ConfigurationSpec& spec, PlanInput& input,
                   document::Diagnostics& diagnostics) {
  for (const Operation& operation : input.timeline.operations) {
    if (!operation.new_pool) continue;
    const lifecycle::NewPool& made = *operation.new_pool;
    PlannedPool planned;
    planned.pool = made.pool;
    planned.pool.count = 0;
    planned.made_later = true;
    if (!planned.pool.max_pods) planned.pool.max_pods = spec.cni.default_max_pods;
    const PlannedPool& first = input.pools.front();
    planned.node_subnet = first.node_subnet;
    planned.pod_subnet = first.pod_subnet;
    const auto find = [&](const std::string& name, auto& index) {
      if (name.empty()) return;
      const auto found = SubnetIndex(input, name);
      if (found) {
        index = *found;
      } else {
        diagnostics.Error(operation.where, "timeline",
                          fmt::format("there is no subnet {}", document::Quote(name)));
      }
    };
    find(made.node_subnet, planned.node_subnet);
    if (UsesPodSubnet(spec.cni.ipam.kind)) find(made.pod_subnet, planned.pod_subnet);
    for (const PlannedPool& other : input.pools) {
      if (other.pool.name != planned.pool.name) continue;
      diagnostics.Error(
          operation.where, "timeline",
          fmt::format("there is a pool {} already", document::Quote(other.pool.name)));
    }
    input.pools.push_back(std::move(planned));
  }
}

/// AKS moves clusters of the node subnet mode and of kubenet to overlay, in place; elsewhere a
/// migration is no operation.
void AddMigrations(const scenario::Scenario& scenario, const scenario::ConfigurationSpec& spec,
                   PlanInput& input, document::Diagnostics& diagnostics) {
  const bool movable = spec.cni.ipam.kind == ipam::IpamKind::kNodeSubnet ||
                       spec.cni.ipam.kind == ipam::IpamKind::kKubenet;
  for (const Operation& operation : input.timeline.operations) {
    if (operation.kind != OperationKind::kMigrate) continue;
    const scenario::ConfigurationSpec* target = scenario.FindConfiguration(operation.target);
    if (target == nullptr) {
      std::vector<std::string> known;
      for (const auto& each : scenario.configurations) known.push_back(each.name);
      diagnostics.Error(
          operation.where, "timeline",
          fmt::format("there is no configuration {}", document::Quote(operation.target)),
          document::SpellingHint(operation.target, known));
    } else if (target->cni.ipam.kind != ipam::IpamKind::kOverlay) {
      diagnostics.Error(operation.where, "timeline",
                        fmt::format("AKS cannot move a cluster to {} in place",
                                    document::Quote(operation.target)),
                        "it moves to overlay only");
    } else if (movable) {
      input.migrations.push_back({target->name, target->cni.ipam});
    }
  }
  if (movable) return;
  std::erase_if(input.timeline.operations, [](const Operation& operation) {
    return operation.kind == OperationKind::kMigrate;
  });
}

void CheckNames(const PlanInput& input, document::Diagnostics& diagnostics) {
  std::vector<std::string> pools;
  for (const PlannedPool& pool : input.pools) pools.push_back(pool.pool.name);
  std::vector<std::string> workloads;
  for (const PlannedWorkload& workload : input.workloads) {
    workloads.push_back(workload.name);
    workloads.push_back(workload.name.substr(workload.name.find('/') + 1));
  }
  for (const Operation& operation : input.timeline.operations) {
    if (operation.kind == OperationKind::kMigrate) continue;  // checked with its configuration
    const bool of_pool =
        operation.kind == OperationKind::kScalePool || operation.kind == OperationKind::kUpgrade ||
        operation.kind == OperationKind::kAutoscale || operation.kind == OperationKind::kAddPool ||
        operation.kind == OperationKind::kReplace;
    const std::vector<std::string>& names = of_pool ? pools : workloads;
    if (std::find(names.begin(), names.end(), operation.target) != names.end()) continue;
    diagnostics.Error(operation.where, "timeline",
                      fmt::format("there is no {} {}", of_pool ? "pool" : "deployment",
                                  document::Quote(operation.target)),
                      document::SpellingHint(operation.target, names));
  }
}

}  // namespace

std::vector<PlanInput> MakePlanInputs(const scenario::Scenario& scenario,
                                      const azure::Limits& limits,
                                      document::Diagnostics& diagnostics) {
  const lifecycle::Timeline timeline =
      lifecycle::ReadTimeline(scenario.timeline, scenario.growth, diagnostics);
  std::vector<PlanInput> inputs;
  for (const scenario::ConfigurationSpec& spec : scenario.configurations) {
    PlanInput input = MakeInput(scenario, spec, limits);
    input.timeline = timeline;
    if (timeline.operations.empty() && !timeline.growth) {
      input.timeline.operations = UpgradesOfAllPools(input);
    }
    if (!input.pools.empty()) AddLaterPools(spec, input, diagnostics);
    AddMigrations(scenario, spec, input, diagnostics);
    CheckNames(input, diagnostics);
    inputs.push_back(std::move(input));
  }
  return inputs;
}

std::vector<PlanResult> RunPlans(const scenario::Scenario& scenario, const azure::Limits& limits,
                                 document::Diagnostics& diagnostics) {
  std::vector<PlanResult> results;
  const std::vector<PlanInput> inputs = MakePlanInputs(scenario, limits, diagnostics);
  if (diagnostics.has_errors()) return results;
  std::vector<PlanInput> possible;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const document::SourceLocation& where = scenario.configurations[i].where;
    const std::string& name = inputs[i].configuration;
    if (const auto wrong = ipam::CheckConfiguration(inputs[i].ipam, limits)) {
      diagnostics.Error(where, name, *wrong);
      continue;
    }
    const bool needs_subnet = UsesPodSubnet(inputs[i].ipam.kind);
    const bool lacks_subnet =
        std::any_of(inputs[i].pools.begin(), inputs[i].pools.end(),
                    [&](const PlannedPool& pool) { return needs_subnet && !pool.pod_subnet; });
    if (lacks_subnet || inputs[i].pools.empty()) {
      diagnostics.Error(where, name,
                        lacks_subnet ? "a pool has no pod subnet" : "there is no node pool");
      continue;
    }
    possible.push_back(inputs[i]);
  }
  std::vector<PlanOutcome> outcomes = RunAndAdvise(possible, limits);
  for (std::size_t i = 0; i < possible.size(); ++i) {
    results.push_back(
        {std::move(possible[i]), std::move(outcomes[i].record), std::move(outcomes[i].advice)});
  }
  return results;
}

}  // namespace cnisim::plan

#include "analysis/plan/scenario_plan.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "models/document/spelling.h"

namespace cnisim::plan {
namespace {

using lifecycle::Operation;
using lifecycle::OperationKind;

constexpr SimTime kHour = SimTime::FromNanos(std::int64_t{3'600} * 1'000'000'000);

bool IsInternalLoadBalancer(const cluster::ManifestObject& object) {
  if (object.kind != "Service" || object.value == nullptr) return false;
  const document::Value* annotation = object.value->At(
      {"metadata", "annotations", "service.beta.kubernetes.io/azure-load-balancer-internal"});
  return annotation != nullptr && annotation->text() == "true";
}

// Frontends of internal load balancers, and the private endpoint of the API server.
int OtherAddresses(const scenario::Scenario& scenario, const scenario::ConfigurationSpec& spec) {
  int count = 0;
  if (scenario.inputs) {
    for (const cluster::ManifestObject& object : scenario.inputs->manifests.objects()) {
      if (IsInternalLoadBalancer(object)) ++count;
    }
  }
  if (spec.az.private_cluster && !spec.az.apiserver_subnet) ++count;
  return count;
}

std::optional<std::size_t> SubnetIndex(const PlanInput& input, std::string_view name) {
  for (std::size_t i = 0; i < input.subnets.size(); ++i) {
    if (input.subnets[i].name == name) return i;
  }
  return std::nullopt;
}

PlanInput MakeInput(const scenario::Scenario& scenario, const scenario::ConfigurationSpec& spec) {
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
      input.workloads.push_back({workload.ToString(), workload.replicas});
    }
  }
  input.other_addresses = OtherAddresses(scenario, spec);
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

void CheckNames(const PlanInput& input, document::Diagnostics& diagnostics) {
  std::vector<std::string> pools;
  for (const PlannedPool& pool : input.pools) pools.push_back(pool.pool.name);
  std::vector<std::string> workloads;
  for (const PlannedWorkload& workload : input.workloads) {
    workloads.push_back(workload.name);
    workloads.push_back(workload.name.substr(workload.name.find('/') + 1));
  }
  for (const Operation& operation : input.timeline.operations) {
    const bool of_pool = operation.kind == OperationKind::kScalePool ||
                         operation.kind == OperationKind::kUpgrade ||
                         operation.kind == OperationKind::kAutoscale;
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
                                      document::Diagnostics& diagnostics) {
  const lifecycle::Timeline timeline =
      lifecycle::ReadTimeline(scenario.timeline, scenario.growth, diagnostics);
  std::vector<PlanInput> inputs;
  for (const scenario::ConfigurationSpec& spec : scenario.configurations) {
    PlanInput input = MakeInput(scenario, spec);
    input.timeline = timeline;
    if (timeline.operations.empty() && !timeline.growth) {
      input.timeline.operations = UpgradesOfAllPools(input);
    }
    CheckNames(input, diagnostics);
    inputs.push_back(std::move(input));
  }
  return inputs;
}

std::vector<PlanResult> RunPlans(const scenario::Scenario& scenario, const azure::Limits& limits,
                                 document::Diagnostics& diagnostics) {
  std::vector<PlanResult> results;
  const std::vector<PlanInput> inputs = MakePlanInputs(scenario, diagnostics);
  if (diagnostics.has_errors()) return results;
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
    results.push_back({inputs[i], RunPlan(inputs[i], limits), Advise(inputs[i], limits)});
  }
  return results;
}

}  // namespace cnisim::plan

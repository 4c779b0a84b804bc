// Matrices of large clusters: set-up and every pair, checked against a count known beforehand.

#include "models/policy/policy.h"

#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>

#include "analysis/connectivity/matrix.h"
#include "models/document/catalog_files.h"
#include "models/policy/cluster_view.h"
#include "models/policy/evaluator.h"

namespace cnisim::connectivity {
namespace {

policy::Limits LoadLimits() {
  document::Diagnostics diagnostics;
  return policy::Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics), diagnostics);
}

// `pods` pods in workloads of `size`, twenty workloads a namespace.
policy::ClusterView ViewOfSize(std::uint32_t pods, std::uint32_t size) {
  policy::ClusterView view;
  for (std::uint32_t pod = 0; pod < pods; ++pod) {
    const std::uint32_t workload = pod / size;
    policy::PodView one;
    one.ns = "ns" + std::to_string(workload / 20);
    one.workload = one.ns + "/w" + std::to_string(workload);
    one.name = "w" + std::to_string(workload) + '-' + std::to_string(pod % size);
    one.labels = {{"app", "w" + std::to_string(workload)},
                  {"tier", "t" + std::to_string(workload % 5)}};
    one.ports = {{"http", cluster::Protocol::kTcp, 8080}};
    one.ips = {net::IpAddress::V4(0x0af40000 + pod)};
    one.node = "node" + std::to_string(pod % 50);
    view.pods.push_back(std::move(one));
  }
  for (std::uint32_t ns = 0; ns * 20 * size < pods; ++ns) {
    const std::string name = "ns" + std::to_string(ns);
    view.namespaces.push_back({name, {{"kubernetes.io/metadata.name", name}}, {}});
  }
  return view;
}

// Each policy isolates one workload and lets one tier of its namespace in, on port 8080.
policy::PolicySet PoliciesOfSize(std::uint32_t policies, std::uint32_t workloads) {
  policy::PolicySet set;
  for (std::uint32_t i = 0; i < policies; ++i) {
    const std::uint32_t workload = i % workloads;
    policy::Policy one;
    one.ns = "ns" + std::to_string(workload / 20);
    one.name = "p" + std::to_string(i);
    one.subject.Add(policy::kNamespaceKey, policy::LabelTerm::kIn, {one.ns});
    one.subject.Add("app", policy::LabelTerm::kIn, {"w" + std::to_string(workload)});
    one.ingress = true;
    policy::Rule rule;
    rule.section = "ingress";
    rule.any_peer = false;
    policy::Selector peer;
    peer.Add(policy::kNamespaceKey, policy::LabelTerm::kIn, {one.ns});
    peer.Add("tier", policy::LabelTerm::kIn, {"t0"});
    rule.peers.push_back({peer, {}});
    rule.any_port = false;
    policy::PortMatch port;
    port.first = 8080;
    rule.ports.push_back(port);
    one.rules.push_back(rule);
    set.policies.push_back(std::move(one));
  }
  return set;
}

void BuildWhole(benchmark::State& state, policy::Engine engine, std::uint32_t pods,
                std::uint32_t size, std::uint32_t policies, Grouping grouping) {
  const policy::Limits limits = LoadLimits();
  const policy::ClusterView view = ViewOfSize(pods, size);
  const policy::PolicySet set = PoliciesOfSize(policies, pods / size);
  policy::Settings settings;
  settings.engine = engine;
  MatrixOptions options;
  options.grouping = grouping;
  options.threads = 2;
  for (auto _ : state) {
    const policy::Evaluator evaluator(view, set, settings, limits);
    const Matrix matrix = BuildMatrix(evaluator, options);
    // Isolated groups hear the four t0 workloads of their namespace (less themselves), others all.
    std::uint64_t allowed = 0;
    const std::uint64_t each = grouping == Grouping::kPod ? size : 1;
    for (std::uint32_t workload = 0; workload < pods / size; ++workload) {
      const std::uint64_t self = workload % 5 == 0 ? 1 : 0;
      allowed += each * (workload < policies ? 4 * each - self : matrix.size() - 1);
    }
    if (matrix.pairs_allowed() != allowed) state.SkipWithError("wrong matrix");
  }
  state.counters["pairs"] = benchmark::Counter(static_cast<double>(pods) * pods,
                                               benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK_CAPTURE(BuildWhole, cilium_1000_pods_200_policies, policy::Engine::kCilium, 1000U, 1U,
                  200U, Grouping::kPod)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(BuildWhole, npm_1000_pods_200_policies, policy::Engine::kAzureNpm, 1000U, 1U,
                  200U, Grouping::kPod)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(BuildWhole, cilium_20000_pods_2000_policies, policy::Engine::kCilium, 20000U, 10U,
                  2000U, Grouping::kWorkload)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace cnisim::connectivity

// What holds for the placement of any workloads on any pools.

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "models/cluster/cluster.h"
#include "sim/base/random.h"

namespace cnisim::cluster {
namespace {

struct Input {
  std::vector<NodePool> pools;
  Objects objects;
};

Input RandomInput(std::uint64_t seed) {
  RandomStream random(seed, 0, 0);
  const auto below = [&random](std::uint32_t n) { return static_cast<int>(random.Below(n)); };
  Input input;
  const int pools = 1 + below(3);
  for (int p = 0; p < pools; ++p) {
    NodePool pool;
    pool.name = "pool" + std::to_string(p);
    pool.count = below(8);
    pool.max_pods = 1 + below(12);
    if (below(2) == 0) pool.zones = {1, 2, 3};
    if (below(3) == 0) pool.mode = PoolMode::kSystem;
    input.pools.push_back(std::move(pool));
  }
  const int workloads = 1 + below(8);
  for (int w = 0; w < workloads; ++w) {
    Workload workload;
    workload.kind = below(4) == 0 ? WorkloadKind::kDaemonSet : WorkloadKind::kDeployment;
    workload.ns = below(4) == 0 ? "kube-system" : "shop";
    workload.name = "w" + std::to_string(w);
    workload.replicas = below(20);
    workload.pod_labels = {{"app", "a" + std::to_string(below(4))},
                           {"tier", std::to_string(below(2))}};
    workload.ports = {{"http", Protocol::kTcp, static_cast<std::uint16_t>(8000 + w)}};
    if (below(3) == 0) workload.node_selector = {{"agentpool", "pool" + std::to_string(below(3))}};
    input.objects.workloads.push_back(std::move(workload));
  }
  for (int s = 0; s < 4; ++s) {
    Service service;
    service.ns = "shop";
    service.name = "s" + std::to_string(s);
    service.selector = {{"app", "a" + std::to_string(s)}};
    if (below(2) == 0) service.selector.emplace("tier", "1");
    service.ports.push_back({"", Protocol::kTcp, 80, {0, "http"}, 0, {}});
    input.objects.services.push_back(std::move(service));
  }
  return input;
}

Cluster Build(const Input& input) {
  document::Diagnostics diagnostics;
  return BuildCluster(input.pools, input.objects, {}, diagnostics);
}

TEST(Placement, PutsEveryPodSomewhereItMayBeOrSaysSo) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    const Input input = RandomInput(seed);
    const Cluster cluster = Build(input);
    const bool has_user_pool = std::any_of(
        input.pools.begin(), input.pools.end(),
        [](const NodePool& pool) { return pool.mode == PoolMode::kUser && pool.count > 0; });
    std::size_t on_nodes = 0;
    for (const Node& node : cluster.nodes()) {
      EXPECT_LE(static_cast<int>(node.pods.size()), node.max_pods);
      EXPECT_TRUE(std::is_sorted(node.pods.begin(), node.pods.end()));
      for (const PodId pod : node.pods) EXPECT_EQ(cluster.pod(pod).node, node.id);
      on_nodes += node.pods.size();
    }
    EXPECT_EQ(on_nodes, cluster.pods().size());
    std::size_t wanted = 0;
    for (std::uint32_t w = 0; w < cluster.workloads().size(); ++w) {
      const Workload& workload = cluster.workload(WorkloadId(w));
      for (const PodId id : cluster.pods_of(WorkloadId(w))) {
        const Node& node = cluster.node(cluster.pod(id).node);
        EXPECT_EQ(cluster.pod(id).workload, WorkloadId(w));
        EXPECT_TRUE(Selects(workload.node_selector, node.labels));
        const bool system_pool = cluster.pool(node.pool).mode == PoolMode::kSystem;
        if (system_pool && has_user_pool && workload.kind != WorkloadKind::kDaemonSet) {
          EXPECT_EQ(workload.ns, "kube-system");
        }
      }
      if (workload.kind != WorkloadKind::kDaemonSet) {
        wanted += static_cast<std::size_t>(workload.replicas);
        continue;
      }
      for (const Node& node : cluster.nodes()) {
        if (Selects(workload.node_selector, node.labels)) ++wanted;
      }
    }
    EXPECT_EQ(cluster.pods().size() + cluster.unplaced().size(), wanted);
    if (HasFailure()) return;
  }
}

// Replays the placement and looks at every node for every replica.
TEST(Placement, TakesTheNodeThatTheRuleNames) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE(seed);
    const Input input = RandomInput(seed);
    const Cluster cluster = Build(input);
    const bool has_user_pool = std::any_of(
        input.pools.begin(), input.pools.end(),
        [](const NodePool& pool) { return pool.mode == PoolMode::kUser && pool.count > 0; });
    std::vector<int> load(cluster.nodes().size());
    std::map<std::uint32_t, std::map<std::uint32_t, int>> on_node;  // by workload
    std::map<std::uint32_t, std::map<int, int>> in_zone;            // likewise
    for (const PlacedPod& pod : cluster.pods()) {
      const Workload& workload = cluster.workload(pod.workload);
      auto& of_node = on_node[pod.workload.value()];
      auto& of_zone = in_zone[pod.workload.value()];
      if (workload.kind != WorkloadKind::kDaemonSet) {
        using Rank = std::tuple<int, int, int, std::uint32_t>;
        const auto rank = [&](const Node& node) {
          return Rank(of_zone[node.zone], of_node[node.id.value()],
                      load[node.id.value()] * 1'000'000 / node.max_pods, node.id.value());
        };
        for (const Node& node : cluster.nodes()) {
          const bool system = cluster.pool(node.pool).mode == PoolMode::kSystem;
          if (load[node.id.value()] >= node.max_pods) continue;
          if (!Selects(workload.node_selector, node.labels)) continue;
          if (system && has_user_pool && workload.ns != "kube-system") continue;
          ASSERT_LE(rank(cluster.node(pod.node)), rank(node)) << pod.name << " on " << node.name;
        }
      }
      ++load[pod.node.value()];
      ++of_node[pod.node.value()];
      ++of_zone[cluster.node(pod.node).zone];
    }
  }
}

TEST(Placement, IsTheSameEveryTime) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Input input = RandomInput(seed);
    const Cluster first = Build(input);
    const Cluster second = Build(input);
    ASSERT_EQ(first.pods().size(), second.pods().size());
    for (std::size_t i = 0; i < first.pods().size(); ++i) {
      ASSERT_EQ(first.pods()[i].node, second.pods()[i].node);
      ASSERT_EQ(first.pods()[i].name, second.pods()[i].name);
    }
  }
}

// With room everywhere, zones differ by at most one pod of a workload, and so do a zone's nodes.
TEST(Placement, SpreadsEvenlyWhereThereIsRoom) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE(seed);
    Input input = RandomInput(seed);
    input.pools.resize(1);
    input.pools[0].count = 1 + static_cast<int>(seed % 9);
    input.pools[0].max_pods = 250;
    for (Workload& workload : input.objects.workloads) workload.node_selector.clear();
    const Cluster cluster = Build(input);
    EXPECT_TRUE(cluster.unplaced().empty());
    for (std::uint32_t w = 0; w < cluster.workloads().size(); ++w) {
      if (cluster.workload(WorkloadId(w)).kind == WorkloadKind::kDaemonSet) continue;
      std::map<int, int> in_zone;
      std::map<int, std::map<std::uint32_t, int>> on_node;
      for (const Node& node : cluster.nodes()) {
        in_zone[node.zone] = 0;
        on_node[node.zone][node.id.value()] = 0;
      }
      for (const PodId id : cluster.pods_of(WorkloadId(w))) {
        const Node& node = cluster.node(cluster.pod(id).node);
        ++in_zone[node.zone];
        ++on_node[node.zone][node.id.value()];
      }
      const auto spread = [](const auto& counts) {
        const auto [least, most] =
            std::minmax_element(counts.begin(), counts.end(),
                                [](const auto& a, const auto& b) { return a.second < b.second; });
        return most->second - least->second;
      };
      EXPECT_LE(spread(in_zone), 1);
      for (const auto& [zone, nodes] : on_node) EXPECT_LE(spread(nodes), 1) << "zone " << zone;
    }
    if (HasFailure()) return;
  }
}

// A pod is an endpoint exactly when its namespace and labels are the Service's.
TEST(Placement, EndpointsAreThePodsThatAServiceSelects) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    const Cluster cluster = Build(RandomInput(seed));
    for (const PlacedService& placed : cluster.services()) {
      std::vector<PodId> expected;
      for (const PlacedPod& pod : cluster.pods()) {
        const PodTemplate& pod_template = cluster.template_of(pod.id);
        bool selected = pod_template.ns == placed.service.ns;
        for (const auto& [key, value] : placed.service.selector) {
          selected = selected && pod_template.labels.count(key) > 0 &&
                     pod_template.labels.at(key) == value;
        }
        if (selected) expected.push_back(pod.id);
      }
      std::vector<PodId> endpoints;
      for (const ServiceEndpoint& endpoint : placed.endpoints[0]) {
        endpoints.push_back(endpoint.pod);
        EXPECT_EQ(endpoint.port, cluster.template_of(endpoint.pod).ports[0].port);
      }
      EXPECT_EQ(endpoints, expected);
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace cnisim::cluster

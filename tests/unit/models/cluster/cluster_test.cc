#include "models/cluster/cluster.h"

#include <map>

#include <gtest/gtest.h>

namespace cnisim::cluster {
namespace {

NodePool Pool(const std::string& name, int count, int max_pods, std::vector<int> zones = {}) {
  NodePool pool;
  pool.name = name;
  pool.sku = "Standard_D4s_v5";
  pool.count = count;
  pool.max_pods = max_pods;
  pool.zones = std::move(zones);
  return pool;
}

Workload App(const std::string& name, int replicas, WorkloadKind kind = WorkloadKind::kDeployment) {
  Workload workload;
  workload.kind = kind;
  workload.ns = "shop";
  workload.name = name;
  workload.replicas = replicas;
  workload.pod_labels = {{"app", name}};
  workload.ports = {{"http", Protocol::kTcp, 8080}};
  return workload;
}

Service For(const std::string& name, TargetPort target = {8080, ""}) {
  Service service;
  service.ns = "shop";
  service.name = name;
  service.selector = {{"app", name}};
  service.ports.push_back({"", Protocol::kTcp, 80, std::move(target), 0, {}});
  return service;
}

class ClusterTest : public ::testing::Test {
 protected:
  Cluster Build(const std::vector<NodePool>& pools, const PlacementOptions& options = {}) {
    return BuildCluster(pools, objects_, options, diagnostics_);
  }
  // How many pods of the workload each node has.
  static std::vector<int> OnNodes(const Cluster& cluster, const std::string& name) {
    std::vector<int> counts(cluster.nodes().size());
    for (const PodId pod : cluster.pods_of(cluster.FindWorkload("shop", name))) {
      ++counts[cluster.pod(pod).node.value()];
    }
    return counts;
  }

  Objects objects_;
  document::Diagnostics diagnostics_;
};

using Counts = std::vector<int>;

TEST_F(ClusterTest, MakesNodesInZonesInTurn) {
  const Cluster cluster = Build({Pool("system", 1, 30), Pool("apps", 4, 60, {1, 2, 3})});
  ASSERT_EQ(cluster.nodes().size(), 5U);
  EXPECT_EQ(cluster.nodes()[0].name, "aks-system-0");
  EXPECT_EQ(cluster.nodes()[0].zone, 0);
  EXPECT_EQ(cluster.nodes()[0].max_pods, 30);
  EXPECT_EQ(cluster.nodes()[4].name, "aks-apps-3");
  EXPECT_EQ(cluster.nodes()[4].zone, 1);
  EXPECT_EQ(cluster.pool(cluster.nodes()[4].pool).name, "apps");
  EXPECT_EQ(cluster.nodes()[4].labels.at("agentpool"), "apps");
}

TEST_F(ClusterTest, SpreadsOverZonesThenNodes) {
  objects_.workloads = {App("web", 5)};
  // Zones 1, 2, 3, 1: five pods are 2, 2, 1 by zone, and zone 1 has two nodes.
  const Cluster cluster = Build({Pool("apps", 4, 60, {1, 2, 3})});
  EXPECT_EQ(OnNodes(cluster, "web"), (Counts{1, 2, 1, 1}));
}

TEST_F(ClusterTest, FillsTheEmptierNodeFirst) {
  objects_.workloads = {App("one", 1), App("two", 1), App("three", 2)};
  const Cluster cluster = Build({Pool("apps", 3, 60)});
  EXPECT_EQ(OnNodes(cluster, "one"), (Counts{1, 0, 0}));
  EXPECT_EQ(OnNodes(cluster, "two"), (Counts{0, 1, 0}));
  EXPECT_EQ(OnNodes(cluster, "three"), (Counts{1, 0, 1}));
}

TEST_F(ClusterTest, DaemonSetsAreOnEveryNodeAndFirst) {
  objects_.workloads = {App("web", 3), App("agent", 0, WorkloadKind::kDaemonSet)};
  const Cluster cluster = Build({Pool("apps", 2, 2)});
  EXPECT_EQ(OnNodes(cluster, "agent"), (Counts{1, 1}));
  EXPECT_EQ(OnNodes(cluster, "web"), (Counts{1, 1}));
  ASSERT_EQ(cluster.unplaced().size(), 1U);
  EXPECT_EQ(cluster.unplaced()[0].name, "web-2");
  EXPECT_EQ(diagnostics_.ToString(),
            "warning: Deployment shop/web lacks 1 of 3 pods: all 2 nodes that may run it are full "
            "(max_pods)\n");
}

TEST_F(ClusterTest, HonoursNodeSelectors) {
  objects_.workloads = {App("web", 2), App("lost", 1)};
  objects_.workloads[0].node_selector = {{"agentpool", "b"}};
  objects_.workloads[1].node_selector = {{"agentpool", "c"}};
  const Cluster cluster = Build({Pool("a", 2, 9), Pool("b", 1, 9)});
  EXPECT_EQ(OnNodes(cluster, "web"), (Counts{0, 0, 2}));
  EXPECT_EQ(diagnostics_.ToString(),
            "warning: Deployment shop/lost lacks 1 of 1 pods: its nodeSelector matches no node\n");
}

TEST_F(ClusterTest, SystemPoolsAreForTheSystemWhenThereIsAnother) {
  objects_.workloads = {App("web", 3)};
  NodePool system = Pool("system", 1, 30);
  system.mode = PoolMode::kSystem;
  PlacementOptions options;
  options.system_workloads = {App("coredns", 2), App("proxy", 0, WorkloadKind::kDaemonSet)};
  for (Workload& workload : options.system_workloads) workload.ns = "kube-system";
  const Cluster both = Build({system, Pool("apps", 1, 30)}, options);
  EXPECT_EQ(OnNodes(both, "web"), (Counts{0, 3}));
  const WorkloadId coredns = both.FindWorkload("kube-system", "coredns");
  ASSERT_EQ(both.pods_of(coredns).size(), 2U);
  EXPECT_EQ(both.pod(both.pods_of(coredns)[0]).node, NodeId(0));
  EXPECT_EQ(both.pods_of(both.FindWorkload("kube-system", "proxy")).size(), 2U);
  const Cluster alone = Build({system}, options);
  EXPECT_EQ(OnNodes(alone, "web"), (Counts{3}));
}

TEST_F(ClusterTest, SharesTemplates) {
  objects_.workloads = {App("web", 50), App("cart", 3)};
  const Cluster cluster = Build({Pool("apps", 2, 60)});
  EXPECT_EQ(cluster.pods().size(), 53U);
  ASSERT_EQ(cluster.templates().size(), 2U);
  EXPECT_EQ(cluster.template_of(PodId(52)).labels, (Labels{{"app", "cart"}}));
}

TEST_F(ClusterTest, ResolvesEndpointsByPort) {
  objects_.workloads = {App("web", 2), App("old", 1)};
  objects_.workloads[1].pod_labels = {{"app", "web"}, {"version", "old"}};
  objects_.workloads[1].ports = {{"http", Protocol::kTcp, 80}, {"http", Protocol::kUdp, 81}};
  objects_.services = {For("web", {0, "http"}), For("none"), For("web", {9, ""})};
  objects_.services[2].ports.push_back({"x", Protocol::kTcp, 81, {0, "absent"}, 0, {}});
  objects_.services[2].name = "other";
  const Cluster cluster = Build({Pool("apps", 3, 60)});
  const PlacedService* web = cluster.FindService("shop", "web");
  ASSERT_NE(web, nullptr);
  std::vector<std::pair<std::uint32_t, int>> endpoints;
  for (const ServiceEndpoint& e : web->endpoints[0]) endpoints.emplace_back(e.pod.value(), e.port);
  EXPECT_EQ(endpoints, (std::vector<std::pair<std::uint32_t, int>>{{0, 8080}, {1, 8080}, {2, 80}}));
  EXPECT_TRUE(cluster.FindService("shop", "none")->endpoints[0].empty());
  EXPECT_EQ(cluster.FindService("shop", "other")->endpoints[0].size(), 3U);
  EXPECT_TRUE(cluster.FindService("shop", "other")->endpoints[1].empty());
  EXPECT_EQ(cluster.FindService("shop", "absent"), nullptr);
}

TEST_F(ClusterTest, EndpointsOfASliceMayBeOutside) {
  objects_.workloads = {App("web", 1)};
  Pod pod;
  pod.ns = "shop";
  pod.name = "db-0";
  pod.ips = {*net::IpAddress::Parse("10.244.0.9")};
  objects_.pods = {pod};
  Service db = For("db");
  db.selector.clear();
  objects_.services = {db};
  EndpointSlice slice;
  slice.ns = "shop";
  slice.service = "db";
  slice.ports = {{"", Protocol::kTcp, 5432}};
  slice.endpoints.resize(3);
  slice.endpoints[0].addresses = {*net::IpAddress::Parse("10.244.0.9")};
  slice.endpoints[1].addresses = {*net::IpAddress::Parse("192.0.2.1")};
  slice.endpoints[2].addresses = {*net::IpAddress::Parse("192.0.2.2")};
  slice.endpoints[2].ready = false;
  objects_.endpoint_slices = {slice};
  const Cluster cluster = Build({Pool("apps", 1, 60)});
  const auto& endpoints = cluster.FindService("shop", "db")->endpoints[0];
  ASSERT_EQ(endpoints.size(), 2U);
  EXPECT_EQ(cluster.pod(endpoints[0].pod).name, "db-0");
  EXPECT_EQ(endpoints[0].port, 5432);
  EXPECT_FALSE(endpoints[1].pod.valid());
  EXPECT_EQ(endpoints[1].address, net::IpAddress::Parse("192.0.2.1"));
}

TEST_F(ClusterTest, TakesNodesAndPodsOfADump) {
  objects_.workloads = {App("web", 7)};
  NodeObject node;
  node.name = "aks-apps-vmss000000";
  node.pool = "apps";
  node.instance_type = "Standard_D8s_v5";
  node.zone = "westeurope-3";
  node.max_pods = 50;
  objects_.nodes = {node};
  Pod pod;
  pod.ns = "shop";
  pod.name = "web-6d4-x";
  pod.workload = WorkloadId(0);
  pod.node_name = node.name;
  Pod completed = pod;
  completed.name = "old";
  completed.phase = PodPhase::kSucceeded;
  objects_.pods = {pod, completed};
  const Cluster cluster = Build({});
  ASSERT_EQ(cluster.pools().size(), 1U);
  EXPECT_EQ(cluster.pools()[0].sku, "Standard_D8s_v5");
  ASSERT_EQ(cluster.nodes().size(), 1U);
  EXPECT_EQ(cluster.nodes()[0].name, "aks-apps-vmss000000");
  EXPECT_EQ(cluster.nodes()[0].zone, 3);
  EXPECT_EQ(cluster.nodes()[0].max_pods, 50);
  // The dump's one pod counts, not the seven that its Deployment wants.
  ASSERT_EQ(cluster.pods().size(), 1U);
  EXPECT_EQ(cluster.pods()[0].name, "web-6d4-x");
  EXPECT_EQ(cluster.nodes()[0].pods, std::vector{PodId(0)});
}

TEST_F(ClusterTest, PlacesWithoutNodes) {
  objects_.workloads = {App("web", 2), App("agent", 0, WorkloadKind::kDaemonSet)};
  const Cluster cluster = Build({});
  EXPECT_TRUE(cluster.pods().empty());
  EXPECT_EQ(cluster.unplaced().size(), 2U);
}

}  // namespace
}  // namespace cnisim::cluster

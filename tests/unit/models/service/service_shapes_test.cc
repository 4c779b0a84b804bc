#include "models/service/service_shapes.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/cluster/manifest_set.h"
#include "models/document/diagnostics.h"

namespace cnisim::service {
namespace {

constexpr const char* kManifests = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: web-headless}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: web-outside}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  loadBalancerSourceRanges: [203.0.113.0/24, 198.51.100.0/24]
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8080}]
)";

cluster::Cluster ThreeNodes(document::Diagnostics& diagnostics) {
  cluster::ManifestSet manifests;
  manifests.AddText(kManifests, "web.yaml", diagnostics);
  const cluster::Objects objects = cluster::ReadObjects(manifests, diagnostics);
  cluster::NodePool pool;
  pool.name = "apps";
  pool.count = 3;
  return cluster::BuildCluster({pool}, objects, {}, diagnostics);
}

// Four replicas on three nodes: 2, 1, 1.  The headless Service has no structure.
TEST(ServiceShapes, CountsWhatEachNodeSees) {
  document::Diagnostics diagnostics;
  const cluster::Cluster cluster = ThreeNodes(diagnostics);
  ASSERT_EQ(diagnostics.ToString(), "");
  const std::vector<ServicePortShape> first = ShapesOn(cluster, cluster.nodes()[0].id);
  ASSERT_EQ(first.size(), 3U);  // web:80, web-outside:80, web-outside:443
  ServicePortShape web;
  web.endpoints = 4;
  web.local_endpoints = 2;
  EXPECT_EQ(first[0], web);

  ServicePortShape outside = web;
  outside.load_balancer_ips = 1;
  outside.source_ranges = 2;
  outside.node_port = true;
  outside.health_check_node_port = true;
  outside.client_ip_affinity = true;
  outside.external_policy_local = true;
  EXPECT_EQ(first[1], outside);
  EXPECT_EQ(first[2], outside);
  EXPECT_EQ(ShapesOn(cluster, cluster.nodes()[1].id)[0].local_endpoints, 1U);
}

}  // namespace
}  // namespace cnisim::service

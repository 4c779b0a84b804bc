#include "models/cluster/objects.h"

#include <gtest/gtest.h>

#include "tests/support/source_path.h"

namespace cnisim::cluster {
namespace {

class ObjectsTest : public ::testing::Test {
 protected:
  const Objects& Read(std::string_view text, const ReadOptions& options = {}) {
    manifests_.AddText(text, "f.yaml", diagnostics_);
    objects_ = ReadObjects(manifests_, diagnostics_, options);
    return objects_;
  }
  // The diagnostics without source lines.
  std::string Messages() const {
    std::string out;
    for (const auto& diagnostic : diagnostics_.list()) {
      out += std::to_string(diagnostic.where.line) + ":" + std::to_string(diagnostic.where.column) +
             " " + diagnostic.message +
             (diagnostic.field.empty() ? "" : " [" + diagnostic.field + "]") +
             (diagnostic.hint.empty() ? "" : " (" + diagnostic.hint + ")") + "\n";
    }
    return out;
  }
  std::vector<std::string> NotModelled() const {
    std::vector<std::string> paths;
    for (const auto& key : diagnostics_.not_modelled()) paths.push_back(key.key_path);
    return paths;
  }

  document::Diagnostics diagnostics_;
  ManifestSet manifests_;
  Objects objects_;
};

using Strings = std::vector<std::string>;

// A Deployment of the name, with pods that carry app=<name> and listen on `ports` (flow form).
std::string Deployment(const std::string& name, const std::string& ports = "[]",
                       const std::string& more = "") {
  return "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         "}\nspec:\n  selector: {matchLabels: {app: " + name + "}}\n" + more +
         "  template:\n    metadata: {labels: {app: " + name +
         "}}\n    spec: {containers: [{name: c, ports: " + ports + "}]}\n";
}

TEST_F(ObjectsTest, ReadsADeployment) {
  const Objects& objects = Read(
      "apiVersion: apps/v1\n"
      "kind: Deployment\n"
      "metadata: {name: cart, namespace: shop, labels: {team: a}}\n"
      "spec:\n"
      "  replicas: 4\n"
      "  selector: {matchLabels: {app: cart}}\n"
      "  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}\n"
      "  template:\n"
      "    metadata: {labels: {app: cart, tier: back}}\n"
      "    spec:\n"
      "      nodeSelector: {agentpool: apps}\n"
      "      containers:\n"
      "        - name: cart\n"
      "          image: shop.example/cart:1\n"
      "          ports: [{name: http, containerPort: 8080}, {containerPort: 53, protocol: UDP}]\n"
      "          resources:\n"
      "            requests: {cpu: 250m, memory: 128Mi}\n"
      "            limits: {cpu: '1', memory: 1Gi}\n"
      "        - name: proxy\n"
      "          resources: {requests: {cpu: 0.1}}\n");
  EXPECT_EQ(Messages(), "");
  ASSERT_EQ(objects.workloads.size(), 1U);
  const Workload& cart = objects.workloads[0];
  EXPECT_EQ(cart.kind, WorkloadKind::kDeployment);
  EXPECT_EQ(cart.ToString(), "shop/cart");
  EXPECT_EQ(cart.replicas, 4);
  EXPECT_EQ(cart.pod_labels, (Labels{{"app", "cart"}, {"tier", "back"}}));
  EXPECT_EQ(cart.ports,
            (std::vector<ContainerPort>{{"http", Protocol::kTcp, 8080}, {"", Protocol::kUdp, 53}}));
  EXPECT_EQ(cart.node_selector, (Labels{{"agentpool", "apps"}}));
  EXPECT_EQ(cart.cpu_request_millicores, 350);
  EXPECT_EQ(cart.cpu_limit_millicores, 1000);
  EXPECT_EQ(cart.memory_request.count(), 134'217'728);
  EXPECT_EQ(cart.memory_limit.count(), 1'073'741'824);
  EXPECT_EQ(cart.rollout_max_surge, "25%");
  EXPECT_EQ(cart.rollout_max_unavailable, "0");
  EXPECT_EQ(cart.where, (SourceLocation{"f.yaml", 1, 1}));
  EXPECT_EQ(NotModelled(), Strings{"Deployment spec.template.spec.containers[].image"});
}

TEST_F(ObjectsTest, ReadsWhatAPodsResolverIsTold) {
  const auto pods = [](const std::string& name, const std::string& spec) {
    return "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
           "}\nspec:\n  selector: {matchLabels: {app: " + name +
           "}}\n  template:\n    metadata: {labels: {app: " + name + "}}\n    spec: {" + spec +
           "containers: [{name: c}]}\n";
  };
  const Objects& objects =
      Read(pods("plain", "") + pods("host", "hostNetwork: true, ") +
           pods("host-and-cluster", "hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet, ") +
           pods("node", "dnsPolicy: Default, ") +
           pods("own",
                "dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.10], searches: [a, b.c], "
                "options: [{name: ndots, value: \"20\"}, {name: edns0}, "
                "{name: timeout, value: \"1\"}]}, "));
  EXPECT_EQ(Messages(), "");
  ASSERT_EQ(objects.workloads.size(), 5U);
  std::vector<bool> asks;
  for (const Workload& each : objects.workloads) {
    asks.push_back(each.dns.AsksCluster(each.host_network));
  }
  EXPECT_EQ(asks, (std::vector<bool>{true, false, true, false, true}));
  EXPECT_EQ(objects.workloads[0].dns.ndots, std::nullopt);
  EXPECT_EQ(objects.workloads[4].dns.ndots, 15);
  EXPECT_EQ(objects.workloads[4].dns.searches, (Strings{"a", "b.c"}));
  EXPECT_EQ(NotModelled(), (Strings{"Deployment spec.template.spec.dnsConfig.nameservers",
                                    "Deployment spec.template.spec.dnsConfig.options[].value"}));
}

TEST_F(ObjectsTest, ANumberOfDotsIsANumber) {
  Read(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n"
      "  selector: {matchLabels: {app: x}}\n  template:\n    metadata: {labels: {app: x}}\n"
      "    spec: {dnsConfig: {options: [{name: ndots, value: two}]}, containers: [{name: c}]}\n");
  EXPECT_EQ(Messages(),
            "8:55 found 'two', expected a number of dots "
            "[spec.template.spec.dnsConfig.options[0].value] (for instance \"2\")\n");
}

TEST_F(ObjectsTest, EveryNamespaceHasItsName) {
  const Objects& objects = Read(
      "{apiVersion: v1, kind: Namespace, metadata: {name: b, labels: {team: x}}}\n---\n"
      "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}, spec: {containers: []}}\n");
  ASSERT_EQ(objects.namespaces.size(), 2U);
  EXPECT_EQ(objects.namespaces[0].name, "a");
  EXPECT_EQ(objects.namespaces[0].labels, (Labels{{"kubernetes.io/metadata.name", "a"}}));
  EXPECT_EQ(objects.namespaces[0].where.line, 0);
  EXPECT_EQ(objects.namespaces[1].labels,
            (Labels{{"kubernetes.io/metadata.name", "b"}, {"team", "x"}}));
  EXPECT_EQ(objects.FindNamespace("a"), &objects.namespaces[0]);
  EXPECT_EQ(objects.FindNamespace("c"), nullptr);
}

TEST_F(ObjectsTest, ReadsEveryFormOfService) {
  const Objects& objects = Read(
      Deployment("web", "[{name: http, containerPort: 8080}]") +
      "---\n{apiVersion: v1, kind: Service, metadata: {name: plain}, spec: {selector: {app: web},"
      " clusterIP: 10.0.0.7, ports: [{port: 80, targetPort: http}, {name: dns, port: 53, protocol: "
      "UDP}]}}\n"
      "---\n{apiVersion: v1, kind: Service, metadata: {name: head}, spec: {clusterIP: None, "
      "selector: {app: web}}}\n"
      "---\n{apiVersion: v1, kind: Service, metadata: {name: out}, spec: {type: ExternalName, "
      "externalName: a.example}}\n"
      "---\n"
      "apiVersion: v1\nkind: Service\n"
      "metadata:\n  name: lb\n  annotations: "
      "{service.beta.kubernetes.io/azure-load-balancer-internal: 'true'}\n"
      "spec:\n"
      "  type: LoadBalancer\n  selector: {app: web}\n  externalTrafficPolicy: Local\n"
      "  internalTrafficPolicy: Local\n  sessionAffinity: ClientIP\n"
      "  loadBalancerSourceRanges: [203.0.113.0/24]\n  externalIPs: [198.51.100.7]\n"
      "  ports: [{port: 443, targetPort: 8443, nodePort: 30443}]\n");
  EXPECT_EQ(
      Messages(),
      "11:116 missing key 'name' [spec.ports] (every port needs a name when a Service has more "
      "than one)\n");
  ASSERT_EQ(objects.services.size(), 4U);
  const Service& plain = objects.services[0];
  EXPECT_EQ(plain.type, ServiceType::kClusterIp);
  EXPECT_EQ(plain.cluster_ips, std::vector{*net::IpAddress::Parse("10.0.0.7")});
  EXPECT_EQ(plain.ports[0].target_port.name, "http");
  EXPECT_EQ(plain.ports[0].target_port.number, 0);
  EXPECT_EQ(plain.ports[1].target_port.number, 53);
  EXPECT_EQ(plain.ports[1].protocol, Protocol::kUdp);
  EXPECT_EQ(objects.services[1].type, ServiceType::kHeadless);
  EXPECT_EQ(objects.services[2].external_name, "a.example");
  const Service& lb = objects.services[3];
  EXPECT_EQ(lb.type, ServiceType::kLoadBalancer);
  EXPECT_TRUE(lb.internal_load_balancer);
  EXPECT_EQ(lb.external_traffic_policy, TrafficPolicy::kLocal);
  EXPECT_EQ(lb.internal_traffic_policy, TrafficPolicy::kLocal);
  EXPECT_TRUE(lb.session_affinity);
  EXPECT_EQ(lb.source_ranges, std::vector{*net::Cidr::Parse("203.0.113.0/24")});
  EXPECT_EQ(lb.external_ips, std::vector{*net::IpAddress::Parse("198.51.100.7")});
  EXPECT_EQ(lb.ports[0].node_port, 30443);
  EXPECT_EQ(objects.FindService("default", "lb"), &lb);
}

TEST_F(ObjectsTest, ReadsPodsNodesAndSlicesOfADump) {
  const Objects& objects = Read(R"({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "v1", "kind": "Node",
     "metadata": {"name": "aks-apps-1", "labels": {"kubernetes.azure.com/agentpool": "apps",
       "node.kubernetes.io/instance-type": "Standard_D4s_v5", "topology.kubernetes.io/zone": "westeurope-2"}},
     "spec": {"podCIDR": "10.244.3.0/24", "podCIDRs": ["10.244.3.0/24"]},
     "status": {"allocatable": {"pods": "110"}, "addresses": [
       {"type": "Hostname", "address": "aks-apps-1"}, {"type": "InternalIP", "address": "10.224.0.5"}]}},
    {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
     "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
       "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": []}}}},
    {"apiVersion": "apps/v1", "kind": "ReplicaSet",
     "metadata": {"name": "web-6d4", "ownerReferences": [{"kind": "Deployment", "name": "web"}]}},
    {"apiVersion": "v1", "kind": "Pod",
     "metadata": {"name": "web-6d4-x", "labels": {"app": "web", "pod-template-hash": "6d4"},
       "ownerReferences": [{"kind": "ReplicaSet", "name": "web-6d4"}]},
     "spec": {"nodeName": "aks-apps-1", "containers": [{"ports": [{"containerPort": 80}]}]},
     "status": {"phase": "Running", "podIP": "10.244.3.9", "podIPs": [{"ip": "10.244.3.9"}]}},
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "done"},
     "spec": {"hostNetwork": true, "containers": []}, "status": {"phase": "Succeeded"}},
    {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
     "metadata": {"name": "db-1", "labels": {"kubernetes.io/service-name": "db"}},
     "ports": [{"name": "sql", "port": 5432}],
     "endpoints": [{"addresses": ["192.0.2.9"], "conditions": {"ready": true}},
                   {"addresses": ["10.244.3.9"], "conditions": {"ready": false},
                    "targetRef": {"kind": "Pod", "name": "web-6d4-x"}}]}]})");
  EXPECT_EQ(Messages(), "");
  ASSERT_EQ(objects.nodes.size(), 1U);
  EXPECT_EQ(objects.nodes[0].pool, "apps");
  EXPECT_EQ(objects.nodes[0].instance_type, "Standard_D4s_v5");
  EXPECT_EQ(objects.nodes[0].zone, "westeurope-2");
  EXPECT_EQ(objects.nodes[0].max_pods, 110);
  EXPECT_EQ(objects.nodes[0].addresses, std::vector{*net::IpAddress::Parse("10.224.0.5")});
  EXPECT_EQ(objects.nodes[0].pod_cidrs, std::vector{*net::Cidr::Parse("10.244.3.0/24")});
  ASSERT_EQ(objects.workloads.size(), 1U);
  ASSERT_EQ(objects.pods.size(), 2U);
  EXPECT_EQ(objects.pods[0].workload, WorkloadId(0));
  EXPECT_EQ(objects.pods[0].node_name, "aks-apps-1");
  EXPECT_EQ(objects.pods[0].ips, std::vector{*net::IpAddress::Parse("10.244.3.9")});
  EXPECT_FALSE(objects.pods[1].workload.valid());
  EXPECT_TRUE(objects.pods[1].completed());
  EXPECT_TRUE(objects.pods[1].host_network);
  ASSERT_EQ(objects.endpoint_slices.size(), 1U);
  EXPECT_EQ(objects.endpoint_slices[0].service, "db");
  EXPECT_EQ(objects.endpoint_slices[0].endpoints[1].pod_name, "web-6d4-x");
  EXPECT_FALSE(objects.endpoint_slices[0].endpoints[1].ready);
}

TEST_F(ObjectsTest, TakesEdgesFromTheEnvironmentAndNothingElse) {
  const Objects& objects = Read(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
      "data: {ORDERS_URL: 'http://orders:3000/', MODE: fast}\n---\n"
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: front}\n"
      "spec:\n  template:\n    spec:\n      containers:\n"
      "      - name: c\n"
      "        env:\n"
      "        - {name: CART, value: 'cart:7070'}\n"
      "        - {name: QUEUE, value: 'amqp://user:secret@queue.data.svc.cluster.local/vhost'}\n"
      "        - {name: API, value: 'https://api.github.com/x'}\n"
      "        - {name: TIME, value: '12:30'}\n"
      "        - {name: PASSWORD, value: 'cart'}\n"
      "        - {name: FROM_MAP, valueFrom: {configMapKeyRef: {name: settings, key: "
      "ORDERS_URL}}}\n"
      "        - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}\n"
      "        envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: s}}]\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: cart}, spec: {ports: [{port: "
      "7070}]}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: orders}, spec: {ports: [{port: "
      "3000}]}}\n---\n"
      "{apiVersion: v1, kind: Service, metadata: {name: queue, namespace: data}, spec: {ports: "
      "[{port: 5672}]}}\n",
      {.require_endpoints = false});
  EXPECT_EQ(Messages(), "");
  ASSERT_EQ(objects.workloads.size(), 1U);
  Strings edges;
  for (const ServiceEdge& edge : objects.workloads[0].edges) {
    edges.push_back(edge.variable + " " + edge.service_ns + "/" + edge.service + ":" +
                    std::to_string(edge.port));
  }
  EXPECT_EQ(edges, (Strings{"CART default/cart:7070", "QUEUE data/queue:5672",
                            "FROM_MAP default/orders:3000", "ORDERS_URL default/orders:3000"}));
}

TEST_F(ObjectsTest, AServiceThatSelectsNoPodIsAnError) {
  Read(Deployment("cart", "[{name: grpc, containerPort: 7070}]") + Deployment("web") +
       "---\n"
       "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
       "spec:\n  selector: {app: crat}\n  ports: [{port: 1}]\n---\n"
       "apiVersion: v1\nkind: Service\nmetadata: {name: b}\n"
       "spec:\n  selector: {ap: cart}\n  ports: [{port: 1}]\n---\n"
       "apiVersion: v1\nkind: Service\nmetadata: {name: c, namespace: other}\n"
       "spec:\n  selector: {app: cart}\n  ports: [{port: 1}]\n---\n"
       "apiVersion: v1\nkind: Service\nmetadata: {name: d}\n"
       "spec:\n  selector: {app: cart}\n  ports: [{port: 1, targetPort: grcp}]\n---\n"
       "apiVersion: v1\nkind: Service\nmetadata: {name: e}\n"
       "spec:\n  ports: [{port: 1}]\n---\n"
       "apiVersion: v1\nkind: Service\nmetadata: {name: kubernetes}\n"
       "spec:\n  ports: [{port: 443}]\n");
  EXPECT_EQ(
      Messages(),
      "24:13 Service default/a has no endpoints: it selects app=crat, and no pod matches (no pod "
      "of "
      "namespace default has app=crat; did you mean 'cart'? known: cart, web)\n"
      "31:13 Service default/b has no endpoints: it selects ap=cart, and no pod matches (no pod of "
      "namespace default has the label 'ap'; did you mean 'app'? known: app)\n"
      "38:13 Service other/c has no endpoints: it selects app=cart, and no pod matches (namespace "
      "other has no pods)\n"
      "46:11 port 1 of Service default/d has no endpoints: no pod that it selects has a port named "
      "'grcp' (did you mean 'grpc'? known: grpc)\n"
      "48:1 Service default/e has no selector and no EndpointSlice: nothing answers there\n");
  EXPECT_EQ(diagnostics_.error_count(), 4U);
}

TEST_F(ObjectsTest, ALiveServiceWithoutEndpointsIsAWarning) {
  Read(
      "{apiVersion: v1, kind: Service, metadata: {name: web, uid: 7c1a}, spec: {selector: {app: "
      "web}, "
      "ports: [{port: 1}]}}");
  EXPECT_EQ(Messages(),
            "1:84 Service default/web has no endpoints: it selects app=web, and no pod matches "
            "(namespace default has no pods)\n");
  EXPECT_FALSE(diagnostics_.has_errors());
}

TEST_F(ObjectsTest, WindowsAndVirtualNodesAreNotModelled) {
  Read(
      "{apiVersion: v1, kind: Node, metadata: {name: a, labels: {kubernetes.io/os: "
      "windows}}}\n---\n"
      "{apiVersion: v1, kind: Node, metadata: {name: b, labels: {type: virtual-kubelet}}}\n---\n"
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [], nodeSelector: "
      "{kubernetes.io/os: windows}, os: {name: windows}}}\n");
  EXPECT_EQ(Messages(),
            "1:1 Windows nodes are not modelled: a\n"
            "3:1 virtual nodes are not modelled: b\n"
            "5:106 Windows pods are not modelled [spec.nodeSelector['kubernetes.io/os']]\n");
}

TEST_F(ObjectsTest, WhatAnOperatorOwnsIsAWorkload) {
  const Objects& objects = Read(
      "apiVersion: apps/v1\nkind: Deployment\n"
      "metadata: {name: db, ownerReferences: [{kind: PostgresCluster, name: db}]}\n"
      "spec: {template: {spec: {containers: []}}}\n---\n"
      "apiVersion: apps/v1\nkind: ReplicaSet\n"
      "metadata: {name: db-1, ownerReferences: [{kind: Deployment, name: db}]}\n"
      "spec: {template: {spec: {containers: []}}}\n");
  ASSERT_EQ(objects.workloads.size(), 1U);
  EXPECT_EQ(objects.workloads[0].kind, WorkloadKind::kDeployment);
}

TEST_F(ObjectsTest, AServiceOfZeroReplicasIsAWarning) {
  Read(Deployment("web", "[]", "  replicas: 0\n") +
       "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
       "spec: {selector: {app: web}, ports: [{port: 1}]}\n");
  EXPECT_EQ(Messages(),
            "15:18 Service default/web has no endpoints: what it selects has 0 replicas\n");
  EXPECT_FALSE(diagnostics_.has_errors());
}

TEST_F(ObjectsTest, ReportsWrongValues) {
  Read(
      "apiVersion: apps/v1\n"
      "kind: Deployment\n"
      "metadata: {name: Web}\n"
      "spec:\n"
      "  replicas: -1\n"
      "  selector: {matchLabels: {app: wbe}}\n"
      "  strategy: {rollingUpdate: {maxSurge: lots}}\n"
      "  template:\n"
      "    metadata: {labels: {app: web}}\n"
      "    spec:\n"
      "      hostNetwork: maybe\n"
      "      containers:\n"
      "        - ports: [{containerPort: 70000}, {containerPort: 80, protocol: ICMP}]\n"
      "          resources: {requests: {cpu: much, memory: -1Gi}}\n"
      "---\n"
      "apiVersion: v1\n"
      "kind: Service\n"
      "metadata: {name: 9lives.x}\n"
      "spec:\n"
      "  type: Loadbalancer\n"
      "  selector: {app: web}\n"
      "  clusterIP: 10.0.0\n"
      "  loadBalancerSourceRanges: [10.0.0.0]\n"
      "  ports:\n"
      "    - {name: a, port: 80, targetPort: 0x50, nodePort: 80}\n"
      "    - {name: a, port: 80}\n"
      "    - {port: http}\n");
  EXPECT_EQ(
      Messages(),
      "3:18 expected the name of a Deployment, found 'Web' [metadata.name] (a name is lower case "
      "letters, digits, '-' and '.', at most 253)\n"
      "5:13 expected an integer from 0 to 100000, found '-1' [spec.replicas]\n"
      "11:20 expected true or false, found 'maybe' [spec.template.spec.hostNetwork]\n"
      "13:35 expected an integer from 1 to 65535, found '70000' "
      "[spec.template.spec.containers[0].ports[0].containerPort]\n"
      "13:73 expected TCP, UDP or SCTP, found 'ICMP' "
      "[spec.template.spec.containers[0].ports[1].protocol]\n"
      "14:39 expected a Kubernetes quantity, found 'much' "
      "[spec.template.spec.containers[0].resources.requests.cpu] (write it as 250m or 0.25 (CPU), "
      "128Mi or 1Gi (memory))\n"
      "14:53 expected a Kubernetes quantity, found '-1Gi' "
      "[spec.template.spec.containers[0].resources.requests.memory] (write it as 250m or 0.25 "
      "(CPU), 128Mi or 1Gi (memory))\n"
      "6:13 the selector app=wbe does not match the template's own labels (app=web) "
      "[spec.selector] (Kubernetes refuses such a Deployment)\n"
      "7:40 expected a number or a percentage, found 'lots' "
      "[spec.strategy.rollingUpdate.maxSurge] (write it as 1 or 25%)\n"
      "18:18 expected the name of a Service, found '9lives.x' [metadata.name] (a name is lower "
      "case "
      "letters, digits and '-', at most 63)\n"
      "20:9 expected ClusterIP, NodePort, LoadBalancer or ExternalName, found 'Loadbalancer' "
      "[spec.type] (did you mean 'LoadBalancer'?)\n"
      "22:14 expected an address such as 10.244.0.7, found '10.0.0' [spec.clusterIP]\n"
      "25:55 expected a node port from 30000 to 32767, found '80' [spec.ports[0].nodePort]\n"
      "27:14 expected an integer, found 'http' [spec.ports[2].port]\n"
      "26:7 port 80/TCP stands twice [spec.ports]\n"
      "26:7 the port name 'a' stands twice [spec.ports]\n"
      "23:30 expected a prefix such as 10.244.0.0/24, found '10.0.0.0' "
      "[spec.loadBalancerSourceRanges[0]]\n"
      "25:7 port 80 of Service default/9lives.x has no endpoints: no pod that it selects has a "
      "port "
      "named '0x50'\n");
}

TEST_F(ObjectsTest, LeavesOtherKindsToOthers) {
  Read(
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}}\n---\n"
      "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: a}}\n---\n"
      "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}}\n---\n"
      "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: b}}\n");
  EXPECT_EQ(Messages(), "");
  ASSERT_EQ(NotModelled(), Strings{"Ingress"});
  EXPECT_EQ(diagnostics_.not_modelled()[0].count, 2U);
}

TEST_F(ObjectsTest, ReadsTheShopWithoutAComplaint) {
  manifests_.AddFile(test::SourcePath("scenarios/inputs/shop.yaml"), diagnostics_);
  const Objects objects = ReadObjects(manifests_, diagnostics_);
  EXPECT_EQ(Messages(), "");
  EXPECT_EQ(objects.workloads.size(), 11U);
  EXPECT_EQ(objects.services.size(), 11U);
}

}  // namespace
}  // namespace cnisim::cluster

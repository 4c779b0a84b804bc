#include "models/policy/enforcement.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/models/policy/policy_fixture.h"

namespace cnisim::policy {
namespace {

// Every example counts the map of one pod of the shop; the sum stands in front of each.
// A direction that nothing isolates has one entry for everything, and ingress one for the own node.
struct MapCount {
  std::uint64_t entries = 0;
  std::uint32_t redirects = 0;
  std::uint64_t cidr_identities = 0;
};

MapCount CountMap(std::string_view policies, std::string_view pod, int minor = 18) {
  std::string messages;
  const PolicySet set = PoliciesOf(policies, &messages);
  EXPECT_EQ(messages, "");
  const Evaluator evaluator(ShopView(), set, CiliumSettings(minor), CatalogLimits());
  const Enforcement enforcement(evaluator);
  const std::uint32_t index = evaluator.Find(pod)->index;
  const EndpointPolicyLoad load = enforcement.LoadOf(index);
  EXPECT_EQ(load.map_entries, enforcement.PolicyMapOf(index).size());
  return {load.map_entries, load.redirects, enforcement.cidr_identities().size()};
}

std::string NetworkPolicyOfApi(std::string_view spec) {
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
         "metadata: {name: api, namespace: shop}\n"
         "spec: {podSelector: {matchLabels: {app: api}}, " +
         std::string(spec) + "}\n";
}

std::string CiliumPolicyOfApi(std::string_view spec) {
  return "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n"
         "metadata: {name: api, namespace: shop}\n"
         "spec: {endpointSelector: {matchLabels: {app: api}}, " +
         std::string(spec) + "}\n";
}

TEST(PolicyMapExamples, WithoutPolicies) {
  // ingress any + ingress own node + egress any
  EXPECT_EQ(CountMap("", "shop/web").entries, 1U + 1U + 1U);
}

TEST(PolicyMapExamples, IsolatedPodKeepsItsOwnNode) {
  EXPECT_EQ(CountMap(NetworkPolicyOfApi("policyTypes: [Ingress]"), "shop/api").entries, 1U + 1U);
}

TEST(PolicyMapExamples, OnePeerOnePort) {
  // (web, TCP 8080) + own node + egress any
  EXPECT_EQ(
      CountMap(NetworkPolicyOfApi("ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], "
                                  "ports: [{port: 8080}]}]"),
               "shop/api")
          .entries,
      1U + 1U + 1U);
}

TEST(PolicyMapExamples, IdentitiesTimesPorts) {
  // three identities of the namespace x two ports + own node + egress any
  EXPECT_EQ(CountMap(NetworkPolicyOfApi("ingress: [{from: [{podSelector: {}}], "
                                        "ports: [{port: 8080}, {port: 9090}]}]"),
                     "shop/api")
                .entries,
            3U * 2U + 1U + 1U);
}

TEST(PolicyMapExamples, EverybodyOnAPortMakesSinglePeersSuperfluous) {
  // (any, TCP 8080) + own node + egress any
  EXPECT_EQ(
      CountMap(NetworkPolicyOfApi("ingress: [{ports: [{port: 8080}]}, {from: [{podSelector: {}}], "
                                  "ports: [{port: 8080}]}]"),
               "shop/api")
          .entries,
      1U + 1U + 1U);
}

TEST(PolicyMapExamples, ARangeIsBlocksOfPorts) {
  // 9000-9099: blocks of 8, 16, 64, 8 and 4 ports
  const std::string policy = NetworkPolicyOfApi(
      "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], "
      "ports: [{port: 9000, endPort: 9099}]}]");
  EXPECT_EQ(CountMap(policy, "shop/api", 18).entries, 5U + 1U + 1U);
  // 1.15 reads no endPort of a NetworkPolicy: one port
  EXPECT_EQ(CountMap(policy, "shop/api", 15).entries, 1U + 1U + 1U);
}

TEST(PolicyMapExamples, ARangeBeforeBlocksIsOneEntryAPort) {
  const std::string policy = CiliumPolicyOfApi(
      "ingress: [{fromEndpoints: [{matchLabels: {app: web}}], "
      "toPorts: [{ports: [{port: \"9000\", endPort: 9099, protocol: TCP}]}]}]");
  EXPECT_EQ(CountMap(policy, "shop/api", 16).entries, 100U + 1U + 1U);
}

TEST(PolicyMapExamples, APrefixWithAHoleIsTheFewestPrefixes) {
  // 203.0.113.0/24 without .64/26: .0/26 and .128/25, on one port; ingress any + own node
  const MapCount count = CountMap(
      NetworkPolicyOfApi("policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24, "
                         "except: [203.0.113.64/26]}}], ports: [{port: 443}]}]"),
      "shop/api");
  EXPECT_EQ(count.cidr_identities, 2U);
  EXPECT_EQ(count.entries, 2U + 1U + 1U);
}

TEST(PolicyMapExamples, TheClusterIsSevenReservedIdentitiesAndAllPods) {
  // host, unmanaged, health, init, remote-node, kube-apiserver, ingress; 4 identities of pods;
  // ingress any + own node
  EXPECT_EQ(CountMap(CiliumPolicyOfApi("egress: [{toEntities: [cluster]}]"), "shop/api").entries,
            7U + 4U + 1U + 1U);
}

TEST(PolicyMapExamples, ADenialStandsBesideAWiderAllowance) {
  // allow any + own node + deny (prom, TCP 8080) + egress any
  EXPECT_EQ(
      CountMap(NetworkPolicyOfApi("ingress: [{}]") +
                   CiliumPolicyOfApi("ingressDeny: [{fromEndpoints: [{matchLabels: "
                                     "{\"k8s:io.kubernetes.pod.namespace\": ops}}], "
                                     "toPorts: [{ports: [{port: \"8080\", protocol: TCP}]}]}]"),
               "shop/api")
          .entries,
      1U + 1U + 1U + 1U);
}

TEST(PolicyMapExamples, AnHttpRuleIsOneRedirect) {
  // (web, TCP 8080) to the proxy + own node + egress any
  const MapCount count = CountMap(
      CiliumPolicyOfApi("ingress: [{fromEndpoints: [{matchLabels: {app: web}}], toPorts: [{ports: "
                        "[{port: \"8080\", protocol: TCP}], rules: {http: [{method: GET}, "
                        "{method: PUT, path: /basket}]}}]}]"),
      "shop/api");
  EXPECT_EQ(count.entries, 1U + 1U + 1U);
  EXPECT_EQ(count.redirects, 1U);
}

TEST(PolicyMapExamples, ProtocolAnyIsTcpAndUdp) {
  // (api, TCP 53), (api, UDP 53) + ingress any + own node; SCTP is not enabled
  EXPECT_EQ(CountMap(CiliumPolicyOfApi("egress: [{toEndpoints: [{matchLabels: {app: api}}], "
                                       "toPorts: [{ports: [{port: \"53\", protocol: ANY}]}]}]"),
                     "shop/api")
                .entries,
            2U + 1U + 1U);
}

TEST(IdentityTest, OneASetOfLabelsThatMatter) {
  ClusterView view = ShopView();
  PodView another = view.pods[1];
  another.name = "api-2";
  another.labels["pod-template-hash"] = "5d4f8c7b9";
  another.ports.clear();
  view.pods.push_back(another);
  const Evaluator evaluator(view, {}, CiliumSettings(18), CatalogLimits());
  const Enforcement enforcement(evaluator);
  EXPECT_EQ(enforcement.identity_count(), 4U);
  EXPECT_EQ(enforcement.IdentityOf(1), enforcement.IdentityOf(4));
  EXPECT_NE(enforcement.IdentityOf(0), enforcement.IdentityOf(1));
}

TEST(SubtractTest, LeavesTheFewestPrefixes) {
  const auto parts = Subtract(*net::Cidr::Parse("10.0.0.0/8"), {*net::Cidr::Parse("10.0.0.0/10")});
  std::string text;
  for (const net::Cidr& part : parts) text += part.ToString() + ' ';
  EXPECT_EQ(text, "10.64.0.0/10 10.128.0.0/9 ");
}

TEST(NpmStructures, ChainsAndRules) {
  // 5 base chains + 1; 9 base rules + jump + drop + two peers x one port
  Settings settings;
  settings.engine = Engine::kAzureNpm;
  const Evaluator evaluator(
      ShopView(),
      PoliciesOf(NetworkPolicyOfApi("ingress: [{from: [{podSelector: {matchLabels: {app: web}}}, "
                                    "{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 8080}]}]")),
      settings, CatalogLimits());
  const EnforcementSummary summary = Enforcement(evaluator).Summarize();
  EXPECT_EQ(summary.chains, 6U);
  EXPECT_EQ(summary.rules, 9U + 2U + 2U);
  // namespaces 2; labels app and app:... 1 + 4; named ports 2; namespace labels 2 keys + 4 pairs;
  // the block 1
  EXPECT_EQ(summary.ipsets, 2U + 5U + 2U + 6U + 1U);
}

TEST(CalicoStructures, ChainsOfAnEndpoint) {
  // to 8 + from 10; one tier 2, one policy 2
  Settings settings;
  settings.engine = Engine::kCalico;
  const Evaluator evaluator(
      ShopView(), PoliciesOf(NetworkPolicyOfApi("ingress: [{from: [{podSelector: {}}]}]")),
      settings, CatalogLimits());
  EXPECT_EQ(evaluator.Load(1).rules, 8U + 10U + 2U + 2U);
  EXPECT_EQ(evaluator.Load(0).rules, 8U + 10U);
  const EnforcementSummary summary = Enforcement(evaluator).Summarize();
  EXPECT_EQ(summary.ipsets, 1U);
  EXPECT_EQ(summary.ipset_members_most, 5U);  // three of web, api, db
}

TEST(FlowWorkTest, CalicoWalksUpToTheDecidingRule) {
  Settings settings;
  settings.engine = Engine::kCalico;
  const Evaluator evaluator(
      ShopView(),
      PoliciesOf(NetworkPolicyOfApi(
          "ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}, "
          "{from: [{podSelector: {matchLabels: {app: web}}}]}, {from: [{podSelector: {}}]}]")),
      settings, CatalogLimits());
  Flow flow;
  flow.source = *evaluator.Find("shop/web");
  flow.destination = *evaluator.Find("shop/api");
  flow.port = 8080;
  const FlowWork work = evaluator.Work(flow);
  EXPECT_TRUE(work.policed_ingress);
  EXPECT_FALSE(work.policed_egress);
  EXPECT_EQ(work.policies_ingress, 1U);
  EXPECT_EQ(work.rules_ingress, 2U * 2U);
  EXPECT_EQ(work.sets_ingress, 2U);
}

}  // namespace
}  // namespace cnisim::policy

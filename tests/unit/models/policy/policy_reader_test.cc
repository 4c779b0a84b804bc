#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/models/policy/policy_fixture.h"

namespace cnisim::policy {
namespace {

using ::testing::HasSubstr;

std::string MessagesOf(const std::string& text) {
  std::string messages;
  const PolicySet set = PoliciesOf(text, &messages);
  EXPECT_TRUE(set.policies.empty()) << "a policy with an error is left out";
  return messages;
}

std::string FirstLineOf(const std::string& text) {
  const std::string messages = MessagesOf(text);
  return messages.substr(0, messages.find('\n'));
}

std::string NetworkPolicyWith(const std::string& spec) {
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  " +
         spec + "\n";
}

std::string CiliumPolicyWith(const std::string& rule) {
  return "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: a}\nspec:\n"
         "  endpointSelector: {}\n  " +
         rule + "\n";
}

TEST(PolicyReaderTest, EachMistakeHasItsOwnMessage) {
  EXPECT_EQ(FirstLineOf(NetworkPolicyWith("podSelector: {}\n  ingress: [{from: [{ipBlock: "
                                          "{cidr: 10.0.0.0/99}}]}]")),
            "p.yaml:6:38: error: expected a prefix, found '10.0.0.0/99' in "
            "spec.ingress[0].from[0].ipBlock.cidr");
  EXPECT_EQ(
      FirstLineOf(NetworkPolicyWith("podSelector: {}\n  ingress: [{ports: [{port: 70000}]}]")),
      "p.yaml:6:29: error: expected a port from 1 to 65535 or a port's name, found '70000' in "
      "spec.ingress[0].ports[0].port");
  EXPECT_EQ(FirstLineOf(NetworkPolicyWith(
                "podSelector: {}\n  ingress: [{ports: [{port: 90, endPort: 80}]}]")),
            "p.yaml:6:42: error: endPort 80 is below port 90 in "
            "spec.ingress[0].ports[0].endPort");
  EXPECT_EQ(FirstLineOf(NetworkPolicyWith("podSelector: []")),
            "p.yaml:5:16: error: expected a map, found a sequence in spec.podSelector");
}

TEST(PolicyReaderTest, AMisspeltKeyOfANetworkPolicyIsAnError) {
  EXPECT_THAT(MessagesOf(NetworkPolicyWith("podSelector: {}\n  ingres: []")),
              HasSubstr("unknown key 'ingres'"));
}

TEST(PolicyReaderTest, DuplicateKeysAreAnError) {
  std::string messages;
  PoliciesOf(NetworkPolicyWith("podSelector: {}\n  podSelector: {}"), &messages);
  EXPECT_THAT(messages, HasSubstr("p.yaml:6:3: error: "));
}

TEST(PolicyReaderTest, CiliumRulesThatTheAgentRefuses) {
  EXPECT_THAT(MessagesOf(CiliumPolicyWith("ingress: [{fromEndpoints: [{}], fromEntities: [all]}]")),
              HasSubstr("a rule with both fromEndpoints and fromEntities"));
  EXPECT_THAT(MessagesOf(CiliumPolicyWith("ingress: [{fromEntities: [wurld]}]")),
              HasSubstr("unknown entity 'wurld'"));
  EXPECT_THAT(MessagesOf(CiliumPolicyWith("egressDeny: [{toFQDNs: [{matchName: a.b}]}]")),
              HasSubstr("toFQDNs in a deny rule"));
  EXPECT_THAT(MessagesOf(CiliumPolicyWith("ingress: [{toPorts: [{ports: [{port: \"53\"}], rules: "
                                          "{dns: [{matchPattern: \"*\"}]}}]}]")),
              HasSubstr("DNS rules on ingress"));
  std::string ports;
  for (int i = 1; i <= 41; ++i) ports += "{port: \"" + std::to_string(i) + "\"}, ";
  EXPECT_THAT(MessagesOf(CiliumPolicyWith("ingress: [{toPorts: [{ports: [" + ports + "]}]}]")),
              HasSubstr("41 ports in one toPorts entry"));
}

TEST(PolicyReaderTest, HostilePatternsEndInAnErrorSoon) {
  const auto start = std::chrono::steady_clock::now();
  const auto http = [](const std::string& path) {
    return CiliumPolicyWith(
        "ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: "
        "{http: [{path: \"" +
        path + "\"}]}}]}]");
  };
  EXPECT_THAT(MessagesOf(http("((a{100}){100}){100}")), HasSubstr("not a regular expression"));
  EXPECT_THAT(MessagesOf(http("(unclosed")), HasSubstr("not a regular expression"));
  EXPECT_THAT(MessagesOf(http(std::string(5000, 'a'))), HasSubstr("a pattern of 5000 bytes"));
  // Looks catastrophic, and is linear in RE2: it is read, and it matches at once.
  const PolicySet set = PoliciesOf(http("(a+)+b"));
  ASSERT_EQ(set.policies.size(), 1U);
  const Evaluator evaluator(ShopView(), set, CiliumSettings(18), CatalogLimits());
  Flow flow;
  flow.source = *evaluator.Find("shop/web");
  flow.destination = *evaluator.Find("ops/prom");
  flow.http = HttpRequest{"GET", std::string(100'000, 'a'), "", {}};
  flow.port = 80;
  evaluator.Evaluate(flow);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(PolicyReaderTest, HugeListsEndInAnError) {
  std::string peers;
  for (int i = 0; i <= 10'000; ++i) peers += "{podSelector: {}}, ";
  EXPECT_THAT(
      MessagesOf(NetworkPolicyWith("podSelector: {}\n  ingress: [{from: [" + peers + "]}]")),
      HasSubstr("a list of 10001 entries; at most 10000 are read"));
}

// Lists that are each short enough, and multiply: 400 x 400 peers to keep, or 50 x 10,000 prefixes.
TEST(PolicyReaderTest, ListsThatMultiplyEndInAnError) {
  std::string peers;
  std::string entries;
  for (int i = 0; i < 400; ++i) {
    peers += "{matchLabels: {app: a" + std::to_string(i) + "}}, ";
    entries += "{ports: [{port: \"" + std::to_string(i + 1) + "\"}]}, ";
  }
  EXPECT_EQ(FirstLineOf(CiliumPolicyWith("ingress: [{fromEndpoints: [" + peers + "], toPorts: [" +
                                         entries + "]}]")),
            "p.yaml:6:13: error: 400 peers under 400 toPorts entries in one rule; at most 100000 "
            "pairs are read in spec.ingress[0]");

  std::string prefixes;
  for (int i = 0; i < 10'000; ++i) {
    prefixes += "10." + std::to_string(i / 256) + '.' + std::to_string(i % 256) + ".0/24, ";
  }
  std::string references;
  for (int i = 0; i < 50; ++i) references += "{cidrGroupRef: partners}, ";
  const std::string group =
      "apiVersion: cilium.io/v2alpha1\nkind: CiliumCIDRGroup\nmetadata: {name: partners}\n"
      "spec: {externalCIDRs: [" +
      prefixes + "]}\n---\n";
  EXPECT_THAT(FirstLineOf(group + CiliumPolicyWith("egress: [{toCIDRSet: [" + references + "]}]")),
              HasSubstr("CiliumCIDRGroup 'partners' takes the rule past 100000 prefixes"));
}

TEST(PolicyReaderTest, CalicoSelectorsThatAreNotUnderstood) {
  const auto with = [](const std::string& selector) {
    return "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: a}\n"
           "spec: {selector: \"" +
           selector + "\"}\n";
  };
  EXPECT_THAT(MessagesOf(with("app = 'web'")), HasSubstr("selector not understood"));
  EXPECT_THAT(MessagesOf(with(std::string(500, '('))), HasSubstr("nested too deeply"));
  EXPECT_THAT(MessagesOf(with(std::string(500, '!'))), HasSubstr("nested too deeply"));
}

TEST(PolicyReaderTest, AdminNetworkPolicyIsReported) {
  std::string messages;
  PoliciesOf(
      "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\n"
      "metadata: {name: a}\nspec: {priority: 1}\n",
      &messages);
  EXPECT_THAT(messages, HasSubstr("warning: AdminNetworkPolicy a is read, not modelled"));
}

TEST(CalicoTest, TheFirstRuleInOrderDecides) {
  const char* policies =
      "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: deny-ops}\n"
      "spec:\n  order: 10\n  selector: app == 'api'\n  types: [Ingress]\n  ingress:\n"
      "  - {action: Deny, source: {namespaceSelector: team == 'platform'}}\n"
      "  - {action: Pass}\n"
      "---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n"
      "metadata: {name: api, namespace: shop}\n"
      "spec:\n  order: 20\n  selector: app in {'api', 'gateway'}\n  ingress:\n"
      "  - {action: Deny}\n";
  std::string messages;
  const PolicySet set = PoliciesOf(policies, &messages);
  EXPECT_EQ(messages, "");
  Settings settings;
  settings.engine = Engine::kCalico;
  const Evaluator evaluator(ShopView(), set, settings, CatalogLimits());
  Flow flow;
  flow.destination = *evaluator.Find("shop/api");
  flow.port = 8080;
  flow.source = *evaluator.Find("ops/prom");
  EXPECT_EQ(evaluator.Evaluate(flow).ToString(),
            "deny: denied by Calico GlobalNetworkPolicy deny-ops ingress[0] (p.yaml:9)");
  flow.source = *evaluator.Find("shop/web");
  EXPECT_EQ(evaluator.Evaluate(flow).ingress.reason, Reason::kPassed);
}

}  // namespace
}  // namespace cnisim::policy

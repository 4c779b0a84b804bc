#include "analysis/connectivity/policy_diff.h"

#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/connectivity/matrix.h"
#include "analysis/connectivity/policy_lint.h"
#include "tests/unit/models/policy/policy_fixture.h"

namespace cnisim::connectivity {
namespace {

using policy::CatalogLimits;
using policy::CiliumSettings;
using policy::Engine;
using policy::Evaluator;
using policy::PoliciesOf;
using policy::ShopView;

// One of each documented difference between Azure NPM and Cilium, each at a pod of its own.
constexpr const char* kPolicies = R"(
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: block, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - {to: [{ipBlock: {cidr: 10.244.0.0/16}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: front, namespace: shop}
spec:
  podSelector: {matchLabels: {app: front}}
  policyTypes: [Ingress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: range, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress:
  - {from: [{podSelector: {}}], ports: [{port: 5000, endPort: 5010}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: named, namespace: ops}
spec:
  podSelector: {matchLabels: {app: prom}}
  policyTypes: [Egress]
  egress:
  - {to: [{namespaceSelector: {matchLabels: {team: store}}}], ports: [{port: http}]}
)";

policy::ClusterView MigrationView() {
  policy::ClusterView view = ShopView();
  policy::PodView front = view.pods[1];
  front.name = "front";
  front.labels = {{"app", "front"}};
  front.ips = {*net::IpAddress::Parse("10.244.1.12")};
  front.workload = "shop/front";
  front.ports = {{"http", cluster::Protocol::kTcp, 80}};
  view.pods.push_back(front);
  cluster::Service service;
  service.ns = "shop";
  service.name = "front";
  service.type = cluster::ServiceType::kNodePort;
  service.selector = {{"app", "front"}};
  service.ports.push_back({"http", cluster::Protocol::kTcp, 80, {80, ""}, 30080, {}});
  view.services.push_back(service);
  view.externals.push_back({"outside", {*net::IpAddress::Parse("203.0.113.1")}, {}, false});
  return view;
}

policy::Settings NpmSettings() {
  policy::Settings settings;
  settings.engine = Engine::kAzureNpm;
  return settings;
}

TEST(PolicyDiffTest, NpmToCiliumFlipsExactlyWhatIsDocumented) {
  const policy::ClusterView view = MigrationView();
  const Evaluator npm(view, PoliciesOf(kPolicies), NpmSettings(), CatalogLimits());
  const Evaluator cilium(view, PoliciesOf(kPolicies), CiliumSettings(16), CatalogLimits());
  const DiffReport report = Diff(npm, cilium, {});
  std::set<FlipCause> causes;
  for (const Flip& flip : report.flips) {
    causes.insert(flip.cause);
    EXPECT_EQ(flip.before, policy::Outcome::kAllow) << flip.source << flip.destination;
    EXPECT_EQ(flip.after, policy::Outcome::kDeny);
    EXPECT_NE(flip.fix, "");
    EXPECT_NE(flip.manifest, "");
    const auto said = [&] {
      return flip.source + " -> " + flip.destination + ' ' + flip.port.ToString() + ' ' +
             std::string(ToString(flip.cause)) + ' ' + flip.because;
    };
    switch (flip.cause) {
      case FlipCause::kBlockOverPods:
        EXPECT_EQ(flip.source, "shop/web") << said();
        break;
      case FlipCause::kOwnNode:
        EXPECT_EQ(flip.destination, "its own node") << said();
        break;
      case FlipCause::kEndPort:
        EXPECT_EQ(flip.destination, "shop/db") << said();
        EXPECT_EQ(flip.port.port, 5010) << said();
        break;
      case FlipCause::kNamedPort:
        EXPECT_EQ(flip.source, "ops/prom") << said();
        break;
      case FlipCause::kNodePort:
        EXPECT_EQ(flip.destination, "shop/front") << said();
        break;
      default:
        ADD_FAILURE() << said();
    }
  }
  EXPECT_EQ(causes, (std::set<FlipCause>{FlipCause::kBlockOverPods, FlipCause::kOwnNode,
                                         FlipCause::kEndPort, FlipCause::kNamedPort,
                                         FlipCause::kNodePort}));
}

TEST(PolicyDiffTest, EveryFixAppliedRemovesItsFlip) {
  const policy::ClusterView view = MigrationView();
  const policy::PolicySet policies = PoliciesOf(kPolicies);
  const Evaluator npm(view, policies, NpmSettings(), CatalogLimits());
  Evaluator cilium(view, policies, CiliumSettings(16), CatalogLimits());
  // A flow may be stopped at both ends, so fixing one may show the other.
  for (int round = 0; round < 3; ++round) {
    int number = 0;
    for (const Flip& flip : Diff(npm, cilium, {}).flips) {
      if (flip.before != policy::Outcome::kAllow) continue;
      std::string messages;
      policy::PolicySet fix = PoliciesOf(flip.manifest, &messages);
      ASSERT_EQ(messages, "") << flip.manifest;
      ASSERT_EQ(fix.policies.size(), 1U)
          << round << ": " << flip.source << " -> " << flip.destination << ' '
          << flip.port.ToString() << ' ' << ToString(flip.cause) << ' ' << flip.because;
      fix.policies.front().name += "-" + std::to_string(round) + "-" + std::to_string(number++);
      cilium.ApplyPolicies(fix);
    }
  }
  // What a node forwards looks like the world to Cilium, so the pod's own address opens with it.
  for (const Flip& flip : Diff(npm, cilium, {}).flips) {
    EXPECT_EQ(flip.after, policy::Outcome::kAllow) << flip.source << flip.destination;
    EXPECT_EQ(flip.source + ' ' + flip.destination, "world/outside shop/front");
  }
}

TEST(PolicyDiffTest, TheRelease117ReadsEndPort) {
  const policy::ClusterView view = MigrationView();
  const Evaluator npm(view, PoliciesOf(kPolicies), NpmSettings(), CatalogLimits());
  const Evaluator cilium(view, PoliciesOf(kPolicies), CiliumSettings(17), CatalogLimits());
  for (const Flip& flip : Diff(npm, cilium, {}).flips) EXPECT_NE(flip.cause, FlipCause::kEndPort);
}

TEST(PolicyDiffTest, NoEngineOpensWhatPoliciesClose) {
  const policy::ClusterView view = ShopView();
  const Evaluator npm(view, PoliciesOf(kPolicies), NpmSettings(), CatalogLimits());
  const Evaluator none(view, PoliciesOf(kPolicies), policy::Settings{}, CatalogLimits());
  const DiffReport report = Diff(npm, none, {});
  ASSERT_FALSE(report.flips.empty());
  for (const Flip& flip : report.flips) EXPECT_EQ(flip.cause, FlipCause::kUnreadPolicy);
}

TEST(MatrixTest, CellsCountThePortsOfTheDestination) {
  const Evaluator evaluator(ShopView(),
                            PoliciesOf("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                                       "metadata: {name: api, namespace: shop}\n"
                                       "spec: {podSelector: {matchLabels: {app: api}}, ingress: "
                                       "[{ports: [{port: 8080}]}]}\n"),
                            CiliumSettings(18), CatalogLimits());
  const Matrix one = BuildMatrix(evaluator, {});
  MatrixOptions two_threads;
  two_threads.threads = 2;
  const Matrix two = BuildMatrix(evaluator, two_threads);
  ASSERT_EQ(one.size(), 4U);
  EXPECT_EQ(one.groups()[1].name, "shop/api");
  EXPECT_EQ(one.groups()[3].pods, 3U);
  EXPECT_EQ(one.At(3, 1), (Cell{2, 1, false}));
  EXPECT_EQ(one.At(1, 3), (Cell{1, 1, false}));
  EXPECT_EQ(one.pairs_partly(), 3U);
  EXPECT_EQ(one.pairs_allowed(), 9U);
  for (std::size_t from = 0; from < 4; ++from) {
    for (std::size_t to = 0; to < 4; ++to) EXPECT_EQ(one.At(from, to), two.At(from, to));
  }
}

TEST(LintTest, FindsWhatIsProbablyNotMeant) {
  std::string messages;
  const policy::PolicySet policies = PoliciesOf(
      R"(
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  policyTypes: [Ingress, Egress]
  ingress:
  - {from: [{podSelector: {matchLabels: {app: nobody}}}]}
  - {ports: [{port: 8081}]}
  - {ports: [{port: htpp}]}
  - {ports: [{port: 8080}]}
  - {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ghost, namespace: shop}
spec: {podSelector: {matchLabels: {app: ghost}}}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: web, namespace: shop}
spec: {endpointSelector: {matchLabels: {app: web}}}
)",
      &messages);
  EXPECT_EQ(messages, "");
  policy::Settings settings;
  settings.engine = Engine::kCalico;
  std::string text;
  for (const LintFinding& finding :
       Lint(Evaluator(ShopView(), policies, settings, CatalogLimits()))) {
    text += std::string(ToString(finding.kind)) + ": " + finding.subject + ": " + finding.message +
            '\n';
  }
  EXPECT_EQ(text,
            "matches nobody: NetworkPolicy shop/api ingress[0]: no pod is a peer of it\n"
            "unserved port: NetworkPolicy shop/api ingress[1]: no pod that it leads to serves port "
            "8081\n"
            "unknown port name: NetworkPolicy shop/api ingress[2]: no pod that it leads to has a "
            "port named 'htpp'\n"
            "shadowed rule: NetworkPolicy shop/api ingress[4]: ingress[3] before it says as much\n"
            "selects nobody: NetworkPolicy shop/ghost: selects no pod\n"
            "not read: CiliumNetworkPolicy shop/web: calico does not read policies of this kind\n"
            "DNS cut off: shop/api: cannot ask the cluster's DNS: isolated by NetworkPolicy "
            "shop/api (p.yaml:2), and no egress rule matches\n");
}

// At four fifths of a limit, while everything still works: 4 identities of 5, and the map of the
// pod that has most, 4 entries of 5 (own node, any egress, and one a peer).
TEST(LintTest, LimitsAreReportedBeforeTheyAreHit) {
  const policy::PolicySet policies = PoliciesOf(
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
      "metadata: {name: api, namespace: shop}\n"
      "spec: {podSelector: {matchLabels: {app: api}}, ingress: [{from: [{podSelector: "
      "{matchLabels: "
      "{app: web}}}, {podSelector: {matchLabels: {app: db}}}]}]}\n");
  const auto near_limits = [&](std::uint64_t entries, std::uint64_t identities) {
    policy::Limits limits = CatalogLimits();
    limits.cilium_policy_map_entries.value = entries;
    limits.cilium_identities.value = identities;
    std::string text;
    for (const LintFinding& finding :
         Lint(Evaluator(ShopView(), policies, CiliumSettings(18), limits))) {
      if (finding.kind == LintKind::kNearLimit) {
        text += finding.subject + ": " + finding.message + '\n';
      }
    }
    return text;
  };
  EXPECT_EQ(near_limits(16'384, 65'535), "");
  EXPECT_EQ(near_limits(6, 6), "");
  EXPECT_EQ(near_limits(5, 5),
            "policy-map entries of an endpoint: 4 of 5, most in shop/api\n"
            "identities of a cluster: 4 of 5\n");
}

}  // namespace
}  // namespace cnisim::connectivity

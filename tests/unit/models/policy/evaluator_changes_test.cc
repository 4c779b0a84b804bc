// An evaluator that was told of changes answers as one that is built of the result.

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/policy/enforcement.h"
#include "tests/unit/models/policy/policy_fixture.h"

namespace cnisim::policy {
namespace {

std::string PolicyOf(const std::string& app, const std::string& peer, int port) {
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: of-" + app +
         ", namespace: shop}\nspec: {podSelector: {matchLabels: {app: " + app +
         "}}, ingress: [{from: [{podSelector: {matchLabels: {app: " + peer +
         "}}}, {namespaceSelector: {matchLabels: {team: " + peer +
         "}}}], ports: [{port: " + std::to_string(port) + "}]}]}\n";
}

/// Verdicts of every pair on two ports, then Cilium's map of every pod.
std::string AnswersOf(const Evaluator& evaluator, const std::vector<std::string>& pods) {
  std::string text;
  const Enforcement enforcement(evaluator);
  for (const std::string& from : pods) {
    for (const std::string& to : pods) {
      for (const std::uint16_t port : {std::uint16_t{8080}, std::uint16_t{9090}}) {
        Flow flow;
        flow.source = *evaluator.Find(from);
        flow.destination = *evaluator.Find(to);
        flow.port = port;
        text += from + ' ' + to + ' ' + evaluator.Evaluate(flow).ToString() + '\n';
      }
    }
    text += std::to_string(enforcement.PolicyMapOf(evaluator.Find(from)->index).size()) + '\n';
  }
  return text;
}

void ExpectSameAsRebuilt(Engine engine) {
  Settings settings;
  settings.engine = engine;
  const Limits limits = CatalogLimits();
  ClusterView view = ShopView();
  PolicySet policies = PoliciesOf(PolicyOf("api", "web", 8080));
  Evaluator changed(view, policies, settings, limits);
  const std::vector<std::string> apps = {"web", "api", "db", "prom", "platform", "store"};
  for (std::uint32_t step = 0; step < 60; ++step) {
    const std::string& app = apps[step * 5 % 4];
    const std::string& other = apps[(step * 7 + 3) % apps.size()];
    switch (step % 5) {
      case 0: {  // a pod's label
        PodView& pod = view.pods[step / 5 % view.pods.size()];
        pod.labels["app"] = other;
        changed.ApplyPod(pod);
        break;
      }
      case 1: {  // a policy comes or is replaced
        const PolicySet one = PoliciesOf(PolicyOf(app, other, step % 2 == 0 ? 8080 : 9090));
        policies.Apply(one);
        changed.ApplyPolicies(one);
        break;
      }
      case 2: {  // a pod comes
        PodView pod = view.pods.front();
        pod.name = "new-" + std::to_string(step);
        pod.labels["app"] = other;
        view.pods.push_back(pod);
        changed.ApplyPod(pod);
        break;
      }
      case 3:  // a namespace's label
        view.namespaces[step / 5 % 2].labels["team"] = other;
        changed.ApplyNamespace(view.namespaces[step / 5 % 2]);
        break;
      default:  // a pod goes, or a policy
        if (step % 2 == 0) {
          changed.RemovePod(view.pods.back().ns, view.pods.back().name);
          view.pods.pop_back();
        } else {
          policies.Remove(PolicyKind::kNetworkPolicy, "shop", "of-" + app);
          changed.RemovePolicy(PolicyKind::kNetworkPolicy, "shop", "of-" + app);
        }
    }
    std::vector<std::string> pods;
    for (const PodView& pod : view.pods) pods.push_back(pod.ToString());
    const Evaluator rebuilt(view, policies, settings, limits);
    ASSERT_EQ(AnswersOf(changed, pods), AnswersOf(rebuilt, pods)) << "after step " << step;
  }
}

TEST(EvaluatorChanges, CiliumAnswersAsIfRebuilt) { ExpectSameAsRebuilt(Engine::kCilium); }
TEST(EvaluatorChanges, CalicoAnswersAsIfRebuilt) { ExpectSameAsRebuilt(Engine::kCalico); }
TEST(EvaluatorChanges, AzureNpmAnswersAsIfRebuilt) { ExpectSameAsRebuilt(Engine::kAzureNpm); }

}  // namespace
}  // namespace cnisim::policy

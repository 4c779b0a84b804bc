// The evaluator against a slow one that follows the API text rule by rule, on random policies.

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "models/cluster/manifest_set.h"
#include "models/cluster/objects.h"
#include "models/document/catalog_files.h"
#include "models/policy/cluster_view.h"
#include "models/policy/evaluator.h"
#include "models/policy/policy.h"
#include "sim/base/random.h"
#include "tests/differential/policy/policy_oracle.h"
#include "tests/differential/policy/random_policies.h"

namespace cnisim::policy {
namespace {

constexpr std::uint64_t kSeed = 20'261;
constexpr int kQuestions = 20;

Limits LoadLimits() {
  document::Diagnostics diagnostics;
  return Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics), diagnostics);
}

std::string NameOf(const oracle::End& end) {
  if (end.pod != nullptr) return end.pod->ns + '/' + end.pod->name;
  if (end.node != nullptr) return "node/" + end.node->name;
  return "world/" + end.outside->name;
}

ClusterView ViewOfWorld(const oracle::World& world, const cluster::Objects& objects) {
  ClusterView view = ViewOf(objects);
  view.nodes.clear();
  for (const oracle::Place& node : world.nodes) {
    view.nodes.push_back({node.name, {net::IpAddress::V4(node.ip)}});
  }
  for (const oracle::Place& place : world.outside) {
    view.externals.push_back({place.name, {net::IpAddress::V4(place.ip)}, {}, false});
  }
  return view;
}

Flow FlowOf(const Evaluator& evaluator, const oracle::Question& question) {
  Flow flow;
  flow.source = *evaluator.Find(NameOf(question.from));
  flow.destination = *evaluator.Find(NameOf(question.to));
  flow.protocol = question.protocol == "TCP"   ? cluster::Protocol::kTcp
                  : question.protocol == "UDP" ? cluster::Protocol::kUdp
                                               : cluster::Protocol::kSctp;
  flow.port = static_cast<std::uint16_t>(question.port);
  if (!question.method.empty()) flow.http = HttpRequest{question.method, question.path, "", {}};
  return flow;
}

// Asks both about `questions` random flows of set number `set`; text of the first difference.
std::string CompareSet(std::uint32_t set, const Limits& limits,
                       std::map<std::string, int>& outcomes) {
  RandomStream random(kSeed, set, 0);
  const oracle::World world = oracle::RandomWorld(random);
  const std::string text = oracle::ToYaml(world);
  document::Diagnostics diagnostics;
  cluster::ManifestSet manifests;
  manifests.AddText(text, "set.yaml", diagnostics);
  cluster::ReadOptions options;
  options.require_endpoints = false;
  const cluster::Objects objects = cluster::ReadObjects(manifests, diagnostics, options);
  const PolicySet policies = ReadPolicies(manifests, diagnostics);
  if (diagnostics.has_errors()) return diagnostics.ToString() + text;
  const ClusterView view = ViewOfWorld(world, objects);

  struct Asked {
    const char* name;
    Engine engine;
    int version;
  };
  for (const Asked& asked :
       {Asked{"azure-npm", Engine::kAzureNpm, 0}, Asked{"calico", Engine::kCalico, 0},
        Asked{"cilium", Engine::kCilium, 18}, Asked{"cilium", Engine::kCilium, 15}}) {
    Settings settings;
    settings.engine = asked.engine;
    if (asked.version > 0) settings.version = {1, asked.version};
    settings.sctp = true;
    const Evaluator evaluator(view, policies, settings, limits);
    for (int i = 0; i < kQuestions; ++i) {
      const oracle::Question question = oracle::RandomQuestion(random, world);
      const std::string expected = oracle::Answer(world, question, asked.name, asked.version);
      ++outcomes[expected];
      const Verdict verdict = evaluator.Evaluate(FlowOf(evaluator, question));
      if (ToString(verdict.outcome) == expected) continue;
      return "set " + std::to_string(set) + ", " + asked.name + " 1." +
             std::to_string(asked.version) + ": " + NameOf(question.from) + " -> " +
             NameOf(question.to) + ' ' + question.protocol + ' ' + std::to_string(question.port) +
             ' ' + question.method + ' ' + question.path + ": expected " + expected + ", found " +
             verdict.ToString() + '\n' + text;
    }
  }
  return {};
}

TEST(PolicyDifferentialTest, RandomSetsAgreeWithTheSlowEvaluator) {
  const Limits limits = LoadLimits();
  std::map<std::string, int> outcomes;
  for (std::uint32_t set = 0; set < CNISIM_POLICY_SETS; ++set) {
    ASSERT_EQ(CompareSet(set + CNISIM_POLICY_FIRST_SET, limits, outcomes), "");
  }
  // The questions are worth asking: no outcome is rare.
  const int asked = CNISIM_POLICY_SETS * kQuestions * 4;
  EXPECT_GT(outcomes["allow"], asked / 4);
  EXPECT_GT(outcomes["deny"], asked / 20);
  EXPECT_GT(outcomes["forbidden"], asked / 2000);
}

}  // namespace
}  // namespace cnisim::policy

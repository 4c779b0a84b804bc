// Every packaged scenario reads without a mistake, and says what its comments promise.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/scenario/scenario_reader.h"
#include "tests/unit/models/scenario/test_catalog.h"

namespace cnisim::scenario {
namespace {

using ::testing::ElementsAre;

TEST(PackagedScenarios, AllRead) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ScenarioPath(""))) {
    if (entry.path().extension() != ".yaml") continue;
    document::Diagnostics diagnostics;
    EXPECT_TRUE(ReadScenario(entry.path().string(), TestCatalog(), diagnostics))
        << Messages(diagnostics);
    ++count;
  }
  EXPECT_GE(count, 3);
}

TEST(PackagedScenarios, QuickstartComparesSevenNetworksOnOneCluster) {
  document::Diagnostics diagnostics;
  const auto scenario = ReadScenario(ScenarioPath("quickstart.yaml"), TestCatalog(), diagnostics);
  ASSERT_TRUE(scenario);
  std::vector<std::string> names;
  for (const ConfigurationSpec& spec : scenario->configurations) {
    names.push_back(spec.name);
    EXPECT_EQ(spec.name, spec.cni.profile);
    ASSERT_EQ(spec.node_pools.size(), 2u);
    EXPECT_EQ(spec.node_pools[0].pool.count + spec.node_pools[1].pool.count, 17);
  }
  EXPECT_THAT(names, ElementsAre("azure-node-subnet", "azure-overlay", "cilium-overlay", "kubenet",
                                 "byocni-cilium", "byocni-calico", "byocni-flannel"));
  EXPECT_EQ(scenario->objects.services.size(), 11u);
  EXPECT_EQ(scenario->calls.size(), 10u);
  EXPECT_EQ(Messages(diagnostics),
            R"(quickstart.yaml:17:42: warning: AKS retires kubenet on 2028-03-31
   17 |   - {name: kubenet, az: --network-plugin kubenet}
      |                                          ^
  move to --network-plugin azure --network-plugin-mode overlay
inputs/cilium-values.yaml:22:3: warning: Cilium's chart has no key 'tunnel.protocol': the result is vxlan only because that is the default
   22 |   protocol: vxlan
      |   ^
  write 'tunnelProtocol: vxlan'
quickstart.yaml:20:13: warning: kube-proxy keeps running beside its replacement: AKS installs it, and its rules stay on every node
   20 |     cilium: {values: inputs/cilium-values.yaml, chart: 1.15.0}
      |             ^
  turn it off with --kube-proxy-config and {"enabled": false}
)");
}

TEST(PackagedScenarios, PoliciesAreReadUnderEveryEngine) {
  document::Diagnostics diagnostics;
  const auto scenario = ReadScenario(ScenarioPath("policies.yaml"), TestCatalog(), diagnostics);
  ASSERT_TRUE(scenario);
  std::vector<policy::Engine> engines;
  for (const ConfigurationSpec& spec : scenario->configurations) {
    engines.push_back(spec.cni.policy_engine);
  }
  EXPECT_THAT(engines,
              ElementsAre(policy::Engine::kAzureNpm, policy::Engine::kCalico,
                          policy::Engine::kCilium, policy::Engine::kCilium, policy::Engine::kNone));
  // deny-all, the HTTP rules, and what the shop needs besides.
  EXPECT_EQ(scenario->policies.policies.size(), 7u);
}

}  // namespace
}  // namespace cnisim::scenario

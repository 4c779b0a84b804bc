#include "models/scenario/import.h"

#include <filesystem>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/scenario/prepared_configuration.h"
#include "models/scenario/replication.h"
#include "models/scenario/scenario_reader.h"
#include "tests/support/source_path.h"
#include "tests/unit/models/scenario/test_catalog.h"

namespace cnisim::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Import : ::testing::Test {
  Import() {
    // Beside the inputs, so that their names stay short.
    request.output = ScenarioPath("imported.yaml");
    request.name = "imported";
  }
  std::optional<std::string> Run() { return ImportScenario(request, TestCatalog(), diagnostics); }
  std::optional<Scenario> ReadBack(const std::string& text) {
    return ReadScenarioText(text, request.output, TestCatalog(), diagnostics);
  }
  static std::string Input(const std::string& name) { return ScenarioPath("inputs/" + name); }

  ImportRequest request;
  document::Diagnostics diagnostics;
};

TEST_F(Import, ALineAloneIsAScenario) {
  request.az =
      "az aks create -g rg -n c --network-plugin azure --network-plugin-mode overlay \\\n  "
      "--node-count 5";
  const auto text = Run();
  ASSERT_TRUE(text) << Messages(diagnostics);
  EXPECT_EQ(
      *text,
      R"(# Made by cnisim import.  Lines marked "guess" hold what nobody said: check them first.
cnisim: 1
name: imported

cluster:
  kubernetes: "1.30"                                        # guess
  vnet: {prefix: 10.224.0.0/12, subnets: {nodes: 10.224.0.0/16}}  # guess
  node_pools:
    - {name: nodepool1, sku: Standard_D4s_v5, count: 5}     # guess: sku

configurations:
  - name: azure-overlay
    az: az aks create -g rg -n c --network-plugin azure --network-plugin-mode overlay    --node-count 5

# No application was given: the program's own small workload is used.

measure: {warm_up: 500ms, duration: 2s, replications: 10, seed: 1}  # guess: long enough for a first answer
)");
}

TEST_F(Import, FilesOfThreeCnisBecomeThreeConfigurations) {
  request.az = Input("aks-create-byocni.sh");
  request.helm_values = {{"cilium", Input("cilium-values.yaml")}};
  request.chart_version = "1.15.0";
  request.manifests = {Input("shop.yaml"), Input("calico-installation.yaml"),
                       Input("flannel-configmap.yaml"), Input("deny-all-ingress.yaml"),
                       Input("shop-flows.yaml")};
  const auto text = Run();
  ASSERT_TRUE(text) << Messages(diagnostics);
  EXPECT_EQ(
      *text,
      R"(# Made by cnisim import.  Lines marked "guess" hold what nobody said: check them first.
cnisim: 1
name: imported

cluster:
  kubernetes: "1.30"
  vnet: {prefix: 10.224.0.0/12, subnets: {nodes: 10.224.0.0/16}}  # guess
  service_cidr: 10.0.0.0/16
  dns_service_ip: 10.0.0.10
  node_pools:
    - {name: system, sku: Standard_D4s_v5, count: 3}
    - {name: apps, sku: Standard_D8s_v5, count: 14, max_pods: 60, zones: [1, 2, 3], max_surge: 33%}

configurations:
  - name: byocni-cilium
    az: inputs/aks-create-byocni.sh
    cilium: {values: inputs/cilium-values.yaml, chart: 1.15.0}
  - name: byocni-calico
    az: inputs/aks-create-byocni.sh
    calico: {installation: inputs/calico-installation.yaml}
  - name: byocni-flannel
    az: inputs/aks-create-byocni.sh
    flannel: {config: inputs/flannel-configmap.yaml}

applications: [inputs/shop.yaml]
policies: [inputs/deny-all-ingress.yaml, inputs/shop-flows.yaml]

calls:                                                      # who calls whom, from the environment of the workloads
  frontend:
    api-server: {port: 8080, per_request: 1, request: 300B, response: 2KiB}  # guess: number and sizes
  api-server:
    catalog: {port: 7000, per_request: 1, request: 300B, response: 2KiB}  # guess: number and sizes
    cart: {port: 7070, per_request: 1, request: 300B, response: 2KiB}  # guess: number and sizes
    orders: {port: 5050, per_request: 1, request: 300B, response: 2KiB}  # guess: number and sizes
    recommendation: {port: 8081, per_request: 1, request: 300B, response: 2KiB}  # guess: number and sizes
  catalog:
    catalog-db: {port: 5432, per_request: 1, request: 300B, response: 2KiB}  # guess: number and sizes
  cart:
    cart-store: {port: 6379, per_request: 1, request: 300B, response: 2KiB}  # guess: number and sizes
  orders:
    payment: {port: 50051, per_request: 1, request: 300B, response: 2KiB}  # guess: number and sizes
    shipping: {port: 50052, per_request: 1, request: 300B, response: 2KiB}  # guess: number and sizes
    email: {port: 8082, per_request: 1, request: 300B, response: 2KiB}  # guess: number and sizes

traffic:
  - {from: external, to: frontend, rate: 100/s}             # guess: the rate

measure: {warm_up: 500ms, duration: 2s, replications: 10, seed: 1}  # guess: long enough for a first answer
)");
}

TEST_F(Import, TheTextReadsBackAsItIs) {
  request.az = Input("aks-create-byocni.sh");
  request.helm_values = {{"cilium", Input("cilium-values.yaml")}};
  request.chart_version = "1.15.0";
  request.manifests = {Input("shop.yaml"), Input("calico-installation.yaml"),
                       Input("flannel-configmap.yaml")};
  request.compare_all = true;
  const auto text = Run();
  ASSERT_TRUE(text) << Messages(diagnostics);
  const auto scenario = ReadBack(*text);
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  std::vector<std::string> names;
  for (const ConfigurationSpec& spec : scenario->configurations) {
    names.push_back(spec.name);
    EXPECT_EQ(spec.name, spec.cni.profile);
    EXPECT_EQ(spec.node_pools.size(), 2u);
  }
  EXPECT_THAT(names,
              ElementsAre("byocni-cilium", "byocni-calico", "byocni-flannel", "azure-node-subnet",
                          "azure-pod-subnet-dynamic", "azure-pod-subnet-static", "azure-overlay",
                          "cilium-node-subnet", "cilium-overlay", "kubenet"));
}

TEST_F(Import, TheTextRunsAsItIs) {
  request.az = "--network-plugin azure";
  request.manifests = {Input("shop.yaml")};
  request.compare_all = true;
  const auto text = Run();
  ASSERT_TRUE(text) << Messages(diagnostics);
  const auto scenario = ReadBack(*text);
  ASSERT_TRUE(scenario) << Messages(diagnostics);
  EXPECT_EQ(scenario->configurations.size(), 7u);
  for (const ConfigurationSpec& spec : scenario->configurations) {
    const auto prepared =
        PreparedConfiguration::Prepare(*scenario, spec, TestCatalog(), diagnostics);
    ASSERT_NE(prepared, nullptr) << spec.name << Messages(diagnostics);
    ReplicationOptions options;
    options.duration = SimTime::FromNanos(300'000'000);
    const ReplicationRecord record = RunReplication(*prepared, options);
    ASSERT_EQ(record.sources.size(), 1u);
    EXPECT_GT(record.sources[0].completed, 0u) << spec.name;
    EXPECT_EQ(record.sources[0].total_failed(), 0u) << spec.name;
  }
}

TEST_F(Import, ADumpKnowsItsPools) {
  request.az = "--network-plugin azure --network-plugin-mode overlay";
  request.manifests = {test::SourcePath("tests/data/scenario/dump.json")};
  const auto text = Run();
  ASSERT_TRUE(text) << Messages(diagnostics);
  EXPECT_THAT(
      *text,
      HasSubstr(
          "    - {name: apps, sku: Standard_D8s_v5, count: 2, max_pods: 60, zones: [1, 2]}\n"));
  EXPECT_THAT(*text, HasSubstr("applications: [../tests/data/scenario/dump.json]\n"));
  EXPECT_TRUE(ReadBack(*text)) << Messages(diagnostics);
}

TEST_F(Import, CnisFilesOnAnotherLineGetAClusterWithoutPlugin) {
  request.az = "--network-plugin azure";
  request.helm_values = {{"cilium", Input("cilium-values.yaml")}};
  const auto text = Run();
  ASSERT_TRUE(text) << Messages(diagnostics);
  EXPECT_THAT(*text, HasSubstr(R"(configurations:
  - name: byocni-cilium
    az: --network-plugin none --pod-cidr 10.244.0.0/16      # guess: these files need a cluster without a plugin
    cilium: {values: inputs/cilium-values.yaml}
  - name: azure-node-subnet
    az: --network-plugin azure
)"));
}

TEST_F(Import, AScriptSaysWhatItInstalls) {
  request.az = test::SourcePath("tests/data/scenario/install/create.sh");
  const auto text = Run();
  ASSERT_TRUE(text) << Messages(diagnostics);
  EXPECT_EQ(Messages(diagnostics), "");
  const std::string folder = "../tests/data/scenario/install/";
  EXPECT_THAT(*text, HasSubstr("configurations:\n  - name: byocni-cilium\n    az: " + folder +
                               "create.sh\n    cilium: {values: " + folder +
                               "values.yaml, set: [hubble.enabled=true, 'ipam.operator."
                               "clusterPoolIPv4PodCIDRList={10.244.0.0/16}'], chart: 1.15.0}\n"));
  // `kubectl apply -f manifests/`: both files of the folder, one an application, one a policy.
  EXPECT_THAT(*text, HasSubstr("applications: [" + folder + "manifests/web.yaml]\npolicies: [" +
                               folder + "manifests/policies/deny.yaml]\n"));
  EXPECT_TRUE(ReadBack(*text)) << Messages(diagnostics);
}

TEST_F(Import, FlagsSayMoreThanTheScript) {
  request.az = test::SourcePath("tests/data/scenario/install/create.sh");
  request.chart_version = "1.16.1";
  request.helm_settings = {"hubble.enabled=false,bpf.masquerade=true"};
  const auto text = Run();
  ASSERT_TRUE(text) << Messages(diagnostics);
  EXPECT_THAT(*text, HasSubstr("{10.244.0.0/16}', hubble.enabled=false, bpf.masquerade=true], "
                               "chart: 1.16.1}\n"));
}

TEST_F(Import, ValuesFilesOfOneReleaseAreLaidOverEachOther) {
  request.az = "--network-plugin none --pod-cidr 10.244.0.0/16";
  request.helm_values = {{"cilium", Input("cilium-values.yaml")},
                         {"cilium", test::SourcePath("tests/data/scenario/install/values.yaml")}};
  const auto text = Run();
  ASSERT_TRUE(text) << Messages(diagnostics);
  EXPECT_THAT(*text, HasSubstr("    cilium: {values: [inputs/cilium-values.yaml, "
                               "../tests/data/scenario/install/values.yaml]}\n"));
}

TEST_F(Import, AFileThatAScriptNamesMustExist) {
  request.az = test::SourcePath("tests/data/scenario/install/broken.sh");
  EXPECT_FALSE(Run());
  EXPECT_EQ(Messages(diagnostics), *request.az + R"(:3:44: error: cannot find 'no-such-values.yaml'
    3 | helm install cilium cilium/cilium --values no-such-values.yaml
      |                                            ^
  looked beside the script and in the current folder
)");
}

TEST_F(Import, AFolderWithoutManifestsIsAnError) {
  request.az = "--network-plugin azure";
  request.manifests = {test::SourcePath("tests/lint")};
  EXPECT_FALSE(Run());
  EXPECT_THAT(Messages(diagnostics), HasSubstr("no .yaml, .yml or .json file in the folder '"));
}

TEST_F(Import, ASettingWithoutAValueIsAnError) {
  request.az = "--network-plugin none";
  request.helm_settings = {"hubble"};
  EXPECT_FALSE(Run());
  EXPECT_THAT(Messages(diagnostics), HasSubstr("--set is 'hubble', expected PATH=VALUE"));
}

TEST_F(Import, NothingGivenIsAnError) {
  EXPECT_FALSE(Run());
  EXPECT_EQ(Messages(diagnostics),
            "command line: error: nothing says which network the cluster has\n"
            "  give --az '--network-plugin azure', or --compare-all for AKS's own modes\n");
}

TEST_F(Import, HelmValuesOfOtherChartsAreErrors) {
  request.az = "--network-plugin none";
  request.helm_values = {{"calico", "c.yaml"}, {"weave", "w.yaml"}};
  EXPECT_FALSE(Run());
  EXPECT_EQ(Messages(diagnostics),
            "command line: error: Helm values of calico are not read\n"
            "  give the Installation with --manifest\n"
            "command line: error: unknown CNI 'weave' in --helm-values\n  expected cilium=FILE\n");
}

TEST_F(Import, WhatTheReaderRefusesIsNotWritten) {
  request.az = "--network-plugin azure --service-cidr 10.224.0.0/20";
  EXPECT_FALSE(Run());
  ASSERT_EQ(diagnostics.error_count(), 1u);
  EXPECT_EQ(diagnostics.list().back().message,
            "the Service range 10.224.0.0/20 overlaps subnet 'nodes' 10.224.0.0/16");
}

}  // namespace
}  // namespace cnisim::scenario

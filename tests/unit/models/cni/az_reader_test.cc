#include "models/cni/az_reader.h"

#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/document/catalog_files.h"
#include "models/document/parser.h"

namespace cnisim::cni {
namespace {

using ::testing::ElementsAre;

azure::Limits LoadLimits() {
  document::Diagnostics diagnostics;
  return azure::Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics), diagnostics);
}

struct AzText : ::testing::Test {
  AzSettings Read(std::string_view text) {
    diagnostics.AddSource("az.sh", std::make_shared<const std::string>(text));
    return ReadAzText(text, {"az.sh", 1, 1}, /*one_place=*/false, limits, diagnostics);
  }
  document::Diagnostics diagnostics;
  azure::Limits limits = LoadLimits();
};

TEST_F(AzText, ReadsAWholeCreateLine) {
  const AzSettings az = Read(
      "az aks create -g rg -n shop --network-plugin azure --network-plugin-mode=overlay \\\n"
      "  --network-dataplane cilium --pod-cidr '10.244.0.0/16' --service-cidr 10.0.0.0/16 \\\n"
      "  --dns-service-ip 10.0.0.10 -c 5 -m 60 -s Standard_D8s_v5 -z 1 2 3 --generate-ssh-keys \\\n"
      "  --outbound-type managedNATGateway --max-surge 33% -k 1.30 --nodepool-name pool1");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_TRUE(az.given);
  EXPECT_EQ(*az.network_plugin, NetworkPlugin::kAzure);
  EXPECT_TRUE(*az.overlay);
  EXPECT_EQ(*az.dataplane, NetworkDataplane::kCilium);
  EXPECT_THAT(*az.pod_cidrs, ElementsAre(*net::Cidr::Parse("10.244.0.0/16")));
  EXPECT_THAT(*az.service_cidrs, ElementsAre(*net::Cidr::Parse("10.0.0.0/16")));
  EXPECT_EQ(az.dns_service_ip->ToString(), "10.0.0.10");
  EXPECT_EQ(*az.outbound_type, OutboundType::kManagedNatGateway);
  EXPECT_EQ(*az.kubernetes_version, "1.30");
  const AzNodePool& pool = az.default_pool;
  EXPECT_EQ(pool.name, "pool1");
  EXPECT_EQ(*pool.node_count, 5);
  EXPECT_EQ(*pool.max_pods, 60);
  EXPECT_EQ(*pool.vm_size, "Standard_D8s_v5");
  EXPECT_EQ(*pool.max_surge, "33%");
  EXPECT_THAT(*pool.zones, ElementsAre(1, 2, 3));
  EXPECT_EQ(az.pod_cidrs.where, (document::SourceLocation{"az.sh", 2, 41}));
}

TEST_F(AzText, ProximityGroupsAreKnownByTheirNames) {
  const AzSettings az = Read(
      "az aks create -g rg -n one --ppg "
      "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/proximityPlacementGroups/"
      "near\n"
      "az aks nodepool add -g rg --cluster-name one -n apps --ppg $GROUP\n");
  EXPECT_EQ(*az.default_pool.proximity_placement_group, "near");
  ASSERT_EQ(az.added_pools.size(), 1U);
  EXPECT_EQ(*az.added_pools[0].proximity_placement_group, "$GROUP");
}

TEST_F(AzText, FlagsAloneAreThoseOfCreate) {
  const AzSettings az = Read("--network-plugin none --pod-cidr 10.244.0.0/16");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(*az.network_plugin, NetworkPlugin::kNone);
}

TEST_F(AzText, ReadsAScriptOfSeveralCommands) {
  const AzSettings az = Read(R"(
RG=shop
az group create --name $RG --location westeurope
az network vnet create -g $RG -n vnet --address-prefixes 10.10.0.0/16
az network vnet subnet create -g $RG --vnet-name vnet -n nodes --address-prefixes 10.10.0.0/22
az network vnet subnet create -g $RG --vnet-name vnet -n pods --address-prefixes 10.10.16.0/20
SUBNET=$(az network vnet subnet show -g $RG --vnet-name vnet -n nodes --query id -o tsv)
az aks create -g $RG -n c --network-plugin azure --vnet-subnet-id /subscriptions/x/subnets/nodes \
  --pod-subnet-id /subscriptions/x/subnets/pods --pod-ip-allocation-mode StaticBlock
az aks nodepool add -g $RG --cluster-name c -n apps --enable-cluster-autoscaler --min-count 2 --max-count 20
az aks get-credentials -g $RG -n c
)");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(az.vnet_prefix->ToString(), "10.10.0.0/16");
  ASSERT_EQ(az.subnets.size(), 2u);
  EXPECT_EQ(az.subnets[1].name, "pods");
  EXPECT_EQ(az.subnets[1].prefix.ToString(), "10.10.16.0/20");
  EXPECT_EQ(*az.default_pool.vnet_subnet, "nodes");
  EXPECT_EQ(*az.default_pool.pod_subnet, "pods");
  EXPECT_EQ(*az.default_pool.pod_ip_allocation, PodIpAllocation::kStaticBlock);
  ASSERT_EQ(az.added_pools.size(), 1u);
  EXPECT_EQ(az.added_pools[0].name, "apps");
  EXPECT_TRUE(az.added_pools[0].autoscaler);
  EXPECT_EQ(*az.added_pools[0].max_count, 20);
}

TEST_F(AzText, AVariableWithoutValueIsAnErrorWhereItMatters) {
  Read("az aks create -g $RG --max-pods $PODS");
  EXPECT_EQ(diagnostics.ToString(),
            R"(az.sh:1:33: error: the value of $PODS in --max-pods is not known here
    1 | az aks create -g $RG --max-pods $PODS
      |                                 ^
  write the value itself, or set the variable earlier in the same file
)");
}

TEST_F(AzText, ASubnetBehindAVariableIsAWarning) {
  const AzSettings az = Read("az aks create --vnet-subnet-id $SUBNET");
  EXPECT_FALSE(az.default_pool.vnet_subnet);
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(az.sh:1:32: warning: the subnet behind $SUBNET is not known here; the pool's subnet in cluster.vnet is used
    1 | az aks create --vnet-subnet-id $SUBNET
      |                                ^
)");
}

TEST_F(AzText, AMisspeltFlagIsAnErrorAndAnUnknownOneAWarning) {
  Read("az aks create --network-plugn azure --load-balancer-sku standard --brand-new thing");
  EXPECT_EQ(diagnostics.ToString(), R"(az.sh:1:15: error: unknown flag '--network-plugn'
    1 | az aks create --network-plugn azure --load-balancer-sku standard --brand-new thing
      |               ^
  did you mean '--network-plugin'?
az.sh:1:37: warning: --load-balancer-sku is read, not modelled
    1 | az aks create --network-plugn azure --load-balancer-sku standard --brand-new thing
      |                                     ^
az.sh:1:66: warning: --brand-new is read, not modelled
    1 | az aks create --network-plugn azure --load-balancer-sku standard --brand-new thing
      |                                                                  ^
)");
}

TEST_F(AzText, WrongValuesNameWhatIsExpected) {
  Read("--network-plugin calico --pod-cidr 10.244.0.0 --max-pods 500 --zones 4 --node-count");
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(az.sh:1:18: error: --network-plugin is 'calico', expected one of: azure, kubenet, none
    1 | --network-plugin calico --pod-cidr 10.244.0.0 --max-pods 500 --zones 4 --node-count
      |                  ^
az.sh:1:36: error: --pod-cidr is '10.244.0.0', expected an address range such as 10.244.0.0/16
    1 | --network-plugin calico --pod-cidr 10.244.0.0 --max-pods 500 --zones 4 --node-count
      |                                    ^
az.sh:1:58: error: --max-pods is '500', expected a whole number from 10 to 250
    1 | --network-plugin calico --pod-cidr 10.244.0.0 --max-pods 500 --zones 4 --node-count
      |                                                          ^
az.sh:1:70: error: --zones has '4', expected 1, 2 or 3
    1 | --network-plugin calico --pod-cidr 10.244.0.0 --max-pods 500 --zones 4 --node-count
      |                                                                      ^
az.sh:1:72: error: --node-count needs a value
    1 | --network-plugin calico --pod-cidr 10.244.0.0 --max-pods 500 --zones 4 --node-count
      |                                                                        ^
)");
}

TEST_F(AzText, TheOldDataplaneFlagStillCounts) {
  const AzSettings az = Read("--network-plugin azure --enable-ebpf-dataplane");
  EXPECT_EQ(*az.dataplane, NetworkDataplane::kCilium);
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(az.sh:1:24: warning: --enable-ebpf-dataplane is the old spelling of --network-dataplane cilium
    1 | --network-plugin azure --enable-ebpf-dataplane
      |                        ^
)");
}

TEST_F(AzText, WindowsIsNotModelled) {
  Read("az aks create --network-plugin azure\naz aks nodepool add -n win --os-type Windows");
  EXPECT_EQ(diagnostics.ToString(),
            R"(az.sh:2:38: error: --os-type Windows: only Linux nodes are modelled
    2 | az aks nodepool add -n win --os-type Windows
      |                                      ^
)");
}

TEST_F(AzText, AScriptWithoutAClusterSaysSo) {
  Read("az group create -n x");
  EXPECT_EQ(diagnostics.ToString(), R"(az.sh:1:1: error: no 'az aks create' here
    1 | az group create -n x
      | ^
  expected flags such as --network-plugin azure, or a whole az aks create line
)");
}

TEST_F(AzText, TheAutoscalerNeedsItsBounds) {
  Read("--network-plugin azure --enable-cluster-autoscaler --min-count 1");
  EXPECT_EQ(diagnostics.ToString(),
            R"(az.sh:1:1: error: --enable-cluster-autoscaler needs --min-count and --max-count
    1 | --network-plugin azure --enable-cluster-autoscaler --min-count 1
      | ^
)");
}

struct AzMap : ::testing::Test {
  AzSettings Read(std::string_view text) {
    document = document::ParseDocument(text, "s.yaml", diagnostics);
    return ReadAzMap(document->root(), limits, diagnostics);
  }
  document::Diagnostics diagnostics;
  azure::Limits limits = LoadLimits();
  std::optional<document::Document> document;
};

TEST_F(AzMap, KeysAreTheFlags) {
  const AzSettings az = Read(
      "network_plugin: azure\nnetwork_plugin_mode: overlay\nmax_pods: 60\nzones: [1, 2]\n"
      "enable_private_cluster: true\n");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_TRUE(*az.overlay);
  EXPECT_EQ(*az.default_pool.max_pods, 60);
  EXPECT_THAT(*az.default_pool.zones, ElementsAre(1, 2));
  EXPECT_TRUE(az.private_cluster);
}

TEST_F(AzMap, UnknownKeysAreErrors) {
  Read("network_plugin: azure\npod_cdir: 10.244.0.0/16\n");
  EXPECT_EQ(diagnostics.error_count(), 1u);
  EXPECT_EQ(diagnostics.list()[0].message, "unknown key 'pod_cdir' in az");
  EXPECT_THAT(diagnostics.list()[0].hint,
              ::testing::StartsWith("did you mean 'pod_cidr'? known: apiserver_subnet_id, "));
}

TEST(IsAzCommandLine, TellsFlagsFromPaths) {
  EXPECT_TRUE(IsAzCommandLine("--network-plugin azure"));
  EXPECT_TRUE(IsAzCommandLine("  az aks create"));
  EXPECT_FALSE(IsAzCommandLine("inputs/create.sh"));
  EXPECT_FALSE(IsAzCommandLine("azure.sh"));
}

}  // namespace
}  // namespace cnisim::cni

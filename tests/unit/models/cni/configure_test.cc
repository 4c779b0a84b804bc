#include "models/cni/configure.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/cni/az_reader.h"
#include "models/document/catalog_files.h"
#include "models/document/parser.h"

namespace cnisim::cni {
namespace {

using ::testing::ElementsAre;

struct ConfigureTest : ::testing::Test {
  ConfigureTest() {
    const auto files = document::CatalogFiles::Load(std::nullopt, diagnostics);
    limits = azure::Limits::Load(files, diagnostics);
    sources.where = {"s.yaml", 3, 5};
  }
  void Az(std::string_view line) {
    sources.az = ReadAzText(line, {"s.yaml", 3, 20}, /*one_place=*/true, limits, diagnostics);
  }
  const document::Value* Parse(std::string_view text, const std::string& name) {
    documents.push_back(*document::ParseDocument(text, name, diagnostics));
    return &documents.back().root();
  }
  void Cilium(std::string_view values) {
    CiliumRelease release;
    release.values = {Parse(values, "values.yaml")};
    release.where = {"s.yaml", 4, 5};
    sources.cilium = release;
  }
  CniConfiguration Run() { return Configure(sources, limits, diagnostics); }

  document::Diagnostics diagnostics;
  azure::Limits limits;
  CniSources sources;
  std::vector<document::Document> documents;
};

constexpr std::string_view kCilium =
    "aksbyocni: {enabled: true}\nkubeProxyReplacement: true\n"
    "ipam: {operator: {clusterPoolIPv4PodCIDRList: [10.244.0.0/16]}}\n";

// Every mode of AKS: flags, profile, allocator, AKS's default of max pods.
struct ModeCase {
  const char* flags;
  const char* profile;
  ipam::IpamKind ipam;
  int max_pods;
  policy::Engine engine;
};

class Modes : public ConfigureTest, public ::testing::WithParamInterface<ModeCase> {};

TEST_P(Modes, FollowFromTheFlags) {
  Az(GetParam().flags);
  const CniConfiguration cni = Run();
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.ToString();
  EXPECT_EQ(cni.profile, GetParam().profile);
  EXPECT_EQ(cni.ipam.kind, GetParam().ipam);
  EXPECT_EQ(cni.default_max_pods, GetParam().max_pods);
  EXPECT_EQ(cni.policy_engine, GetParam().engine);
}

INSTANTIATE_TEST_SUITE_P(
    All, Modes,
    ::testing::Values(
        ModeCase{"--network-plugin azure", "azure-node-subnet", ipam::IpamKind::kNodeSubnet, 30,
                 policy::Engine::kNone},
        ModeCase{"--network-plugin azure --network-policy azure", "azure-node-subnet",
                 ipam::IpamKind::kNodeSubnet, 30, policy::Engine::kAzureNpm},
        ModeCase{"--network-plugin azure --pod-subnet-id pods", "azure-pod-subnet-dynamic",
                 ipam::IpamKind::kPodSubnetDynamic, 110, policy::Engine::kNone},
        ModeCase{"--network-plugin azure --pod-subnet-id pods --pod-ip-allocation-mode StaticBlock",
                 "azure-pod-subnet-static", ipam::IpamKind::kPodSubnetStatic, 110,
                 policy::Engine::kNone},
        ModeCase{"--network-plugin azure --network-plugin-mode overlay --network-policy calico",
                 "azure-overlay", ipam::IpamKind::kOverlay, 250, policy::Engine::kCalico},
        ModeCase{"--node-count 3", "azure-overlay", ipam::IpamKind::kOverlay, 250,
                 policy::Engine::kNone},
        ModeCase{"--network-plugin kubenet", "kubenet", ipam::IpamKind::kKubenet, 110,
                 policy::Engine::kNone},
        ModeCase{"--network-plugin azure --network-plugin-mode overlay --network-dataplane cilium",
                 "cilium-overlay", ipam::IpamKind::kOverlay, 250, policy::Engine::kCilium},
        ModeCase{"--network-plugin azure --pod-subnet-id p --network-dataplane cilium",
                 "cilium-pod-subnet-dynamic", ipam::IpamKind::kPodSubnetDynamic, 110,
                 policy::Engine::kCilium},
        ModeCase{"--network-plugin azure --pod-subnet-id p --pod-ip-allocation-mode StaticBlock "
                 "--network-dataplane cilium",
                 "cilium-pod-subnet-static", ipam::IpamKind::kPodSubnetStatic, 110,
                 policy::Engine::kCilium},
        ModeCase{"--network-plugin azure --network-dataplane cilium", "cilium-node-subnet",
                 ipam::IpamKind::kNodeSubnet, 30, policy::Engine::kCilium}));

TEST_F(ConfigureTest, KubeProxyBesideItsReplacementIsAWarning) {
  Az("--network-plugin none --pod-cidr 10.244.0.0/16");
  Cilium(kCilium);
  const CniConfiguration cni = Run();
  EXPECT_EQ(cni.switches.at("kube_proxy_beside"), "true");
  EXPECT_EQ(cni.switches.at("service_engine"), "ebpf-socket");
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:4:5: warning: kube-proxy keeps running beside its replacement: AKS installs "
            "it, and its rules stay "
            "on every node\n  turn it off with --kube-proxy-config and {\"enabled\": false}\n");
}

TEST_F(ConfigureTest, KubeProxyTurnedOffIsFine) {
  Az("--network-plugin none --pod-cidr 10.244.0.0/16");
  Cilium(kCilium);
  sources.kube_proxy = KubeProxyConfiguration{false, KubeProxyMode::kIptables, {}};
  const CniConfiguration cni = Run();
  EXPECT_EQ(cni.switches.count("kube_proxy_beside"), 0u);
  EXPECT_EQ(diagnostics.ToString(), "");
}

TEST_F(ConfigureTest, KubeProxyTurnedOffWithoutReplacementIsAnError) {
  Az("--network-plugin azure");
  sources.kube_proxy = KubeProxyConfiguration{false, KubeProxyMode::kIptables, {"p.json", 1, 1}};
  Run();
  EXPECT_EQ(
      diagnostics.ToString(),
      "p.json:1:1: error: kube-proxy is off, and this CNI does not translate Services itself\n"
      "  leave it on, or use a CNI that replaces it\n");
}

TEST_F(ConfigureTest, KubeProxysModeIsTheServiceEngine) {
  Az("--network-plugin azure");
  sources.kube_proxy = KubeProxyConfiguration{true, KubeProxyMode::kNftables, {}};
  EXPECT_EQ(Run().switches.at("service_engine"), "kube-proxy-nftables");
}

TEST_F(ConfigureTest, IpvsExcludesNpm) {
  Az("--network-plugin azure --network-policy azure");
  sources.kube_proxy = KubeProxyConfiguration{true, KubeProxyMode::kIpvs, {"p.json", 1, 1}};
  Run();
  EXPECT_EQ(diagnostics.ToString(),
            "p.json:1:1: error: Azure NPM does not work with kube-proxy in IPVS mode\n"
            "  use IPTABLES, or another policy engine\n");
}

TEST_F(ConfigureTest, ByocniWithoutPodCidrIsAWarning) {
  Az("--network-plugin none");
  Cilium(kCilium);
  sources.kube_proxy = KubeProxyConfiguration{false, KubeProxyMode::kIptables, {}};
  Run();
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:3:20: warning: --network-plugin none without --pod-cidr: the control plane has "
            "no route to pods, so "
            "webhooks fail\n  add --pod-cidr 10.244.0.0/16\n");
}

TEST_F(ConfigureTest, APodCidrBesideThePoolIsAWarning) {
  Az("--network-plugin none --pod-cidr 10.100.0.0/16");
  Cilium(kCilium);
  sources.kube_proxy = KubeProxyConfiguration{false, KubeProxyMode::kIptables, {}};
  Run();
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:3:20: warning: --pod-cidr 10.100.0.0/16 does not cover the CNI's own pool "
            "10.244.0.0/16, so the "
            "control plane cannot reach those pods\n  write --pod-cidr 10.244.0.0/16\n");
}

TEST_F(ConfigureTest, AClusterWithoutAnyCniIsAnError) {
  Az("--network-plugin none");
  Run();
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:3:20: error: this configuration has no CNI: with --network-plugin none pods "
            "get no network\n"
            "  add cilium:, calico:, flannel: or catalog_cni:\n");
}

TEST_F(ConfigureTest, NothingAtAllIsAnError) {
  Run();
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:3:5: error: this configuration has no CNI\n"
            "  add az flags (az: --network-plugin azure), or cilium:, calico: or flannel: for a "
            "cluster without a "
            "plugin\n");
}

TEST_F(ConfigureTest, CiliumValuesDoNotFitTheManagedCilium) {
  Az("--network-plugin azure --network-dataplane cilium");
  Cilium(kCilium);
  Run();
  EXPECT_EQ(
      diagnostics.ToString(),
      "s.yaml:4:5: error: Cilium is installed with its own chart, and this cluster has Azure CNI\n"
      "  AKS manages Cilium here and takes no values; for a Cilium of one's own write az: "
      "--network-plugin none\n");
}

TEST_F(ConfigureTest, RefusesWhatAzRefuses) {
  const std::pair<const char*, const char*> kCases[] = {
      {"--network-plugin kubenet --network-plugin-mode overlay",
       "--network-plugin-mode overlay needs --network-plugin azure"},
      {"--network-plugin kubenet --network-dataplane cilium",
       "--network-dataplane cilium needs --network-plugin azure"},
      {"--network-plugin kubenet --network-policy azure",
       "kubenet works with --network-policy calico or none only"},
      {"--network-plugin none --network-policy calico",
       "--network-policy is not accepted with --network-plugin none"},
      {"--network-plugin azure --network-dataplane cilium --network-policy calico",
       "--network-dataplane cilium enforces policies itself"},
      {"--network-plugin azure --network-policy cilium",
       "--network-policy cilium needs --network-dataplane cilium"},
      {"--network-plugin azure --network-plugin-mode overlay --pod-subnet-id p",
       "--pod-subnet-id needs --network-plugin azure without --network-plugin-mode overlay"},
      {"--network-plugin azure --pod-ip-allocation-mode StaticBlock",
       "--pod-ip-allocation-mode needs --pod-subnet-id"},
      {"--network-plugin azure --ip-families IPv4,IPv6",
       "IPv4,IPv6 needs --network-plugin-mode overlay"},
  };
  for (const auto& [flags, message] : kCases) {
    diagnostics = {};
    Az(flags);
    Run();
    ASSERT_TRUE(diagnostics.has_errors()) << flags;
    EXPECT_EQ(diagnostics.list()[0].message, message);
  }
}

TEST_F(ConfigureTest, HandSetSwitchesWin) {
  Az("--network-plugin azure");
  sources.switches = {{"service_engine", "ebpf-tc"}};
  EXPECT_EQ(Run().switches.at("service_engine"), "ebpf-tc");
}

TEST_F(ConfigureTest, ACniOfTheCatalogStandsForThePlugin) {
  Az("--network-plugin none --pod-cidr 10.200.0.0/16");
  sources.catalog_cni = "toy";
  const CniConfiguration cni = Run();
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(cni.profile, "toy");
  EXPECT_THAT(cni.ipam.pod_cidrs, ElementsAre(*net::Cidr::Parse("10.200.0.0/16")));
}

TEST_F(ConfigureTest, KubenetRetires) {
  Az("--network-plugin kubenet");
  Run();
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:3:20: warning: AKS retires kubenet on 2028-03-31\n"
            "  move to --network-plugin azure --network-plugin-mode overlay\n");
}

// How traffic leaves the VNet; AKS's default is a load balancer.
TEST_F(ConfigureTest, TheOutboundTypeIsASwitch) {
  const std::vector<std::pair<std::string, std::string>> types = {
      {"", "load-balancer"},
      {" --outbound-type loadBalancer", "load-balancer"},
      {" --outbound-type managedNATGateway", "nat-gateway"},
      {" --outbound-type userAssignedNATGateway", "nat-gateway"},
      {" --outbound-type userDefinedRouting", "firewall"},
      {" --outbound-type none", "none"}};
  for (const auto& [flag, value] : types) {
    Az("--network-plugin azure" + flag);
    EXPECT_EQ(Run().switches.at("outbound_type"), value) << flag;
  }
}

}  // namespace
}  // namespace cnisim::cni

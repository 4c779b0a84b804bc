#include "models/cni/calico_installation.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/document/parser.h"

namespace cnisim::cni {
namespace {

using ::testing::ElementsAre;

std::string Installation(const std::string& network) {
  return "kind: Installation\nspec:\n  calicoNetwork:\n" + network;
}

constexpr std::string_view kPool =
    "    bgp: Disabled\n    ipPools: [{cidr: 10.244.0.0/16, encapsulation: VXLAN}]\n";

struct Calico : ::testing::Test {
  CniConfiguration Read(const std::string& text, NetworkPlugin plugin = NetworkPlugin::kNone) {
    documents = document::ParseDocuments(text, "calico.yaml", diagnostics);
    std::vector<const document::Value*> roots;
    for (const auto& document : documents) roots.push_back(&document.root());
    CniConfiguration configuration;
    configuration.plugin = plugin;
    ReadCalicoInstallation(roots, {"s.yaml", 5, 3}, configuration, diagnostics);
    return configuration;
  }
  document::Diagnostics diagnostics;
  std::vector<document::Document> documents;
};

TEST_F(Calico, VxlanWithoutBgpIsWhatAzureNeeds) {
  const CniConfiguration cni = Read(Installation(std::string(kPool)));
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(cni.profile, "byocni-calico");
  EXPECT_EQ(cni.switches.at("encapsulation"), "vxlan");
  EXPECT_EQ(cni.switches.at("dataplane"), "iptables");
  EXPECT_EQ(cni.switches.at("masquerade"), "iptables");
  EXPECT_EQ(cni.switches.at("policy_engine"), "calico");
  EXPECT_EQ(cni.switches.at("tunnel_notrack"), "true");
  EXPECT_TRUE(cni.needs_kube_proxy);
  EXPECT_EQ(cni.ipam.kind, ipam::IpamKind::kCalicoBlocks);
  EXPECT_THAT(cni.ipam.pod_cidrs, ElementsAre(*net::Cidr::Parse("10.244.0.0/16")));
  EXPECT_EQ(cni.policy_engine, policy::Engine::kCalico);
}

TEST_F(Calico, IpipIsAnError) {
  Read(Installation(
      "    bgp: Disabled\n    ipPools: [{cidr: 10.244.0.0/16, encapsulation: IPIP}]\n"));
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(calico.yaml:5:52: error: encapsulation IPIP does not work: Azure drops IP-in-IP packets (protocol 4)
    5 |     ipPools: [{cidr: 10.244.0.0/16, encapsulation: IPIP}]
      |                                                    ^
  write 'encapsulation: VXLAN'
)");
}

TEST_F(Calico, CrossSubnetIsAnError) {
  Read(
      Installation("    bgp: Disabled\n    ipPools: [{cidr: 10.244.0.0/16, encapsulation: "
                   "VXLANCrossSubnet}]\n"));
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(calico.yaml:5:52: error: VXLANCrossSubnet uses no tunnel between nodes of one subnet, and an Azure VNet has no routes to pod addresses
    5 |     ipPools: [{cidr: 10.244.0.0/16, encapsulation: VXLANCrossSubnet}]
      |                                                    ^
  write 'encapsulation: VXLAN'
)");
}

TEST_F(Calico, NoTunnelIsAnError) {
  Read(Installation(
      "    bgp: Disabled\n    ipPools: [{cidr: 10.244.0.0/16, encapsulation: None}]\n"));
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(calico.yaml:5:52: error: encapsulation None does not work: an Azure VNet has no routes to pod addresses
    5 |     ipPools: [{cidr: 10.244.0.0/16, encapsulation: None}]
      |                                                    ^
  write 'encapsulation: VXLAN'
)");
}

TEST_F(Calico, WithBgpOnTheDefaultEncapsulationIsIpip) {
  Read(Installation("    ipPools: [{cidr: 10.244.0.0/16}]\n"));
  EXPECT_EQ(diagnostics.error_count(), 1u);
  EXPECT_EQ(diagnostics.list()[0].message,
            "encapsulation IPIP does not work: Azure drops IP-in-IP packets (protocol 4)");
}

TEST_F(Calico, BgpWithoutNeedIsAWarning) {
  Read(Installation(
      "    bgp: Enabled\n    ipPools: [{cidr: 10.244.0.0/16, encapsulation: VXLAN}]\n"));
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(calico.yaml:4:10: warning: bgp is Enabled: BGP finds no peer in an Azure VNet, and VXLAN does not need it
    4 |     bgp: Enabled
      |          ^
  write 'bgp: Disabled'
)");
}

TEST_F(Calico, TheEbpfDataplaneReplacesKubeProxy) {
  const CniConfiguration cni = Read(Installation(
      std::string(kPool) + "    linuxDataplane: BPF\n    kubeProxyManagement: Enabled\n"));
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(cni.switches.at("dataplane"), "ebpf");
  EXPECT_EQ(cni.switches.at("service_engine"), "ebpf-socket");
  EXPECT_EQ(cni.switches.at("host_routing"), "ebpf");
  EXPECT_EQ(cni.switches.at("lb_mode"), "tunnel");
  EXPECT_TRUE(cni.replaces_kube_proxy);
  EXPECT_TRUE(cni.removes_kube_proxy);
  EXPECT_FALSE(cni.needs_kube_proxy);
}

TEST_F(Calico, FelixMayTurnOnWireguardAndEbpf) {
  const CniConfiguration cni =
      Read(Installation(std::string(kPool)) +
           "---\nkind: FelixConfiguration\nspec: {bpfEnabled: true, wireguardEnabled: true}\n");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(cni.switches.at("dataplane"), "ebpf");
  EXPECT_EQ(cni.switches.at("encryption"), "wireguard");
}

TEST_F(Calico, FelixMayLetTheBackendsNodeAnswerTheClient) {
  const CniConfiguration cni = Read(
      Installation(std::string(kPool)) +
      "---\nkind: FelixConfiguration\nspec: {bpfEnabled: true, bpfExternalServiceMode: DSR}\n");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(cni.switches.at("lb_mode"), "dsr");
}

TEST_F(Calico, BlocksAndNatAreRead) {
  const CniConfiguration cni = Read(Installation(
      "    bgp: Disabled\n    ipPools: [{cidr: 10.244.0.0/16, encapsulation: VXLAN, blockSize: 28, "
      "natOutgoing: Disabled}]\n    mtu: 1400\n"));
  EXPECT_EQ(cni.ipam.block_length, 28);
  EXPECT_EQ(cni.switches.at("masquerade"), "none");
  EXPECT_EQ(cni.pod_mtu, Bytes(1400));
}

TEST_F(Calico, PolicyOnlyKeepsAzureCni) {
  const CniConfiguration cni =
      Read("kind: Installation\nspec: {cni: {type: AzureVNET}}\n", NetworkPlugin::kAzure);
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(cni.profile, "");
  EXPECT_EQ(cni.policy_engine, policy::Engine::kCalico);
}

TEST_F(Calico, PolicyOnlyNeedsAzureCni) {
  Read("kind: Installation\nspec: {cni: {type: AzureVNET}}\n");
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(calico.yaml:2:20: error: AzureVNET leaves pods to Azure CNI, and this cluster has none
    2 | spec: {cni: {type: AzureVNET}}
      |                    ^
  write 'type: Calico', or make the cluster with --network-plugin azure
)");
}

TEST_F(Calico, VppIsNotModelled) {
  Read(Installation(std::string(kPool) + "    linuxDataplane: VPP\n"));
  EXPECT_EQ(diagnostics.ToString(), R"(calico.yaml:6:21: error: the VPP dataplane is not modelled
    6 |     linuxDataplane: VPP
      |                     ^
  known: Iptables, BPF, Nftables
)");
}

TEST_F(Calico, AFileWithoutInstallationSaysSo) {
  Read("kind: ConfigMap\n");
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:5:3: error: no Installation in this file\n  expected kind: Installation of "
            "operator.tigera.io/v1\n");
}

}  // namespace
}  // namespace cnisim::cni

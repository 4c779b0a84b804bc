#include "models/cni/flannel_config.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/document/parser.h"

namespace cnisim::cni {
namespace {

using ::testing::ElementsAre;

struct Flannel : ::testing::Test {
  CniConfiguration Read(const std::string& net_conf) {
    const std::string text = "kind: ConfigMap\ndata:\n  net-conf.json: |\n    " + net_conf + "\n";
    return ReadFile(text);
  }
  CniConfiguration ReadFile(const std::string& text) {
    documents = document::ParseDocuments(text, "flannel.yaml", diagnostics);
    std::vector<const document::Value*> roots;
    for (const auto& document : documents) roots.push_back(&document.root());
    CniConfiguration configuration;
    configuration.plugin = NetworkPlugin::kNone;
    ReadFlannelConfig(roots, {"s.yaml", 5, 3}, configuration, diagnostics);
    return configuration;
  }
  document::Diagnostics diagnostics;
  std::vector<document::Document> documents;
};

TEST_F(Flannel, ReadsTheJsonInsideTheYaml) {
  const CniConfiguration cni =
      Read(R"({"Network": "10.244.0.0/16", "Backend": {"Type": "vxlan", "Port": 8473}})");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(cni.profile, "byocni-flannel");
  EXPECT_EQ(cni.switches.at("encapsulation"), "vxlan");
  EXPECT_EQ(cni.switches.at("policy_engine"), "none");
  EXPECT_EQ(cni.tunnel_port, 8473);
  EXPECT_TRUE(cni.needs_kube_proxy);
  EXPECT_EQ(cni.ipam.kind, ipam::IpamKind::kFlannel);
  EXPECT_THAT(cni.ipam.pod_cidrs, ElementsAre(*net::Cidr::Parse("10.244.0.0/16")));
  EXPECT_EQ(cni.ipam.block_length, 24);
}

TEST_F(Flannel, ASmallNetworkHasSmallerSubnets) {
  EXPECT_EQ(Read(R"({"Network": "10.244.0.0/23"})").ipam.block_length, 25);
  EXPECT_EQ(Read(R"({"Network": "10.244.0.0/22"})").ipam.block_length, 24);
  EXPECT_EQ(Read(R"({"Network": "10.244.0.0/16", "SubnetLen": 26})").ipam.block_length, 26);
}

TEST_F(Flannel, WireguardIsEncryptionAndNoTunnelOfItsOwn) {
  const CniConfiguration cni =
      Read(R"({"Network": "10.244.0.0/16", "Backend": {"Type": "wireguard"}})");
  EXPECT_EQ(cni.switches.at("encapsulation"), "none");
  EXPECT_EQ(cni.switches.at("encryption"), "wireguard");
}

TEST_F(Flannel, BackendsThatAzureDoesNotCarryAreErrors) {
  Read(R"({"Network": "10.244.0.0/16", "Backend": {"Type": "host-gw"}})");
  Read(R"({"Network": "10.244.0.0/16", "Backend": {"Type": "ipip"}})");
  Read(R"({"Network": "10.244.0.0/16", "Backend": {"DirectRouting": true}})");
  ASSERT_EQ(diagnostics.error_count(), 3u);
  EXPECT_EQ(diagnostics.list()[0].message,
            "host-gw needs nodes on one Ethernet segment, and an Azure VNet routes every packet");
  EXPECT_EQ(diagnostics.list()[0].where,
            (document::SourceLocation{"flannel.yaml:net-conf.json", 1, 50}));
  EXPECT_EQ(diagnostics.list()[1].message,
            "the ipip backend does not work: Azure drops IP-in-IP packets (protocol 4)");
  EXPECT_EQ(diagnostics.list()[2].message,
            "DirectRouting uses no tunnel between nodes of one subnet, and an Azure VNet has no "
            "routes to pod addresses");
}

TEST_F(Flannel, ANetworkIsNeeded) {
  Read("{}");
  EXPECT_EQ(diagnostics.error_count(), 1u);
  EXPECT_EQ(diagnostics.list()[0].where.file, "flannel.yaml:net-conf.json");
}

TEST_F(Flannel, AFileWithoutTheConfigMapSaysSo) {
  ReadFile("kind: DaemonSet\n");
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:5:3: error: no ConfigMap with net-conf.json in this file\n"
            "  expected Flannel's ConfigMap kube-flannel-cfg\n");
}

}  // namespace
}  // namespace cnisim::cni

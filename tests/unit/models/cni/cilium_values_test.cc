#include "models/cni/cilium_values.h"

#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/document/parser.h"

namespace cnisim::cni {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::Pair;

constexpr std::string_view kByocni = "aksbyocni: {enabled: true}\n";

struct CiliumValues : ::testing::Test {
  CniConfiguration Read(const std::string& text, std::string chart = "1.16.0",
                        const std::string& set = "") {
    values = document::ParseDocument(text, "values.yaml", diagnostics);
    CiliumRelease release;
    if (values) release.values = {&values->root()};
    release.chart = std::move(chart);
    release.where = {"s.yaml", 5, 3};
    release.chart_where = {"s.yaml", 6, 10};
    if (!set.empty()) {
      settings = document::ParseDocument(set, "set.yaml", diagnostics);
      release.set = &settings->root();
    }
    CniConfiguration configuration;
    ReadCiliumRelease(release, configuration, diagnostics);
    return configuration;
  }
  document::Diagnostics diagnostics;
  std::optional<document::Document> values, settings;
};

TEST_F(CiliumValues, AnEmptyFileHasTheChartsDefaults) {
  const CniConfiguration cni = Read(std::string(kByocni));
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(cni.profile, "byocni-cilium");
  EXPECT_THAT(
      cni.switches,
      IsSupersetOf(
          {Pair("encapsulation", "vxlan"), Pair("host_routing", "legacy"), Pair("hubble", "true"),
           Pair("l7_proxy", "cilium-envoy"), Pair("masquerade", "iptables"),
           Pair("pod_link", "veth"), Pair("policy_engine", "cilium"), Pair("encryption", "none"),
           Pair("lb_mode", "snat"), Pair("xdp", "false"), Pair("endpoint_routes", "false")}));
  EXPECT_TRUE(cni.needs_kube_proxy);
  EXPECT_FALSE(cni.replaces_kube_proxy);
  EXPECT_EQ(cni.ipam.kind, ipam::IpamKind::kClusterPool);
  EXPECT_THAT(cni.ipam.pod_cidrs, ElementsAre(*net::Cidr::Parse("10.0.0.0/8")));
  EXPECT_EQ(cni.ipam.block_length, 24);
  EXPECT_EQ(cni.policy_engine, policy::Engine::kCilium);
}

TEST_F(CiliumValues, ATutorialsTunnelProtocolIsNamed) {
  const CniConfiguration cni =
      Read(std::string(kByocni) + "tunnel:\n  protocol: vxlan\n", "1.15.0");
  EXPECT_EQ(cni.switches.at("encapsulation"), "vxlan");
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(values.yaml:3:3: warning: Cilium's chart has no key 'tunnel.protocol': the result is vxlan only because that is the default
    3 |   protocol: vxlan
      |   ^
  write 'tunnelProtocol: vxlan'
)");
}

TEST_F(CiliumValues, ATutorialsTunnelProtocolHasNoEffect) {
  const CniConfiguration cni =
      Read(std::string(kByocni) + "tunnel: {protocol: geneve}\n", "1.15.0");
  EXPECT_EQ(cni.switches.at("encapsulation"), "vxlan");
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(values.yaml:2:10: warning: Cilium's chart has no key 'tunnel.protocol': routing stays tunnel, vxlan
    2 | tunnel: {protocol: geneve}
      |          ^
  write 'tunnelProtocol: geneve'
)");
}

TEST_F(CiliumValues, TunnelIsGoneSince115) {
  const CniConfiguration cni = Read(std::string(kByocni) + "tunnel: geneve\n", "1.15.0");
  EXPECT_EQ(cni.switches.at("encapsulation"), "vxlan");
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(values.yaml:2:1: warning: Cilium's chart has no key 'tunnel' since 1.15; routing stays tunnel, vxlan
    2 | tunnel: geneve
      | ^
  write 'tunnelProtocol: geneve'
)");
}

TEST_F(CiliumValues, TunnelStillCountsIn114AndIsFineIn113) {
  EXPECT_EQ(Read(std::string(kByocni) + "tunnel: geneve\n", "1.14.2").switches.at("encapsulation"),
            "geneve");
  EXPECT_EQ(diagnostics.ToString(),
            R"(values.yaml:2:1: warning: 'tunnel' is obsolete since chart 1.14 and gone in 1.15
    2 | tunnel: geneve
      | ^
  write 'tunnelProtocol: geneve'
)");
  diagnostics = {};
  EXPECT_EQ(Read(std::string(kByocni) + "tunnel: geneve\n", "1.13.0").switches.at("encapsulation"),
            "geneve");
  EXPECT_EQ(diagnostics.ToString(), "");
}

TEST_F(CiliumValues, ACommentMayStandBetweenKeyAndScalar) {
  const CniConfiguration cni =
      Read(std::string(kByocni) + "kubeProxyReplacement:\n  # why\n  true\n");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_TRUE(cni.replaces_kube_proxy);
  EXPECT_EQ(cni.switches.at("service_engine"), "ebpf-socket");
}

TEST_F(CiliumValues, ReplacementMayBeAText) {
  EXPECT_TRUE(Read(std::string(kByocni) + "kubeProxyReplacement: \"true\"\n").replaces_kube_proxy);
  EXPECT_FALSE(
      Read(std::string(kByocni) + "kubeProxyReplacement: \"false\"\n").replaces_kube_proxy);
  EXPECT_EQ(diagnostics.ToString(), "");
}

TEST_F(CiliumValues, OldWordsForReplacementAreWarnedOfUntil114) {
  EXPECT_TRUE(
      Read(std::string(kByocni) + "kubeProxyReplacement: strict\n", "1.14.0").replaces_kube_proxy);
  EXPECT_EQ(diagnostics.ToString(),
            R"(values.yaml:2:1: warning: kubeProxyReplacement 'strict' is the old spelling of true
    2 | kubeProxyReplacement: strict
      | ^
)");
}

TEST_F(CiliumValues, OldWordsForReplacementAreErrorsSince115) {
  Read(std::string(kByocni) + "kubeProxyReplacement: partial\n", "1.15.0");
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(values.yaml:2:23: error: found 'partial', an old spelling that charts since 1.15 do not know in kubeProxyReplacement
    2 | kubeProxyReplacement: partial
      |                       ^
  write 'kubeProxyReplacement: false'
)");
}

TEST_F(CiliumValues, OtherWordsForReplacementAreErrors) {
  Read(std::string(kByocni) + "kubeProxyReplacement: maybe\n");
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(values.yaml:2:23: error: found 'maybe', expected true or false in kubeProxyReplacement
    2 | kubeProxyReplacement: maybe
      |                       ^
)");
}

TEST_F(CiliumValues, NativeRoutingIsRefusedByTheChartSince115) {
  Read(std::string(kByocni) + "routingMode: native\n", "1.15.0");
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(values.yaml:2:1: warning: routingMode native needs routes to each node's pod range, and AKS makes none with --network-plugin none
    2 | routingMode: native
      | ^
  use routingMode: tunnel, or add the routes yourself
values.yaml:1:22: error: charts since 1.15 refuse aksbyocni.enabled unless routingMode is tunnel
    1 | aksbyocni: {enabled: true}
      |                      ^
  set routingMode to tunnel
)");
}

TEST_F(CiliumValues, HubbleNeedsWhatItIsBuiltOn) {
  Read(std::string(kByocni) + "hubble: {enabled: false, relay: {enabled: true}}\n");
  EXPECT_EQ(diagnostics.ToString(),
            R"(values.yaml:2:43: error: the chart refuses hubble.relay without hubble
    2 | hubble: {enabled: false, relay: {enabled: true}}
      |                                           ^
  set hubble.enabled to true
)");
  diagnostics = {};
  Read(std::string(kByocni) + "hubble: {ui: {enabled: true}}\n");
  EXPECT_EQ(diagnostics.ToString(),
            R"(values.yaml:2:24: error: the chart refuses hubble.ui without hubble.relay
    2 | hubble: {ui: {enabled: true}}
      |                        ^
  set hubble.relay.enabled to true
)");
}

TEST_F(CiliumValues, ABooleanInQuotesIsAnError) {
  Read(std::string(kByocni) + "l7Proxy: \"false\"\n");
  EXPECT_EQ(diagnostics.ToString(),
            R"(values.yaml:2:10: error: found 'false', expected true or false in l7Proxy
    2 | l7Proxy: "false"
      |          ^
  remove the quotes: a chart takes any text as true
)");
}

TEST_F(CiliumValues, HostRoutingNeedsReplacementAndMasquerade) {
  const std::string fast =
      std::string(kByocni) + "kubeProxyReplacement: true\nbpf: {masquerade: true}\n";
  EXPECT_EQ(Read(fast).switches.at("host_routing"), "ebpf");
  EXPECT_EQ(Read(fast).switches.at("masquerade"), "ebpf");
  EXPECT_EQ(Read(fast, "1.16.0", "{bpf.hostLegacyRouting: true}").switches.at("host_routing"),
            "legacy");
  EXPECT_EQ(Read(std::string(kByocni) + "kubeProxyReplacement: true\n").switches.at("host_routing"),
            "legacy");
}

TEST_F(CiliumValues, NetkitNeedsHostRouting) {
  Read(std::string(kByocni) + "bpf: {datapathMode: netkit}\n");
  EXPECT_EQ(diagnostics.ToString(),
            R"(values.yaml:2:21: error: bpf.datapathMode netkit needs eBPF host routing
    2 | bpf: {datapathMode: netkit}
      |                     ^
  set kubeProxyReplacement and bpf.masquerade to true
)");
}

TEST_F(CiliumValues, SetWinsOverTheFileInBothSpellings) {
  EXPECT_EQ(
      Read(std::string(kByocni) + "tunnelProtocol: vxlan\n", "1.16.0", "{tunnelProtocol: geneve}")
          .switches.at("encapsulation"),
      "geneve");
  const CniConfiguration cni =
      Read(std::string(kByocni), "1.16.0",
           "[encryption.enabled=true, encryption.type=wireguard, "
           "'ipam.operator.clusterPoolIPv4PodCIDRList={10.200.0.0/16,10.201.0.0/16}']");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(cni.switches.at("encryption"), "wireguard");
  EXPECT_THAT(cni.ipam.pod_cidrs,
              ElementsAre(*net::Cidr::Parse("10.200.0.0/16"), *net::Cidr::Parse("10.201.0.0/16")));
}

TEST_F(CiliumValues, OtherIpamModesDoNotWork) {
  Read(std::string(kByocni) + "ipam: {mode: kubernetes}\n");
  EXPECT_EQ(
      diagnostics.ToString(),
      R"(values.yaml:2:14: error: ipam.mode kubernetes does not work on a cluster without a network plugin
    2 | ipam: {mode: kubernetes}
      |              ^
  AKS gives such nodes no pod range; use cluster-pool
)");
}

TEST_F(CiliumValues, AzureIpamExcludesByocni) {
  Read(std::string(kByocni) + "azure: {enabled: true}\n");
  EXPECT_EQ(diagnostics.ToString(),
            R"(values.yaml:2:18: error: the chart refuses azure.enabled beside aksbyocni.enabled
    2 | azure: {enabled: true}
      |                  ^
  remove azure.enabled
)");
}

TEST_F(CiliumValues, TheIntegrationShouldBeOn) {
  Read("{}");
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:5:3: warning: aksbyocni.enabled is not set: the chart is not told that this is "
            "an AKS cluster "
            "without a plugin\n  set aksbyocni.enabled to true\n");
}

TEST_F(CiliumValues, AChartVersionIsChecked) {
  Read(std::string(kByocni), "latest");
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:6:10: error: found 'latest', expected a chart version such as 1.15.0\n");
}

TEST_F(CiliumValues, OtherKeysAreReadAndNotModelled) {
  Read(std::string(kByocni) + "prometheus: {enabled: true}\ngatewayAPI: {enabled: true}\n");
  EXPECT_EQ(diagnostics.ToString(), "");
  const auto keys = diagnostics.not_modelled();
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].key_path, "gatewayAPI.enabled");
  EXPECT_EQ(keys[1].key_path, "prometheus.enabled");
}

TEST_F(CiliumValues, LimitsAreKept) {
  const CniConfiguration cni =
      Read(std::string(kByocni) +
           "bpf: {lbMapMax: 131072, policyMapMax: 32768}\noperator: {replicas: 1}\n");
  EXPECT_EQ(cni.limits.lb_map_entries, 131072);
  EXPECT_EQ(cni.limits.policy_map_entries, 32768);
  EXPECT_EQ(cni.limits.operator_replicas, 1);
  EXPECT_EQ(cni.limits.nat_entries, std::nullopt);
}

}  // namespace
}  // namespace cnisim::cni

/// The explanation of every path of every CNI, whole, as text.  A changed cost, stage or count
/// shows here as a diff. Accept new texts with:  CNISIM_ACCEPT_GOLDEN=1
/// build/bin/test_golden_explain

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/explain/path_explanation.h"
#include "analysis/report/explain_text.h"
#include "models/datapath/cni_profile.h"
#include "models/document/catalog_files.h"
#include "tests/support/source_path.h"

namespace cnisim::explain {
namespace {

using datapath::Count;
using datapath::FlowClass;
using datapath::PathKind;
using datapath::ServiceAccess;
using datapath::Switches;

struct GoldenCase {
  std::string name;  // of the file
  std::string profile;
  Switches switches;
  FlowClass flow;
};

/// Test lists show the name instead of the bytes.
void PrintTo(const GoldenCase& golden, std::ostream* out) { *out << golden.name; }

/// 1000 Services of three endpoints on every node, kube-proxy without a cluster CIDR: a place
/// of 1..1000 is 500.5 on average; traffic to no Service walks 1001 rules.
FlowClass Flow(PathKind path, ServiceAccess service) {
  FlowClass flow;
  flow.path = path;
  flow.service = service;
  flow.counts.Set(Count::kServiceRulesAll, 1001);
  if (service == ServiceAccess::kNone) return flow;
  flow.counts.Set(Count::kServiceRulesBeforeMatch,
                  service == ServiceAccess::kNodePort ? 1000 : 500.5);
  flow.counts.Set(Count::kServiceRandomRules, 2);
  flow.counts.Set(Count::kServiceChainRules, service == ServiceAccess::kClusterIp ? 3 : 8);
  if (service == ServiceAccess::kNodePort) flow.counts.Set(Count::kNodePortRules, 6.5);
  if (service != ServiceAccess::kClusterIp) flow.counts.Set(Count::kMasqueradeMarks, 1);
  return flow;
}

FlowClass WithPolicies(FlowClass flow) {
  flow.policed_egress = true;
  flow.policed_ingress = true;
  for (const Count count : {Count::kPoliciesEgress, Count::kPoliciesIngress}) {
    flow.counts.Set(count, 2);
  }
  for (const Count count : {Count::kPolicyRulesEgress, Count::kPolicyRulesIngress}) {
    flow.counts.Set(count, 5);
  }
  for (const Count count : {Count::kPolicySetsEgress, Count::kPolicySetsIngress}) {
    flow.counts.Set(count, 3);
  }
  return flow;
}

FlowClass WithProxy(FlowClass flow) {
  flow.l7_ingress = true;
  return flow;
}

std::vector<GoldenCase> Cases() {
  const auto same = Flow(PathKind::kPodToPodSameNode, ServiceAccess::kNone);
  const auto cross = Flow(PathKind::kPodToPodCrossNode, ServiceAccess::kNone);
  const auto cluster_ip = Flow(PathKind::kPodToPodCrossNode, ServiceAccess::kClusterIp);
  const auto via = Flow(PathKind::kExternalToPodViaNode, ServiceAccess::kLoadBalancer);
  std::vector<GoldenCase> cases;
  for (const std::string profile :
       {"azure-node-subnet", "azure-overlay", "azure-pod-subnet-dynamic", "azure-pod-subnet-static",
        "byocni-calico", "byocni-cilium", "byocni-flannel", "cilium-node-subnet", "cilium-overlay",
        "cilium-pod-subnet-dynamic", "cilium-pod-subnet-static", "kubenet"}) {
    cases.push_back({profile + "-cluster-ip", profile, {}, cluster_ip});
  }
  for (const std::string profile : {"azure-overlay", "byocni-calico", "byocni-cilium",
                                    "byocni-flannel", "cilium-overlay", "kubenet"}) {
    cases.push_back({profile + "-same-node", profile, {}, same});
    cases.push_back({profile + "-cross-node", profile, {}, cross});
    cases.push_back({profile + "-load-balancer", profile, {}, via});
    cases.push_back({profile + "-host-to-pod",
                     profile,
                     {},
                     Flow(PathKind::kHostToPodSameNode, ServiceAccess::kNone)});
    cases.push_back(
        {profile + "-external", profile, {}, Flow(PathKind::kPodToExternal, ServiceAccess::kNone)});
  }
  const Switches kpr{{"service_engine", "ebpf-socket"}, {"kube_proxy_beside", "false"}};
  const auto with = [](Switches base, const Switches& more) {
    return datapath::Merge(std::move(base), more);
  };
  cases.push_back({"cilium-kube-proxy-replacement", "byocni-cilium", kpr, cluster_ip});
  cases.push_back({"cilium-ebpf-host-routing", "byocni-cilium",
                   with(kpr, {{"host_routing", "ebpf"}, {"masquerade", "ebpf"}}), cluster_ip});
  cases.push_back({"cilium-native-netkit", "byocni-cilium",
                   with(kpr, {{"host_routing", "ebpf"},
                              {"masquerade", "ebpf"},
                              {"encapsulation", "none"},
                              {"pod_link", "netkit"}}),
                   cluster_ip});
  cases.push_back({"cilium-geneve-dsr", "byocni-cilium",
                   with(kpr, {{"encapsulation", "geneve"}, {"lb_mode", "dsr"}}), via});
  cases.push_back({"cilium-xdp", "byocni-cilium", with(kpr, {{"xdp", "true"}}), via});
  cases.push_back(
      {"cilium-wireguard", "byocni-cilium", with(kpr, {{"encryption", "wireguard"}}), cross});
  cases.push_back({"cilium-ipsec", "byocni-cilium", with(kpr, {{"encryption", "ipsec"}}), cross});
  cases.push_back({"cilium-l7-proxy", "byocni-cilium", kpr, WithProxy(cluster_ip)});
  cases.push_back(
      {"cilium-linkerd", "byocni-cilium", with(kpr, {{"mesh", "linkerd"}}), cluster_ip});
  cases.push_back({"azure-istio", "azure-overlay", {{"mesh", "istio"}}, cluster_ip});
  cases.push_back(
      {"azure-npm", "azure-overlay", {{"policy_engine", "azure-npm"}}, WithPolicies(cluster_ip)});
  cases.push_back({"azure-calico-policy",
                   "azure-overlay",
                   {{"policy_engine", "calico"}},
                   WithPolicies(cluster_ip)});
  cases.push_back({"azure-node-port",
                   "azure-overlay",
                   {},
                   Flow(PathKind::kExternalToPodViaNode, ServiceAccess::kNodePort)});
  cases.push_back({"azure-load-balancer-local", "azure-overlay", {}, [] {
                     FlowClass flow = Flow(PathKind::kExternalToPod, ServiceAccess::kLoadBalancer);
                     flow.external_policy_local = true;
                     flow.counts.Set(Count::kMasqueradeMarks, 0);
                     return flow;
                   }()});
  cases.push_back(
      {"azure-ipvs", "azure-overlay", {{"service_engine", "kube-proxy-ipvs"}}, cluster_ip});
  cases.push_back(
      {"azure-nftables", "azure-overlay", {{"service_engine", "kube-proxy-nftables"}}, cluster_ip});
  cases.push_back({"azure-host-network",
                   "azure-overlay",
                   {},
                   Flow(PathKind::kHostToHostCrossNode, ServiceAccess::kNone)});
  cases.push_back({"calico-policies", "byocni-calico", {}, WithPolicies(cluster_ip)});
  cases.push_back({"calico-nftables",
                   "byocni-calico",
                   {{"dataplane", "nftables"}, {"service_engine", "kube-proxy-nftables"}},
                   WithPolicies(cluster_ip)});
  cases.push_back(
      {"calico-ebpf",
       "byocni-calico",
       {{"dataplane", "ebpf"}, {"host_routing", "ebpf"}, {"service_engine", "ebpf-socket"}},
       WithPolicies(cluster_ip)});
  cases.push_back({"calico-ipip", "byocni-calico", {{"encapsulation", "ipip"}}, cross});
  cases.push_back({"calico-wireguard",
                   "byocni-calico",
                   {{"encapsulation", "none"}, {"encryption", "wireguard"}},
                   cross});
  cases.push_back({"flannel-host-gw", "byocni-flannel", {{"encapsulation", "none"}}, cross});
  cases.push_back({"flannel-wireguard",
                   "byocni-flannel",
                   {{"encapsulation", "none"}, {"encryption", "wireguard"}},
                   cross});
  cases.push_back({"cilium-overlay-ebpf-host-routing",
                   "cilium-overlay",
                   {{"host_routing", "ebpf"}, {"endpoint_routes", "false"}, {"masquerade", "ebpf"}},
                   cluster_ip});
  return cases;
}

std::string TextOf(const GoldenCase& golden) {
  document::Diagnostics diagnostics;
  const auto files = document::CatalogFiles::Load(std::nullopt, diagnostics);
  const auto costs = datapath::CostModel::Load(files, diagnostics);
  const auto profile = datapath::CniProfile::Load(files, golden.profile, costs, diagnostics);
  if (!profile) return diagnostics.ToString();
  PathQuestion question;
  question.configuration = golden.profile;
  question.client = "client";
  question.server = "server";
  question.profile = &*profile;
  question.switches = golden.switches;
  question.flow = golden.flow;
  question.costs = &costs;
  question.request = Bytes(300);
  question.reply = Bytes(2048);
  return report::ToText(Explain(question));
}

class ExplainGolden : public ::testing::TestWithParam<GoldenCase> {};

TEST_P(ExplainGolden, TextIsAsAccepted) {
  const std::filesystem::path path =
      test::SourcePath("tests/golden/explain/" + GetParam().name + ".txt");
  const std::string text = TextOf(GetParam());
  if (std::getenv("CNISIM_ACCEPT_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
    return;
  }
  std::ifstream in(path);
  std::ostringstream accepted;
  accepted << in.rdbuf();
  EXPECT_EQ(text, accepted.str()) << path;
}

TEST_P(ExplainGolden, LinesFitEightyColumns) {
  std::istringstream in(TextOf(GetParam()));
  std::string line;
  while (std::getline(in, line)) EXPECT_LE(line.size(), 80U) << line;
}

std::string TestName(const ::testing::TestParamInfo<GoldenCase>& golden) {
  std::string name = golden.param.name;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Paths, ExplainGolden, ::testing::ValuesIn(Cases()), TestName);

}  // namespace
}  // namespace cnisim::explain

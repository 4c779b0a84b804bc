#include "tests/support/explain_cases.h"

#include <set>
#include <utility>

namespace cnisim::test {
namespace {

using datapath::Count;
using datapath::FlowClass;
using datapath::PathKind;
using datapath::ServiceAccess;
using datapath::Switches;
using datapath::TransportProtocol;

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

/// The external policy Local: the backend is on the entry node, and the client's address stays.
FlowClass LocalFlow(ServiceAccess service) {
  FlowClass flow = Flow(PathKind::kExternalToPod, service);
  flow.external_policy_local = true;
  flow.counts.Set(Count::kMasqueradeMarks, 0);
  return flow;
}

FlowClass Datagrams(FlowClass flow) {
  flow.protocol = TransportProtocol::kUdp;
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

FlowClass WithProxy(FlowClass flow, bool egress, bool ingress) {
  flow.l7_egress = egress;
  flow.l7_ingress = ingress;
  return flow;
}

/// Where the packets go, by the last words of a case's name.
struct Way {
  std::string name;
  FlowClass flow;
};

std::vector<Way> Ways() {
  return {
      {"same-node", Flow(PathKind::kPodToPodSameNode, ServiceAccess::kNone)},
      {"cross-node", Flow(PathKind::kPodToPodCrossNode, ServiceAccess::kNone)},
      {"cluster-ip", Flow(PathKind::kPodToPodCrossNode, ServiceAccess::kClusterIp)},
      {"cluster-ip-same-node", Flow(PathKind::kPodToPodSameNode, ServiceAccess::kClusterIp)},
      {"cluster-ip-udp", Datagrams(Flow(PathKind::kPodToPodCrossNode, ServiceAccess::kClusterIp))},
      {"node-port", Flow(PathKind::kExternalToPodViaNode, ServiceAccess::kNodePort)},
      {"node-port-here", Flow(PathKind::kExternalToPod, ServiceAccess::kNodePort)},
      {"node-port-local", LocalFlow(ServiceAccess::kNodePort)},
      {"load-balancer", Flow(PathKind::kExternalToPodViaNode, ServiceAccess::kLoadBalancer)},
      {"load-balancer-here", Flow(PathKind::kExternalToPod, ServiceAccess::kLoadBalancer)},
      {"load-balancer-local", LocalFlow(ServiceAccess::kLoadBalancer)},
      {"external", Flow(PathKind::kPodToExternal, ServiceAccess::kNone)},
      {"host-to-pod", Flow(PathKind::kHostToPodSameNode, ServiceAccess::kNone)},
      {"host-to-pod-cross-node", Flow(PathKind::kHostToPodCrossNode, ServiceAccess::kNone)},
      {"pod-to-host", Flow(PathKind::kPodToHostCrossNode, ServiceAccess::kNone)},
      {"host-network", Flow(PathKind::kHostToHostCrossNode, ServiceAccess::kNone)}};
}

FlowClass FlowOf(const std::string& way) {
  for (const Way& known : Ways()) {
    if (known.name == way) return known.flow;
  }
  return {};
}

/// A CNI with the switches that make another dataplane of it.
struct Dataplane {
  std::string name;
  std::string profile;
  Switches switches;
};

Switches With(Switches base, const Switches& more) {
  return datapath::Merge(std::move(base), more);
}

std::vector<Dataplane> Dataplanes() {
  const Switches kpr{{"service_engine", "ebpf-socket"}, {"kube_proxy_beside", "false"}};
  const Switches around = With(kpr, {{"host_routing", "ebpf"}, {"masquerade", "ebpf"}});
  const Switches calico_ebpf{{"dataplane", "ebpf"},
                             {"host_routing", "ebpf"},
                             {"service_engine", "ebpf-socket"},
                             {"lb_mode", "tunnel"}};
  return {
      {"azure-overlay", "azure-overlay", {}},
      {"azure-nftables", "azure-overlay", {{"service_engine", "kube-proxy-nftables"}}},
      {"azure-ipvs", "azure-overlay", {{"service_engine", "kube-proxy-ipvs"}}},
      {"kubenet", "kubenet", {}},
      {"byocni-flannel", "byocni-flannel", {}},
      {"flannel-host-gw", "byocni-flannel", {{"encapsulation", "none"}}},
      {"flannel-ipip", "byocni-flannel", {{"encapsulation", "ipip"}}},
      {"flannel-wireguard",
       "byocni-flannel",
       {{"encapsulation", "none"}, {"encryption", "wireguard"}}},
      {"byocni-calico", "byocni-calico", {}},
      {"calico-nftables",
       "byocni-calico",
       {{"dataplane", "nftables"}, {"service_engine", "kube-proxy-nftables"}}},
      {"calico-ebpf", "byocni-calico", calico_ebpf},
      {"calico-ebpf-native", "byocni-calico", With(calico_ebpf, {{"encapsulation", "none"}})},
      {"calico-ebpf-dsr", "byocni-calico", With(calico_ebpf, {{"lb_mode", "dsr"}})},
      {"calico-ipip", "byocni-calico", {{"encapsulation", "ipip"}}},
      {"calico-native", "byocni-calico", {{"encapsulation", "none"}}},
      {"calico-wireguard",
       "byocni-calico",
       {{"encapsulation", "none"}, {"encryption", "wireguard"}}},
      {"cilium-overlay", "cilium-overlay", {}},
      {"cilium-overlay-ebpf-host-routing",
       "cilium-overlay",
       {{"host_routing", "ebpf"}, {"endpoint_routes", "false"}, {"masquerade", "ebpf"}}},
      {"cilium-overlay-wireguard", "cilium-overlay", {{"encryption", "wireguard"}}},
      {"byocni-cilium", "byocni-cilium", {}},
      {"cilium-kube-proxy-replacement", "byocni-cilium", kpr},
      {"cilium-ebpf-host-routing", "byocni-cilium", around},
      {"cilium-native", "byocni-cilium", With(around, {{"encapsulation", "none"}})},
      {"cilium-native-netkit", "byocni-cilium",
       With(around, {{"encapsulation", "none"}, {"pod_link", "netkit"}})},
      {"cilium-native-dsr", "byocni-cilium",
       With(around, {{"encapsulation", "none"}, {"lb_mode", "dsr"}})},
      {"cilium-native-hybrid", "byocni-cilium",
       With(around, {{"encapsulation", "none"}, {"lb_mode", "hybrid"}})},
      {"cilium-geneve-dsr", "byocni-cilium",
       With(kpr, {{"encapsulation", "geneve"}, {"lb_mode", "dsr"}})},
      {"cilium-wireguard", "byocni-cilium", With(kpr, {{"encryption", "wireguard"}})},
      {"cilium-native-wireguard", "byocni-cilium",
       With(around, {{"encapsulation", "none"}, {"encryption", "wireguard"}})},
      {"cilium-ipsec", "byocni-cilium", With(kpr, {{"encryption", "ipsec"}})},
      {"cilium-xdp", "byocni-cilium", With(kpr, {{"xdp", "true"}})},
      {"cilium-xdp-dsr", "byocni-cilium",
       With(around, {{"xdp", "true"}, {"encapsulation", "none"}, {"lb_mode", "dsr"}})},
  };
}

Dataplane DataplaneOf(const std::string& name) {
  for (const Dataplane& known : Dataplanes()) {
    if (known.name == name) return known;
  }
  return {};
}

class CaseList {
 public:
  /// @param name  empty: dataplane and way
  void Add(const Dataplane& dataplane, const std::string& way, std::string name = {}) {
    if (name.empty()) name = dataplane.name + "-" + way;
    Add(std::move(name), dataplane, {}, FlowOf(way));
  }
  void Add(std::string name, const Dataplane& dataplane, const Switches& more, FlowClass flow) {
    if (!names_.insert(name).second) return;
    cases_.push_back({std::move(name), dataplane.profile, With(dataplane.switches, more), flow});
  }
  std::vector<ExplainCase> Take() { return std::move(cases_); }

 private:
  std::vector<ExplainCase> cases_;
  std::set<std::string> names_;
};

/// Each CNI as it comes, each way.
void AddCnis(CaseList& cases) {
  for (const std::string profile :
       {"azure-node-subnet", "azure-overlay", "azure-pod-subnet-dynamic", "azure-pod-subnet-static",
        "byocni-calico", "byocni-cilium", "byocni-flannel", "cilium-node-subnet", "cilium-overlay",
        "cilium-pod-subnet-dynamic", "cilium-pod-subnet-static", "kubenet"}) {
    cases.Add({profile, profile, {}}, "cluster-ip");
  }
  for (const std::string profile : {"azure-overlay", "byocni-calico", "byocni-cilium",
                                    "byocni-flannel", "cilium-overlay", "kubenet"}) {
    for (const std::string way :
         {"same-node", "cross-node", "cluster-ip-same-node", "cluster-ip-udp", "node-port",
          "node-port-local", "load-balancer", "load-balancer-local", "external", "host-to-pod",
          "host-to-pod-cross-node", "pod-to-host", "host-network"}) {
      cases.Add({profile, profile, {}}, way);
    }
  }
}

/// What switches change.
void AddDataplanes(CaseList& cases) {
  const auto all = [&](const std::string& name, const std::vector<std::string>& ways) {
    for (const std::string& way : ways) cases.Add(DataplaneOf(name), way);
  };
  const std::vector<std::string> whole{"same-node",     "cross-node",         "cluster-ip",
                                       "load-balancer", "load-balancer-here", "external",
                                       "host-to-pod"};
  all("azure-nftables", {"same-node", "cluster-ip", "node-port", "load-balancer"});
  all("azure-ipvs", {"same-node", "cluster-ip", "node-port", "load-balancer"});
  all("flannel-host-gw", {"cross-node", "load-balancer"});
  all("flannel-ipip", {"cross-node"});
  all("flannel-wireguard", {"cross-node"});
  all("calico-nftables", {"same-node", "cross-node", "load-balancer", "external"});
  all("calico-ebpf", whole);
  all("calico-ebpf", {"cluster-ip-udp", "load-balancer-local"});
  all("calico-ebpf-native", {"load-balancer"});
  all("calico-ebpf-dsr", {"load-balancer"});
  all("calico-ipip", {"cross-node"});
  all("calico-native", {"cross-node"});
  all("calico-wireguard", {"cross-node"});
  all("cilium-overlay-ebpf-host-routing", whole);
  all("cilium-overlay-wireguard", {"cross-node"});
  all("cilium-kube-proxy-replacement", whole);
  all("cilium-kube-proxy-replacement", {"cluster-ip-udp", "node-port"});
  all("cilium-ebpf-host-routing", whole);
  all("cilium-native", {"cross-node", "load-balancer"});
  all("cilium-native-netkit", {"same-node", "cluster-ip"});
  all("cilium-native-dsr", {"load-balancer"});
  all("cilium-native-hybrid", {"load-balancer"});
  all("cilium-geneve-dsr", {"cross-node", "load-balancer"});
  all("cilium-wireguard", {"cross-node", "same-node"});
  all("cilium-native-wireguard", {"cross-node"});
  all("cilium-ipsec", {"cross-node"});
  all("cilium-xdp", {"load-balancer", "load-balancer-local", "cross-node"});
  all("cilium-xdp-dsr", {"load-balancer"});
}

/// Policies, proxies, and the ways out of the VNet.
void AddExtras(CaseList& cases) {
  const FlowClass cluster_ip = FlowOf("cluster-ip");
  const FlowClass same_node = FlowOf("same-node");
  const FlowClass external = FlowOf("external");
  const auto add = [&](const std::string& name, const std::string& dataplane, const Switches& more,
                       const FlowClass& flow) {
    cases.Add(name, DataplaneOf(dataplane), more, flow);
  };
  const Switches npm{{"policy_engine", "azure-npm"}};
  const Switches calico{{"policy_engine", "calico"}};
  add("azure-npm", "azure-overlay", npm, WithPolicies(cluster_ip));
  add("azure-npm-same-node", "azure-overlay", npm, WithPolicies(same_node));
  add("azure-calico-policy", "azure-overlay", calico, WithPolicies(cluster_ip));
  add("calico-policies", "byocni-calico", {}, WithPolicies(cluster_ip));
  add("calico-policies-same-node", "byocni-calico", {}, WithPolicies(same_node));
  add("calico-nftables-policies", "calico-nftables", {}, WithPolicies(cluster_ip));
  add("calico-ebpf-policies", "calico-ebpf", {}, WithPolicies(cluster_ip));

  const Switches envoy{{"l7_proxy", "cilium-envoy"}};
  const std::string kpr = "cilium-kube-proxy-replacement";
  add("cilium-l7-proxy", kpr, {}, WithProxy(cluster_ip, false, true));
  add("cilium-l7-proxy-egress", kpr, {}, WithProxy(cluster_ip, true, false));
  add("cilium-l7-proxy-both", kpr, {}, WithProxy(cluster_ip, true, true));
  add("cilium-l7-proxy-same-node", kpr, {}, WithProxy(same_node, false, true));
  add("cilium-overlay-l7-proxy", "cilium-overlay", envoy, WithProxy(cluster_ip, false, true));
  for (const std::string mesh : {"istio", "linkerd"}) {
    const Switches sidecars{{"mesh", mesh}};
    add("azure-" + mesh, "azure-overlay", sidecars, cluster_ip);
    add("cilium-" + mesh, kpr, sidecars, cluster_ip);
    add("calico-" + mesh + "-same-node", "byocni-calico", sidecars, same_node);
  }
  for (const std::string type : {"load-balancer", "nat-gateway", "firewall"}) {
    add("azure-external-" + type, "azure-overlay", {{"outbound_type", type}}, external);
  }
  add("cilium-external-load-balancer", "cilium-ebpf-host-routing",
      {{"outbound_type", "load-balancer"}}, external);
  FlowClass guarded = FlowOf("cross-node");
  guarded.counts.Set(Count::kNodeRules, 6000);
  add("azure-node-rules", "azure-overlay", {}, guarded);
}

void AddNamed(CaseList& cases) {
  AddCnis(cases);
  AddDataplanes(cases);
  AddExtras(cases);
}

}  // namespace

void PrintTo(const ExplainCase& explained, std::ostream* out) { *out << explained.name; }

std::vector<ExplainCase> NamedPaths() {
  CaseList cases;
  AddNamed(cases);
  return cases.Take();
}

std::vector<ExplainCase> AllPaths() {
  CaseList cases;
  AddNamed(cases);
  for (const Dataplane& dataplane : Dataplanes()) {
    for (const Way& way : Ways()) cases.Add(dataplane, way.name);
  }
  return cases.Take();
}

}  // namespace cnisim::test

#include "models/datapath/switches.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "sim/base/check.h"

namespace cnisim::datapath {
namespace {

using Words = std::string_view;

constexpr Words kDataplane[] = {"iptables", "nftables", "ebpf"};
constexpr Words kEncapsulation[] = {"none", "vxlan", "geneve", "ipip"};
constexpr Words kEncryption[] = {"none", "wireguard", "ipsec"};
constexpr Words kHostRouting[] = {"legacy", "ebpf"};
constexpr Words kL7Proxy[] = {"none", "cilium-envoy"};
constexpr Words kLbMode[] = {"snat", "dsr", "hybrid", "tunnel"};
constexpr Words kMasquerade[] = {"iptables", "ebpf", "none"};
constexpr Words kMesh[] = {"none", "linkerd", "istio"};
constexpr Words kOutboundType[] = {"none", "load-balancer", "nat-gateway", "firewall"};
constexpr Words kPodLink[] = {"veth", "bridge", "netkit"};
constexpr Words kPolicyEngine[] = {"none", "azure-npm", "calico", "cilium"};
constexpr Words kServiceEngine[] = {
    "none",   "kube-proxy-iptables", "kube-proxy-ipvs", "kube-proxy-nftables", "ebpf-socket",
    "ebpf-tc"};
constexpr Words kFalseFirst[] = {"false", "true"};
constexpr Words kTrueFirst[] = {"true", "false"};

constexpr SwitchDefinition kVocabulary[] = {
    {"bridge_netfilter", "bridged packets pass the host's netfilter hooks", kTrueFirst},
    {"dataplane", "what the CNI's own chains and programs are written in", kDataplane},
    {"encapsulation", "tunnel between nodes", kEncapsulation},
    {"encryption", "encryption between nodes", kEncryption},
    {"endpoint_routes", "a route for each pod, so local delivery passes the host stack",
     kFalseFirst},
    {"host_routing", "pod traffic passes the host stack (legacy) or goes around it (ebpf)",
     kHostRouting},
    {"hubble", "flow events are read by an observer", kFalseFirst},
    {"kube_proxy_beside", "kube-proxy runs although the CNI replaces it", kFalseFirst},
    {"l7_proxy", "who enforces HTTP rules", kL7Proxy},
    {"lb_mode", "how traffic from outside is forwarded to another node's backend", kLbMode},
    {"masquerade", "who rewrites the source of traffic that leaves the cluster", kMasquerade},
    {"mesh", "sidecar proxies in the pods", kMesh},
    {"outbound_type", "how traffic to the internet leaves the VNet", kOutboundType},
    {"pod_link", "how a pod is attached to its node", kPodLink},
    {"policy_engine", "who enforces network policies", kPolicyEngine},
    {"rss_inner_hash", "the NIC spreads the flows of one tunnel over its queues", kTrueFirst},
    {"service_engine", "who translates the addresses of Services", kServiceEngine},
    {"tunnel_notrack", "tunnel packets skip conntrack and the nat tables", kFalseFirst},
    {"tunnel_offload", "GSO and GRO see inside the tunnel", kTrueFirst},
    {"xdp", "traffic from outside is balanced in the NIC's driver", kFalseFirst},
};

}  // namespace

std::span<const SwitchDefinition> SwitchVocabulary() { return kVocabulary; }

const SwitchDefinition* FindSwitch(std::string_view name) {
  const auto* found = std::find_if(std::begin(kVocabulary), std::end(kVocabulary),
                                   [&](const SwitchDefinition& d) { return d.name == name; });
  return found == std::end(kVocabulary) ? nullptr : found;
}

bool IsSwitchValue(std::string_view name, std::string_view value) {
  const SwitchDefinition* definition = FindSwitch(name);
  return definition != nullptr && std::find(definition->values.begin(), definition->values.end(),
                                            value) != definition->values.end();
}

std::string_view SwitchValue(const Switches& switches, std::string_view name) {
  const SwitchDefinition* definition = FindSwitch(name);
  CNISIM_CHECK(definition != nullptr, "a switch was asked for that the vocabulary lacks");
  const auto found = switches.find(name);
  return found == switches.end() ? definition->values.front() : std::string_view(found->second);
}

Switches Merge(Switches base, const Switches& changes) {
  for (const auto& [name, value] : changes) base[name] = value;
  return base;
}

}  // namespace cnisim::datapath

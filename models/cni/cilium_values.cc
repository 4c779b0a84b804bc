#include "models/cni/cilium_values.h"

#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "models/cni/chart_version.h"
#include "models/cni/helm_values.h"
#include "models/document/spelling.h"
#include "models/net/cidr.h"

namespace cnisim::cni {
namespace {

using document::Diagnostics;

// Releases that changed the meaning of a key.
constexpr ChartVersion kRoutingModeSince{1, 14};  // and `tunnel` became obsolete
constexpr ChartVersion kTunnelGoneSince{1, 15};   // and aksbyocni insists on tunnel routing
constexpr ChartVersion kOldReplacementWordsGoneSince{1, 15};
constexpr ChartVersion kNewestKnown{1, 19};

class CiliumReader {
 public:
  CiliumReader(const CiliumRelease& release, CniConfiguration& configuration,
               Diagnostics& diagnostics)
      : release_(release),
        configuration_(configuration),
        diagnostics_(diagnostics),
        values_(diagnostics) {}

  void Read() {
    for (const document::Value* values : release_.values) values_.Add(*values);
    if (release_.set != nullptr) values_.AddSettings(*release_.set);
    configuration_.profile = "byocni-cilium";
    ReadVersion();
    ReadRouting();
    ReadServices();
    ReadHostPath();
    ReadEncryption();
    ReadPolicy();
    ReadHubble();
    ReadAddresses();
    ReadLimits();
    CheckIntegration();
    values_.ReportUnread();
  }

 private:
  void Set(std::string_view name, std::string_view value) {
    configuration_.switches[std::string(name)] = std::string(value);
  }
  void SetFlag(std::string_view name, bool value) { Set(name, value ? "true" : "false"); }

  // What is wrong with a value: printed with the key behind it.
  void WrongValue(std::string_view path, std::string message, std::string hint = {}) {
    diagnostics_.Error(values_.Find(path)->where, std::string(path), std::move(message),
                       std::move(hint));
  }
  // A sentence that names the keys itself.
  void Error(const HelmValues::Entry& at, std::string message, std::string hint = {}) {
    diagnostics_.Error(at.where, "", std::move(message), std::move(hint));
  }
  void Warning(const HelmValues::Entry& at, std::string message, std::string hint = {}) {
    diagnostics_.Warning(at.key_where, "", std::move(message), std::move(hint));
  }

  void ReadVersion() {
    configuration_.version = release_.chart;
    if (release_.chart.empty()) return;
    const std::optional<ChartVersion> version = ParseChartVersion(release_.chart);
    if (!version) {
      diagnostics_.Error(
          release_.chart_where, "chart",
          fmt::format("found '{}', expected a chart version such as 1.15.0", release_.chart));
      return;
    }
    version_ = *version;
  }

  void ReadRouting() {
    std::string mode = "tunnel";
    std::string protocol = "vxlan";
    if (version_ >= kRoutingModeSince) {
      // An empty text is the chart's own default and means tunnel.
      mode = values_.Choice("routingMode", {"tunnel", "native", ""}).value_or(mode);
      if (mode.empty()) mode = "tunnel";
      protocol = values_.Choice("tunnelProtocol", {"vxlan", "geneve", ""}).value_or(protocol);
      if (protocol.empty()) protocol = "vxlan";
    }
    ReadObsoleteTunnel(mode, protocol);
    native_ = mode == "native";
    Set("encapsulation", native_ ? "none" : protocol);
    if (const auto port = values_.Integer("tunnelPort", 0, 65535); port && *port != 0) {
      configuration_.tunnel_port = static_cast<int>(*port);
    }
    if (const auto mtu = values_.Integer("MTU", 0, 9216); mtu && *mtu != 0) {
      configuration_.pod_mtu = Bytes(*mtu);
    }
    const HelmValues::Entry* mode_entry = values_.Find("routingMode");
    if (native_ && mode_entry != nullptr) {
      Warning(*mode_entry,
              "routingMode native needs routes to each node's pod range, and AKS makes none with "
              "--network-plugin none",
              "use routingMode: tunnel, or add the routes yourself");
    }
  }

  void ReadObsoleteTunnel(std::string& mode, std::string& protocol) {
    if (values_.Has("tunnel.protocol")) {
      const HelmValues::Entry& entry = *values_.Find("tunnel.protocol");
      const bool same = entry.text == protocol && mode == "tunnel";
      Warning(entry,
              same ? fmt::format("Cilium's chart has no key 'tunnel.protocol': the result is {} "
                                 "only because that is the default",
                                 protocol)
                   : fmt::format("Cilium's chart has no key 'tunnel.protocol': routing stays {}",
                                 Routing(mode, protocol)),
              fmt::format("write 'tunnelProtocol: {}'", entry.text));
      return;
    }
    const HelmValues::Entry* entry = values_.Find("tunnel");
    if (entry == nullptr) return;
    if (version_ >= kTunnelGoneSince) {
      Warning(*entry,
              fmt::format("Cilium's chart has no key 'tunnel' since 1.15; routing stays {}",
                          Routing(mode, protocol)),
              entry->text == "disabled" ? "write 'routingMode: native'"
                                        : fmt::format("write 'tunnelProtocol: {}'", entry->text));
      return;
    }
    const std::optional<std::string> word =
        values_.Choice("tunnel", {"vxlan", "geneve", "disabled"});
    if (!word) return;
    if (version_ >= kRoutingModeSince) {
      Warning(*entry, "'tunnel' is obsolete since chart 1.14 and gone in 1.15",
              *word == "disabled" ? "write 'routingMode: native'"
                                  : fmt::format("write 'tunnelProtocol: {}'", *word));
    }
    if (*word == "disabled") {
      mode = "native";
    } else {
      protocol = *word;
    }
  }

  static std::string Routing(const std::string& mode, const std::string& protocol) {
    return mode == "native" ? "native" : "tunnel, " + protocol;
  }

  void ReadServices() {
    replaces_kube_proxy_ = ReadReplacement();
    const bool socket = values_.Boolean("socketLB.enabled").value_or(false) || replaces_kube_proxy_;
    const bool host_only = values_.Boolean("socketLB.hostNamespaceOnly").value_or(false);
    if (socket && !host_only) {
      Set("service_engine", "ebpf-socket");
    } else if (replaces_kube_proxy_) {
      Set("service_engine", "ebpf-tc");
    } else {
      // kube-proxy's own file says in which mode it runs (kube_proxy_config.h).
      configuration_.needs_kube_proxy = true;
    }
    configuration_.replaces_kube_proxy = replaces_kube_proxy_;
    Set("lb_mode", values_.Choice("loadBalancer.mode", {"snat", "dsr", "hybrid"}).value_or("snat"));
    const std::string acceleration =
        values_
            .Choice("loadBalancer.acceleration",
                    {"disabled", "native", "best-effort", "testing-only"})
            .value_or("disabled");
    SetFlag("xdp", acceleration == "native" || acceleration == "best-effort");
    values_.Ignore("k8sServiceHost");
    values_.Ignore("k8sServicePort");
  }

  bool ReadReplacement() {
    constexpr std::string_view kPath = "kubeProxyReplacement";
    const HelmValues::Entry* entry = values_.Find(kPath);
    if (entry == nullptr) return false;
    if (entry->text == "true" || entry->text == "false") return entry->text == "true";
    const bool on = entry->text == "strict";
    if (on || entry->text == "partial" || entry->text == "probe" || entry->text == "disabled") {
      if (version_ >= kOldReplacementWordsGoneSince) {
        WrongValue(
            kPath,
            fmt::format("found '{}', an old spelling that charts since 1.15 do not know",
                        entry->text),
            on ? "write 'kubeProxyReplacement: true'" : "write 'kubeProxyReplacement: false'");
      } else {
        Warning(*entry, fmt::format("kubeProxyReplacement '{}' is the old spelling of {}",
                                    entry->text, on ? "true" : "false"));
      }
      return on;
    }
    WrongValue(kPath, fmt::format("found '{}', expected true or false", entry->text));
    return false;
  }

  void ReadHostPath() {
    const bool bpf_masquerade = values_.Boolean("bpf.masquerade").value_or(false);
    const bool masquerade = values_.Boolean("enableIPv4Masquerade").value_or(true);
    Set("masquerade", !masquerade ? "none" : bpf_masquerade ? "ebpf" : "iptables");
    SetFlag("endpoint_routes", values_.Boolean("endpointRoutes.enabled").value_or(false));

    // Conditions of the fast path: full replacement, and no iptables masquerade that needs the
    // stack.
    const bool legacy = values_.Boolean("bpf.hostLegacyRouting").value_or(false);
    const bool possible = replaces_kube_proxy_ && (bpf_masquerade || !masquerade);
    Set("host_routing", !legacy && possible ? "ebpf" : "legacy");
    const HelmValues::Entry* entry = values_.Find("bpf.hostLegacyRouting");
    if (entry != nullptr && !legacy && !possible) {
      Warning(*entry,
              "eBPF host routing also needs kubeProxyReplacement and bpf.masquerade; the host "
              "stack stays on the path");
    }
    const std::string link =
        values_.Choice("bpf.datapathMode", {"veth", "netkit", "netkit-l2"}).value_or("veth");
    Set("pod_link", link == "veth" ? "veth" : "netkit");
    if (link != "veth" && (legacy || !possible)) {
      Error(*values_.Find("bpf.datapathMode"),
            fmt::format("bpf.datapathMode {} needs eBPF host routing", link),
            "set kubeProxyReplacement and bpf.masquerade to true");
    }
  }

  void ReadEncryption() {
    const bool enabled = values_.Boolean("encryption.enabled").value_or(false);
    const std::string type =
        values_.Choice("encryption.type", {"ipsec", "wireguard", "ztunnel"}).value_or("ipsec");
    if (enabled && type == "ztunnel") {
      WrongValue("encryption.type", "found 'ztunnel', which is not modelled",
                 "known: ipsec, wireguard");
    }
    Set("encryption", enabled ? type : "none");
  }

  void ReadPolicy() {
    const std::string mode =
        values_.Choice("policyEnforcementMode", {"default", "always", "never"}).value_or("default");
    configuration_.policy_engine =
        mode == "never" ? policy::Engine::kNone : policy::Engine::kCilium;
    Set("policy_engine", mode == "never" ? "none" : "cilium");
    if (mode == "always") {
      diagnostics_.NotModelled(*values_.Find("policyEnforcementMode")->value);
    }
    SetFlagWord("l7_proxy", values_.Boolean("l7Proxy").value_or(true), "cilium-envoy", "none");
    values_.Boolean("envoy.enabled");
    configuration_.policy_sctp = values_.Boolean("sctp.enabled").value_or(false);
    for (const auto& [mode_of_blocks, where] : values_.Strings("policyCIDRMatchMode")) {
      if (mode_of_blocks == "nodes") {
        configuration_.policy_cidr_matches_nodes = true;
      } else if (!mode_of_blocks.empty()) {
        diagnostics_.Error(where, "policyCIDRMatchMode",
                           "found " + document::Quote(mode_of_blocks) + ", expected nodes");
      }
    }
  }

  void SetFlagWord(std::string_view name, bool on, std::string_view yes, std::string_view no) {
    Set(name, on ? yes : no);
  }

  void ReadHubble() {
    const bool hubble = values_.Boolean("hubble.enabled").value_or(true);
    const bool relay = values_.Boolean("hubble.relay.enabled").value_or(false);
    const bool ui = values_.Boolean("hubble.ui.enabled").value_or(false);
    SetFlag("hubble", hubble);
    configuration_.hubble_relay = relay;
    configuration_.hubble_ui = ui;
    if (relay && !hubble) {
      Error(*values_.Find("hubble.relay.enabled"), "the chart refuses hubble.relay without hubble",
            "set hubble.enabled to true");
    }
    if (ui && !relay) {
      Error(*values_.Find("hubble.ui.enabled"), "the chart refuses hubble.ui without hubble.relay",
            "set hubble.relay.enabled to true");
    }
  }

  void ReadAddresses() {
    const std::string mode = values_
                                 .Choice("ipam.mode", {"cluster-pool", "kubernetes", "multi-pool",
                                                       "azure", "delegated-plugin", "crd"})
                                 .value_or("cluster-pool");
    if (mode != "cluster-pool") {
      Error(*values_.Find("ipam.mode"),
            fmt::format("ipam.mode {} does not work on a cluster without a network plugin", mode),
            mode == "kubernetes" ? "AKS gives such nodes no pod range; use cluster-pool"
                                 : "use cluster-pool");
      return;
    }
    ipam::IpamConfiguration& ipam = configuration_.ipam;
    ipam.kind = ipam::IpamKind::kClusterPool;
    const auto pools = values_.Strings("ipam.operator.clusterPoolIPv4PodCIDRList");
    for (const auto& [text, where] : pools) {
      const std::optional<net::Cidr> cidr = net::Cidr::Parse(text);
      if (!cidr) {
        diagnostics_.Error(
            where, "ipam.operator.clusterPoolIPv4PodCIDRList",
            fmt::format("found '{}', expected an address range such as 10.244.0.0/16", text));
        continue;
      }
      ipam.pod_cidrs.push_back(*cidr);
      configuration_.pod_cidr_places.push_back(where);
    }
    if (pools.empty()) {
      ipam.pod_cidrs.push_back(*net::Cidr::Parse("10.0.0.0/8"));
      configuration_.pod_cidr_places.push_back(release_.where);
    }
    ipam.block_length = static_cast<int>(
        values_.Integer("ipam.operator.clusterPoolIPv4MaskSize", 8, 30).value_or(24));
    for (const net::Cidr& cidr : ipam.pod_cidrs) {
      if (ipam.block_length < cidr.length()) {
        diagnostics_.Error(
            configuration_.pod_cidr_places[0], "",
            fmt::format("clusterPoolIPv4MaskSize: a block of /{} is larger than the pool {}",
                        ipam.block_length, cidr.ToString()));
      }
    }
  }

  void ReadLimits() {
    AgentLimits& limits = configuration_.limits;
    limits.lb_map_entries = values_.Integer("bpf.lbMapMax", 1, 1 << 26);
    limits.policy_map_entries = values_.Integer("bpf.policyMapMax", 1, 1 << 16);
    limits.conntrack_tcp = values_.Integer("bpf.ctTcpMax", 1, 1 << 26);
    limits.conntrack_any = values_.Integer("bpf.ctAnyMax", 1, 1 << 26);
    limits.nat_entries = values_.Integer("bpf.natMax", 1, 1 << 26);
    if (const auto replicas = values_.Integer("operator.replicas", 1, 100)) {
      limits.operator_replicas = static_cast<int>(*replicas);
    }
    limits.rollout_max_unavailable = values_.String("updateStrategy.rollingUpdate.maxUnavailable");
    for (const char* path : {"bpf.ctAnyMax", "bpf.natMax", "operator.replicas",
                             "updateStrategy.rollingUpdate.maxUnavailable", "tunnelPort"}) {
      values_.NotModelled(path);
    }
    values_.Ignore("nodeinit");
  }

  void CheckIntegration() {
    const bool byocni = values_.Boolean("aksbyocni.enabled").value_or(false);
    const HelmValues::Entry* azure = values_.Find("azure.enabled");
    if (azure != nullptr && azure->text == "true") {
      Error(*azure,
            byocni ? "the chart refuses azure.enabled beside aksbyocni.enabled"
                   : "Azure IPAM does not work on a cluster without a network plugin",
            "remove azure.enabled");
    }
    if (!byocni) {
      diagnostics_.Warning(release_.where, "",
                           "aksbyocni.enabled is not set: the chart is not told that this is an "
                           "AKS cluster without a plugin",
                           "set aksbyocni.enabled to true");
    } else if (native_ && version_ >= kTunnelGoneSince) {
      Error(*values_.Find("aksbyocni.enabled"),
            "charts since 1.15 refuse aksbyocni.enabled unless routingMode is tunnel",
            "set routingMode to tunnel");
    }
  }

  const CiliumRelease& release_;
  CniConfiguration& configuration_;
  Diagnostics& diagnostics_;
  HelmValues values_;
  ChartVersion version_ = kNewestKnown;
  bool native_ = false;
  bool replaces_kube_proxy_ = false;
};

}  // namespace

void ReadCiliumRelease(const CiliumRelease& release, CniConfiguration& configuration,
                       document::Diagnostics& diagnostics) {
  CiliumReader(release, configuration, diagnostics).Read();
}

}  // namespace cnisim::cni

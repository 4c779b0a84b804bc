#include "models/cni/calico_installation.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/net/cidr.h"

namespace cnisim::cni {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

enum class Encapsulation : std::uint8_t {
  kIpip,
  kIpipCrossSubnet,
  kVxlan,
  kVxlanCrossSubnet,
  kNone
};
enum class Dataplane : std::uint8_t { kIptables, kBpf, kNftables, kVpp };

class CalicoReader {
 public:
  CalicoReader(const document::SourceLocation& where, CniConfiguration& configuration,
               Diagnostics& diagnostics)
      : where_(where), configuration_(configuration), diagnostics_(diagnostics) {}

  void Read(std::span<const Value* const> objects) {
    bool found = false;
    for (const Value* object : objects) {
      const Value* kind = object->Find("kind");
      const std::string_view name = kind == nullptr ? std::string_view() : kind->text();
      if (name == "Installation") {
        found = true;
        ReadInstallation(*object);
      } else if (name == "FelixConfiguration") {
        ReadFelix(*object);
      } else if (name == "IPPool") {
        ReadPoolObject(*object);
      } else if (name != "APIServer" && name != "Namespace" && name != "Goldmane" &&
                 name != "Whisker") {
        diagnostics_.NotModelled(*object);
      }
    }
    if (!found) {
      diagnostics_.Error(where_, "", "no Installation in this file",
                         "expected kind: Installation of operator.tigera.io/v1");
      return;
    }
    Finish();
  }

 private:
  void Set(std::string_view name, std::string_view value) {
    configuration_.switches[std::string(name)] = std::string(value);
  }

  static void IgnoreHeader(ObjectReader& reader) {
    reader.Ignore("apiVersion");
    reader.Ignore("kind");
    reader.Ignore("metadata");
  }

  void ReadInstallation(const Value& object) {
    ObjectReader top(object, diagnostics_, UnknownKeys::kNotModelled);
    IgnoreHeader(top);
    if (const Value* spec = top.Map("spec")) ReadSpec(*spec);
    top.Ignore("status");
    top.Finish();
  }

  void ReadSpec(const Value& value) {
    ObjectReader spec(value, diagnostics_, UnknownKeys::kNotModelled);
    spec.Ignore("variant");
    const Value* provider_value = spec.Get("kubernetesProvider");
    const auto provider = spec.String("kubernetesProvider");
    if (provider && !provider->empty() && *provider != "AKS") {
      diagnostics_.Warning(*provider_value, fmt::format("found '{}' on an AKS cluster", *provider),
                           "write 'kubernetesProvider: AKS'");
    }
    if (const Value* cni = spec.Map("cni")) ReadCni(*cni);
    if (const Value* network = spec.Map("calicoNetwork")) ReadNetwork(*network);
    if (const Value* strategy = spec.Map("nodeUpdateStrategy")) ReadUpdateStrategy(*strategy);
    spec.Finish();
  }

  void ReadCni(const Value& value) {
    ObjectReader cni(value, diagnostics_, UnknownKeys::kNotModelled);
    type_ = cni.String("type").value_or("Calico");
    type_value_ = cni.Get("type");
    if (const Value* ipam_value = cni.Map("ipam")) {
      ObjectReader ipam(*ipam_value, diagnostics_, UnknownKeys::kNotModelled);
      const auto type = ipam.String("type");
      if (type && *type == "HostLocal") {
        diagnostics_.Error(ipam.Get("type")->where(), "",
                           "HostLocal hands out each node's pod range, and AKS gives none with "
                           "--network-plugin none",
                           "write 'type: Calico'");
      }
      ipam.Finish();
    }
    cni.Finish();
  }

  void ReadUpdateStrategy(const Value& value) {
    ObjectReader strategy(value, diagnostics_, UnknownKeys::kNotModelled);
    strategy.Ignore("type");
    if (const Value* rolling = strategy.Map("rollingUpdate")) {
      ObjectReader update(*rolling, diagnostics_, UnknownKeys::kNotModelled);
      configuration_.limits.rollout_max_unavailable = update.String("maxUnavailable");
      update.Finish();
    }
    strategy.Finish();
  }

  void ReadNetwork(const Value& value) {
    ObjectReader network(value, diagnostics_, UnknownKeys::kNotModelled);
    dataplane_ = network
                     .Choice<Dataplane>("linuxDataplane", {{"Iptables", Dataplane::kIptables},
                                                           {"BPF", Dataplane::kBpf},
                                                           {"Nftables", Dataplane::kNftables},
                                                           {"VPP", Dataplane::kVpp}})
                     .value_or(Dataplane::kIptables);
    if (dataplane_ == Dataplane::kVpp) {
      diagnostics_.Error(network.Get("linuxDataplane")->where(), "",
                         "the VPP dataplane is not modelled", "known: Iptables, BPF, Nftables");
    }
    bgp_ = network.Choice<bool>("bgp", {{"Enabled", true}, {"Disabled", false}}).value_or(true);
    bgp_value_ = network.Get("bgp");
    kube_proxy_managed_ =
        network.Choice<bool>("kubeProxyManagement", {{"Enabled", true}, {"Disabled", false}})
            .value_or(false);
    network.Choice<bool>("bpfNetworkBootstrap", {{"Enabled", true}, {"Disabled", false}});
    if (const auto mtu = network.Integer("mtu", 576, 9216)) configuration_.pod_mtu = Bytes(*mtu);
    network.Ignore("nodeAddressAutodetectionV4");
    network.Ignore("hostPorts");
    network.Ignore("containerIPForwarding");
    if (const Value* pools = network.Sequence("ipPools")) {
      for (const Value& pool : pools->items()) ReadPool(pool);
    }
    network.Finish();
  }

  void ReadPoolObject(const Value& object) {
    ObjectReader top(object, diagnostics_, UnknownKeys::kNotModelled);
    IgnoreHeader(top);
    if (const Value* spec = top.Map("spec")) ReadPool(*spec);
    top.Finish();
  }

  // A pool of an Installation, or the spec of an IPPool object: they spell encapsulation
  // differently.
  void ReadPool(const Value& value) {
    ObjectReader pool(value, diagnostics_, UnknownKeys::kNotModelled);
    pool.Ignore("name");
    const auto text = pool.RequireString("cidr");
    if (text) {
      const std::optional<net::Cidr> cidr = net::Cidr::Parse(*text);
      if (!cidr) {
        diagnostics_.Error(
            *pool.Get("cidr"),
            fmt::format("found '{}', expected an address range such as 10.244.0.0/16", *text));
      } else {
        configuration_.ipam.pod_cidrs.push_back(*cidr);
        configuration_.pod_cidr_places.push_back(pool.Get("cidr")->where());
      }
    }
    if (const auto block = pool.Integer("blockSize", 20, 32)) {
      configuration_.ipam.block_length = static_cast<int>(*block);
    }
    Encapsulation encapsulation = bgp_ ? Encapsulation::kIpip : Encapsulation::kVxlan;
    const Value* place = &value;
    if (const auto word = pool.Choice<Encapsulation>(
            "encapsulation", {{"IPIP", Encapsulation::kIpip},
                              {"IPIPCrossSubnet", Encapsulation::kIpipCrossSubnet},
                              {"VXLAN", Encapsulation::kVxlan},
                              {"VXLANCrossSubnet", Encapsulation::kVxlanCrossSubnet},
                              {"None", Encapsulation::kNone}})) {
      encapsulation = *word;
      place = pool.Get("encapsulation");
    }
    ReadModes(pool, encapsulation, place);
    CheckEncapsulation(encapsulation, *place);
    const bool nat = ReadNat(pool);
    Set("masquerade", nat ? "iptables" : "none");
    const auto selector = pool.String("nodeSelector");
    if (selector && *selector != "all()") diagnostics_.NotModelled(*pool.Get("nodeSelector"));
    pool.Ignore("allowedUses");
    pool.Ignore("disableBGPExport");
    pool.Finish();
  }

  static bool ReadNat(ObjectReader& pool) {
    const Value* value = pool.Get("natOutgoing");
    if (value == nullptr) return true;
    // An Installation says Enabled or Disabled, an IPPool true or false.
    if (value->text() == "true" || value->text() == "false")
      return pool.Boolean("natOutgoing").value_or(true);
    return pool.Choice<bool>("natOutgoing", {{"Enabled", true}, {"Disabled", false}})
        .value_or(true);
  }

  // ipipMode and vxlanMode of an IPPool object.
  static void ReadModes(ObjectReader& pool, Encapsulation& encapsulation, const Value*& place) {
    enum class When : std::uint8_t { kNever, kAlways, kCrossSubnet };
    const auto vxlan = pool.Choice<When>(
        "vxlanMode",
        {{"Never", When::kNever}, {"Always", When::kAlways}, {"CrossSubnet", When::kCrossSubnet}});
    const auto ipip = pool.Choice<When>(
        "ipipMode",
        {{"Never", When::kNever}, {"Always", When::kAlways}, {"CrossSubnet", When::kCrossSubnet}});
    if (!vxlan && !ipip) return;
    encapsulation = Encapsulation::kNone;
    if (ipip && *ipip != When::kNever) {
      encapsulation =
          *ipip == When::kAlways ? Encapsulation::kIpip : Encapsulation::kIpipCrossSubnet;
      place = pool.Get("ipipMode");
    }
    if (vxlan && *vxlan != When::kNever) {
      encapsulation =
          *vxlan == When::kAlways ? Encapsulation::kVxlan : Encapsulation::kVxlanCrossSubnet;
      place = pool.Get("vxlanMode");
    }
  }

  void CheckEncapsulation(Encapsulation encapsulation, const Value& place) {
    if (type_ == "AzureVNET") return;
    constexpr std::string_view kHint = "write 'encapsulation: VXLAN'";
    switch (encapsulation) {
      case Encapsulation::kVxlan:
        Set("encapsulation", "vxlan");
        break;
      case Encapsulation::kIpip:
      case Encapsulation::kIpipCrossSubnet:
        diagnostics_.Error(
            place.where(), "",
            "encapsulation IPIP does not work: Azure drops IP-in-IP packets (protocol 4)",
            std::string(kHint));
        break;
      case Encapsulation::kVxlanCrossSubnet:
        diagnostics_.Error(
            place.where(), "",
            "VXLANCrossSubnet uses no tunnel between nodes of one subnet, and an Azure VNet has no "
            "routes to pod addresses",
            std::string(kHint));
        break;
      case Encapsulation::kNone:
        diagnostics_.Error(
            place.where(), "",
            "encapsulation None does not work: an Azure VNet has no routes to pod addresses",
            std::string(kHint));
        break;
    }
  }

  void ReadFelix(const Value& object) {
    ObjectReader top(object, diagnostics_, UnknownKeys::kNotModelled);
    IgnoreHeader(top);
    if (const Value* value = top.Map("spec")) {
      ObjectReader spec(*value, diagnostics_, UnknownKeys::kNotModelled);
      if (spec.Boolean("bpfEnabled").value_or(false)) dataplane_ = Dataplane::kBpf;
      external_dsr_ =
          spec.Choice<bool>("bpfExternalServiceMode", {{"Tunnel", false}, {"DSR", true}})
              .value_or(external_dsr_);
      if (spec.Boolean("wireguardEnabled").value_or(false)) Set("encryption", "wireguard");
      if (const auto mtu = spec.Integer("vxlanMTU", 0, 9216); mtu && *mtu != 0) {
        configuration_.pod_mtu = Bytes(*mtu);
      }
      spec.Finish();
    }
    top.Finish();
  }

  void Finish() {
    configuration_.policy_engine = policy::Engine::kCalico;
    Set("policy_engine", "calico");
    if (type_ == "AzureVNET") {
      // Azure CNI wires the pods and hands out their addresses; Calico adds policy only.
      if (configuration_.plugin != NetworkPlugin::kAzure) {
        diagnostics_.Error(type_value_->where(), "",
                           "AzureVNET leaves pods to Azure CNI, and this cluster has none",
                           "write 'type: Calico', or make the cluster with --network-plugin azure");
      }
      return;
    }
    if (configuration_.plugin == NetworkPlugin::kAzure) {
      diagnostics_.Error(
          where_, "", "this Installation wires the pods itself, and the cluster has Azure CNI",
          "write 'cni: {type: AzureVNET}', or make the cluster with --network-plugin none");
      return;
    }
    configuration_.profile = "byocni-calico";
    configuration_.ipam.kind = ipam::IpamKind::kCalicoBlocks;
    if (configuration_.ipam.pod_cidrs.empty()) {
      // The operator's own default pool.
      configuration_.ipam.pod_cidrs.push_back(*net::Cidr::Parse("192.168.0.0/16"));
      configuration_.pod_cidr_places.push_back(where_);
      Set("encapsulation", "vxlan");
      if (bgp_) {
        diagnostics_.Error(
            where_, "", "no ipPools and BGP on: the operator's default is IPIP, which Azure drops",
            "add ipPools with encapsulation: VXLAN, and bgp: Disabled");
      }
    } else if (bgp_) {
      const document::SourceLocation place = bgp_value_ != nullptr ? bgp_value_->where() : where_;
      diagnostics_.Warning(
          place, "",
          bgp_value_ != nullptr
              ? "bgp is Enabled: BGP finds no peer in an Azure VNet, and VXLAN does not need it"
              : "bgp is not set and so Enabled: BGP finds no peer in an Azure VNet",
          "write 'bgp: Disabled'");
    }
    SetDataplane();
    // Calico keeps its tunnel packets out of conntrack (raw table); Flannel does not.
    if (dataplane_ != Dataplane::kBpf) Set("tunnel_notrack", "true");
  }

  void SetDataplane() {
    switch (dataplane_) {
      case Dataplane::kBpf:
        Set("dataplane", "ebpf");
        // Its programs find the way and redirect; only what iptables masquerades passes the stack.
        Set("host_routing", "ebpf");
        Set("lb_mode", external_dsr_ ? "dsr" : "tunnel");
        Set("service_engine", "ebpf-socket");
        configuration_.replaces_kube_proxy = true;
        configuration_.removes_kube_proxy = kube_proxy_managed_;
        break;
      case Dataplane::kNftables:
        Set("dataplane", "nftables");
        configuration_.needs_kube_proxy = true;
        break;
      default:
        Set("dataplane", "iptables");
        configuration_.needs_kube_proxy = true;
        break;
    }
  }

  document::SourceLocation where_;
  CniConfiguration& configuration_;
  Diagnostics& diagnostics_;
  std::string type_ = "Calico";
  const Value* type_value_ = nullptr;
  Dataplane dataplane_ = Dataplane::kIptables;
  bool external_dsr_ = false;
  bool bgp_ = true;
  const Value* bgp_value_ = nullptr;
  bool kube_proxy_managed_ = false;
};

}  // namespace

void ReadCalicoInstallation(std::span<const document::Value* const> objects,
                            const document::SourceLocation& where, CniConfiguration& configuration,
                            document::Diagnostics& diagnostics) {
  CalicoReader(where, configuration, diagnostics).Read(objects);
}

}  // namespace cnisim::cni

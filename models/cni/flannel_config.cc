#include "models/cni/flannel_config.h"

#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/net/cidr.h"

namespace cnisim::cni {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

enum class Backend : std::uint8_t { kVxlan, kHostGw, kWireguard, kIpip, kUdp };

void Set(CniConfiguration& configuration, std::string_view name, std::string_view value) {
  configuration.switches[std::string(name)] = std::string(value);
}

void ReadBackend(const Value& value, CniConfiguration& configuration, Diagnostics& diagnostics) {
  ObjectReader backend(value, diagnostics, UnknownKeys::kNotModelled);
  const Backend type = backend
                           .Choice<Backend>("Type", {{"vxlan", Backend::kVxlan},
                                                     {"host-gw", Backend::kHostGw},
                                                     {"wireguard", Backend::kWireguard},
                                                     {"ipip", Backend::kIpip},
                                                     {"udp", Backend::kUdp}})
                           .value_or(Backend::kVxlan);
  const Value& place = backend.Get("Type") != nullptr ? *backend.Get("Type") : value;
  switch (type) {
    case Backend::kVxlan:
      Set(configuration, "encapsulation", "vxlan");
      break;
    case Backend::kWireguard:
      Set(configuration, "encapsulation", "none");
      Set(configuration, "encryption", "wireguard");
      break;
    case Backend::kHostGw:
      diagnostics.Error(
          place.where(), "",
          "host-gw needs nodes on one Ethernet segment, and an Azure VNet routes every packet",
          "use vxlan or wireguard");
      break;
    case Backend::kIpip:
      diagnostics.Error(place.where(), "",
                        "the ipip backend does not work: Azure drops IP-in-IP packets (protocol 4)",
                        "use vxlan or wireguard");
      break;
    case Backend::kUdp:
      diagnostics.Error(place.where(), "", "the udp backend (for debugging) is not modelled",
                        "use vxlan or wireguard");
      break;
  }
  if (const auto port =
          backend.Integer(type == Backend::kWireguard ? "ListenPort" : "Port", 1, 65535)) {
    configuration.tunnel_port = static_cast<int>(*port);
  }
  if (const auto mtu = backend.Integer("MTU", 576, 9216)) configuration.pod_mtu = Bytes(*mtu);
  backend.Ignore("VNI");
  if (backend.Boolean("DirectRouting").value_or(false)) {
    diagnostics.Error(backend.Get("DirectRouting")->where(), "",
                      "DirectRouting uses no tunnel between nodes of one subnet, and an Azure VNet "
                      "has no routes to "
                      "pod addresses",
                      "write 'DirectRouting: false'");
  }
  backend.Finish();
}

void ReadNetConf(const Value& root, CniConfiguration& configuration, Diagnostics& diagnostics) {
  ObjectReader conf(root, diagnostics, UnknownKeys::kNotModelled);
  if (const auto text = conf.RequireString("Network")) {
    const std::optional<net::Cidr> cidr = net::Cidr::Parse(*text);
    if (!cidr) {
      diagnostics.Error(
          *conf.Get("Network"),
          fmt::format("found '{}', expected an address range such as 10.244.0.0/16", *text));
    } else {
      configuration.ipam.pod_cidrs = {*cidr};
      configuration.pod_cidr_places = {conf.Get("Network")->where()};
      // Flannel's own rule: /24 a node, or two bits less than a network smaller than /22.
      configuration.ipam.block_length = cidr->length() > 22 ? cidr->length() + 2 : 24;
    }
  }
  if (const auto length = conf.Integer("SubnetLen", 8, 30)) {
    configuration.ipam.block_length = static_cast<int>(*length);
    if (!configuration.ipam.pod_cidrs.empty() &&
        *length <= configuration.ipam.pod_cidrs[0].length()) {
      diagnostics.Error(conf.Get("SubnetLen")->where(), "",
                        fmt::format("a /{} for each node does not fit into {}", *length,
                                    configuration.ipam.pod_cidrs[0].ToString()));
    }
  }
  if (conf.Boolean("EnableNFTables").value_or(false)) Set(configuration, "dataplane", "nftables");
  if (conf.Boolean("EnableIPv6").value_or(false)) diagnostics.NotModelled(*conf.Get("EnableIPv6"));
  conf.Ignore("EnableIPv4");
  if (const Value* backend = conf.Map("Backend")) {
    ReadBackend(*backend, configuration, diagnostics);
  } else {
    Set(configuration, "encapsulation", "vxlan");
  }
  conf.Finish();
}

}  // namespace

void ReadFlannelConfig(std::span<const document::Value* const> objects,
                       const document::SourceLocation& where, CniConfiguration& configuration,
                       document::Diagnostics& diagnostics) {
  configuration.profile = "byocni-flannel";
  configuration.policy_engine = policy::Engine::kNone;
  configuration.needs_kube_proxy = true;
  Set(configuration, "policy_engine", "none");
  configuration.ipam.kind = ipam::IpamKind::kFlannel;
  for (const Value* object : objects) {
    const Value* kind = object->Find("kind");
    if (kind == nullptr || kind->text() != "ConfigMap") continue;
    const Value* text = object->At({"data", "net-conf.json"});
    if (text == nullptr) continue;
    const std::string name = text->where().file + ":net-conf.json";
    // The tree must live only while it is read: everything is copied out of it.
    if (const auto inner = document::ParseDocument(text->text(), name, diagnostics)) {
      ReadNetConf(inner->root(), configuration, diagnostics);
    }
    return;
  }
  diagnostics.Error(where, "", "no ConfigMap with net-conf.json in this file",
                    "expected Flannel's ConfigMap kube-flannel-cfg");
}

}  // namespace cnisim::cni

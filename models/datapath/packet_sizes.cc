#include "models/datapath/packet_sizes.h"

#include <algorithm>

#include "models/net/encapsulation.h"

namespace cnisim::datapath {
namespace {

using net::Encapsulation;
using net::IpFamily;

bool CrossesNodesAsPod(PathKind path) {
  return path == PathKind::kPodToPodCrossNode || path == PathKind::kHostToPodCrossNode ||
         path == PathKind::kPodToHostCrossNode || path == PathKind::kExternalToPodViaNode;
}

Bytes TunnelOverhead(const Switches& switches) {
  const std::string_view encapsulation = SwitchValue(switches, "encapsulation");
  if (encapsulation == "vxlan") {
    return net::EncapsulationOverhead(Encapsulation::kVxlan, IpFamily::kIpv4);
  }
  if (encapsulation == "ipip") {
    return net::EncapsulationOverhead(Encapsulation::kIpip, IpFamily::kIpv4);
  }
  if (encapsulation != "geneve") return Bytes(0);
  const bool option = SwitchValue(switches, "lb_mode") != "snat";
  return net::EncapsulationOverhead(Encapsulation::kGeneve, IpFamily::kIpv4) +
         (option ? net::kGeneveDsrOption : Bytes(0));
}

Bytes EncryptionOverhead(const Switches& switches) {
  const std::string_view encryption = SwitchValue(switches, "encryption");
  if (encryption == "wireguard") {
    return net::EncapsulationOverhead(Encapsulation::kWireGuard, IpFamily::kIpv4);
  }
  if (encryption != "ipsec") return Bytes(0);
  return net::EncapsulationOverhead(Encapsulation::kIpsec, IpFamily::kIpv4);
}

/// Calico's eBPF programs forward traffic from outside in VXLAN even where pods need no tunnel.
Bytes EntryTunnelOverhead(const Switches& switches, PathKind path) {
  const std::string_view engine = SwitchValue(switches, "service_engine");
  const bool programs = engine == "ebpf-socket" || engine == "ebpf-tc";
  const bool tunnel = path == PathKind::kExternalToPodViaNode && programs &&
                      SwitchValue(switches, "lb_mode") == "tunnel" &&
                      SwitchValue(switches, "encapsulation") == "none";
  return tunnel ? net::EncapsulationOverhead(Encapsulation::kVxlan, IpFamily::kIpv4) : Bytes(0);
}

/// The backend's node sends replies straight to the client.
bool AnswersDirectly(const Switches& switches, const FlowClass& flow) {
  if (flow.path != PathKind::kExternalToPodViaNode) return false;
  const std::string_view mode = SwitchValue(switches, "lb_mode");
  return mode == "dsr" || (mode == "hybrid" && flow.protocol == TransportProtocol::kTcp);
}

bool LeavesTheCluster(PathKind path) {
  return path == PathKind::kPodToExternal || path == PathKind::kExternalToPod;
}

/// What happens to a packet that the node's own device does not carry.
/// @param entry_tunnel  Calico's programs encapsulate it, and answer what is too large themselves
PacketFate FateAtTheDevice(const Switches& switches, bool entry_tunnel) {
  if (SwitchValue(switches, "encryption") == "wireguard") return PacketFate::kLost;
  if (SwitchValue(switches, "encryption") == "ipsec") return PacketFate::kDiscovered;
  const std::string_view encapsulation = SwitchValue(switches, "encapsulation");
  const bool datagrams = encapsulation == "vxlan" || encapsulation == "geneve";
  return datagrams && !entry_tunnel ? PacketFate::kCut : PacketFate::kDiscovered;
}

}  // namespace

std::string_view Name(PacketFate fate) {
  constexpr std::string_view kNames[] = {"whole", "discovered", "cut", "lost"};
  return kNames[static_cast<std::size_t>(fate)];
}

PathMtu MtuOf(const CniProfile& profile, const Switches& switches, Bytes device_mtu,
              Bytes pod_mtu) {
  const Switches all = Merge(profile.switches(), switches);
  const Bytes tunnel = TunnelOverhead(all);
  const Bytes encryption = EncryptionOverhead(all);
  Bytes reserve = encryption;
  if (SwitchValue(all, "encryption") == "wireguard" && profile.mtu().wireguard_reserve) {
    reserve = *profile.mtu().wireguard_reserve;
  }
  PathMtu mtu;
  mtu.device = device_mtu;
  mtu.overhead = tunnel + encryption;
  if (profile.mtu().pod_has_device_mtu) {
    mtu.pod = pod_mtu > Bytes(0) ? pod_mtu : device_mtu;
    mtu.route = mtu.pod - tunnel - reserve;
  } else {
    mtu.pod = pod_mtu > Bytes(0) ? pod_mtu : device_mtu - tunnel - reserve;
    mtu.route = mtu.pod;
  }
  return mtu;
}

PacketSizes SizesOf(const CniProfile& profile, const Switches& switches, const FlowClass& flow) {
  const PathMtu mtu = MtuOf(profile, switches, flow.device_mtu, flow.pod_mtu);
  PacketSizes sizes;
  sizes.inner = flow.path == PathKind::kHostToHostCrossNode ? mtu.device : mtu.pod;
  if (OnOneNode(flow.path)) return sizes;
  const Bytes entry_tunnel = EntryTunnelOverhead(switches, flow.path);
  if (CrossesNodesAsPod(flow.path)) {
    sizes.inner = mtu.route;
    sizes.headers = mtu.overhead + entry_tunnel;
  }
  sizes.whole = mtu.device;
  if (sizes.wire() > mtu.device) {
    sizes.fate = FateAtTheDevice(switches, entry_tunnel > Bytes(0));
    if (LeavesTheCluster(flow.path)) sizes.fate = PacketFate::kDiscovered;
    sizes.cut_by = sizes.fate == PacketFate::kCut ? CutBy::kNode : CutBy::kNobody;
    if (sizes.fate == PacketFate::kDiscovered) sizes.inner = mtu.device - sizes.headers;
  }
  const bool fabric_limits = flow.fabric_mtu > Bytes(0) && !LeavesTheCluster(flow.path);
  if (!fabric_limits || sizes.wire() <= flow.fabric_mtu) return sizes;
  if (sizes.fate == PacketFate::kCut && sizes.whole <= flow.fabric_mtu) return sizes;
  sizes.whole = std::min(sizes.whole, flow.fabric_mtu);
  if (sizes.headers == Bytes(0) && flow.protocol == TransportProtocol::kTcp) {
    // Segments of plain TCP are made to fit: 1398 bytes of payload were measured on an interface
    // of 1500 (Azure/AKS: website/blog/2025-07-15-network-perf-aks).
    sizes.inner = sizes.whole;
    sizes.fate = PacketFate::kDiscovered;
    return sizes;
  }
  const bool uncuttable =
      SwitchValue(switches, "encryption") == "wireguard" && CrossesNodesAsPod(flow.path);
  if (uncuttable) {
    sizes.fate = PacketFate::kLost;
  } else if (sizes.fate != PacketFate::kCut) {
    sizes.fate = PacketFate::kCut;
    sizes.cut_by = CutBy::kFabric;
  }
  return sizes;
}

PacketSizes ReplySizesOf(const CniProfile& profile, const Switches& switches,
                         const FlowClass& flow) {
  if (!AnswersDirectly(switches, flow)) return SizesOf(profile, switches, flow);
  FlowClass direct = flow;
  direct.path = PathKind::kExternalToPod;
  PacketSizes sizes = SizesOf(profile, switches, direct);
  // The connection's requests, which come through the tunnel, have settled the segments' size.
  sizes.inner = std::min(sizes.inner, SizesOf(profile, switches, flow).inner);
  return sizes;
}

}  // namespace cnisim::datapath

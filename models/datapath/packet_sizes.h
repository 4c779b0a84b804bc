#pragma once

/// @file
/// How large packets are on each part of their way, and what becomes of one that is too large.
/// IPv4.

#include <cstdint>
#include <string_view>

#include "models/datapath/cni_profile.h"
#include "models/datapath/flow_class.h"
#include "models/datapath/switches.h"
#include "sim/base/units.h"

namespace cnisim::datapath {

/// MTU arithmetic of a configuration.
struct PathMtu {
  Bytes device;    ///< the node's interface
  Bytes pod;       ///< the pod's interface
  Bytes route;     ///< what a packet to a pod of another node may have
  Bytes overhead;  ///< bytes of encapsulation and encryption that a wire packet carries
};

/// @param pod_mtu  as the CNI's configuration sets it; 0 B: derived from the device's.  Cilium's
///                 MTU stands for the device's, and what its headers take comes off the route;
///                 Calico's and Flannel's is that of pods and tunnel, whether or not it fits.
PathMtu MtuOf(const CniProfile& profile, const Switches& switches, Bytes device_mtu,
              Bytes pod_mtu = Bytes(0));

/// What becomes of a packet that is as large as its sender may make it.
enum class PacketFate : std::uint8_t {
  kWhole,       ///< it fits everywhere
  kDiscovered,  ///< a link is too small and says so; the sender makes smaller ones from then on
  kCut,         ///< cut on the way and put together by the receiver
  kLost,        ///< too large and may not be cut: it disappears, and nobody is told
};
std::string_view Name(PacketFate fate);

/// The packets of one flow class.
struct PacketSizes {
  Bytes inner;    ///< largest IP packet that the sender makes, after discovery
  Bytes headers;  ///< tunnel and encryption around it between the nodes
  Bytes whole;    ///< largest IP packet that its way carries whole; 0 B: nothing limits it
  PacketFate fate = PacketFate::kWhole;
  CutBy cut_by = CutBy::kNobody;

  Bytes wire() const { return inner + headers; }
};

/// A VXLAN or Geneve packet above the device's MTU is cut by the node.  WireGuard forbids cutting,
/// so there it is lost (projectcalico/calico: felix/dataplane/linux/int_dataplane.go).  IPIP, ESP
/// and plain packets carry the sender's own wish not to be cut, and the node tells him.  Above
/// FlowClass::fabric_mtu the network between the nodes makes plain TCP's segments smaller, cuts
/// other packets that may be cut and loses the rest.
/// @param switches  the profile's included
PacketSizes SizesOf(const CniProfile& profile, const Switches& switches, const FlowClass& flow);

/// The same of the replies: as the requests', but for a backend that answers a client outside
/// itself (DSR), without tunnel.
PacketSizes ReplySizesOf(const CniProfile& profile, const Switches& switches,
                         const FlowClass& flow);

}  // namespace cnisim::datapath

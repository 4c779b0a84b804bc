#pragma once

/// @file
/// What tunnels and encryption add to a packet, and the MTU and MSS that are left.  Protocol
/// constants and the arithmetic that Cilium, Calico and Flannel do with them.

#include <cstdint>
#include <span>
#include <string_view>

#include "models/net/ip_address.h"
#include "sim/base/units.h"

namespace cnisim::net {

inline constexpr Bytes kEthernetHeader{14};
inline constexpr Bytes kIpv4Header{20};
inline constexpr Bytes kIpv6Header{40};
inline constexpr Bytes kUdpHeader{8};
inline constexpr Bytes kTcpHeader{20};
inline constexpr Bytes kTcpTimestamps{12};
inline constexpr Bytes kVxlanHeader{8};
inline constexpr Bytes kGeneveHeader{8};
/// Preamble, frame check and inter-frame gap: on the wire of every Ethernet frame, in no buffer.
inline constexpr Bytes kEthernetWireExtra{24};
inline constexpr Bytes kDefaultMtu{1500};

constexpr Bytes IpHeader(IpFamily family) {
  return family == IpFamily::kIpv4 ? kIpv4Header : kIpv6Header;
}

enum class Encapsulation : std::uint8_t {
  kNone,
  kVxlan,
  kGeneve,
  kIpip,
  kWireGuard,
  kIpsec,
  kFlannelUdp,
};

/// "none", "vxlan", "geneve", "ipip", "wireguard", "ipsec", "udp".
std::string_view ToString(Encapsulation encapsulation);

/// Bytes added to the inner IP packet, which are taken from the device's MTU (the outer Ethernet
/// header is not among them): VXLAN and Geneve 50 over IPv4 and 70 over IPv6, IPIP 20, WireGuard
/// 60 and 80, IPsec 77 (ESP in tunnel mode with AES-GCM, as Cilium and Flannel count it), Flannel's
/// UDP backend 28.  Geneve without options; Cilium's DSR option takes kGeneveDsrOption more.
Bytes EncapsulationOverhead(Encapsulation encapsulation, IpFamily outer);

inline constexpr Bytes kGeneveDsrOption{12};

/// MTU left for pods inside `layers` (tunnel inside encryption adds up).
/// @pre the result is positive
Bytes InnerMtu(Bytes device_mtu, std::span<const Encapsulation> layers, IpFamily outer);

/// Largest TCP payload of one packet.  @pre mtu has room for the headers
Bytes MaxSegmentSize(Bytes mtu, IpFamily family, bool timestamps);

/// UDP destination port of the protocol itself (IANA); nothing uses one for IPIP and ESP, where it
/// is 0.  CNIs differ: Cilium and Flannel send VXLAN to 8472.
std::uint16_t DefaultPort(Encapsulation encapsulation);

}  // namespace cnisim::net

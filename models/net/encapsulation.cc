#include "models/net/encapsulation.h"

#include "sim/base/check.h"

namespace cnisim::net {

std::string_view ToString(Encapsulation encapsulation) {
  switch (encapsulation) {
    case Encapsulation::kNone:
      return "none";
    case Encapsulation::kVxlan:
      return "vxlan";
    case Encapsulation::kGeneve:
      return "geneve";
    case Encapsulation::kIpip:
      return "ipip";
    case Encapsulation::kWireGuard:
      return "wireguard";
    case Encapsulation::kIpsec:
      return "ipsec";
    case Encapsulation::kFlannelUdp:
      return "udp";
  }
  return "none";
}

Bytes EncapsulationOverhead(Encapsulation encapsulation, IpFamily outer) {
  switch (encapsulation) {
    case Encapsulation::kNone:
      return Bytes(0);
    case Encapsulation::kVxlan:
      return IpHeader(outer) + kUdpHeader + kVxlanHeader + kEthernetHeader;
    case Encapsulation::kGeneve:
      return IpHeader(outer) + kUdpHeader + kGeneveHeader + kEthernetHeader;
    case Encapsulation::kIpip:
      return IpHeader(outer);
    case Encapsulation::kWireGuard:
      // Type, receiver and counter 16, authentication tag 16.
      return IpHeader(outer) + kUdpHeader + Bytes(16) + Bytes(16);
    case Encapsulation::kIpsec:
      return Bytes(77);
    case Encapsulation::kFlannelUdp:
      return IpHeader(outer) + kUdpHeader;
  }
  return Bytes(0);
}

Bytes InnerMtu(Bytes device_mtu, std::span<const Encapsulation> layers, IpFamily outer) {
  Bytes mtu = device_mtu;
  for (const Encapsulation layer : layers) mtu -= EncapsulationOverhead(layer, outer);
  CNISIM_CHECK(mtu > Bytes(0), "headers leave room for a packet");
  return mtu;
}

Bytes MaxSegmentSize(Bytes mtu, IpFamily family, bool timestamps) {
  const Bytes size = mtu - IpHeader(family) - kTcpHeader - (timestamps ? kTcpTimestamps : Bytes(0));
  CNISIM_CHECK(size > Bytes(0), "headers leave room for payload");
  return size;
}

std::uint16_t DefaultPort(Encapsulation encapsulation) {
  switch (encapsulation) {
    case Encapsulation::kVxlan:
      return 4789;
    case Encapsulation::kGeneve:
      return 6081;
    case Encapsulation::kWireGuard:
      return 51820;
    case Encapsulation::kFlannelUdp:
      return 8285;
    case Encapsulation::kNone:
    case Encapsulation::kIpip:
    case Encapsulation::kIpsec:
      break;
  }
  return 0;
}

}  // namespace cnisim::net

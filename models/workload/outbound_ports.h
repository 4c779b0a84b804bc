#pragma once

/// @file
/// Ports that a host gives to connections which leave the VNet: on a node those of its own address
/// (masquerade) and those of the load balancer's outbound rule, outside those of the NAT gateway.
/// Belongs to one logical process; fed in order of time.

#include <cstdint>

#include "models/workload/call.h"
#include "models/workload/outside.h"
#include "models/workload/port_table.h"
#include "models/workload/wait_tally.h"

namespace cnisim::workload {

class OutboundPorts {
 public:
  enum class Place : std::uint8_t { kNode, kOutside };

  /// @param destinations  addresses of all servers outside
  OutboundPorts(const OutboundModel& model, std::uint32_t destinations, Place place);

  /// Ports for the connection of `call` to this destination, unless it has them already; notes in
  /// `call.ports` what it has.  False: there is none.
  bool Take(SimTime now, std::uint32_t destination, Call& call);

  /// Gives back what this place gave.
  void Release(SimTime now, std::uint32_t destination, PortEnd end, Call& call);

  void BeginMeasurement(SimTime now);

  /// Of what came closest to its limit.
  PortTable::Use MostUsed() const;
  const WaitTally& tally() const { return tally_; }

  /// True if the NAT gateway, outside, gave this call a port that is not given back yet.
  static bool HasGatewayPort(const Call& call) { return (call.ports & kGateway) != 0; }

 private:
  // Bits of Call::ports.
  static constexpr unsigned kMasquerade = 1;
  static constexpr unsigned kAzure = 2;
  static constexpr unsigned kGateway = 4;

  PortTable masquerade_;
  PortTable azure_;  // of the load balancer's rule, or of the gateway
  WaitTally tally_;
  unsigned azure_bit_;
  bool masquerades_;
  bool translates_;  // Azure's ports are given here
};

}  // namespace cnisim::workload

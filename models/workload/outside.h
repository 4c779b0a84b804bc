#pragma once

/// @file
/// What stands outside of the cluster and is called by it, and how Azure lets connections out.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "models/workload/latency_profile.h"
#include "sim/base/units.h"

namespace cnisim::workload {

/// Servers outside that go by one name.  They never queue: whoever runs them has enough of them.
struct ExternalModel {
  std::string name;             ///< "payments:443"
  FabricDelay way;              ///< one way between a node and it
  Nanoseconds service_time;     ///< mean time until it answers a request
  double service_cv = 0;        ///< of its log-normal distribution; 0 = constant
  bool exponential = false;     ///< it is exponential, whatever service_cv says
  std::uint32_t addresses = 1;  ///< each is a destination of its own to ports; > 0
  bool translated = true;       ///< Azure rewrites the source of connections to it
};

enum class OutboundKind : std::uint8_t {
  kNone,          ///< nothing leaves
  kLoadBalancer,  ///< each node has ports of its own
  kNatGateway,    ///< all nodes share the gateway's ports
  kFirewall,      ///< a user-defined route; its ports are its own matter
};

/// How a connection ends, as far as its port's next use goes.
enum class PortEnd : std::uint8_t {
  kFin,       ///< closed
  kRst,       ///< reset
  kHalfOpen,  ///< it never got an answer
};
inline constexpr std::size_t kPortEnds = 3;

/// How long a port is kept from its destination after its connection's end: [PortEnd].
using PortHolds = std::array<SimTime, kPortEnds>;

struct OutboundModel {
  OutboundKind kind = OutboundKind::kLoadBalancer;
  /// To one destination (address, port and protocol), of each node or of the gateway; 0 = no limit.
  std::uint32_t ports = 0;
  /// Connections at once to all destinations together; 0 = no limit.
  std::uint32_t connections = 0;
  PortHolds holds{};
  /// Ports of a node's own address to one destination, which all masqueraded pods of it share.
  std::uint32_t masquerade_ports = 0;
  PortHolds masquerade_holds{};
  /// A connection that is idle for longer is forgotten; 0 = never.
  SimTime idle;
  bool idle_reset = false;  ///< both ends are told so at once; else who sends next gets a reset
};

}  // namespace cnisim::workload

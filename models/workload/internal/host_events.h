#pragma once

/// @file
/// The events of a host, and how they are packed: what the sources of host_process.h share.

#include <cstdint>

#include "models/datapath/compiled_flow.h"

namespace cnisim::workload::internal {

enum EventKind : std::uint16_t {
  kMessage,         ///< a call's message is at a step of its plan
  kTaskDue,         ///< a core's task may be done
  kArrival,         ///< the next request of a source
  kDeadline,        ///< the earliest deadline of a queue
  kLost,            ///< news that a message was dropped
  kRetransmit,      ///< a retransmission timer
  kOutsideReply,    ///< a server outside has done its work
  kLaunch,          ///< the kernel has made a packet of its own
  kTransferTimer,   ///< the retransmission timer of a message in trains, or of a stream
  kDelayedAck,      ///< a segment has waited for another for long enough
  kAcknowledged,    ///< news of an acknowledgement that no packet of its own carries
  kDeparture,       ///< bookkeeping of event_stations.h
  kThaw,            ///< a pod's CPU limit lets work go on
  kNoSourcePort,    ///< connect() has failed for want of a port
  kUpstreamAnswer,  ///< a resolver outside has answered a DNS server of the host
};

/// The small argument of an event: which message, and at which step or why.
constexpr std::uint16_t PackAux(datapath::MessageKind kind, std::uint32_t detail) {
  return static_cast<std::uint16_t>(static_cast<std::uint32_t>(kind) << 8 | detail);
}
constexpr datapath::MessageKind KindOf(std::uint16_t aux) {
  return static_cast<datapath::MessageKind>(aux >> 8);
}
constexpr std::uint32_t DetailOf(std::uint16_t aux) { return aux & 0xFFU; }

/// Names the end of a bulk stream to the timer of its delayed acknowledgement.
inline constexpr std::uint64_t kOfStream = std::uint64_t{1} << 63;

inline constexpr std::uint32_t kSendDetail = 60;     ///< random draws of a message's sending task
inline constexpr std::uint32_t kReceiveDetail = 61;  ///< and of its reading one

}  // namespace cnisim::workload::internal

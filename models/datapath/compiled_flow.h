#pragma once

/// @file
/// What the engine runs in place of stages: few segments, one a contended resource, in the order
/// in which a message meets them.  Compiled once a flow class (compiler.h), shared by all threads.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/base/units.h"

namespace cnisim::datapath {

/// Who pays for a piece of work.
enum class Resource : std::uint8_t {
  kTaskCore,     ///< a core of the node, in the context of the application or proxy-less task
  kSoftirqCore,  ///< the core that serves the flow's packets; preempts tasks
  kNic,          ///< the network interface itself
  kFabric,       ///< never emitted by the compiler; the builder adds the fabric between two sides
  kProxy,        ///< a worker of the node's or pod's proxy (Envoy, linkerd-proxy)
  kLatency,      ///< time that passes while nobody works: wake-ups, hand-overs
  kBackground,   ///< a task core, but the message does not wait for it: agents that read events
  kPair,         ///< never emitted: a cap a node pair, see CompiledMessage::pair_ceiling
  kThreads,      ///< kernel threads on any core; the message waits, its sender's task does not
};
inline constexpr std::size_t kResources = 9;
std::string_view Name(Resource resource);

/// The node where it happens, seen from the message at hand: the server is the sender of a reply.
enum class Side : std::uint8_t {
  kSender,
  kVia,  ///< the entry node of NodePort and LoadBalancer traffic that forwards to another node
  kReceiver,
};
inline constexpr std::size_t kSides = 3;
std::string_view Name(Side side);

/// How a message travels: computed from its size with Shape().
struct MessageShape {
  std::int64_t payload_bytes = 0;
  std::int64_t aggregates = 1;  ///< GSO/GRO packets above the NIC
  std::int64_t packets = 1;     ///< wire packets below it
  std::int64_t fragments = 0;   ///< more, because packets are cut on the way
};

/// A demand on one resource at one side.  Consecutive stages with the same side and resource are
/// one segment.
struct Segment {
  Side side = Side::kSender;
  Resource resource = Resource::kTaskCore;
  Nanoseconds per_message;      ///< once a message: system calls, wake-ups, L7 work
  Nanoseconds per_aggregate;    ///< once a GSO/GRO packet: everything above the NIC
  Nanoseconds per_packet;       ///< once a wire packet: below GSO, or where GRO does not work
  Nanoseconds per_fragment;     ///< once a piece beyond the first of a packet that is cut
  NanosecondsPerByte per_byte;  ///< a byte of payload
  double cv = 0;                ///< standard deviation / mean of the whole demand

  /// Mean demand of a message; not rounded.
  Nanoseconds Demand(const MessageShape& shape) const {
    return per_message + per_aggregate * static_cast<double>(shape.aggregates) +
           per_packet * static_cast<double>(shape.packets) +
           per_fragment * static_cast<double>(shape.fragments) +
           per_byte * Bytes(shape.payload_bytes);
  }
};

/// One message of a flow class, from the sender's task to the receiver's.
///
/// Where two consecutive segments have different sides and the flow does not stay on one node
/// (OnOneNode), the message crosses the fabric between them: out through the NIC of the first, in
/// through the NIC of the second.  A side without segments (an end outside the cluster) is absent.
struct CompiledMessage {
  std::vector<Segment> segments;
  Bytes header_bytes;  ///< a wire packet beside its payload, outer Ethernet header included
  Bytes mss;           ///< payload of a full wire packet
  /// Serial hand-over of encrypted packets to one peer: bytes (headers included) between two nodes
  /// leave no faster than this.  A cap shared by all flows of the node pair, not a delay of its
  /// own; 0 = none.
  NanosecondsPerByte pair_ceiling;
  Nanoseconds pair_per_packet;  ///< likewise, for each wire packet
  /// Largest IP packet that the way carries whole; larger ones are cut, or lost; 0 = no limit.
  Bytes whole;
  bool lost_above_whole = false;
  bool one_receive_queue = false;  ///< the receiver's core is chosen by node pair, not by flow

  /// Sum over segments on the way, waits included, without background work, fabric and queueing.
  Nanoseconds Demand(Bytes payload) const;
};

/// Packets and GSO aggregates of `payload` bytes; a message without payload is one packet.
MessageShape Shape(const CompiledMessage& message, Bytes payload);

/// Bytes that a message has on the wire, headers and those of fragments included.
Bytes WireBytes(const CompiledMessage& message, const MessageShape& shape);

/// True if a packet of `payload` bytes is too large for its way and disappears.
bool IsLost(const CompiledMessage& message, Bytes payload);

/// Which message of a connection.
enum class MessageKind : std::uint8_t {
  kSyn,  ///< the first packet of a TCP connection: pays what first packets pay
  kSynAck,
  kControl,       ///< client to server without payload: the handshake's ACK, FIN
  kControlReply,  ///< server to client without payload: FIN
  kRequestFirst,  ///< first data of a connection; in UDP it pays what first packets pay
  kRequest,       ///< later data, client to server
  kReply,         ///< data, server to client
};
inline constexpr std::size_t kMessageKinds = 7;
std::string_view Name(MessageKind kind);
/// True for messages from client to server.
bool IsForward(MessageKind kind);

enum class TransportProtocol : std::uint8_t { kTcp, kUdp };

/// Everything that a flow of one class costs.  The builder runs, for a new TCP connection:
/// `connect` on the client's task core, then syn, syn_ack, then control and request_first together
/// (the server does not wait for the ACK); later requests and replies on the open connection; at
/// the end control and control_reply (FIN).  A UDP flow starts with request_first.
struct CompiledFlow {
  TransportProtocol protocol = TransportProtocol::kTcp;
  Nanoseconds connect;  ///< client's task core, in connect(), before the SYN leaves
  Nanoseconds accept;   ///< server's task core, in accept(), before the first request is read
  std::array<CompiledMessage, kMessageKinds> messages;  // [MessageKind]

  /// Conntrack entries that a new connection makes on the node of: [Side], seen from the request.
  std::array<std::uint8_t, kSides> conntrack_entries{};
  /// SNAT ports that it takes there (masquerade, NodePort forwarding): [Side].
  std::array<std::uint8_t, kSides> snat_ports{};
  bool tunnelled =
      false;  ///< between two nodes the network sees a tunnel's packets, not the flow's
  /// Flow events for Hubble that a new connection makes on the node of: [Side].
  std::array<std::uint8_t, kSides> monitor_events{};

  const CompiledMessage& operator[](MessageKind kind) const {
    return messages[static_cast<std::size_t>(kind)];
  }
};

}  // namespace cnisim::datapath

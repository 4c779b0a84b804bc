#pragma once

/// @file
/// A path stage by stage: who pays how much for what, how often, and where the number comes from.
/// Built from the same compilation that the simulation runs, so the sums are its sums.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/datapath/compiler.h"
#include "models/scenario/prepared_configuration.h"
#include "sim/base/units.h"

namespace cnisim::explain {

/// A stretch of fabric that a message crosses.
struct FabricLeg {
  std::string what;    ///< "node to node, one zone"
  Nanoseconds mean;    ///< one way
  std::string source;  ///< where the delay comes from
};

/// What to explain.
struct PathQuestion {
  std::string configuration;  ///< the user's name of it
  std::string client;         ///< pod, or "external"
  std::string server;
  std::string verdict;  ///< of the policies; empty if not asked
  /// What the client asks before it opens the connection; no part of the figures.
  std::optional<scenario::LookupFacts> lookup;
  double share = 1;  ///< of the connections between the two parties that go this way
  const datapath::CniProfile* profile = nullptr;
  datapath::Switches switches;  ///< on top of the profile's
  datapath::FlowClass flow;
  const datapath::CostModel* costs = nullptr;  ///< must outlive the explanation
  Bytes request{0};
  Bytes reply{0};
  /// Crossed by each message: one, or from outside to the entry node and on to the backend's.
  std::vector<FabricLeg> legs;
  /// What the NICs of the client's, the entry and the server's node send at most; 0: not looked at.
  std::array<BitsPerSecond, 3> egress{};
  /// Largest packet that Azure's network is documented to carry whole; 0: not said.
  Bytes documented_whole{0};
};

/// A cost with the ends of its range.
struct Span {
  double low = 0;
  double typical = 0;
  double high = 0;

  Span& operator+=(const Span& other);
  Span operator-(const Span& other) const;
};

/// One stage of one message.
struct StageLine {
  const datapath::StageCost* cost = nullptr;
  std::string node;  ///< "client", "entry", "server"
  datapath::Count count = datapath::Count::kOne;
  double times = 1;    ///< count times GSO packets or wire packets
  double unit_ns = 0;  ///< one execution
  std::int64_t bytes = 0;
  double per_byte_ns = 0;
  Span ns;  ///< in all
};

struct MessageExplanation {
  std::string title;  ///< "first packet (SYN)"
  datapath::MessageKind kind = datapath::MessageKind::kRequest;
  Bytes payload;
  datapath::MessageShape shape;
  std::vector<StageLine> stages;  // in the order of the path; what costs nothing here is left out
  Span cpu;                       ///< work, background work included
  Span waiting;                   ///< time that passes while nobody works
  Bytes wire_bytes;               ///< headers included
  double wire_ns = 0;             ///< leaving NICs, hand-over to encryption peers and fabric
  Span way;  ///< from end to end without queueing: background work is not waited for
};

/// Whether a message is part of opening a connection up to the first reply, or of an exchange on an
/// open one (the reply is part of both).
bool OfOpening(const MessageExplanation& message);
bool OfExchange(const MessageExplanation& message);

struct PathExplanation {
  PathQuestion question;
  datapath::Switches switches;  ///< all that are set, the profile's included
  datapath::PathMtu mtu;
  datapath::PacketSizes sizes;
  Bytes mss;
  Bytes header_bytes;
  NanosecondsPerByte pair_ceiling;
  std::array<std::uint8_t, datapath::kSides> conntrack_entries{};

  std::vector<MessageExplanation>
      messages;          // connect, SYN, SYN-ACK, ACK, first request, request, reply
  double fabric_ns = 0;  ///< one way
  Span open_cpu;         ///< connection, first request with the ACK before it, reply
  Span open_way;         ///< until the first reply is read, fabric included
  Span exchange_cpu;     ///< request and reply on an open connection
  Span exchange_way;     ///< round trip, fabric included
  /// The other end: caches that have gone cold between two packets.
  struct Cold {
    datapath::CostFactor factor;
    double open_way = 0;  ///< ns, all four at the typical factor
    double open_cpu = 0;
    double exchange_way = 0;
    double exchange_cpu = 0;
  };
  std::optional<Cold> cold_caches;
};

PathExplanation Explain(const PathQuestion& question);

/// A stage's part in the difference between two paths.
struct StageDifference {
  std::string stage;
  double first_ns = 0;   ///< in the first path
  double second_ns = 0;  ///< in the second
  double difference() const { return second_ns - first_ns; }
};

/// Two configurations' paths, the difference attributed to stages: largest first, then by name.
struct PathComparison {
  PathExplanation first;
  PathExplanation second;
  std::vector<StageDifference> open;      ///< opening a connection up to the first reply
  std::vector<StageDifference> exchange;  ///< on an open connection
};
PathComparison Compare(PathExplanation first, PathExplanation second);

}  // namespace cnisim::explain

#pragma once

/// @file
/// A call on its way: the record that travels with its messages.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "models/datapath/compiled_flow.h"
#include "models/workload/model.h"
#include "models/workload/traffic_record.h"
#include "sim/base/units.h"

namespace cnisim::workload {

/// What the answer says: 0 = served, else 1 + FailureReason.
using Outcome = std::uint8_t;
inline constexpr Outcome kServed = 0;
constexpr Outcome FailedBy(FailureReason reason) {
  return static_cast<Outcome>(1 + static_cast<int>(reason));
}

/// A part of a message (or of a bulk stream) that TCP sends by itself: which one, and what it
/// costs. 0 = the whole message.
class TrainShape {
 public:
  static constexpr std::uint16_t kFirst = 1 << 12;  ///< pays what is paid once a message
  static constexpr std::uint16_t kTail = 1 << 13;   ///< has the last segment, which is not full
  static constexpr std::uint16_t kOpens = 1 << 14;  ///< of a connection's first request

  TrainShape() = default;
  /// @pre 0 < segments < 4096
  TrainShape(std::uint32_t segments, std::uint32_t flags)
      : bits_(static_cast<std::uint16_t>(segments | flags)) {}

  bool whole() const { return bits_ == 0; }
  std::uint32_t segments() const { return bits_ & (kFirst - 1U); }
  std::uint32_t flags() const { return bits_ & ~(kFirst - 1U); }
  bool Has(std::uint16_t flag) const { return (bits_ & flag) != 0; }

 private:
  std::uint16_t bits_ = 0;
};

/// Lives in the client host's slab.  Whoever handles the event that names it may read and write
/// it; between events nobody does.  Every message that leaves comes back to the client in the
/// end: as an answer, or as the news that it was dropped.
///
/// A train of a message that is sent in several has a record of its own, in the slab of the host
/// that sends it: a copy of the call's, which comes back as an acknowledgement.
struct Call {
  // What most messages touch comes first, as much as a cache line holds.
  SimTime sent;             ///< when the message on the way was last sent
  std::int64_t app_ns = 0;  ///< answer: time that was the applications' own
  std::uint32_t key = 0;    ///< names its random draws
  std::uint32_t edge = 0;
  std::uint32_t plan = 0;  // FlowPlan
  std::uint32_t client_host = 0;
  std::uint32_t server_host = 0;
  std::uint32_t via_host = kNone;
  std::uint32_t server_pod = 0;    ///< of a server outside: its destination
  std::uint32_t flow_hash = 0;     ///< chooses the receive queue
  std::uint32_t stream = kNone;    ///< number of its bulk connection, if it is a chunk of one
  std::uint32_t transfer = kNone;  ///< a train: which of its sender's transfers it belongs to
  TrainShape train;
  TrainShape last_train;  ///< the call: the train that completed its message, 0: it came whole
  Admission admission = Admission::kAllowed;
  Outcome outcome = kServed;
  std::uint8_t attempts = 0;     ///< earlier transmissions of this message
  std::uint8_t tracked : 4 = 0;  ///< bit [Side]: that node's connection table has it
  std::uint8_t ports : 3 = 0;    ///< that it holds on its way out: outbound_ports.h
  /// Its kept connection is forgotten on the way out, and the client does not know.
  std::uint8_t stale : 1 = 0;

  std::uint64_t message = 0;        ///< a train: CallHandle of the call whose message it is part of
  std::uint32_t number = 0;         ///< a train: in its transfer
  std::uint32_t covers = kNone;     ///< a train: record of one that is acknowledged with it
  std::uint32_t reception = kNone;  ///< the call: where its receiver counts the trains
  std::uint32_t question = kNone;   ///< to a DNS server: DnsQuestion()

  bool is_train() const { return transfer != kNone; }
};
static_assert(std::is_trivially_copyable_v<Call>);
static_assert(offsetof(Call, message) == 64);

/// The client's own side of a call: of no concern to those whom its messages meet.
struct ClientCall {
  SimTime begun;
  std::uint32_t job = kNone;  // that made it, on this host; kNone: a traffic source
  std::uint32_t job_generation = 0;
  std::uint32_t generator = kNone;
  std::uint32_t generation = 0;
  std::uint32_t transfer = kNone;  // that sends the request in trains
  // Of its server's name while that goes on; of a query: what it is part of.
  std::uint32_t lookup = kNone;
  std::uint32_t port_pair = kNone;  // of a connection that it opens, in SourcePorts
  std::uint8_t query_type = 0;
  bool is_query : 1 = false;     // a look-up makes it, neither job nor source
  bool live : 1 = false;         // somebody waits for it
  bool opens : 1 = false;        // a connection
  bool established : 1 = false;  // that connection is
  bool measured : 1 = false;
  bool only_denied : 1 = false;  // nothing but policy drops so far
  bool has_port : 1 = false;     // of port_pair
};

/// A call in its client host's slab.  Nearly all that a server touches has a cache line of its own,
/// since the client may find meanwhile that it has waited for too long.
struct alignas(64) CallRecord {
  Call call;
  ClientCall client;
};
static_assert(sizeof(CallRecord) == 128, "millions of calls are under way at once");

/// Names a call anywhere in the simulation.
struct CallHandle {
  std::uint32_t host = 0;  ///< of the client
  std::uint32_t slot = 0;

  std::uint64_t Pack() const { return std::uint64_t{host} << 32 | slot; }
  static CallHandle Unpack(std::uint64_t word) {
    return {static_cast<std::uint32_t>(word >> 32), static_cast<std::uint32_t>(word)};
  }
};

}  // namespace cnisim::workload

#pragma once

/// @file
/// A compiled flow with its message sizes put in: what a host does for each message, as a few
/// steps with known demands.  Made once a replication and flow; the event loop only walks it.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/datapath/compiled_flow.h"
#include "models/workload/latency_profile.h"
#include "models/workload/model.h"
#include "sim/base/random.h"
#include "sim/base/units.h"

namespace cnisim::workload {

/// An amount of time that may vary: log-normal, or constant.
class Demand {
 public:
  Demand() : Demand(0, 0) {}
  /// @pre mean_ns >= 0, cv >= 0
  Demand(double mean_ns, double cv);

  double mean() const { return mean_; }
  bool varies() const { return varies_; }
  /// @pre !varies()
  SimTime constant() const { return constant_; }
  SimTime Draw(RandomStream& stream) const {
    return varies_ ? Nanoseconds(distribution_(stream)).Round() : constant_;
  }

 private:
  double mean_;
  SimTime constant_;
  LogNormalDistribution distribution_;
  bool varies_;
};

/// Sum of demands that are drawn together: means add, and so do variances.
class DemandSum {
 public:
  void Add(Nanoseconds mean, double cv);
  double mean() const { return mean_; }
  Demand Build() const;

 private:
  double mean_ = 0;
  double variance_ = 0;
};

enum class StepKind : std::uint8_t {
  kSoftirq,  ///< work of the flow's core
  kProxy,    ///< work of a worker of the host's proxy
  kThreads,  ///< work of a kernel thread on any core
  kDelay,    ///< nobody works
  kPair,     ///< serial hand-over to one peer (encryption)
  kCross,    ///< out through the NIC and over the fabric, to the host on `side`
  kDeliver,  ///< the message is there
};

struct Step {
  StepKind kind = StepKind::kDeliver;
  datapath::Side side = datapath::Side::kSender;  ///< where; of kCross, where to
  Demand demand;
};

/// One message of a flow from its sender's task to its receiver's.
struct MessagePlan {
  /// Work of the sender's core before the message is on its way: system call and everything that
  /// the kernel does in its context.
  Demand send;
  Demand receive;  ///< work of the receiver's task to read it
  /// Mean part of `send` that the kernel does in softirq mode, though on the sender's core.
  Nanoseconds send_in_softirq;
  std::vector<Step> steps;  // between the two; the last one is kDeliver
  Bytes payload;
  Bytes wire_bytes;  ///< headers included
  /// Work of agents that the message does not wait for: [Side].
  std::array<SimTime, datapath::kSides> background{};
  bool one_receive_queue = false;
  bool too_large = false;  ///< a packet of it is too large for its way and disappears there

  /// Mean time of steps, send and receive without fabric and queueing.
  Nanoseconds Mean() const;
};

struct FlowPlan {
  bool udp = false;  ///< no handshake, no acknowledgement, no retransmission
  std::array<MessagePlan, datapath::kMessageKinds> messages;  // [MessageKind]
  Demand connect;
  Demand accept;
  std::array<std::uint8_t, datapath::kSides> conntrack_entries{};
  std::array<std::uint8_t, datapath::kSides> snat_ports{};

  const MessagePlan& operator[](datapath::MessageKind kind) const {
    return messages[static_cast<std::size_t>(kind)];
  }
};

/// @param one_node  both ends are on one node: nothing crosses the fabric
FlowPlan PlanFlow(const datapath::CompiledFlow& flow, bool one_node, Bytes request, Bytes response);

/// What a bulk stream hands to the device at once: the longest train of full segments that is still
/// one aggregate.
Bytes StreamChunk(const datapath::CompiledFlow& flow);

/// Draws the fabric's one-way delay.
class FabricSampler {
 public:
  explicit FabricSampler(const FabricDelay& delay);

  SimTime Draw(RandomStream& stream) const { return floor_ + excess_.Draw(stream); }
  SimTime floor() const { return floor_; }
  bool varies() const { return excess_.varies(); }

 private:
  SimTime floor_;
  Demand excess_;
};

}  // namespace cnisim::workload

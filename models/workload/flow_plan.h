#pragma once

/// @file
/// A compiled flow with its message sizes put in: what a host does for each message, as a few
/// steps with known demands.  Made once a replication and flow; the event loop only walks it.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/datapath/compiled_flow.h"
#include "models/workload/call.h"
#include "models/workload/flow_table.h"
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

struct TrainPlans;

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
  Bytes wire_bytes;           ///< headers included
  std::uint32_t packets = 1;  ///< on the wire
  /// Work of agents that the message does not wait for: [Side].
  std::array<SimTime, datapath::kSides> background{};
  bool one_receive_queue = false;
  bool too_large = false;  ///< a packet of it is too large for its way and disappears there

  /// Set if TCP may have to send it in several trains.
  std::shared_ptr<const TrainPlans> trains;

  /// Mean time of steps, send and receive without fabric and queueing.
  Nanoseconds Mean() const;
};

/// A message of TCP that its sender's window may cut, and what each possible train of it costs.
/// Together they cost what the message's segments say: what is paid once a message goes with the
/// first train, only waits (a wake-up) come with each.
struct TrainPlans {
  std::uint32_t segments = 1;       ///< of the message
  std::uint32_t longest = 1;        ///< segments of a train
  bool full_tail = true;            ///< the last segment is as long as the others
  std::vector<MessagePlan> first;   // [segments - 1]
  std::vector<MessagePlan> middle;  // [segments - 1]
  std::vector<MessagePlan> tail;    // [segments - 1], if the last segment is shorter

  /// @pre !shape.whole()
  const MessagePlan& operator[](TrainShape shape) const;
};

struct FlowPlan {
  bool udp = false;  ///< no handshake, no acknowledgement, no retransmission
  std::array<MessagePlan, datapath::kMessageKinds> messages;  // [MessageKind]
  Demand connect;
  Demand accept;
  std::array<std::uint8_t, datapath::kSides> conntrack_entries{};
  std::array<std::uint8_t, datapath::kSides> snat_ports{};
  std::array<NicFlows, datapath::kSides> nic_flows{};

  const MessagePlan& operator[](datapath::MessageKind kind) const {
    return messages[static_cast<std::size_t>(kind)];
  }
};

/// Which messages TCP cuts, and into what.
struct TrainRules {
  std::uint32_t whole = UINT32_MAX;  ///< messages of so many segments leave in one piece
  Bytes longest{65536};              ///< payload of a train
  bool stream = false;               ///< the request is the longest train of a bulk stream
};

/// @param one_node  both ends are on one node: nothing crosses the fabric
FlowPlan PlanFlow(const datapath::CompiledFlow& flow, bool one_node, Bytes request, Bytes response,
                  const TrainRules& rules = {});

/// What a bulk stream hands to the device at once: the longest train of full segments that is still
/// one aggregate.
Bytes StreamChunk(const datapath::CompiledFlow& flow, Bytes longest = Bytes(65536));

/// Draws the fabric's one-way delay.
class FabricSampler {
 public:
  explicit FabricSampler(const FabricDelay& delay);

  SimTime Draw(RandomStream& stream) const { return floor_ + excess_.Draw(stream); }
  SimTime floor() const { return floor_; }
  bool varies() const { return excess_.varies(); }
  double loss() const { return loss_; }  ///< probability, of a packet

 private:
  double loss_;
  SimTime floor_;
  Demand excess_;
};

}  // namespace cnisim::workload

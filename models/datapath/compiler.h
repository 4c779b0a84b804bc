#pragma once

/// @file
/// Turns a path of a CNI into segments.  Pure: same arguments, same result; no state.

#include <optional>
#include <string>
#include <vector>

#include "models/datapath/cni_profile.h"
#include "models/datapath/compiled_flow.h"
#include "models/datapath/cost_model.h"
#include "models/datapath/flow_class.h"
#include "models/datapath/packet_sizes.h"
#include "models/datapath/switches.h"

namespace cnisim::datapath {

/// One stage as a message pays it.
struct TracedStage {
  const StageCost* cost = nullptr;  ///< of the cost model that was given; must outlive the trace
  Side side = Side::kSender;
  Count count = Count::kOne;
  double times = 1;    ///< value of the count
  double unit_ns = 0;  ///< one execution, on average
  Nanoseconds fixed;   ///< times * unit
  NanosecondsPerByte per_byte;
};

struct TracedMessage {
  MessageKind kind = MessageKind::kRequest;
  std::vector<TracedStage> stages;  // in the order of the path
};

/// A compiled flow with the stages that made it.
struct TracedFlow {
  CompiledFlow compiled;
  std::vector<TracedStage> connect;     ///< paid in connect()
  std::vector<TracedStage> accept;      ///< paid in accept()
  std::vector<TracedMessage> messages;  // [MessageKind]
};

/// Segments of `flow` under `profile` with `switches` on top of the profile's own.
/// @pre profile.Find(flow.path) != nullptr
CompiledFlow Compile(const CniProfile& profile, const Switches& switches, const FlowClass& flow,
                     const CostModel& costs);

/// As Compile(), and keeps every stage with its count and cost.
TracedFlow Trace(const CniProfile& profile, const Switches& switches, const FlowClass& flow,
                 const CostModel& costs);

}  // namespace cnisim::datapath

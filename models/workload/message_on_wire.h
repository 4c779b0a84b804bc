#pragma once

/// @file
/// What a network between hosts needs to know of the events that hosts send to each other.  By
/// itself the fabric is a delay; whoever simulates its links names processes of its own in
/// TrafficContext::first_hops, which pass the events on.

#include <cstdint>
#include <optional>

#include "models/workload/traffic_context.h"
#include "sim/base/units.h"
#include "sim/engine/event.h"

namespace cnisim::workload {

struct MessageOnWire {
  std::uint32_t to = 0;  ///< host
  Bytes size;            ///< of its packets, headers and encapsulation included
};

/// nullopt for the news that a message was dropped, which is no packet.
std::optional<MessageOnWire> OnWire(const TrafficContext& context, const engine::Event& event);

}  // namespace cnisim::workload

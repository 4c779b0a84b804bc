#pragma once

/// @file
/// Call records that travel with their messages to other ranks.

#include <cstring>

#include "models/workload/traffic_context.h"
#include "sim/engine/ranks.h"

namespace cnisim::workload {

/// Every message between hosts names a call, and whoever has the message has the call.  A rank
/// that does not own the client's host keeps the call in its own copy of that host's slab.
class CallLuggage final : public engine::Luggage {
 public:
  explicit CallLuggage(const TrafficContext& context) : context_(context) {}

  std::size_t size() const override { return sizeof(Call); }
  void Pack(const engine::Event& event, std::byte* to) override {
    std::memcpy(to, &context_.call(CallHandle::Unpack(event.payload)), sizeof(Call));
  }
  void Unpack(const engine::Event& event, const std::byte* from) override {
    const CallHandle handle = CallHandle::Unpack(event.payload);
    context_.calls.Reach(handle);
    std::memcpy(&context_.call(handle), from, sizeof(Call));
  }

 private:
  const TrafficContext& context_;
};

}  // namespace cnisim::workload

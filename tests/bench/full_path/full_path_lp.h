#pragma once

/// @file
/// The leaf-spine network of leafspine_model.h with real nodes at its edge: pods call a Service on
/// byocni-cilium, so that each request pays for connection, Service look-up, policy, conntrack and
/// VXLAN through the models that scenarios use, and its packets cross the links in their true size.
/// Hosts, switches, links, propagation and mean gap between requests are the bare network's.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "models/workload/host_process.h"
#include "models/workload/message_on_wire.h"
#include "models/workload/model.h"
#include "models/workload/traffic_context.h"
#include "sim/base/check.h"
#include "sim/engine/simulation.h"
#include "sim/queueing/rate_limited_link.h"
#include "tests/bench/leafspine_model.h"

namespace cnisim::full_path {

/// The traffic of `parameters.hosts` nodes.
workload::Model BuildModel(const leafspine::Parameters& parameters);

/// A leaf or a spine: a link to each neighbour that it sends to.
class Switch final : public engine::LogicalProcess {
 public:
  struct Port {
    queueing::RateLimitedLink link;
    engine::LpId neighbour;
  };
  /// @param port_of  [host] -> index in `ports`
  Switch(const workload::TrafficContext& context, SimTime propagation, std::string_view kind,
         std::vector<Port> ports, std::vector<std::uint32_t> port_of)
      : context_(context),
        propagation_(propagation),
        kind_(kind),
        ports_(std::move(ports)),
        port_of_(std::move(port_of)) {}

  void Run(engine::Turn& turn) override {
    while (const engine::Event* event = turn.Next()) {
      const std::optional<workload::MessageOnWire> message = OnWire(context_, *event);
      CNISIM_CHECK(message.has_value(), "nothing is dropped on links that are mostly idle");
      Port& port = ports_[port_of_[message->to]];
      const std::optional<SimTime> sent = port.link.Accept(event->time, message->size);
      CNISIM_CHECK(sent.has_value(), "the link has room");
      ++carried_;
      turn.Send(port.neighbour, *sent + propagation_, event->kind, event->payload, event->aux);
    }
  }
  void Prefetch(const engine::Event& event) const override {
    const auto handle = workload::CallHandle::Unpack(event.payload);
    const char* const call = reinterpret_cast<const char*>(&context_.call(handle));
    __builtin_prefetch(call);
    __builtin_prefetch(call + 64);
  }
  bool prefetches() const override { return true; }
  std::string_view kind() const override { return kind_; }
  std::uint64_t carried() const { return carried_; }

 private:
  const workload::TrafficContext& context_;
  SimTime propagation_;
  std::string_view kind_;
  std::vector<Port> ports_;
  std::vector<std::uint32_t> port_of_;
  std::uint64_t carried_ = 0;
};

struct Outcome {
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t connections = 0;
  std::uint64_t hops = 0;  ///< link crossings of all packets
  double mean_round_trip_ns = 0;
};

class EngineRun {
 public:
  explicit EngineRun(const leafspine::Parameters& parameters);
  engine::RunReport Run(unsigned threads);
  Outcome outcome() const;

 private:
  // Hosts come first, then the clients outside, who do nothing, then leaves and spines.
  engine::LpId LeafLp(std::uint32_t leaf) const {
    return engine::LpId(parameters_.hosts + 1 + leaf);
  }
  engine::LpId SpineLp(std::uint32_t spine) const {
    return engine::LpId(parameters_.hosts + 1 + parameters_.leaves() + spine);
  }
  void AddHosts();
  void AddSwitches();
  void Connect();

  leafspine::Parameters parameters_;
  workload::Model model_;
  // [leaf]: hosts send what they send to their own leaf.
  std::deque<workload::TrafficContext> contexts_;
  engine::Simulation simulation_;
  std::vector<workload::HostProcess*> hosts_;  // [host]; owned by the simulation
  std::vector<const Switch*> leaves_;          // likewise
};

}  // namespace cnisim::full_path

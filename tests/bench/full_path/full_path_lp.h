#pragma once

/// @file
/// The leaf-spine network of leafspine_model.h with real nodes at its edge: pods call a Service on
/// byocni-cilium, so that each request pays for connection, Service look-up, policy, conntrack and
/// VXLAN through the models that scenarios use, and its packets cross the links in their true size.
/// Hosts, switches, links, propagation and mean gap between requests are the bare network's.

#include <bit>
#include <cstdint>
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

/// What switches read of a packet: its header, which goes with it from the first leaf to the last.
struct Header {
  std::uint16_t to = 0;  // host
  std::uint16_t bytes = 0;
  std::uint16_t client = 0;  // the call's handle
  std::uint16_t slot = 0;

  // In the kind of an event whose payload is a header.
  static constexpr std::uint16_t kMark = 0x100;

  static Header Of(const workload::TrafficContext& context, const engine::Event& event);
  std::uint64_t Handle() const { return workload::CallHandle{client, slot}.Pack(); }
  std::uint64_t Pack() const { return std::bit_cast<std::uint64_t>(*this); }
  static Header Unpack(std::uint64_t word) { return std::bit_cast<Header>(word); }
};

struct Port {
  queueing::RateLimitedLink link;
  engine::LpId neighbour;
};

/// A leaf: a port to each of its hosts, and one to the spine that it uses.
class Leaf final : public engine::LogicalProcess {
 public:
  Leaf(const workload::TrafficContext& context, SimTime propagation, std::uint32_t first_host,
       std::vector<Port> down, Port up)
      : context_(context),
        propagation_(propagation),
        first_host_(first_host),
        down_(std::move(down)),
        up_(std::move(up)) {}

  void Run(engine::Turn& turn) override {
    while (const engine::Event* event = turn.Next()) {
      const bool enters = (event->kind & Header::kMark) == 0;
      const Header header = enters ? Header::Of(context_, *event) : Header::Unpack(event->payload);
      const auto host_event = static_cast<std::uint16_t>(event->kind & ~Header::kMark);
      ++carried_;
      const std::uint32_t below = header.to - first_host_;
      if (below < down_.size()) {
        turn.Send(down_[below].neighbour, Sent(down_[below], *event, header), host_event,
                  header.Handle(), event->aux);
      } else {
        turn.Send(up_.neighbour, Sent(up_, *event, header), host_event | Header::kMark,
                  header.Pack(), event->aux);
      }
    }
  }
  void PrefetchFar(const engine::Event& event) const override {
    if ((event.kind & Header::kMark) != 0) return;
    __builtin_prefetch(&context_.call(workload::CallHandle::Unpack(event.payload)));
  }
  bool prefetches() const override { return true; }
  std::string_view kind() const override { return "leaf"; }
  std::uint64_t carried() const { return carried_; }

 private:
  SimTime Sent(Port& port, const engine::Event& event, const Header& header) const {
    const std::optional<SimTime> sent = port.link.Accept(event.time, Bytes(header.bytes));
    CNISIM_CHECK(sent.has_value(), "the link has room");
    return *sent + propagation_;
  }

  const workload::TrafficContext& context_;
  SimTime propagation_;
  std::uint32_t first_host_;
  std::vector<Port> down_;  // [host under this leaf]
  Port up_;
  std::uint64_t carried_ = 0;
};

/// A spine: a port to each leaf.
class Spine final : public engine::LogicalProcess {
 public:
  Spine(SimTime propagation, std::uint32_t hosts_per_leaf, std::vector<Port> down)
      : propagation_(propagation), hosts_per_leaf_(hosts_per_leaf), down_(std::move(down)) {}

  void Run(engine::Turn& turn) override {
    while (const engine::Event* event = turn.Next()) {
      const Header header = Header::Unpack(event->payload);
      Port& port = down_[header.to / hosts_per_leaf_];
      const std::optional<SimTime> sent = port.link.Accept(event->time, Bytes(header.bytes));
      CNISIM_CHECK(sent.has_value(), "the link has room");
      turn.Send(port.neighbour, *sent + propagation_, event->kind, event->payload, event->aux);
    }
  }
  std::string_view kind() const override { return "spine"; }

 private:
  SimTime propagation_;
  std::uint32_t hosts_per_leaf_;
  std::vector<Port> down_;  // [leaf]
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
  workload::TrafficContext context_;
  engine::Simulation simulation_;
  std::vector<workload::HostProcess*> hosts_;  // [host]; owned by the simulation
  std::vector<const Leaf*> leaves_;            // likewise
};

}  // namespace cnisim::full_path

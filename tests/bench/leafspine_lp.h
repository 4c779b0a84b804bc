#pragma once

/// @file
/// The leaf-spine network on the engine: an LP a host or switch.

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "sim/engine/simulation.h"
#include "tests/bench/leafspine_model.h"

namespace cnisim::leafspine {

template <class Node>
class NodeLp final : public engine::LogicalProcess {
 public:
  NodeLp(Node node, std::string_view kind) : node_(std::move(node)), kind_(kind) {}
  void Run(engine::Turn& turn) override {
    while (const engine::Event* event = turn.Next()) node_.Handle(*event, turn);
  }
  std::string_view kind() const override { return kind_; }
  const Node& node() const { return node_; }

 private:
  Node node_;
  std::string_view kind_;
};

/// One run; `parameters` must outlive it.
class EngineRun {
 public:
  explicit EngineRun(const Parameters& parameters) : parameters_(parameters) {
    AddNodes();
    Connect();
    for (std::uint32_t i = 0; i < parameters_.hosts; ++i) {
      simulation_.Schedule(engine::LpId(i), HostOf(i).first_request(), kTimer);
    }
  }

  engine::RunReport Run(unsigned threads) {
    return simulation_.Run(parameters_.end, {.threads = threads});
  }
  Outcome outcome() {
    Outcome outcome;
    for (std::uint32_t i = 0; i < parameters_.hosts; ++i) outcome.Add(HostOf(i));
    return outcome;
  }

 private:
  // Hosts, leaves and spines in the order that Parameters numbers them.
  void AddNodes() {
    for (std::uint32_t i = 0; i < parameters_.hosts; ++i) {
      simulation_.Add(std::make_unique<NodeLp<Host>>(Host(parameters_, i), "host"));
    }
    for (std::uint32_t i = 0; i < parameters_.leaves(); ++i) {
      simulation_.Add(std::make_unique<NodeLp<Leaf>>(Leaf(parameters_, i), "leaf"));
    }
    for (std::uint32_t i = 0; i < parameters_.spines; ++i) {
      simulation_.Add(std::make_unique<NodeLp<Spine>>(Spine(parameters_), "spine"));
    }
  }
  void Connect() {
    const SimTime edge = kPacket / BitsPerSecond(10'000'000'000) + parameters_.propagation;
    const SimTime core = kPacket / BitsPerSecond(40'000'000'000) + parameters_.propagation;
    const auto both = [this](std::uint32_t a, std::uint32_t b, SimTime latency) {
      simulation_.Connect(engine::LpId(a), engine::LpId(b), latency);
      simulation_.Connect(engine::LpId(b), engine::LpId(a), latency);
    };
    for (std::uint32_t i = 0; i < parameters_.hosts; ++i) {
      both(i, parameters_.Leaf(i / parameters_.hosts_per_leaf), edge);
    }
    for (std::uint32_t leaf = 0; leaf < parameters_.leaves(); ++leaf) {
      for (std::uint32_t spine = 0; spine < parameters_.spines; ++spine) {
        both(parameters_.Leaf(leaf), parameters_.Spine(spine), core);
      }
    }
  }
  const Host& HostOf(std::uint32_t host) {
    return static_cast<const NodeLp<Host>&>(simulation_.lp(engine::LpId(host))).node();
  }

  const Parameters& parameters_;
  engine::Simulation simulation_;
};

}  // namespace cnisim::leafspine

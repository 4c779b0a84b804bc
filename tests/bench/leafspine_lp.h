#pragma once

/// @file
/// The leaf-spine network on the engine: an LP a host or switch.

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

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
      simulation_.Schedule(engine::LpId(parameters_.Host(i)), HostOf(i).first_request(), kTimer);
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
  // In the order that Parameters numbers them.
  void AddNodes() {
    std::vector<std::unique_ptr<engine::LogicalProcess>> nodes(parameters_.nodes());
    for (std::uint32_t i = 0; i < parameters_.hosts; ++i) {
      nodes[parameters_.Host(i)] = std::make_unique<NodeLp<Host>>(Host(parameters_, i), "host");
    }
    for (std::uint32_t i = 0; i < parameters_.leaves(); ++i) {
      nodes[parameters_.Leaf(i)] = std::make_unique<NodeLp<Leaf>>(Leaf(parameters_, i), "leaf");
    }
    for (std::uint32_t i = 0; i < parameters_.spines; ++i) {
      nodes[parameters_.Spine(i)] = std::make_unique<NodeLp<Spine>>(Spine(parameters_), "spine");
    }
    for (auto& node : nodes) simulation_.Add(std::move(node));
  }
  void Connect() {
    const SimTime edge = kPacket / BitsPerSecond(10'000'000'000) + parameters_.propagation;
    const SimTime core = kPacket / BitsPerSecond(40'000'000'000) + parameters_.propagation;
    const auto both = [this](std::uint32_t a, std::uint32_t b, SimTime latency) {
      simulation_.Connect(engine::LpId(a), engine::LpId(b), latency);
      simulation_.Connect(engine::LpId(b), engine::LpId(a), latency);
    };
    for (std::uint32_t i = 0; i < parameters_.hosts; ++i) {
      both(parameters_.Host(i), parameters_.Leaf(i / parameters_.hosts_per_leaf), edge);
    }
    for (std::uint32_t leaf = 0; leaf < parameters_.leaves(); ++leaf) {
      for (std::uint32_t spine = 0; spine < parameters_.spines; ++spine) {
        both(parameters_.Leaf(leaf), parameters_.Spine(spine), core);
      }
    }
  }
  const Host& HostOf(std::uint32_t host) {
    const engine::LpId lp(parameters_.Host(host));
    return static_cast<const NodeLp<Host>&>(simulation_.lp(lp)).node();
  }

  const Parameters& parameters_;
  engine::Simulation simulation_;
};

}  // namespace cnisim::leafspine

// Leaf-spine request/response on the engine, an LP a host or switch.  Each run checks its result:
// requests sent, served and answered, link crossings and the sum of all round trips are those of a
// sequential program.

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "sim/engine/simulation.h"
#include "tests/bench/leafspine_model.h"

namespace cnisim::leafspine {
namespace {

using engine::LpId;
using engine::Simulation;

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

// Adds hosts, leaves and spines in the order that Parameters names.
void Build(const Parameters& parameters, Simulation& simulation) {
  for (std::uint32_t i = 0; i < parameters.hosts; ++i) {
    simulation.Add(std::make_unique<NodeLp<Host>>(Host(parameters, i), "host"));
  }
  for (std::uint32_t i = 0; i < parameters.leaves(); ++i) {
    simulation.Add(std::make_unique<NodeLp<Leaf>>(Leaf(parameters, i), "leaf"));
  }
  for (std::uint32_t i = 0; i < parameters.spines; ++i) {
    simulation.Add(std::make_unique<NodeLp<Spine>>(Spine(parameters), "spine"));
  }
  const SimTime edge = kPacket / BitsPerSecond(10'000'000'000) + parameters.propagation;
  const SimTime core = kPacket / BitsPerSecond(40'000'000'000) + parameters.propagation;
  for (std::uint32_t i = 0; i < parameters.hosts; ++i) {
    const LpId leaf(parameters.Leaf(i / parameters.hosts_per_leaf));
    simulation.Connect(LpId(i), leaf, edge);
    simulation.Connect(leaf, LpId(i), edge);
  }
  for (std::uint32_t leaf = 0; leaf < parameters.leaves(); ++leaf) {
    for (std::uint32_t spine = 0; spine < parameters.spines; ++spine) {
      simulation.Connect(LpId(parameters.Leaf(leaf)), LpId(parameters.Spine(spine)), core);
      simulation.Connect(LpId(parameters.Spine(spine)), LpId(parameters.Leaf(leaf)), core);
    }
  }
}

const Host& HostOf(Simulation& simulation, std::uint32_t host) {
  return static_cast<const NodeLp<Host>&>(simulation.lp(LpId(host))).node();
}

// Arguments: hosts, simulated microseconds, propagation in nanoseconds, threads.
void LeafSpine(benchmark::State& state) {
  Parameters parameters;
  parameters.hosts = static_cast<std::uint32_t>(state.range(0));
  parameters.end = SimTime::FromNanos(state.range(1) * 1000);
  parameters.propagation = SimTime::FromNanos(state.range(2));
  PriorityQueueRun reference(parameters);
  reference.Run();
  const Outcome expected = reference.outcome();
  std::uint64_t hops = 0;
  double per_window = 0;
  for (auto iteration : state) {
    Simulation simulation;
    Build(parameters, simulation);
    for (std::uint32_t i = 0; i < parameters.hosts; ++i) {
      simulation.Schedule(LpId(i), HostOf(simulation, i).first_request(), kTimer);
    }
    const engine::RunReport report =
        simulation.Run(parameters.end, {.threads = static_cast<unsigned>(state.range(3))});
    Outcome outcome;
    for (std::uint32_t i = 0; i < parameters.hosts; ++i) outcome.Add(HostOf(simulation, i));
    if (outcome != expected) {
      state.SkipWithError("the result is not that of the sequential program");
      return;
    }
    hops += outcome.hops;
    per_window = static_cast<double>(report.events) / static_cast<double>(report.windows);
    state.SetIterationTime(report.profile.seconds);
  }
  state.counters["hops/s"] =
      benchmark::Counter(static_cast<double>(hops), benchmark::Counter::kIsRate);
  state.counters["events/window"] = per_window;
  state.counters["rtt_ns"] = expected.mean_round_trip_ns();
}
BENCHMARK(LeafSpine)
    ->ArgNames({"hosts", "us", "prop_ns", "threads"})
    ->Args({64, 50'000, 1000, 1})
    ->Args({256, 12'000, 1000, 1})
    ->Args({1024, 3'000, 1000, 1})
    ->Args({64, 50'000, 1000, 2})
    ->Args({1024, 3'000, 1000, 2})
    ->Args({1024, 3'000, 16'000, 1})
    ->Args({1024, 3'000, 16'000, 2})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cnisim::leafspine

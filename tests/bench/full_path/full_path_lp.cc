#include "tests/bench/full_path/full_path_lp.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/scenario_reader.h"
#include "tests/support/source_path.h"

namespace cnisim::full_path {
namespace {

constexpr BitsPerSecond kEdge(10'000'000'000);
constexpr BitsPerSecond kCore(40'000'000'000);
constexpr std::uint32_t kNodesPerPool = 1000;  // an AKS pool has no more

std::string ScenarioOf(const leafspine::Parameters& parameters) {
  std::string pools;
  for (std::uint32_t first = 0; first < parameters.hosts; first += kNodesPerPool) {
    pools += fmt::format("    - {{name: p{}, sku: Standard_D16s_v5, count: {}}}\n",
                         first / kNodesPerPool, std::min(kNodesPerPool, parameters.hosts - first));
  }
  return fmt::format(
      "cnisim: 1\n"
      "name: full-path\n"
      "cluster:\n"
      "  vnet: {{prefix: 10.128.0.0/9, subnets: {{nodes: 10.128.0.0/16}}}}\n"
      "  service_cidr: 10.0.0.0/16\n"
      "  node_pools:\n{}"
      "configurations:\n"
      "  - name: byocni-cilium\n"
      "    az: --network-plugin none\n"
      "    cilium: {{values: cilium-values.yaml, chart: 1.15.0}}\n"
      "applications: [pods.yaml]\n"
      "policies: [pods.yaml]\n"
      "calls: {{}}\n"
      "work: {{server: 0ns}}\n"
      "traffic:\n"
      "  - {{from: client, to: server, rate: {:.0f}/s, request: 1000B, response: 1000B}}\n",
      pools, parameters.hosts * 1e9 / parameters.gap_ns);
}

}  // namespace

workload::Model BuildModel(const leafspine::Parameters& parameters) {
  document::Diagnostics diagnostics;
  const auto catalog = scenario::Catalog::Load(std::nullopt, diagnostics);
  const auto scenario = scenario::ReadScenarioText(
      ScenarioOf(parameters), test::SourcePath("tests/bench/full_path/scenario.yaml"), catalog,
      diagnostics);
  CNISIM_CHECK(scenario.has_value(), diagnostics.ToString());
  const auto prepared = scenario::PreparedConfiguration::Prepare(
      *scenario, scenario->configurations.front(), catalog, diagnostics);
  CNISIM_CHECK(prepared != nullptr, diagnostics.ToString());
  workload::Model model = prepared->BuildModel(prepared->costs());
  for (workload::NodeModel& node : model.nodes) node.egress = kEdge;
  const workload::FabricDelay wire{parameters.propagation, parameters.propagation, 0};
  model.latency = workload::Latency::Uniform(wire, wire);
  return model;
}

EngineRun::EngineRun(const leafspine::Parameters& parameters)
    : parameters_(parameters), model_(BuildModel(parameters)) {
  for (std::uint32_t leaf = 0; leaf < parameters_.leaves(); ++leaf) {
    contexts_.emplace_back(model_, parameters_.seed);
  }
  AddHosts();
  AddSwitches();
  Connect();
  for (std::uint32_t host = 0; host < hosts_.size(); ++host) {
    for (const workload::HostProcess::Start& start : hosts_[host]->Starts()) {
      simulation_.Schedule(engine::LpId(host), start.at, start.kind, start.payload);
    }
    hosts_[host]->BeginMeasurement(SimTime(), /*series_step=*/SimTime());
  }
}

void EngineRun::AddHosts() {
  for (std::uint32_t host = 0; host <= parameters_.hosts; ++host) {
    const std::uint32_t leaf =
        std::min(host / parameters_.hosts_per_leaf, parameters_.leaves() - 1);
    auto process = std::make_unique<workload::HostProcess>(contexts_[leaf], host);
    hosts_.push_back(process.get());
    for (workload::TrafficContext& context : contexts_) context.calls.push_back(&process->calls());
    simulation_.Add(std::move(process));
  }
  for (std::uint32_t leaf = 0; leaf < parameters_.leaves(); ++leaf) {
    contexts_[leaf].lps.assign(hosts_.size(), LeafLp(leaf));
  }
}

void EngineRun::AddSwitches() {
  // As many bytes as the bare network's switches hold.
  const Bytes buffer = leafspine::kPacket * (parameters_.queue + 1);
  const queueing::RateLimitedLink edge(kEdge, buffer);
  const queueing::RateLimitedLink core(kCore, buffer);
  const auto leaf_of = [this](std::uint32_t host) { return host / parameters_.hosts_per_leaf; };
  for (std::uint32_t leaf = 0; leaf < parameters_.leaves(); ++leaf) {
    // Port 0 goes up, to the one spine that the leaf uses.
    std::vector<Switch::Port> ports{{core, SpineLp(leaf % parameters_.spines)}};
    std::vector<std::uint32_t> port_of(parameters_.hosts, 0);
    for (std::uint32_t host = 0; host < parameters_.hosts; ++host) {
      if (leaf_of(host) != leaf) continue;
      port_of[host] = static_cast<std::uint32_t>(ports.size());
      ports.push_back({edge, engine::LpId(host)});
    }
    auto process = std::make_unique<Switch>(contexts_[leaf], parameters_.propagation, "leaf",
                                            std::move(ports), std::move(port_of));
    leaves_.push_back(process.get());
    simulation_.Add(std::move(process));
  }
  for (std::uint32_t spine = 0; spine < parameters_.spines; ++spine) {
    std::vector<Switch::Port> ports;
    for (std::uint32_t leaf = 0; leaf < parameters_.leaves(); ++leaf) {
      ports.push_back({core, LeafLp(leaf)});
    }
    std::vector<std::uint32_t> port_of;
    for (std::uint32_t host = 0; host < parameters_.hosts; ++host) port_of.push_back(leaf_of(host));
    simulation_.Add(std::make_unique<Switch>(contexts_.front(), parameters_.propagation, "spine",
                                             std::move(ports), std::move(port_of)));
  }
}

void EngineRun::Connect() {
  const auto both = [this](engine::LpId a, engine::LpId b) {
    simulation_.Connect(a, b, parameters_.propagation);
    simulation_.Connect(b, a, parameters_.propagation);
  };
  for (std::uint32_t host = 0; host < parameters_.hosts; ++host) {
    both(engine::LpId(host), LeafLp(host / parameters_.hosts_per_leaf));
  }
  for (std::uint32_t leaf = 0; leaf < parameters_.leaves(); ++leaf) {
    for (std::uint32_t spine = 0; spine < parameters_.spines; ++spine) {
      both(LeafLp(leaf), SpineLp(spine));
    }
  }
}

engine::RunReport EngineRun::Run(unsigned threads) {
  return simulation_.Run(parameters_.end, {.threads = threads});
}

Outcome EngineRun::outcome() const {
  std::vector<workload::FlowRecord> flows(model_.edges.size());
  for (const workload::HostProcess* host : hosts_) host->AddTo(flows);
  const workload::FlowRecord& flow = flows[model_.sources.front().edge];
  Outcome outcome;
  outcome.sent = flow.offered;
  outcome.answered = flow.completed;
  outcome.in_flight = flow.in_flight;
  outcome.connections = flow.connections;
  outcome.mean_round_trip_ns = flow.latency_total.Mean();
  // Two leaves and four links, or one leaf and two links.
  for (const Switch* leaf : leaves_) outcome.hops += 2 * leaf->carried();
  return outcome;
}

}  // namespace cnisim::full_path

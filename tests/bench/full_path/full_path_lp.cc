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

Header Header::Of(const workload::TrafficContext& context, const engine::Event& event) {
  const std::optional<workload::MessageOnWire> message = OnWire(context, event);
  CNISIM_CHECK(message.has_value(), "nothing is dropped on links that are mostly idle");
  const auto handle = workload::CallHandle::Unpack(event.payload);
  const auto narrow = [](std::int64_t value) {
    CNISIM_CHECK(value <= UINT16_MAX, "a header has 16 bits for it");
    return static_cast<std::uint16_t>(value);
  };
  return {narrow(message->to), narrow(message->size.count()), narrow(handle.host),
          narrow(handle.slot)};
}

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
    : parameters_(parameters), model_(BuildModel(parameters)), context_(model_, parameters.seed) {
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
    auto process = std::make_unique<workload::HostProcess>(context_, host);
    hosts_.push_back(process.get());
    context_.calls.Add(process->calls());
    context_.lps.push_back(simulation_.Add(std::move(process)));
    context_.first_hops.push_back(LeafLp(leaf));
  }
}

void EngineRun::AddSwitches() {
  // As many bytes as the bare network's switches hold.
  const Bytes buffer = leafspine::kPacket * (parameters_.queue + 1);
  const queueing::RateLimitedLink edge(kEdge, buffer);
  const queueing::RateLimitedLink core(kCore, buffer);
  const std::uint32_t per_leaf = parameters_.hosts_per_leaf;
  for (std::uint32_t leaf = 0; leaf < parameters_.leaves(); ++leaf) {
    std::vector<Port> down;
    for (std::uint32_t host = leaf * per_leaf;
         host < std::min(parameters_.hosts, (leaf + 1) * per_leaf); ++host) {
      down.push_back({edge, engine::LpId(host)});
    }
    auto process =
        std::make_unique<Leaf>(context_, parameters_.propagation, leaf * per_leaf, std::move(down),
                               Port{core, SpineLp(leaf % parameters_.spines)});
    leaves_.push_back(process.get());
    simulation_.Add(std::move(process));
  }
  for (std::uint32_t spine = 0; spine < parameters_.spines; ++spine) {
    std::vector<Port> down;
    for (std::uint32_t leaf = 0; leaf < parameters_.leaves(); ++leaf) {
      down.push_back({core, LeafLp(leaf)});
    }
    simulation_.Add(std::make_unique<Spine>(parameters_.propagation, per_leaf, std::move(down)));
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
  for (const Leaf* leaf : leaves_) outcome.hops += 2 * leaf->carried();
  return outcome;
}

}  // namespace cnisim::full_path

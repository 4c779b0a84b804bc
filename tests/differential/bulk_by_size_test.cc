/// Bulk between two pods over VXLAN, on VM sizes from small to large: what the simulation carries
/// and what binds, against ceilings that are added up here from the catalog's costs, cores and
/// bandwidths.
///
/// A stream hands over trains of segments (64 KiB).  Each costs the two nodes some core time and
/// the sender's NIC its bytes on the wire.  One connection cannot have more than one core for each
/// of what it does in order: writing, receiving (softirq), reading.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/scenario_reader.h"
#include "models/workload/flow_plan.h"
#include "models/workload/traffic_simulation.h"
#include "tests/support/source_path.h"

namespace cnisim::workload {
namespace {

using namespace literals;
using datapath::CompiledFlow;
using datapath::CompiledMessage;
using datapath::MessageKind;
using datapath::Resource;
using datapath::Segment;
using datapath::Side;

constexpr double kTolerance = 0.03;

Model BulkOn(const std::string& sku, int connections) {
  document::Diagnostics diagnostics;
  const scenario::Catalog catalog = scenario::Catalog::Load(std::nullopt, diagnostics);
  const auto scenario = scenario::ReadScenarioText(fmt::format(R"(
cnisim: 1
name: bulk
cluster:
  node_pools: [{{name: apps, sku: {}, count: 2}}]
configurations:
  - name: flannel
    az: --network-plugin none --pod-cidr 10.244.0.0/16
    flannel: {{config: ../../../scenarios/inputs/flannel-configmap.yaml}}
applications: [pair.yaml]
traffic:
  - {{kind: stream, from: client, to: server, via: pod, connections: {}}}
)",
                                                               sku, connections),
                                                   test::SourcePath("tests/data/explain/bulk.yaml"),
                                                   catalog, diagnostics);
  EXPECT_TRUE(scenario.has_value()) << diagnostics.ToString();
  const auto prepared = scenario::PreparedConfiguration::Prepare(
      *scenario, scenario->configurations.front(), catalog, diagnostics);
  EXPECT_NE(prepared, nullptr) << diagnostics.ToString();
  return prepared->BuildModel(catalog.costs);
}

/// Chunks per second that each resource can do.
struct Ceilings {
  double nic = 0;
  double cores = 0;       ///< all of the busier node
  double connection = 0;  ///< one core for the longest of what one connection does in order

  double Least() const { return std::min({nic, cores, connection}); }
};

double Work(const CompiledMessage& message, Side side, Bytes payload,
            std::initializer_list<Resource> resources) {
  const datapath::MessageShape shape = datapath::Shape(message, payload);
  double ns = 0;
  for (const Segment& segment : message.segments) {
    const bool counts =
        std::find(resources.begin(), resources.end(), segment.resource) != resources.end();
    if (counts && segment.side == side) ns += segment.Demand(shape).value();
  }
  return ns;
}

Ceilings CeilingsOf(const Model& model, Bytes chunk) {
  const CompiledFlow& flow = model.flows.at(
      model.edges.at(0).targets.at(0).flows[static_cast<std::size_t>(Locality::kOtherNode)]);
  const CompiledMessage& data = flow[MessageKind::kRequest];
  const CompiledMessage& ack = flow[MessageKind::kControlReply];
  const auto all = {Resource::kTaskCore, Resource::kSoftirqCore};
  // Whatever the sender's task or the kernel in its context does is done by the one that writes.
  const double write = Work(data, Side::kSender, chunk, all);
  const double read = Work(data, Side::kReceiver, chunk, {Resource::kTaskCore});
  // The receiving core answers with the acknowledgement.
  const double receive = Work(data, Side::kReceiver, chunk, {Resource::kSoftirqCore}) +
                         Work(ack, Side::kSender, Bytes{0}, all);
  const double acknowledged = Work(ack, Side::kReceiver, Bytes{0}, all);
  Ceilings ceilings;
  const double wire =
      static_cast<double>(datapath::WireBytes(data, datapath::Shape(data, chunk)).count());
  ceilings.nic = static_cast<double>(model.nodes[0].egress.value()) / 8 / wire;
  ceilings.cores = 1e9 * model.nodes[0].cores / std::max(write + acknowledged, receive + read);
  ceilings.connection = 1e9 / std::max({write, receive, read});
  return ceilings;
}

struct Carried {
  double chunks = 0;  ///< per second
  ResourceKind binds = ResourceKind::kCores;
};

Carried Simulate(const Model& model, Bytes chunk) {
  const TrafficRecord record =
      SimulateTraffic(model, {.seed = 5, .warm_up = 100_ms, .duration = 200_ms});
  return {static_cast<double>(record.sources.at(0).delivered.count()) /
              static_cast<double>(chunk.count()) / record.measured.seconds(),
          record.binding().kind};
}

Bytes ChunkOf(const Model& model) {
  return StreamChunk(model.flows.at(
      model.edges.at(0).targets.at(0).flows[static_cast<std::size_t>(Locality::kOtherNode)]));
}

// The catalog's sizes, one connection: the NIC binds on small ones, which Azure caps at 12.5 to
// 16 Gbit/s, and the one core that receives the tunnel's packets on those with a larger cap.
TEST(BulkBySize, OneConnectionIsNicBoundUpToTheReceivingCoresRate) {
  bool nic_bound = false;
  bool core_bound = false;
  for (const char* sku :
       {"Standard_D2s_v5", "Standard_D4s_v5", "Standard_D8s_v5", "Standard_D16s_v5",
        "Standard_D32s_v5", "Standard_D48s_v5", "Standard_D64s_v5", "Standard_D96s_v5"}) {
    const Model model = BulkOn(sku, 1);
    const Bytes chunk = ChunkOf(model);
    const Ceilings ceilings = CeilingsOf(model, chunk);
    const Carried carried = Simulate(model, chunk);
    EXPECT_NEAR(carried.chunks, ceilings.Least(), kTolerance * ceilings.Least()) << sku;
    if (ceilings.nic < ceilings.connection) {
      EXPECT_EQ(carried.binds, ResourceKind::kNic) << sku;
      nic_bound = true;
    } else {
      EXPECT_EQ(carried.binds, ResourceKind::kSoftirq) << sku;
      core_bound = true;
    }
  }
  EXPECT_TRUE(nic_bound && core_bound);  // the crossing is among them
}

// Many connections behind one cap of 30 Gbit/s (D64s_v5), on machines of 1, 2, 3 … cores: CPU-bound
// on the small ones, NIC-bound on the large ones, and the crossing lies at the number of cores that
// the costs of 30 Gbit/s ask for.
TEST(BulkBySize, ManyConnectionsAreCpuBoundOnSmallMachines) {
  std::uint32_t first_nic_bound = 0;
  std::uint32_t expected = 0;
  for (std::uint32_t cores = 1; cores <= 6; ++cores) {
    Model model = BulkOn("Standard_D64s_v5", 32);
    for (NodeModel& node : model.nodes) node.cores = cores;
    // Enough for the path, and so little that what waits unread does not grow through the span.
    model.defaults.receive_window = 512_KiB;
    const Bytes chunk = ChunkOf(model);
    const Ceilings ceilings = CeilingsOf(model, chunk);
    const Carried carried = Simulate(model, chunk);
    const double least = std::min(ceilings.nic, ceilings.cores);
    EXPECT_NEAR(carried.chunks, least, kTolerance * least) << cores;
    if (expected == 0 && ceilings.nic < ceilings.cores) expected = cores;
    if (first_nic_bound == 0 && carried.binds == ResourceKind::kNic) first_nic_bound = cores;
  }
  EXPECT_GT(expected, 1U);
  EXPECT_EQ(first_nic_bound, expected);
}

}  // namespace
}  // namespace cnisim::workload

#include "models/workload/traffic_bytes.h"

#include "sim/base/bytes.h"

namespace cnisim::workload {
namespace {

void Save(const std::vector<FlowRecord>& flows, ByteWriter& writer) {
  writer.Put<std::uint64_t>(flows.size());
  for (const FlowRecord& flow : flows) workload::Save(flow, writer);
}

std::vector<FlowRecord> LoadFlows(ByteReader& reader) {
  std::vector<FlowRecord> flows;
  for (auto left = reader.Get<std::uint64_t>(); left > 0; --left) flows.push_back(LoadFlow(reader));
  return flows;
}

void Save(const ResourceUse& use, ByteWriter& writer) {
  writer.Put(use.kind);
  writer.PutText(use.busiest);
  writer.Put(use.busy_max);
  writer.Put(use.busy_mean);
  writer.Put(use.wait_mean);
  writer.Put(use.waited);
  writer.Put(use.drops);
  writer.Put(use.first_drop);
}

ResourceUse LoadUse(ByteReader& reader) {
  ResourceUse use;
  use.kind = reader.Get<ResourceKind>();
  use.busiest = reader.GetText();
  use.busy_max = reader.Get<double>();
  use.busy_mean = reader.Get<double>();
  use.wait_mean = reader.Get<SimTime>();
  use.waited = reader.Get<SimTime>();
  use.drops = reader.Get<std::uint64_t>();
  use.first_drop = reader.Get<SimTime>();
  return use;
}

}  // namespace

void Save(const FlowRecord& flow, ByteWriter& writer) {
  writer.PutText(flow.name);
  writer.Put(static_cast<const FlowCounts&>(flow));
  flow.latency_total.Save(writer);
  flow.latency_network.Save(writer);
  flow.latency_lookup.Save(writer);
  writer.PutAll(flow.series);
}

FlowRecord LoadFlow(ByteReader& reader) {
  FlowRecord flow;
  flow.name = reader.GetText();
  static_cast<FlowCounts&>(flow) = reader.Get<FlowCounts>();
  flow.latency_total = Histogram::Load(reader);
  flow.latency_network = Histogram::Load(reader);
  flow.latency_lookup = Histogram::Load(reader);
  flow.series = reader.GetAll<LatencyStep>();
  return flow;
}

void Save(const TrafficRecord& record, ByteWriter& writer) {
  Save(record.sources, writer);
  Save(record.edges, writer);
  Save(record.queries, writer);
  writer.Put(record.drops);
  for (const ResourceUse& use : record.resources) Save(use, writer);
  writer.PutAll(record.nodes);
  writer.Put(record.request_time);
  writer.Put(record.measured);
  writer.Put(record.events);
  writer.Put(record.digest);
}

TrafficRecord LoadTraffic(ByteReader& reader) {
  TrafficRecord record;
  record.sources = LoadFlows(reader);
  record.edges = LoadFlows(reader);
  record.queries = LoadFlows(reader);
  record.drops = reader.Get<decltype(record.drops)>();
  for (ResourceUse& use : record.resources) use = LoadUse(reader);
  record.nodes = reader.GetAll<NodeCpu>();
  record.request_time = reader.Get<SimTime>();
  record.measured = reader.Get<SimTime>();
  record.events = reader.Get<std::uint64_t>();
  record.digest = reader.Get<std::uint64_t>();
  return record;
}

}  // namespace cnisim::workload

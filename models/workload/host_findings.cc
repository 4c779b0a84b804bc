#include "models/workload/host_findings.h"

#include <algorithm>
#include <cstddef>

#include "models/workload/model.h"
#include "models/workload/traffic_bytes.h"
#include "sim/base/bytes.h"
#include "sim/engine/ranks.h"

namespace cnisim::workload {
namespace {

void AddPorts(const HostProcess& host, NodeFindings& found) {
  if (host.outbound() == nullptr) return;
  found.ports = host.outbound()->MostUsed();
  constexpr auto kIndex = static_cast<std::size_t>(ResourceKind::kSnatPorts);
  found.busy[kIndex] = found.ports.share();
  found.tallies[kIndex] = host.outbound()->tally();
}

void AddSourcePorts(const HostProcess& host, NodeFindings& found) {
  found.source_ports = host.source_ports()->MostUsed();
  constexpr auto kIndex = static_cast<std::size_t>(ResourceKind::kSourcePorts);
  found.busy[kIndex] = found.source_ports.ports.share();
  found.tallies[kIndex] = host.source_ports()->tally();
}

NodeFindings OfNode(HostProcess& host, const NodeModel& about, SimTime span, SimTime until) {
  HostResources& used = *host.resources();
  const auto share = [&](SimTime busy, double servers) {
    return static_cast<double>(busy.nanos()) / (static_cast<double>(span.nanos()) * servers);
  };
  NodeFindings found;
  found.cpu.cores = about.cores;
  found.cpu.softirq = used.SoftirqBusy(until);
  found.cpu.task_network = host.task_network() + host.background();
  found.cpu.application = std::max(used.TaskBusy(until) - found.cpu.task_network, SimTime());
  found.cpu.proxy = used.ProxyBusy(until);
  const auto set = [&](ResourceKind kind, double busy) {
    found.busy[static_cast<std::size_t>(kind)] = busy;
    found.tallies[static_cast<std::size_t>(kind)] = used.tally(kind);
  };
  set(ResourceKind::kSoftirq, share(used.SoftirqBusiestCore(until), 1));
  set(ResourceKind::kCores, share(found.cpu.softirq + used.TaskBusy(until), about.cores));
  set(ResourceKind::kNic, share(used.NicBusy(until), 1));
  if (about.proxy_workers > 0) {
    set(ResourceKind::kProxy, share(found.cpu.proxy, about.proxy_workers));
  }
  if (about.conntrack_max > 0) {
    set(ResourceKind::kConntrack,
        static_cast<double>(used.conntrack().peak()) / static_cast<double>(about.conntrack_max));
  }
  if (about.vm_flows > 0) {
    set(ResourceKind::kVmFlows,
        static_cast<double>(used.flows().peak()) / static_cast<double>(about.vm_flows));
  }
  set(ResourceKind::kEncryption, share(used.PairBusiest(until), 1));
  AddPorts(host, found);
  AddSourcePorts(host, found);
  return found;
}

void Merge(const FlowRecord& from, FlowRecord& to) {
  to.Add(from);
  to.latency_total.Merge(from.latency_total);
  to.latency_network.Merge(from.latency_network);
  to.latency_lookup.Merge(from.latency_lookup);
  Add(from.series, to.series);
}

}  // namespace

Findings Collect(const Model& model, const std::vector<HostProcess*>& hosts,
                 const std::vector<bool>& owned, SimTime from, SimTime until) {
  Findings found;
  found.flows.resize(model.edges.size());
  found.nodes.resize(model.nodes.size());
  found.pods.resize(hosts.size());
  for (std::size_t host = 0; host < hosts.size(); ++host) {
    if (!owned[host]) continue;
    hosts[host]->AddTo(found.flows);
    for (std::size_t i = 0; i < kDropReasons; ++i) {
      found.drops[i] += hosts[host]->drops(static_cast<DropReason>(i));
    }
    found.request_time += hosts[host]->RequestTime(until);
    found.pods[host] = hosts[host]->PodUses(until);
    if (host < model.nodes.size()) {
      found.nodes[host] = OfNode(*hosts[host], model.nodes[host], until - from, until);
    } else {
      AddPorts(*hosts[host], found.outside);
    }
  }
  return found;
}

Findings Share(const Findings& mine, const std::vector<bool>& owned, engine::Ranks& ranks) {
  ByteWriter writer;
  for (const FlowRecord& flow : mine.flows) Save(flow, writer);
  writer.Put(mine.drops);
  writer.Put(mine.request_time);
  for (std::uint32_t host = 0; host < owned.size(); ++host) {
    if (!owned[host]) continue;
    writer.Put(host);
    writer.PutAll(mine.pods[host]);
    writer.Put(host < mine.nodes.size() ? mine.nodes[host] : mine.outside);
  }

  Findings all;
  all.flows.resize(mine.flows.size());
  all.nodes.resize(mine.nodes.size());
  all.pods.resize(mine.pods.size());
  for (const engine::Ranks::Bytes& bytes : ranks.Gather(writer.bytes())) {
    ByteReader reader(bytes);
    for (FlowRecord& flow : all.flows) Merge(LoadFlow(reader), flow);
    const auto drops = reader.Get<decltype(all.drops)>();
    for (std::size_t i = 0; i < kDropReasons; ++i) all.drops[i] += drops[i];
    all.request_time += reader.Get<SimTime>();
    while (!reader.at_end()) {
      const auto host = reader.Get<std::uint32_t>();
      all.pods[host] = reader.GetAll<HostProcess::PodUse>();
      (host < all.nodes.size() ? all.nodes[host] : all.outside) = reader.Get<NodeFindings>();
    }
  }
  return all;
}

}  // namespace cnisim::workload

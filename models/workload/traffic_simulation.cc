#include "models/workload/traffic_simulation.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "models/workload/host_process.h"
#include "models/workload/traffic_context.h"
#include "sim/base/check.h"
#include "sim/engine/simulation.h"

namespace cnisim::workload {
namespace {

// Uses of one kind of resource on all that there are.
class UseBuilder {
 public:
  explicit UseBuilder(ResourceKind kind) { use_.kind = kind; }

  void Add(const std::string& name, double busy, const WaitTally& tally) {
    if (use_.busiest.empty() || busy > use_.busy_max) {
      use_.busiest = name;
      use_.busy_max = busy;
    }
    busy_sum_ += busy;
    ++count_;
    tally_.Merge(tally);
  }

  ResourceUse Build() const {
    ResourceUse use = use_;
    if (count_ > 0) use.busy_mean = busy_sum_ / count_;
    if (tally_.served > 0) {
      use.wait_mean = tally_.waited / static_cast<std::int64_t>(tally_.served);
    }
    use.drops = tally_.drops;
    use.first_drop = tally_.first_drop;
    return use;
  }

 private:
  ResourceUse use_;
  WaitTally tally_;
  double busy_sum_ = 0;
  int count_ = 0;
};

class Recorder {
 public:
  Recorder(const Model& model, const std::vector<HostProcess*>& hosts, SimTime from, SimTime until)
      : model_(model), hosts_(hosts), until_(until), span_(until - from) {}

  TrafficRecord Record() {
    record_.measured = span_;
    RecordFlows();
    for (HostProcess* host : hosts_) {
      for (std::size_t i = 0; i < kDropReasons; ++i) {
        record_.drops[i] += host->drops(static_cast<DropReason>(i));
      }
    }
    RecordNodes();
    RecordPods();
    return std::move(record_);
  }

 private:
  double Share(SimTime busy, double servers = 1) const {
    return static_cast<double>(busy.nanos()) / (static_cast<double>(span_.nanos()) * servers);
  }

  void RecordFlows() {
    for (std::uint32_t edge = 0; edge < model_.call_edges; ++edge) {
      FlowRecord flow;
      flow.name = model_.edges[edge].name;
      for (const HostProcess* host : hosts_) host->AddTo(edge, flow);
      record_.edges.push_back(std::move(flow));
    }
    for (const SourceModel& source : model_.sources) {
      FlowRecord flow;
      flow.name = source.name;
      for (const HostProcess* host : hosts_) host->AddTo(source.edge, flow);
      record_.sources.push_back(std::move(flow));
    }
  }

  void RecordNodes() {
    UseBuilder softirq(ResourceKind::kSoftirq);
    UseBuilder cores(ResourceKind::kCores);
    UseBuilder nic(ResourceKind::kNic);
    UseBuilder proxy(ResourceKind::kProxy);
    UseBuilder conntrack(ResourceKind::kConntrack);
    UseBuilder encryption(ResourceKind::kEncryption);
    for (std::size_t node = 0; node < model_.nodes.size(); ++node) {
      HostProcess& host = *hosts_[node];
      HostResources& used = *host.resources();
      const NodeModel& about = model_.nodes[node];
      const std::string name = "node " + about.name;
      NodeCpu cpu;
      cpu.cores = about.cores;
      cpu.softirq = used.SoftirqBusy(until_);
      cpu.task_network = host.task_network() + host.background();
      cpu.application = std::max(used.TaskBusy(until_) - cpu.task_network, SimTime());
      cpu.proxy = used.ProxyBusy(until_);
      record_.nodes.push_back(cpu);

      softirq.Add(name, Share(used.SoftirqBusiestCore(until_)), used.tally(ResourceKind::kSoftirq));
      cores.Add(name, Share(cpu.softirq + used.TaskBusy(until_), about.cores),
                used.tally(ResourceKind::kCores));
      nic.Add(name, Share(used.NicBusy(until_)), used.tally(ResourceKind::kNic));
      if (about.proxy_workers > 0) {
        proxy.Add(name, Share(cpu.proxy, about.proxy_workers), used.tally(ResourceKind::kProxy));
      }
      if (about.conntrack_max > 0) {
        conntrack.Add(
            name,
            static_cast<double>(used.conntrack().peak()) / static_cast<double>(about.conntrack_max),
            used.tally(ResourceKind::kConntrack));
      }
      encryption.Add(name, Share(used.PairBusiest(until_)), used.tally(ResourceKind::kEncryption));
    }
    for (const UseBuilder* use : {&softirq, &cores, &nic, &proxy, &conntrack, &encryption}) {
      Set(use->Build());
    }
  }

  void RecordPods() {
    UseBuilder workers(ResourceKind::kWorkers);
    for (const HostProcess* host : hosts_) {
      for (const HostProcess::PodUse& use : host->PodUses(until_)) {
        workers.Add("pod " + model_.pods[use.pod].name, use.busy, use.waits);
      }
    }
    Set(workers.Build());
  }

  void Set(const ResourceUse& use) { record_.resources[static_cast<std::size_t>(use.kind)] = use; }

  const Model& model_;
  const std::vector<HostProcess*>& hosts_;
  SimTime until_;
  SimTime span_;
  TrafficRecord record_;
};

}  // namespace

TrafficRecord SimulateTraffic(const Model& model, const TrafficOptions& options) {
  CNISIM_CHECK(options.duration > SimTime(), "traffic is measured for some time");
  TrafficContext context(model, options.seed);
  engine::Simulation simulation;
  std::vector<HostProcess*> hosts;
  for (std::uint32_t host = 0; host < context.host_count(); ++host) {
    auto process = std::make_unique<HostProcess>(context, host);
    hosts.push_back(process.get());
    context.calls.push_back(&process->calls());
    context.lps.push_back(simulation.Add(std::move(process)));
  }
  simulation.ConnectAll(context.lps, context.min_latency());
  for (std::uint32_t host = 0; host < context.host_count(); ++host) {
    for (const HostProcess::Start& start : hosts[host]->Starts()) {
      simulation.Schedule(context.lps[host], start.at, start.kind, start.payload);
    }
  }

  const engine::RunOptions run{.threads = options.threads, .shuffle_ties = {}};
  std::uint64_t events = 0;
  if (options.warm_up > SimTime()) events += simulation.Run(options.warm_up, run).events;
  for (HostProcess* host : hosts) host->BeginMeasurement(options.warm_up);
  const SimTime end = options.warm_up + options.duration;
  const engine::RunReport report = simulation.Run(end, run);
  TrafficRecord record = Recorder(model, hosts, options.warm_up, end).Record();
  record.events = events + report.events;
  record.digest = report.digest;
  return record;
}

}  // namespace cnisim::workload

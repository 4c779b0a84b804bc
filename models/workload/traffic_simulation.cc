#include "models/workload/traffic_simulation.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/workload/call_luggage.h"
#include "models/workload/host_findings.h"
#include "models/workload/host_process.h"
#include "models/workload/traffic_context.h"
#include "sim/base/check.h"
#include "sim/engine/ranks.h"
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
    use.waited = tally_.waited;
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

// A record of what all hosts found.
class Recorder {
 public:
  Recorder(const Model& model, Findings found) : model_(model), found_(std::move(found)) {}

  TrafficRecord Record() {
    RecordFlows();
    record_.drops = found_.drops;
    record_.request_time = found_.request_time;
    RecordNodes();
    RecordPods();
    RecordPorts();
    RecordSourcePorts();
    return std::move(record_);
  }

 private:
  FlowRecord Flow(std::uint32_t edge, const std::string& name) const {
    FlowRecord flow = found_.flows[edge];
    flow.name = name;
    return flow;
  }

  void RecordFlows() {
    for (std::uint32_t edge = 0; edge < model_.call_edges; ++edge) {
      const bool query = edge >= model_.call_edges - model_.query_edges;
      (query ? record_.queries : record_.edges).push_back(Flow(edge, model_.edges[edge].name));
    }
    for (const SourceModel& source : model_.sources) {
      record_.sources.push_back(Flow(source.edge, source.name));
    }
  }

  void RecordNodes() {
    for (const NodeFindings& node : found_.nodes) record_.nodes.push_back(node.cpu);
    for (const ResourceKind kind :
         {ResourceKind::kSoftirq, ResourceKind::kCores, ResourceKind::kNic, ResourceKind::kProxy,
          ResourceKind::kConntrack, ResourceKind::kEncryption, ResourceKind::kVmFlows}) {
      UseBuilder use(kind);
      for (std::size_t node = 0; node < model_.nodes.size(); ++node) {
        const NodeModel& about = model_.nodes[node];
        if (kind == ResourceKind::kProxy && about.proxy_workers == 0) continue;
        if (kind == ResourceKind::kConntrack && about.conntrack_max == 0) continue;
        if (kind == ResourceKind::kVmFlows && about.vm_flows == 0) continue;
        const auto index = static_cast<std::size_t>(kind);
        use.Add("node " + about.name, found_.nodes[node].busy[index],
                found_.nodes[node].tallies[index]);
      }
      Set(use.Build());
    }
  }

  void RecordPods() {
    UseBuilder workers(ResourceKind::kWorkers);
    UseBuilder limits(ResourceKind::kCpuLimit);
    UseBuilder dns(ResourceKind::kDns);
    for (const auto& host : found_.pods) {
      for (const HostProcess::PodUse& use : host) {
        const std::string name = "pod " + model_.pods[use.pod].name;
        (AnswersByItself(use.pod) ? dns : workers).Add(name, use.busy, use.waits);
        if (use.limited) limits.Add(name, use.limit_busy, use.throttled);
      }
    }
    Set(workers.Build());
    Set(limits.Build());
    Set(dns.Build());
  }

  // A DNS server whose threads work on one query after the other, and wait for nobody.
  bool AnswersByItself(std::uint32_t pod) const {
    const std::uint32_t application = model_.pods[pod].application;
    return application != kNone && model_.applications[application].dns_server != kNone &&
           model_.applications[application].calls.empty();
  }

  // "node apps-3: 1024 of 1024 to payments:443".
  void RecordPorts() {
    std::vector<std::string> destinations;
    for (const ExternalModel& server : model_.externals) {
      for (std::uint32_t i = 0; i < server.addresses; ++i) {
        destinations.push_back(server.addresses == 1
                                   ? server.name
                                   : server.name + " (address " + std::to_string(i + 1) + ")");
      }
    }
    UseBuilder ports(ResourceKind::kSnatPorts);
    constexpr auto kIndex = static_cast<std::size_t>(ResourceKind::kSnatPorts);
    const auto add = [&](const std::string& name, const NodeFindings& found) {
      if (found.ports.limit == 0) return;
      ports.Add(name + ": " + std::to_string(found.ports.peak) + " of " +
                    std::to_string(found.ports.limit) + " to " +
                    destinations[found.ports.destination],
                found.busy[kIndex], found.tallies[kIndex]);
    };
    for (std::size_t node = 0; node < model_.nodes.size(); ++node) {
      add("node " + model_.nodes[node].name, found_.nodes[node]);
    }
    add("the NAT gateway", found_.outside);
    Set(ports.Build());
  }

  // "pod shop/cart-3: 28232 of 28232, shop/cart -> shop/orders".
  void RecordSourcePorts() {
    UseBuilder ports(ResourceKind::kSourcePorts);
    for (std::size_t node = 0; node < model_.nodes.size(); ++node) {
      const NodeFindings& found = found_.nodes[node];
      const SourcePorts::Use& use = found.source_ports;
      if (!use.any) continue;
      const std::string client = use.client == kNone ? "node " + model_.nodes[node].name
                                                     : "pod " + model_.pods[use.client].name;
      constexpr auto kIndex = static_cast<std::size_t>(ResourceKind::kSourcePorts);
      ports.Add(client + ": " + std::to_string(use.ports.peak) + " of " +
                    std::to_string(use.ports.limit) + ", " + model_.edges[use.edge].name,
                found.busy[kIndex], found.tallies[kIndex]);
    }
    Set(ports.Build());
  }

  void Set(const ResourceUse& use) { record_.resources[static_cast<std::size_t>(use.kind)] = use; }

  const Model& model_;
  Findings found_;
  TrafficRecord record_;
};

std::vector<std::uint32_t> Stripes(std::uint32_t hosts, unsigned ranks) {
  std::vector<std::uint32_t> rank_of;
  for (std::uint32_t host = 0; host < hosts; ++host) rank_of.push_back(host % ranks);
  return rank_of;
}

}  // namespace

TrafficRecord SimulateTraffic(const Model& model, const TrafficOptions& options) {
  CNISIM_CHECK(options.duration > SimTime(), "traffic is measured for some time");
  TrafficContext context(model, options.seed, options.fused);
  engine::Simulation simulation;
  std::vector<HostProcess*> hosts;
  for (std::uint32_t host = 0; host < context.host_count(); ++host) {
    auto process = std::make_unique<HostProcess>(context, host);
    hosts.push_back(process.get());
    context.calls.Add(process->calls());
    context.lps.push_back(simulation.Add(std::move(process)));
  }
  simulation.ConnectAll(context.lps, context.min_latency());
  for (std::uint32_t host = 0; host < context.host_count(); ++host) {
    for (const HostProcess::Start& start : hosts[host]->Starts()) {
      simulation.Schedule(context.lps[host], start.at, start.kind, start.payload);
    }
  }

  CallLuggage luggage(context);
  engine::RunOptions run{.threads = options.threads,
                         .shuffle_ties = options.shuffle_ties,
                         .tell = options.tell,
                         .ranks = options.ranks};
  if (options.ranks != nullptr) {
    simulation.SetLuggage(&luggage);
    if (options.stripes) run.rank_of = Stripes(context.host_count(), options.ranks->count());
  }
  std::uint64_t events = 0;
  if (options.warm_up > SimTime()) {
    const engine::RunReport report = simulation.Run(options.warm_up, run);
    events += report.events;
    if (options.profile) options.profile(report, options.warm_up);
  }
  for (HostProcess* host : hosts) host->BeginMeasurement(options.warm_up, options.series_step);
  const SimTime end = options.warm_up + options.duration;
  const engine::RunReport report = simulation.Run(end, run);
  if (options.profile) options.profile(report, options.duration);

  std::vector<bool> owned;
  for (const engine::LpId lp : context.lps) owned.push_back(simulation.owns(lp));
  for (std::size_t host = 0; host < hosts.size(); ++host) {
    if (owned[host]) hosts[host]->CheckLaws(end);
  }
  for (HostProcess* host : hosts) host->SettleWaits();
  Findings found = Collect(model, hosts, owned, options.warm_up, end);
  if (options.ranks != nullptr) found = Share(found, owned, *options.ranks);
  TrafficRecord record = Recorder(model, std::move(found)).Record();
  record.measured = options.duration;
  record.events = events + report.events;
  record.digest = report.digest;
  return record;
}

}  // namespace cnisim::workload

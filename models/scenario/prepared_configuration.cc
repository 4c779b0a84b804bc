#include "models/scenario/prepared_configuration.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "models/azure/outbound.h"
#include "models/policy/enforcement.h"
#include "models/scenario/dns_builder.h"
#include "models/scenario/traffic_builder.h"
#include "sim/base/check.h"

namespace cnisim::scenario {
namespace {

using cluster::PodId;
using document::Diagnostics;
using workload::Locality;

// A client outside for policies: a documentation address, so no prefix of a cluster contains it.
constexpr const char* kOutsideAddress = "203.0.113.10";

// Servers outside, unless the scenario says their address: documentation addresses likewise.
policy::ExternalView ViewOf(const ExternalSpec& external, std::size_t number) {
  const std::string address = fmt::format("198.51.100.{}", number % 254 + 1);
  policy::ExternalView view;
  view.name = external.name.empty() ? "external" : external.name;
  view.ips.push_back(external.address.value_or(*net::IpAddress::Parse(address)));
  if (!external.host.empty()) view.names.push_back(external.host);
  return view;
}

SimTime Seconds(std::int64_t seconds) { return SimTime::FromNanos(seconds * 1'000'000'000); }

policy::Settings PolicySettings(const ConfigurationSpec& spec, const datapath::Switches& switches,
                                const policy::Limits& limits) {
  policy::Settings settings;
  settings.l7_proxy = datapath::SwitchValue(switches, "l7_proxy") != "none";
  settings.engine = spec.cni.policy_engine;
  if (const auto version = policy::ParseVersion(spec.kubernetes)) settings.kubernetes = *version;
  if (const auto version = policy::ParseVersion(spec.cni.version)) settings.version = *version;
  const bool managed = spec.cni.plugin != cni::NetworkPlugin::kNone;
  if (managed && settings.engine == policy::Engine::kCilium) {
    settings.version = limits.ManagedCilium(settings.kubernetes);
  }
  settings.sctp = spec.cni.policy_sctp;
  settings.cidr_matches_nodes = spec.cni.policy_cidr_matches_nodes;
  return settings;
}

/// Source ports of a tunnel's packets to one peer: Linux hashes the inner flow to one of its range
/// for VXLAN and Geneve; IP-in-IP has no ports, and encryption one pair of them.
std::uint64_t TunnelPorts(const datapath::Switches& switches, const workload::Defaults& defaults) {
  const std::string_view encapsulation = datapath::SwitchValue(switches, "encapsulation");
  const bool hashed =
      datapath::SwitchValue(switches, "encryption") == "none" && encapsulation != "ipip";
  return hashed ? defaults.source_ports : 1;
}

/// The flow as it would be if no policy selected either end.
datapath::FlowClass WithoutPolicies(datapath::FlowClass flow) {
  using datapath::Count;
  flow.l7_egress = flow.l7_ingress = flow.policed_egress = flow.policed_ingress = false;
  for (const Count count :
       {Count::kPoliciesEgress, Count::kPoliciesIngress, Count::kPolicyRulesEgress,
        Count::kPolicyRulesIngress, Count::kPolicySetsEgress, Count::kPolicySetsIngress}) {
    flow.counts.Set(count, 0);
  }
  return flow;
}

// Pairs of a client and a server that are alike, the first one as their example.
struct PairGroup {
  PodId client;
  PodId server;
  bool same_node = false;
  double pairs = 0;
};

// Pairs of pods by what tells them apart to policies, Services and paths: the templates of both,
// and whether they share a node.  Walks clients and servers once, not their product.
std::vector<PairGroup> GroupPairs(const cluster::Cluster& cluster,
                                  const std::vector<PodId>& clients,
                                  const std::vector<PodId>& servers) {
  struct Servers {
    std::vector<PodId> all;  // in the order of the endpoints
    std::map<std::uint32_t, std::vector<PodId>> by_node;
  };
  std::map<std::uint32_t, Servers> by_template;
  std::vector<std::uint32_t> templates;  // in the order of their first server
  for (const PodId server : servers) {
    const cluster::PlacedPod& pod = cluster.pod(server);
    const auto [found, is_new] = by_template.try_emplace(pod.pod_template);
    if (is_new) templates.push_back(pod.pod_template);
    found->second.all.push_back(server);
    found->second.by_node[pod.node.value()].push_back(server);
  }
  std::vector<PairGroup> groups;
  std::map<std::tuple<std::uint32_t, std::uint32_t, bool>, std::size_t> index;
  for (const PodId client : clients) {
    const cluster::PlacedPod& pod = cluster.pod(client);
    const auto add = [&](std::uint32_t server_template, PodId server, bool same, std::size_t n) {
      const auto [found, is_new] =
          index.try_emplace(std::tuple(pod.pod_template, server_template, same), groups.size());
      if (is_new) groups.push_back({client, server, same, 0});
      groups[found->second].pairs += static_cast<double>(n);
    };
    for (const std::uint32_t server_template : templates) {
      const Servers& of = by_template.at(server_template);
      const auto here = of.by_node.find(pod.node.value());
      const std::size_t same = here == of.by_node.end() ? 0 : here->second.size();
      if (same > 0) add(server_template, here->second.front(), true, same);
      if (same == of.all.size()) continue;
      const auto other = std::find_if(of.all.begin(), of.all.end(), [&](PodId server) {
        return cluster.pod(server).node != pod.node;
      });
      add(server_template, *other, false, of.all.size() - same);
    }
  }
  return groups;
}

}  // namespace

PreparedConfiguration::PreparedConfiguration(const Scenario& scenario,
                                             const ConfigurationSpec& spec, const Catalog& catalog)
    : scenario_(scenario), spec_(spec), catalog_(catalog) {}

std::unique_ptr<const PreparedConfiguration> PreparedConfiguration::Prepare(
    const Scenario& scenario, const ConfigurationSpec& spec, const Catalog& catalog,
    Diagnostics& diagnostics) {
  std::unique_ptr<PreparedConfiguration> prepared(
      new PreparedConfiguration(scenario, spec, catalog));
  if (!prepared->PrepareCluster(diagnostics)) return nullptr;
  Diagnostics own;
  prepared->PrepareNodes(own);
  prepared->PrepareApplications();
  prepared->PrepareOutside();
  prepared->PrepareTraffic(own);
  diagnostics.Merge(own);
  if (own.has_errors()) return nullptr;
  prepared->WarnOfPacketSizes(diagnostics);
  prepared->PrepareChurn(diagnostics);
  prepared->StateFacts();
  return prepared;
}

bool PreparedConfiguration::PrepareCluster(Diagnostics& diagnostics) {
  auto profile =
      datapath::CniProfile::Load(catalog_.files, spec_.cni.profile, catalog_.costs, diagnostics);
  if (!profile) return false;
  profile_ = std::move(*profile);
  switches_ = datapath::Merge(profile_.switches(), spec_.cni.switches);

  std::vector<cluster::NodePool> pools;
  for (const NodePoolSpec& pool : spec_.node_pools) pools.push_back(pool.pool);
  cluster::PlacementOptions placement;
  placement.default_max_pods = spec_.cni.default_max_pods;
  cluster_ = cluster::BuildCluster(pools, scenario_.objects, placement, diagnostics);
  addresses_ = TakeAddresses(scenario_, spec_, cluster_, catalog_.limits, diagnostics);

  policy::ClusterView view = policy::ViewOf(cluster_, addresses_.pods, addresses_.nodes);
  view.externals.push_back({"client", {*net::IpAddress::Parse(kOutsideAddress)}, {}, false});
  for (const ExternalSpec& external : scenario_.externals) {
    view.externals.push_back(ViewOf(external, view.externals.size()));
  }
  policy::Limits limits = catalog_.policy_limits;
  if (const auto entries = spec_.cni.limits.policy_map_entries) {
    limits.cilium_policy_map_entries.value = static_cast<std::uint64_t>(*entries);
    limits.cilium_policy_map_entries.source = "bpf.policyMapMax of the values file";
  }
  evaluator_ = std::make_unique<policy::Evaluator>(
      std::move(view), scenario_.policies, PolicySettings(spec_, switches_, limits), limits);
  WarnOfUnenforcedPolicies(diagnostics);
  if (spec_.az.lb_outbound_ip_count) {
    diagnostics.Warning(
        spec_.where, "",
        fmt::format("{}: whether the load balancer has outbound addresses for the ports of all "
                    "nodes is looked at by 'cnisim plan' only",
                    spec_.name));
  }
  structures_ = std::make_unique<ServiceStructures>(cluster_, scenario_.background, switches_,
                                                    ipam::PodsInVnet(spec_.cni.ipam.kind));
  for (const FullStructure& full :
       structures_->Full(catalog_.limits,
                         static_cast<std::uint64_t>(spec_.cni.limits.lb_map_entries.value_or(0)))) {
    diagnostics.Warning(
        spec_.where, "",
        fmt::format("{}: Services need {} entries of {}, which holds {}: traffic to {} of the {} "
                    "Service ports fails",
                    spec_.name, full.entries, full.name, full.limit, full.ports_left_out,
                    structures_->ports()));
  }
  datapath::FlowClass packets;
  packets.device_mtu = scenario_.cluster.device_mtu;
  packets.pod_mtu = spec_.cni.pod_mtu.value_or(Bytes(0));
  packets.fabric_mtu = scenario_.cluster.network_mtu;
  classifier_ = std::make_unique<FlowClassifier>(cluster_, *structures_, *evaluator_, packets);
  return true;
}

void PreparedConfiguration::WarnOfUnenforcedPolicies(Diagnostics& diagnostics) const {
  const std::size_t all = scenario_.policies.policies.size();
  const policy::Engine engine = evaluator_->settings().engine;
  const std::uint64_t ignored = policy::Enforcement(*evaluator_).Summarize().policies_ignored;
  if (all == 0) return;
  if (engine == policy::Engine::kNone) {
    diagnostics.Warning(spec_.where, "",
                        fmt::format("{} enforces none of the {} policies: it has no policy engine",
                                    spec_.name, all));
  } else if (ignored > 0) {
    diagnostics.Warning(spec_.where, "",
                        fmt::format("{} enforces {} of the {} policies: {} does not know the kinds "
                                    "of the others",
                                    spec_.name, all - ignored, all, policy::ToString(engine)));
  }
}

// One sentence for what befalls the configuration's largest packets, whatever flow has them.
void PreparedConfiguration::WarnOfPacketSizes(Diagnostics& diagnostics) const {
  std::set<datapath::PacketFate> said;
  for (const datapath::FlowClass& flow : flow_classes_) {
    const datapath::PacketSizes sizes = datapath::SizesOf(profile_, switches_, flow);
    if (!said.insert(sizes.fate).second) continue;
    const std::string packet =
        fmt::format("{}: packets of {} B ({} B of headers around {})", spec_.name,
                    sizes.wire().count(), sizes.headers.count(), sizes.inner.count());
    switch (sizes.fate) {
      case datapath::PacketFate::kWhole:
      case datapath::PacketFate::kDiscovered:
        break;
      case datapath::PacketFate::kCut:
        diagnostics.Warning(
            spec_.where, "",
            fmt::format("{} are cut {}, since {} B pass whole", packet,
                        sizes.cut_by == datapath::CutBy::kNode ? "by the node"
                                                               : "on their way between nodes",
                        sizes.whole.count()),
            "make the pods' MTU smaller");
        break;
      case datapath::PacketFate::kLost:
        diagnostics.Warning(
            spec_.where, "",
            fmt::format("{} are lost without a word, since {} B pass and they may not be cut: "
                        "connections open, and large messages never arrive",
                        packet, sizes.whole.count()),
            "make the pods' MTU smaller");
        break;
    }
  }
}

void PreparedConfiguration::PrepareNodes(Diagnostics& diagnostics) {
  const workload::Defaults& defaults = catalog_.workload;
  model_.defaults = defaults;
  const bool ebpf = datapath::SwitchValue(switches_, "dataplane") == "ebpf";
  const bool proxy = datapath::SwitchValue(switches_, "l7_proxy") != "none" ||
                     datapath::SwitchValue(switches_, "mesh") != "none";
  std::set<std::string> reported;
  for (const cluster::Node& node : cluster_.nodes()) {
    const NodePoolSpec& pool = spec_.node_pools[node.pool.value()];
    const azure::VmSize* size = catalog_.vm_sizes.Find(pool.pool.sku);
    workload::NodeModel model;
    model.name = node.name;
    model.zone = static_cast<std::uint32_t>(node.zone);
    model.proximity_group = static_cast<std::uint32_t>(node.proximity_group);
    if (size == nullptr) {
      if (reported.insert(pool.pool.sku).second) {
        diagnostics.Error(pool.where, "cluster.node_pools",
                          "no VM size is named '" + pool.pool.sku + "'",
                          catalog_.vm_sizes.Hint(pool.pool.sku));
      }
      model_.nodes.push_back(model);
      continue;
    }
    model.cores = static_cast<std::uint32_t>(std::max(size->vcpus, 1));
    model.egress = size->bandwidth.value_or(defaults.egress);
    model.egress_burst = pool.egress_burst.value_or(defaults.egress_burst);
    const auto mebibytes = static_cast<double>(size->memory.count()) / (1024 * 1024);
    const std::int64_t kernel = pool.conntrack_max.value_or(
        static_cast<std::int64_t>(mebibytes * defaults.conntrack_per_mib));
    // A chart may size the map itself; connections are modelled as TCP.
    model.conntrack_max = ebpf ? static_cast<std::uint64_t>(spec_.cni.limits.conntrack_tcp.value_or(
                                     static_cast<std::int64_t>(defaults.conntrack_ebpf)))
                               : static_cast<std::uint64_t>(kernel);
    model.conntrack_evicts = ebpf;
    model.proxy_workers = proxy ? defaults.proxy_workers : 0;
    model.vm_flows = defaults.vm_flows;
    model.tunnel_flows = TunnelPorts(switches_, defaults) * (cluster_.nodes().size() - 1);
    model_.nodes.push_back(model);
  }
  for (const cluster::PlacedPod& pod : cluster_.pods()) {
    model_.pods.push_back({pod.name, pod.node.value(),
                           pod.workload.valid() ? pod.workload.value() : workload::kNone,
                           cluster_.templates()[pod.pod_template].host_network});
  }
}

void PreparedConfiguration::PrepareApplications() {
  const workload::Defaults& defaults = catalog_.workload;
  std::map<std::pair<std::string, std::string>, ServiceTime> work;
  for (const auto& [party, time] : scenario_.work) work[{party.ns, party.name}] = time;
  for (const cluster::Workload& workload : cluster_.workloads()) {
    workload::ApplicationModel application;
    application.name = workload.ToString();
    ServiceTime time{defaults.service_time, defaults.service_cv, /*exponential=*/false,
                     /*assumed=*/true};
    const auto found = work.find({workload.ns, workload.name});
    if (found != work.end()) time = found->second;
    application.service_time = Nanoseconds(static_cast<double>(time.mean.nanos()));
    application.service_cv = time.cv;
    application.exponential = time.exponential;
    application.workers = defaults.workers;
    application.queue = defaults.queue;
    application.cpu_limit = static_cast<std::uint32_t>(workload.cpu_limit_millicores);
    model_.applications.push_back(std::move(application));
  }
}

// Ports are per destination (address, port, protocol); holds are what Azure keeps them afterwards.
void PreparedConfiguration::PrepareOutside() {
  using azure::LimitId;
  using workload::OutboundKind;
  const azure::Limits& limits = catalog_.limits;
  workload::OutboundModel& outbound = model_.outbound;
  const auto type =
      spec_.az.outbound_type ? *spec_.az.outbound_type : cni::OutboundType::kLoadBalancer;
  switch (type) {
    case cni::OutboundType::kLoadBalancer: {
      outbound.kind = OutboundKind::kLoadBalancer;
      const auto nodes = static_cast<std::int64_t>(cluster_.nodes().size());
      const std::int64_t asked = spec_.az.lb_outbound_ports ? *spec_.az.lb_outbound_ports : 0;
      outbound.ports = static_cast<std::uint32_t>(
          asked > 0 ? asked : azure::DefaultPortsPerNode(nodes, limits).value_or(0));
      const SimTime idle = Seconds(60 * limits[LimitId::kLbIdle]);
      outbound.holds = {Seconds(limits[LimitId::kLbReleaseAfterFin]),
                        Seconds(limits[LimitId::kLbReleaseAfterRst]), idle};
      outbound.idle = idle;
      outbound.idle_reset = true;  // AKS asks for it
      break;
    }
    case cni::OutboundType::kManagedNatGateway:
    case cni::OutboundType::kUserAssignedNatGateway: {
      outbound.kind = OutboundKind::kNatGateway;
      const std::int64_t addresses =
          spec_.az.nat_gateway_ip_count ? *spec_.az.nat_gateway_ip_count : 1;
      outbound.ports = static_cast<std::uint32_t>(
          std::min(azure::NatGatewayPorts(addresses, limits),
                   addresses * limits[LimitId::kNatConnectionsPerDestination]));
      outbound.connections = static_cast<std::uint32_t>(limits[LimitId::kNatConnections]);
      const std::int64_t idle_minutes = spec_.az.nat_gateway_idle_minutes
                                            ? *spec_.az.nat_gateway_idle_minutes
                                            : limits[LimitId::kNatIdleLeast];
      outbound.idle = Seconds(60 * idle_minutes);
      for (std::size_t end = 0; end < workload::kPortEnds; ++end) {
        outbound.holds[end] = azure::NatPortHold(static_cast<azure::ConnectionEnd>(end), limits);
      }
      break;
    }
    case cni::OutboundType::kUserDefinedRouting:
      outbound.kind = OutboundKind::kFirewall;
      break;
    case cni::OutboundType::kNone:
    case cni::OutboundType::kBlock:
      outbound.kind = OutboundKind::kNone;
      break;
  }
  // Netfilter keeps a port as long as the connection's entry.
  if (datapath::SwitchValue(switches_, "masquerade") != "none") {
    outbound.masquerade_ports = catalog_.workload.masquerade_ports;
  }
  outbound.masquerade_holds.fill(catalog_.workload.conntrack_closed);
  for (const ExternalSpec& external : scenario_.externals) {
    workload::ExternalModel model;
    model.name =
        fmt::format("{}:{}", external.name.empty() ? "external" : external.name, external.port);
    model.service_time = Nanoseconds(static_cast<double>(external.work.mean.nanos()));
    model.service_cv = external.work.cv;
    model.exponential = external.work.exponential;
    model.addresses = static_cast<std::uint32_t>(external.addresses);
    model_.externals.push_back(std::move(model));
  }
}

void PreparedConfiguration::PrepareTraffic(Diagnostics& diagnostics) {
  TrafficBuilder builder(scenario_, cluster_, *classifier_, profile_, model_, flow_classes_,
                         diagnostics);
  const bool netfilter =
      datapath::SwitchValue(switches_, "service_engine").starts_with("kube-proxy");
  DnsBuilder dns(scenario_, spec_.dns, netfilter, cluster_, *classifier_, builder, model_,
                 diagnostics);
  for (const CallSpec& call : scenario_.calls) builder.AddCall(call);
  if (spec_.dns.enabled) dns.AddServers();
  for (const TrafficSpec& traffic : scenario_.traffic) builder.AddTraffic(traffic);
  if (spec_.dns.enabled) dns.AddLookups();
  if (datapath::SwitchValue(switches_, "service_engine") == "ebpf-socket") {
    for (workload::EdgeModel& edge : model_.edges) edge.to_backend = true;
  }
}

Enforcement PreparedConfiguration::EnforcementUnder(const datapath::CostModel& costs) const {
  return Enforce(changes_, scenario_, cluster_.nodes().size(),
                 datapath::SwitchValue(switches_, "service_engine"), *structures_, cluster_, costs);
}

void PreparedConfiguration::PrepareChurn(Diagnostics& diagnostics) {
  changes_ = PlanChanges(scenario_, cluster_);
  if (changes_.empty()) return;
  const Enforcement enforcement = EnforcementUnder(catalog_.costs);
  facts_.endpoint_changes = changes_.size();
  facts_.enforcement_mean = enforcement.mean;
  facts_.enforcement_longest = enforcement.longest;
  diagnostics.Note(spec_.where, "",
                   fmt::format("{}: {} changes of endpoints are in force on a node after {} ms on "
                               "average, {} ms at most",
                               spec_.name, changes_.size(), enforcement.mean.nanos() / 1'000'000,
                               enforcement.longest.nanos() / 1'000'000));
}

workload::Model PreparedConfiguration::BuildModel(const datapath::CostModel& costs) const {
  workload::Model model = model_;
  if (!changes_.empty()) AddChanges(changes_, EnforcementUnder(costs), scenario_, costs, model);
  for (const datapath::FlowClass& flow : flow_classes_) {
    model.flows.push_back(datapath::Compile(profile_, switches_, flow, costs));
  }
  const workload::LatencyProfile* latency = catalog_.latency.Find(scenario_.cluster.latency);
  CNISIM_CHECK(latency != nullptr, "the scenario's latency profile is in the catalog");
  model.latency = latency->Resolve(costs);
  if (scenario_.cluster.packet_loss) model.latency.SetLoss(*scenario_.cluster.packet_loss);
  for (std::size_t i = 0; i < model.externals.size(); ++i) {
    const std::optional<SimTime> rtt = scenario_.externals[i].rtt;
    model.externals[i].way =
        rtt ? workload::FabricDelay{*rtt / 2, *rtt / 2, 0} : model.latency.external;
  }
  return model;
}

void PreparedConfiguration::StateFacts() {
  facts_.subnets = addresses_.subnets;
  facts_.vnet_addresses = addresses_.vnet_addresses;
  facts_.nodes = static_cast<std::uint32_t>(cluster_.nodes().size());
  facts_.pods =
      static_cast<std::uint32_t>(cluster_.pods().size()) - addresses_.pods_without_address;
  facts_.pods_unplaced =
      static_cast<std::uint32_t>(cluster_.unplaced().size()) + addresses_.pods_without_address;
  facts_.service_ports = structures_->ports();
  facts_.service_endpoints = structures_->endpoints();
  facts_.service_rules = structures_->service_rules();
  facts_.service_lines = structures_->lines();
  facts_.service_map_entries = structures_->map_entries();
  facts_.mtu = datapath::MtuOf(profile_, switches_, scenario_.cluster.device_mtu,
                               spec_.cni.pod_mtu.value_or(Bytes(0)));

  StatePolicyFacts();

  std::set<std::string> assumed;
  const auto look = [&](const std::vector<datapath::TracedStage>& stages) {
    for (const datapath::TracedStage& stage : stages) {
      if (stage.cost->status == datapath::CostStatus::kAssumed) assumed.insert(stage.cost->id);
    }
  };
  for (const datapath::FlowClass& flow : flow_classes_) {
    const datapath::TracedFlow traced = datapath::Trace(profile_, switches_, flow, catalog_.costs);
    look(traced.connect);
    look(traced.accept);
    for (const datapath::TracedMessage& message : traced.messages) look(message.stages);
  }
  if (!changes_.empty()) {
    for (const char* id : {"endpoint_watch", "pod_sandbox_stop"}) {
      if (catalog_.costs.At(id).status == datapath::CostStatus::kAssumed) assumed.insert(id);
    }
  }
  facts_.assumed_costs.assign(assumed.begin(), assumed.end());
}

void PreparedConfiguration::StatePolicyFacts() {
  facts_.policies = scenario_.policies.policies.size();
  facts_.policies_enforced = policy::Enforcement(*evaluator_).Summarize().policies;

  // Pods of one template have the same policies.
  std::set<std::uint32_t> seen;
  for (const cluster::PlacedPod& pod : cluster_.pods()) {
    if (!seen.insert(pod.pod_template).second) continue;
    const policy::EndpointPolicyLoad load = evaluator_->Load(pod.id.value());
    facts_.policy_map_entries_max = std::max(facts_.policy_map_entries_max, load.map_entries);
    facts_.policy_rules_max = std::max(facts_.policy_rules_max, load.rules);
  }
  for (const datapath::FlowClass& flow : flow_classes_) {
    const auto with = datapath::Compile(profile_, switches_, flow, catalog_.costs);
    const auto without =
        datapath::Compile(profile_, switches_, WithoutPolicies(flow), catalog_.costs);
    const auto added = [&](datapath::MessageKind kind) {
      return with[kind].Demand(Bytes(1)) - without[kind].Demand(Bytes(1));
    };
    facts_.policy_first_packet =
        std::max(facts_.policy_first_packet, added(datapath::MessageKind::kSyn));
    facts_.policy_packet = std::max(facts_.policy_packet, added(datapath::MessageKind::kRequest));
  }
  facts_.policy_update = PolicyUpdateWork();
}

// Cilium computes every selected endpoint again; engines of rules write the endpoints' rules again.
Nanoseconds PreparedConfiguration::PolicyUpdateWork() const {
  const policy::Engine engine = evaluator_->settings().engine;
  if (facts_.policies_enforced == 0 || engine == policy::Engine::kNone) return {};
  const bool cilium = engine == policy::Engine::kCilium;
  const datapath::StageCost* unit =
      catalog_.costs.Find(cilium ? "cilium_policy_regeneration" : "iptables_restore_per_line");
  CNISIM_CHECK(unit != nullptr, "the catalog knows what a change of policies costs");
  double most = 0;
  for (const auto& node : cluster_.nodes()) {
    double units = 0;
    for (const PodId pod : node.pods) {
      units += cilium ? 1 : static_cast<double>(evaluator_->Load(pod.value()).rules);
    }
    most = std::max(most, units);
  }
  return Nanoseconds(most * unit->fixed_ns);
}

std::vector<EdgeFlow> PreparedConfiguration::FlowsBetween(const Party& from, const Party& to,
                                                          int port) const {
  if (to.kind == Party::Kind::kExternal) return FlowsToOutside(from, to);
  std::optional<HttpRequest> http;
  for (const CallSpec& call : scenario_.calls) {
    if (call.from == from && call.to == to && (port == 0 || call.port == port)) {
      port = call.port;
      http = call.http;
      break;
    }
  }
  for (const TrafficSpec& traffic : scenario_.traffic) {
    if (traffic.from == from && traffic.to == to && (port == 0 || traffic.port == port)) {
      port = traffic.port;
      http = traffic.http;
      break;
    }
  }
  const auto resolved = ResolveTarget(cluster_, to, port, http);
  if (!resolved) return {};

  // Pairs of ends that are alike share a flow; the first pair is the example.
  std::map<datapath::FlowClass, EdgeFlow> flows;
  double pairs = 0;
  const auto add = [&](std::optional<PodId> client, PodId server, Locality locality,
                       double weight) {
    const datapath::FlowClass flow =
        classifier_->Classify(client, server, resolved->target, locality);
    if (profile_.Find(flow.path) == nullptr) return;
    const auto [found, is_new] = flows.try_emplace(flow);
    EdgeFlow& edge = found->second;
    edge.share += weight;
    pairs += weight;
    if (!is_new) return;
    edge.flow = flow;
    edge.client = client ? cluster_.pod(*client).name : "external";
    if (client) edge.client_node = cluster_.node(cluster_.pod(*client).node).name;
    edge.server = cluster_.pod(server).name;
    edge.server_node = cluster_.node(cluster_.pod(server).node).name;
    edge.verdict = classifier_->Judge(client, server, resolved->target).ToString();
  };
  if (from.kind == Party::Kind::kExternal) {
    const bool local = resolved->target.service.service != nullptr &&
                       resolved->target.service.service->service.external_traffic_policy ==
                           cluster::TrafficPolicy::kLocal;
    const auto others = static_cast<double>(cluster_.nodes().size() - 1);
    for (const PodId server : resolved->servers) {
      add(std::nullopt, server, Locality::kOtherNode, 1);
      if (!local && others > 0) add(std::nullopt, server, Locality::kViaNode, others);
    }
  } else {
    for (const PairGroup& group :
         GroupPairs(cluster_, ClientsOf(cluster_, from), resolved->servers)) {
      add(group.client, group.server, group.same_node ? Locality::kSameNode : Locality::kOtherNode,
          group.pairs);
    }
  }
  std::vector<EdgeFlow> list;
  for (auto& [flow, edge] : flows) {
    edge.share /= pairs;
    list.push_back(std::move(edge));
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const EdgeFlow& a, const EdgeFlow& b) { return a.share > b.share; });
  return list;
}

std::optional<LookupFacts> PreparedConfiguration::LookupBetween(const Party& from,
                                                                const Party& to) const {
  std::optional<std::size_t> edge;
  for (std::size_t i = 0; i < scenario_.traffic.size(); ++i) {
    const TrafficSpec& traffic = scenario_.traffic[i];
    if (traffic.from == from && traffic.to == to) edge = model_.call_edges + i;
  }
  for (std::size_t i = 0; i < scenario_.calls.size(); ++i) {
    const CallSpec& call = scenario_.calls[i];
    if (call.from == from && call.to == to) edge = i;
  }
  if (!edge || model_.edges[*edge].lookup == workload::kNone) return std::nullopt;
  LookupFacts facts;
  for (const std::uint32_t name : model_.dns.lookups[model_.edges[*edge].lookup].names) {
    facts.names.push_back(model_.dns.names[name].name);
  }
  facts.queries = static_cast<std::uint32_t>(facts.names.size()) * model_.dns.types;
  facts.server = spec_.dns.local ? "LocalDNS" : "CoreDNS";
  return facts;
}

std::vector<EdgeFlow> PreparedConfiguration::FlowsToOutside(const Party& from,
                                                            const Party& to) const {
  const OutsideTarget target = ResolveOutside(scenario_, to);
  std::map<datapath::FlowClass, EdgeFlow> flows;
  double pods = 0;
  for (const PodId client : ClientsOf(cluster_, from)) {
    const auto flow = classifier_->ClassifyOut(client, target);
    if (!flow || profile_.Find(flow->path) == nullptr) continue;
    ++pods;
    const auto [found, is_new] = flows.try_emplace(*flow);
    EdgeFlow& edge = found->second;
    edge.share += 1;
    if (!is_new) continue;
    edge.flow = *flow;
    edge.client = cluster_.pod(client).name;
    edge.client_node = cluster_.node(cluster_.pod(client).node).name;
    edge.server = to.ToString();
    edge.verdict = classifier_->JudgeOut(client, target).ToString();
  }
  std::vector<EdgeFlow> list;
  for (auto& [flow, edge] : flows) {
    edge.share /= pods;
    list.push_back(std::move(edge));
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const EdgeFlow& a, const EdgeFlow& b) { return a.share > b.share; });
  return list;
}

}  // namespace cnisim::scenario

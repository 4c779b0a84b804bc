#include "models/scenario/dns_builder.h"

#include <algorithm>

#include <fmt/format.h>

#include "models/scenario/dns_names.h"

namespace cnisim::scenario {
namespace {

using cluster::PodId;
using workload::EdgeModel;
using workload::Locality;

constexpr std::uint32_t kCoreDnsServer = 0;  // in DnsModel::servers
constexpr std::uint32_t kLocalServer = 1;
constexpr std::int64_t kThousandths = 1000;

std::size_t Index(Locality locality) { return static_cast<std::size_t>(locality); }

/// The cluster's DNS server, on this protocol.
std::optional<ResolvedTarget> FindCoreDns(const cluster::Cluster& cluster,
                                          cluster::Protocol protocol) {
  const cluster::PlacedService* service = cluster.FindService(kDnsNamespace, kDnsService);
  if (service == nullptr) return std::nullopt;
  const auto& ports = service->service.ports;
  const auto found = std::find_if(
      ports.begin(), ports.end(),
      [protocol](const cluster::ServicePort& port) { return port.protocol == protocol; });
  if (found == ports.end()) return std::nullopt;
  ResolvedTarget resolved;
  resolved.target.service = {service, static_cast<std::size_t>(found - ports.begin())};
  resolved.target.protocol = protocol;
  resolved.target.port = found->port;
  for (const cluster::ServiceEndpoint& endpoint :
       service->endpoints[resolved.target.service.port]) {
    if (endpoint.pod.valid()) resolved.servers.push_back(endpoint.pod);
  }
  return resolved;
}

}  // namespace

std::vector<std::pair<std::size_t, DnsBuilder::Client>> DnsBuilder::Clients() const {
  std::vector<std::pair<std::size_t, Client>> clients;
  std::size_t number = 0;
  const auto add = [&](const Client& client) {
    const bool pods = client.from->kind == Party::Kind::kWorkload;
    const std::vector<PodId> of = pods ? ClientsOf(cluster_, *client.from) : std::vector<PodId>();
    // Others have the node's resolver.
    const bool asks =
        !of.empty() &&
        DnsOf(*client.from).AsksCluster(cluster_.template_of(of.front()).host_network);
    if (asks && !NameOf(client).empty()) clients.emplace_back(number, client);
    ++number;
  };
  for (const CallSpec& call : scenario_.calls) {
    add({&call.from, &call.to, &call.lookup, &call.where});
  }
  for (const TrafficSpec& traffic : scenario_.traffic) {
    static const std::optional<std::string> kNothing = "none";
    const bool open = traffic.kind == TrafficKind::kOpenLoop;  // netperf asks once, at its start
    add({&traffic.from, &traffic.to, open ? &traffic.lookup : &kNothing, &traffic.where});
  }
  return clients;
}

const cluster::PodDns& DnsBuilder::DnsOf(const Party& from) const {
  return cluster_.workload(cluster_.FindWorkload(from.ns, from.name)).dns;
}

std::string DnsBuilder::NameOf(const Client& client) const {
  if (*client.written) return **client.written == "none" ? "" : **client.written;
  return WrittenName(scenario_, client.from->ns, *client.to);
}

void DnsBuilder::AddServers() {
  const auto clients = Clients();
  if (clients.empty()) {
    diagnostics_.Note(dns_.where, "dns", "no client looks a name up: all come from outside");
    return;
  }
  if (!AddCoreDns()) return;
  if (dns_.local) AddLocalDns();
  if (dns_.local && local_.empty()) return;
  for (const auto& [number, client] : clients) AddQueries(*client.from);
}

bool DnsBuilder::AddCoreDns() {
  const auto found = FindCoreDns(cluster_, cluster::Protocol::kUdp);
  if (!found || found->servers.empty()) {
    diagnostics_.Error(dns_.where, "dns",
                       fmt::format("Service {}/{} has no pod that answers on a UDP port",
                                   kDnsNamespace, kDnsService),
                       "without it in the manifests the program's own CoreDNS is used");
    return false;
  }
  coredns_ = *found;
  coredns_application_ = model_.pods[coredns_.servers.front().value()].application;
  if (coredns_application_ == workload::kNone) {
    diagnostics_.Error(dns_.where, "dns", "the pods of CoreDNS belong to no Deployment");
    return false;
  }
  std::uint32_t cores = UINT32_MAX;
  for (const PodId pod : coredns_.servers) {
    cores = std::min(cores, model_.nodes[model_.pods[pod.value()].node].cores);
  }
  workload::ApplicationModel& application = model_.applications[coredns_application_];
  // Go's threads: its limit rounded up, some at least, and no more than there are cores.
  const workload::Defaults& defaults = model_.defaults;
  const auto limit = std::max(
      static_cast<std::uint32_t>((application.cpu_limit + kThousandths - 1) / kThousandths),
      defaults.dns_least_threads);
  application.workers = application.cpu_limit == 0 ? cores : std::min(limit, cores);
  application.queue = static_cast<std::uint32_t>(dns_.queue);
  application.service_time = Nanoseconds(static_cast<double>(dns_.work.nanos()));
  application.service_cv = 0;
  application.exponential = false;
  application.dns_server = kCoreDnsServer;
  application.calls.clear();

  workload::DnsServerModel server;
  server.found_ttl = server.missing_ttl = dns_.ttl;
  server.forward_time = Nanoseconds(static_cast<double>(defaults.dns_forward_work.nanos()));
  server.upstream = {dns_.upstream / 2, dns_.upstream, defaults.dns_upstream_cv};
  model_.dns.servers = {server};
  model_.dns.attempts = static_cast<std::uint32_t>(dns_.attempts);
  model_.dns.types = dns_.aaaa ? 2 : 1;
  model_.dns.client_ttl = dns_.cache;
  // Where netfilter translates Services; eBPF maps have no such window.
  if (netfilter_) model_.dns.race = dns_.race;
  return true;
}

// A proxy on each node, which asks CoreDNS for what it does not know over connections that stay.
void DnsBuilder::AddLocalDns() {
  const workload::Defaults& defaults = model_.defaults;
  const auto tcp = FindCoreDns(cluster_, cluster::Protocol::kTcp);
  if (!tcp) {
    diagnostics_.Error(dns_.where, "dns.local", "CoreDNS has no TCP port for LocalDNS to ask on");
    return;
  }
  for (const workload::NodeModel& node : model_.nodes) {
    if (node.cores >= defaults.local_dns_cores) continue;
    diagnostics_.Error(dns_.where, "",
                       fmt::format("LocalDNS wants nodes of {} cores, and {} has {}",
                                   defaults.local_dns_cores, node.name, node.cores),
                       "AKS does not enable it on smaller ones");
    return;
  }
  if (!scenario_.policies.policies.empty()) {
    diagnostics_.Warning(
        dns_.where, "",
        "policies are not looked at on the way to LocalDNS: one that stops queries "
        "does not stop them here");
  }
  const auto application = static_cast<std::uint32_t>(model_.applications.size());
  workload::ApplicationModel proxy;
  proxy.name = "localdns";
  proxy.service_time = Nanoseconds(static_cast<double>(dns_.work.nanos()));
  proxy.workers = defaults.local_dns_queries;
  proxy.queue = static_cast<std::uint32_t>(dns_.queue);
  proxy.cpu_limit = defaults.local_dns_cpu;
  proxy.dns_server = kLocalServer;
  proxy.calls = {static_cast<std::uint32_t>(model_.edges.size())};
  model_.applications.push_back(std::move(proxy));
  workload::DnsServerModel server;
  server.found_ttl = server.missing_ttl = dns_.local_ttl;
  server.knows_cluster = false;
  server.forward_time = Nanoseconds(static_cast<double>(defaults.dns_forward_work.nanos()));
  model_.dns.servers.push_back(server);
  for (std::uint32_t node = 0; node < model_.nodes.size(); ++node) {
    local_.push_back({static_cast<std::uint32_t>(model_.pods.size()), 0});
    model_.pods.push_back({"LocalDNS of " + model_.nodes[node].name, node, application});
  }

  EdgeModel edge;
  edge.name = "LocalDNS -> CoreDNS";
  edge.client_application = application;
  edge.request = defaults.dns_query;
  edge.response = defaults.dns_answer;
  edge.timeout = dns_.timeout;
  workload::TargetModel target;
  for (const Locality locality : {Locality::kSameNode, Locality::kOtherNode}) {
    target.flows[Index(locality)] =
        traffic_.AddFlow(classifier_.ClassifyFromNode(tcp->servers.front(), tcp->target, locality),
                         dns_.where, edge.name);
  }
  edge.targets = {target};
  for (const PodId pod : tcp->servers) edge.backends.push_back({pod.value(), 0});
  AddEdge(std::move(edge));
}

void DnsBuilder::AddQueries(const Party& from) {
  const auto number = static_cast<std::uint32_t>(model_.edges.size());
  if (!queries_.try_emplace({from.ns, from.name}, number).second) return;
  const std::vector<PodId> clients = ClientsOf(cluster_, from);
  EdgeModel edge;
  edge.name = from.ToString() + (dns_.local ? " -> LocalDNS" : " -> CoreDNS");
  edge.client_application = cluster_.FindWorkload(from.ns, from.name).value();
  edge.request = model_.defaults.dns_query;
  edge.response = model_.defaults.dns_answer;
  edge.reuse_connection = false;
  edge.timeout = dns_.timeout;
  if (dns_.local) {
    edge.own_node = true;
    edge.untracked = true;  // AKS' rules for it say NOTRACK
    edge.backends = local_;
    workload::TargetModel target;
    target.flows[Index(Locality::kSameNode)] = traffic_.AddFlow(
        classifier_.ClassifyToOwnNode(cluster::Protocol::kUdp), dns_.where, edge.name);
    edge.targets = {target};
  } else {
    traffic_.AddServers(clients, coredns_, dns_.where, edge);
  }
  AddEdge(std::move(edge));
}

void DnsBuilder::AddEdge(EdgeModel edge) {
  model_.edges.push_back(std::move(edge));
  model_.call_edges = static_cast<std::uint32_t>(model_.edges.size());
  ++model_.query_edges;
}

void DnsBuilder::AddLookups() {
  if (queries_.empty()) return;
  const std::size_t calls = scenario_.calls.size();
  for (const auto& [number, client] : Clients()) {
    const std::size_t edge = number < calls ? number : model_.call_edges + number - calls;
    model_.edges[edge].lookup = LookupOf(client);
  }
}

std::uint32_t DnsBuilder::LookupOf(const Client& client) {
  const std::string name = NameOf(client);
  const bool outside = client.to->kind == Party::Kind::kExternal;
  const std::string full = name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
  workload::LookupModel lookup;
  lookup.edge = queries_.at({client.from->ns, client.from->name});
  bool found = false;
  const cluster::PodDns& own = DnsOf(*client.from);
  std::vector<std::string> search;
  if (own.policy != cluster::DnsPolicy::kNone) search = SearchList(client.from->ns, dns_.search);
  search.insert(search.end(), own.searches.begin(), own.searches.end());
  for (const std::string& each : ExpandName(name, own.ndots.value_or(dns_.ndots), search)) {
    const bool exists = (outside && each == full) || IsServiceName(cluster_, each);
    lookup.names.push_back(IndexOf(each, exists));
    found = exists;
    if (found) break;
  }
  if (!found) {
    diagnostics_.Error(*client.where, "",
                       fmt::format("'{}' is the name of nothing for a client in namespace {}", name,
                                   client.from->ns),
                       "a Service of another namespace is NAME.NAMESPACE");
  }
  const auto [known, is_new] = lookups_.try_emplace(
      {lookup.edge, lookup.names}, static_cast<std::uint32_t>(model_.dns.lookups.size()));
  if (is_new) model_.dns.lookups.push_back(std::move(lookup));
  return known->second;
}

std::uint32_t DnsBuilder::IndexOf(const std::string& name, bool exists) {
  const auto [found, is_new] =
      names_.try_emplace(name, static_cast<std::uint32_t>(model_.dns.names.size()));
  if (is_new) model_.dns.names.push_back({name, exists, IsClusterName(name)});
  return found->second;
}

}  // namespace cnisim::scenario

#include "models/scenario/traffic_builder.h"

#include <algorithm>
#include <string>

namespace cnisim::scenario {
namespace {

using cluster::PodId;
using datapath::FlowClass;
using workload::EdgeModel;
using workload::Locality;
using workload::SourceModel;

std::size_t Index(Locality locality) { return static_cast<std::size_t>(locality); }

std::optional<ResolvedTarget> ResolveService(const cluster::Cluster& cluster, const Party& to,
                                             int port) {
  const cluster::PlacedService* service = cluster.FindService(to.ns, to.name);
  if (service == nullptr || service->service.ports.empty()) return std::nullopt;
  const auto& ports = service->service.ports;
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const cluster::ServicePort& p) {
    return port == 0 || p.port == port;
  });
  if (found == ports.end()) return std::nullopt;
  ResolvedTarget resolved;
  resolved.target.service = {service, static_cast<std::size_t>(found - ports.begin())};
  resolved.target.protocol = found->protocol;
  resolved.target.port = found->port;
  for (const cluster::ServiceEndpoint& endpoint :
       service->endpoints[resolved.target.service.port]) {
    if (endpoint.pod.valid()) resolved.servers.push_back(endpoint.pod);
  }
  return resolved;
}

std::optional<ResolvedTarget> ResolveWorkload(const cluster::Cluster& cluster, const Party& to,
                                              int port) {
  const cluster::WorkloadId id = cluster.FindWorkload(to.ns, to.name);
  if (!id.valid()) return std::nullopt;
  ResolvedTarget resolved;
  resolved.target.port = static_cast<std::uint16_t>(port);
  const auto& ports = cluster.workload(id).ports;
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const cluster::ContainerPort& p) {
    return port == 0 || p.port == port;
  });
  if (found != ports.end()) {
    resolved.target.port = found->port;
    resolved.target.protocol = found->protocol;
  }
  resolved.servers = cluster.pods_of(id);
  return resolved;
}

workload::SourceKind KindOf(const TrafficSpec& traffic) {
  switch (traffic.kind) {
    case TrafficKind::kRr:
    case TrafficKind::kCrr:
      return workload::SourceKind::kClosedLoop;
    case TrafficKind::kStream:
      return workload::SourceKind::kStream;
    case TrafficKind::kOpenLoop:
      break;
  }
  switch (traffic.arrivals) {
    case Arrivals::kConstant:
      return workload::SourceKind::kConstant;
    case Arrivals::kBursty:
      return workload::SourceKind::kBursty;
    case Arrivals::kPoisson:
      break;
  }
  return workload::SourceKind::kPoisson;
}

}  // namespace

std::optional<ResolvedTarget> ResolveTarget(const cluster::Cluster& cluster, const Party& to,
                                            int port, const std::optional<HttpRequest>& http) {
  std::optional<ResolvedTarget> resolved = to.kind == Party::Kind::kWorkload
                                               ? ResolveWorkload(cluster, to, port)
                                               : ResolveService(cluster, to, port);
  if (resolved) resolved->target.http = http;
  return resolved;
}

OutsideTarget ResolveOutside(const Scenario& scenario, const Party& to) {
  const ExternalSpec* external = scenario.FindExternal(to.name);
  if (external == nullptr) return {};  // explain may ask for any address outside
  const auto index = static_cast<std::uint32_t>(external - scenario.externals.data());
  return {index + 1, static_cast<std::uint16_t>(external->port)};
}

std::vector<PodId> ClientsOf(const cluster::Cluster& cluster, const Party& from) {
  if (from.kind == Party::Kind::kExternal) return {};
  const cluster::WorkloadId id = cluster.FindWorkload(from.ns, from.name);
  return id.valid() ? cluster.pods_of(id) : std::vector<PodId>();
}

void TrafficBuilder::AddCall(const CallSpec& call) {
  EdgeModel edge;
  edge.name = call.from.ToString() + " -> " + call.to.ToString();
  edge.client_application = cluster_.FindWorkload(call.from.ns, call.from.name).value();
  edge.per_request = call.per_request;
  edge.parallel = call.parallel;
  edge.request = call.request;
  edge.response = call.response;
  edge.reuse_connection = call.reuse_connection;
  edge.timeout = model_.defaults.timeout;
  if (call.to.kind == Party::Kind::kExternal) {
    const Ends ends{ClientsOf(cluster_, call.from), {}, call.where, edge.name};
    AddOutside(ends, call.to, edge);
  } else if (const auto to = ResolveTarget(cluster_, call.to, call.port, call.http)) {
    const Ends ends{ClientsOf(cluster_, call.from), *to, call.where, edge.name};
    if (!ends.clients.empty()) AddTargets(ends, edge);
  }
  model_.applications[edge.client_application].calls.push_back(
      static_cast<std::uint32_t>(model_.edges.size()));
  model_.edges.push_back(std::move(edge));
  model_.call_edges = static_cast<std::uint32_t>(model_.edges.size());
}

void TrafficBuilder::AddTraffic(const TrafficSpec& traffic) {
  EdgeModel edge;
  edge.name = traffic.ToString();
  edge.request = traffic.request;
  edge.response = traffic.response;
  edge.reuse_connection = traffic.reuse_connection && traffic.kind != TrafficKind::kCrr;
  edge.echo = traffic.kind != TrafficKind::kOpenLoop;
  edge.timeout = model_.defaults.timeout;
  SourceModel source;
  source.name = edge.name;
  source.kind = KindOf(traffic);
  source.edge = static_cast<std::uint32_t>(model_.edges.size());
  source.rate = traffic.rate;
  source.burst = traffic.burst;
  source.connections = static_cast<std::uint32_t>(traffic.connections);
  if (traffic.to.kind == Party::Kind::kExternal) {
    const Ends ends{ClientsOf(cluster_, traffic.from), {}, traffic.where, edge.name};
    AddOutside(ends, traffic.to, edge);
    for (const PodId pod : ends.clients) source.clients.push_back(pod.value());
  } else if (const auto to = ResolveTarget(cluster_, traffic.to, traffic.port, traffic.http)) {
    if (to->target.service.service != nullptr) {
      edge.local_entry = to->target.service.service->service.external_traffic_policy ==
                         cluster::TrafficPolicy::kLocal;
    }
    const Ends ends{ClientsOf(cluster_, traffic.from), *to, traffic.where, edge.name};
    const bool outside = traffic.from.kind == Party::Kind::kExternal;
    if (outside || !ends.clients.empty()) {
      AddTargets(ends, edge);
      for (const PodId pod : ends.clients) source.clients.push_back(pod.value());
      if (edge.echo && !outside) PairEnds(traffic, ends, source);
    }
  }
  model_.edges.push_back(std::move(edge));
  model_.sources.push_back(std::move(source));
}

// Servers of one template are alike to policies and Services: one target for each.
void TrafficBuilder::AddTargets(const Ends& ends, EdgeModel& edge) {
  const cluster::PlacedService* service = ends.to.target.service.service;
  edge.to_backend = service == nullptr || service->service.type == cluster::ServiceType::kHeadless;
  std::map<std::uint32_t, std::uint32_t> target_of_template;
  for (const PodId server : ends.to.servers) {
    const auto [found, is_new] = target_of_template.try_emplace(
        cluster_.pod(server).pod_template, static_cast<std::uint32_t>(edge.targets.size()));
    if (is_new) {
      std::optional<PodId> client;
      if (!ends.clients.empty()) client = ends.clients.front();
      workload::TargetModel target;
      target.admission =
          FlowClassifier::AdmissionOf(classifier_.Judge(client, server, ends.to.target));
      const auto compile = [&](Locality locality) {
        target.flows[Index(locality)] =
            FlowOf(classifier_.Classify(client, server, ends.to.target, locality), ends);
      };
      compile(Locality::kOtherNode);
      compile(client ? Locality::kSameNode : Locality::kViaNode);
      edge.targets.push_back(target);
    }
    edge.backends.push_back({server.value(), found->second});
  }
}

void TrafficBuilder::AddOutside(const Ends& ends, const Party& to, EdgeModel& edge) {
  if (ends.clients.empty()) return;
  const OutsideTarget target = ResolveOutside(scenario_, to);
  const PodId client = ends.clients.front();
  const std::optional<FlowClass> flow = classifier_.ClassifyOut(client, target);
  if (!flow) {
    diagnostics_.Error(ends.where, ends.name,
                       "traffic of pods in the host's network to the outside is not modelled");
    return;
  }
  workload::TargetModel servers;
  servers.admission = FlowClassifier::AdmissionOf(classifier_.JudgeOut(client, target));
  servers.flows[Index(Locality::kOtherNode)] = FlowOf(*flow, ends);
  edge.targets.push_back(servers);
  edge.external = target.external - 1;
}

std::uint32_t TrafficBuilder::FlowOf(const FlowClass& flow, const Ends& ends) {
  if (profile_.Find(flow.path) == nullptr) {
    diagnostics_.Error(ends.where, ends.name,
                       "the CNI profile '" + profile_.name() + "' has no path " +
                           std::string(datapath::Name(flow.path)));
    return workload::kNone;
  }
  const auto [found, is_new] =
      flows_.try_emplace(flow, static_cast<std::uint32_t>(flow_classes_.size()));
  if (is_new) flow_classes_.push_back(flow);
  return found->second;
}

// Benchmarks run between given ends: on two nodes, or on one.
void TrafficBuilder::PairEnds(const TrafficSpec& traffic, const Ends& ends, SourceModel& source) {
  std::vector<std::uint32_t> clients;
  for (std::size_t i = 0; i < ends.clients.size(); ++i) {
    for (std::size_t j = 0; j < ends.to.servers.size(); ++j) {
      const PodId client = ends.clients[i];
      const PodId server = ends.to.servers[(i + j) % ends.to.servers.size()];
      const bool same = cluster_.pod(client).node == cluster_.pod(server).node;
      if (client == server || same != traffic.same_node) continue;
      clients.push_back(client.value());
      source.servers.push_back(static_cast<std::uint32_t>((i + j) % ends.to.servers.size()));
      break;
    }
  }
  if (clients.empty()) {
    diagnostics_.Warning(traffic.where, ends.name,
                         std::string("no two of its pods are on ") +
                             (traffic.same_node ? "one node" : "different nodes") +
                             ", so it runs between any",
                         "");
    return;
  }
  source.clients = clients;
  std::vector<std::uint32_t> servers;
  for (std::uint32_t i = 0; i < source.connections; ++i) {
    servers.push_back(source.servers[i % source.servers.size()]);
  }
  source.servers = servers;
}

}  // namespace cnisim::scenario

#include "analysis/explain/path_finder.h"

#include <algorithm>
#include <set>

#include "models/document/spelling.h"
#include "models/workload/latency_profile.h"

namespace cnisim::explain {
namespace {

using datapath::PathKind;
using scenario::Party;
using scenario::PreparedConfiguration;

/// The one namespace that has a workload or Service of this name; "default" if none or several do.
std::string NamespaceOf(const scenario::Scenario& scenario, std::string_view name) {
  std::set<std::string> namespaces;
  for (const cluster::Service& service : scenario.objects.services) {
    if (service.name == name) namespaces.insert(service.ns);
  }
  for (const cluster::Workload& workload : scenario.objects.workloads) {
    if (workload.name == name) namespaces.insert(workload.ns);
  }
  return namespaces.size() == 1 ? *namespaces.begin() : "default";
}

/// "ns/name", or "name" where that is enough.
Party Named(const scenario::Scenario& scenario, Party::Kind kind, std::string_view name) {
  Party party;
  party.kind = kind;
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) {
    party.ns = NamespaceOf(scenario, name);
    party.name = std::string(name);
  } else {
    party.ns = std::string(name.substr(0, slash));
    party.name = std::string(name.substr(slash + 1));
  }
  return party;
}

std::vector<std::string> KnownNames(const scenario::Scenario& scenario) {
  std::set<std::string> names{"external"};
  for (const cluster::Service& service : scenario.objects.services) {
    Party party;
    party.kind = Party::Kind::kService;
    party.ns = service.ns;
    party.name = service.name;
    names.insert(party.ToString());
  }
  for (const cluster::Workload& workload : scenario.objects.workloads) {
    Party party;
    party.kind = Party::Kind::kWorkload;
    party.ns = workload.ns;
    party.name = workload.name;
    names.insert(party.ToString());
  }
  return {names.begin(), names.end()};
}

workload::FabricPlace PlaceOf(const cluster::Node& node) {
  return {static_cast<std::size_t>(node.zone), static_cast<std::uint32_t>(node.proximity_group)};
}

workload::FabricPlace PlaceOf(const PreparedConfiguration& prepared, const std::string& node) {
  for (const cluster::Node& candidate : prepared.cluster().nodes()) {
    if (candidate.name == node) return PlaceOf(candidate);
  }
  return {};
}

std::string SourceOf(const datapath::StageCost& cost) {
  if (cost.status == datapath::CostStatus::kAssumed) return "assumed: " + cost.why;
  return std::string(Name(cost.status)) + ": " + cost.source.title + ", " + cost.source.where;
}

FabricLeg Leg(const workload::FabricDelay& delay, const std::string& cost_id,
              const datapath::CostModel& costs) {
  FabricLeg leg;
  leg.mean = Nanoseconds(static_cast<double>(delay.mean.nanos()));
  if (const datapath::StageCost* cost = costs.Find(cost_id)) {
    leg.what = cost->does;
    leg.source = SourceOf(*cost);
  }
  return leg;
}

bool ComesFromOutside(PathKind path) {
  return path == PathKind::kExternalToPod || path == PathKind::kExternalToPodViaNode ||
         path == PathKind::kPodToExternal;
}

/// From any other node to the server's: the entry node is not fixed.
FabricLeg MeanLegTo(const std::string& server_node, const PreparedConfiguration& prepared,
                    const workload::Latency& latency) {
  const workload::FabricPlace server = PlaceOf(prepared, server_node);
  double sum = 0;
  double nodes = 0;
  for (const cluster::Node& node : prepared.cluster().nodes()) {
    if (node.name == server_node) continue;
    sum += static_cast<double>(latency.Between(PlaceOf(node), server).mean.nanos());
    ++nodes;
  }
  FabricLeg leg;
  leg.mean = Nanoseconds(nodes > 0 ? sum / nodes : 0);
  leg.what = "entry node to the backend's, mean over nodes";
  leg.source = "as between nodes of these zones";
  return leg;
}

std::vector<FabricLeg> LegsOf(const scenario::EdgeFlow& edge, const PreparedConfiguration& prepared,
                              const workload::LatencyProfile& profile,
                              const scenario::ExternalSpec* outside) {
  std::vector<FabricLeg> legs;
  if (OnOneNode(edge.flow.path)) return legs;
  const workload::Latency latency = profile.Resolve(prepared.costs());
  if (outside != nullptr && outside->rtt) {
    FabricLeg leg;
    leg.mean = Nanoseconds(static_cast<double>(outside->rtt->nanos()) / 2);
    leg.what = "from a node to " + outside->name;
    leg.source = "the scenario: externals." + outside->name + ".rtt";
    legs.push_back(leg);
    return legs;
  }
  if (ComesFromOutside(edge.flow.path)) {
    legs.push_back(Leg(latency.external, profile.external.cost, prepared.costs()));
    if (edge.flow.path == PathKind::kExternalToPodViaNode) {
      legs.push_back(MeanLegTo(edge.server_node, prepared, latency));
    }
    return legs;
  }
  const workload::FabricPlace from = PlaceOf(prepared, edge.client_node);
  const workload::FabricPlace to = PlaceOf(prepared, edge.server_node);
  legs.push_back(Leg(latency.Between(from, to), profile.Between(from, to).cost, prepared.costs()));
  return legs;
}

/// What a node's VM size sends at most; the default of sizes that publish nothing.
BitsPerSecond EgressOf(const std::string& node, const PreparedConfiguration& prepared,
                       const scenario::Catalog& catalog) {
  for (const cluster::Node& candidate : prepared.cluster().nodes()) {
    if (candidate.name != node) continue;
    const azure::VmSize* size = catalog.vm_sizes.Find(prepared.cluster().pool(candidate.pool).sku);
    if (size != nullptr && size->bandwidth) return *size->bandwidth;
    return catalog.workload.egress;
  }
  return {};
}

}  // namespace

std::optional<Party> FindParty(const scenario::Scenario& scenario, std::string_view name,
                               bool as_server, document::Diagnostics& diagnostics) {
  if (name == "external") return Party{};
  if (as_server && scenario.FindExternal(name) != nullptr) {
    return Party{Party::Kind::kExternal, "", std::string(name), {}};
  }
  const Party service = Named(scenario, Party::Kind::kService, name);
  const Party workload = Named(scenario, Party::Kind::kWorkload, name);
  const bool has_service = scenario.objects.FindService(service.ns, service.name) != nullptr;
  const bool has_workload = scenario.objects.FindWorkload(workload.ns, workload.name) != nullptr;
  if (as_server && has_service) return service;
  if (has_workload) return workload;
  if (has_service && !as_server) {
    diagnostics.Error(document::SourceLocation{}, "",
                      document::Quote(name) + " is a Service and calls nobody",
                      "name the workload that calls");
    return std::nullopt;
  }
  diagnostics.Error(document::SourceLocation{}, "",
                    "the scenario has no workload or Service " + document::Quote(name),
                    document::SpellingHint(name, KnownNames(scenario)));
  return std::nullopt;
}

std::optional<ExchangeSizes> SizesBetween(const scenario::Scenario& scenario, const Party& from,
                                          const Party& to) {
  for (const scenario::CallSpec& call : scenario.calls) {
    if (call.from == from && call.to == to) return ExchangeSizes{call.request, call.response};
  }
  for (const scenario::TrafficSpec& traffic : scenario.traffic) {
    if (traffic.from == from && traffic.to == to) {
      return ExchangeSizes{traffic.request, traffic.response};
    }
  }
  return std::nullopt;
}

std::vector<PathQuestion> FindPaths(const scenario::Scenario& scenario,
                                    const PreparedConfiguration& prepared,
                                    const scenario::Catalog& catalog, const Party& from,
                                    const Party& to, int port, const ExchangeSizes& sizes) {
  const workload::LatencyProfile* latency = catalog.latency.Find(scenario.cluster.latency);
  const scenario::ExternalSpec* outside =
      to.kind == Party::Kind::kExternal ? scenario.FindExternal(to.name) : nullptr;
  std::vector<PathQuestion> questions;
  for (const scenario::EdgeFlow& edge : prepared.FlowsBetween(from, to, port)) {
    PathQuestion question;
    question.configuration = prepared.name();
    question.client = edge.client;
    question.server = edge.server;
    question.verdict = edge.verdict;
    question.lookup = prepared.LookupBetween(from, to);
    question.share = edge.share;
    question.profile = &prepared.profile();
    question.switches = prepared.switches();
    question.flow = edge.flow;
    question.costs = &prepared.costs();
    question.documented_whole = Bytes(catalog.limits[azure::LimitId::kNetworkWholePacket]);
    question.request = sizes.request;
    question.reply = sizes.reply;
    question.egress = {EgressOf(edge.client_node, prepared, catalog),
                       EgressOf(edge.server_node, prepared, catalog),
                       EgressOf(edge.server_node, prepared, catalog)};
    if (latency != nullptr) question.legs = LegsOf(edge, prepared, *latency, outside);
    questions.push_back(std::move(question));
  }
  return questions;
}

}  // namespace cnisim::explain

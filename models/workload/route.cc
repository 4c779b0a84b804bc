#include "models/workload/route.h"

#include "sim/base/check.h"

namespace cnisim::workload {
namespace {

// Connections that a client keeps to one server are told apart by so many source ports, as far as
// the choice of a receive queue goes.
constexpr std::uint32_t kPortsPerPair = 4;

// A backend on `node`, at random.
std::uint32_t LocalBackend(const TrafficContext& context, const EdgeModel& edge, std::uint32_t node,
                           RandomStream& choice) {
  std::uint32_t local = 0;
  for (const Backend& backend : edge.backends) {
    if (context.node_of(backend.pod) == node) ++local;
  }
  std::uint32_t skip = choice.Below(local);
  for (std::uint32_t index = 0;; ++index) {
    if (context.node_of(edge.backends[index].pod) == node && skip-- == 0) return index;
  }
}

bool OpensConnection(const TrafficContext& context, const EdgeModel& edge, std::uint32_t key,
                     Admission admission) {
  const bool never_established = admission == Admission::kDroppedAtClient ||
                                 admission == Admission::kDroppedAtServer ||
                                 admission == Admission::kRefused;
  if (!edge.reuse_connection || never_established) return true;
  if (edge.echo) return false;  // a benchmark keeps its connection for good
  RandomStream renewal = context.Stream(key, Purpose::kRenewal);
  return renewal.Below(context.model().defaults.requests_per_connection) == 0;
}

// To a server outside, at one of its addresses.
void RouteOut(const TrafficContext& context, const Caller& caller, std::uint32_t key, Call& call) {
  const EdgeModel& edge = context.model().edges[caller.edge];
  RandomStream choice = context.Stream(key, Purpose::kBackend);
  call.server_pod = context.first_destination(edge.external) +
                    choice.Below(context.model().externals[edge.external].addresses);
  call.server_host = context.external_host();
  call.plan = context.PlanOf(caller.edge, 0, Locality::kOtherNode);
  call.admission = edge.targets[0].admission;
  const std::uint32_t port = edge.reuse_connection ? key % kPortsPerPair : key;
  call.flow_hash = CallKey(caller.pod, kNone - call.server_pod, port);
}

}  // namespace

bool RouteCall(const TrafficContext& context, const Caller& caller, std::uint32_t key, Call& call) {
  const Model& model = context.model();
  const EdgeModel& edge = model.edges[caller.edge];
  CNISIM_CHECK(edge.has_server(), "a call has somewhere to go");
  if (edge.external != kNone) {
    RouteOut(context, caller, key, call);
    return OpensConnection(context, edge, key, call.admission);
  }
  RandomStream choice = context.Stream(key, Purpose::kBackend);
  std::uint32_t index = caller.backend;
  Locality locality = Locality::kOtherNode;
  call.via_host = kNone;
  if (caller.host == context.external_host() && edge.local_entry) {
    const auto& nodes = context.entry_nodes(caller.edge);
    const std::uint32_t node = nodes[choice.Below(static_cast<std::uint32_t>(nodes.size()))];
    index = LocalBackend(context, edge, node, choice);
  } else {
    const auto backends = static_cast<std::uint32_t>(edge.backends.size());
    if (index == kNone) index = choice.Below(backends);
    if (caller.host == context.external_host()) {
      const std::uint32_t node = choice.Below(context.external_host());
      if (node != context.node_of(edge.backends[index].pod)) {
        call.via_host = node;
        locality = Locality::kViaNode;
      }
    }
  }
  const Backend& backend = edge.backends[index];
  call.server_pod = backend.pod;
  call.server_host = context.node_of(backend.pod);
  if (call.server_host == caller.host) locality = Locality::kSameNode;
  call.plan = context.PlanOf(caller.edge, backend.target, locality);
  call.admission = edge.targets[backend.target].admission;
  const std::uint32_t port = edge.reuse_connection && !edge.echo ? key % kPortsPerPair : key;
  call.flow_hash = CallKey(caller.pod, backend.pod, port);
  return OpensConnection(context, edge, key, call.admission);
}

}  // namespace cnisim::workload

#include "models/workload/endpoint_churn.h"

#include <algorithm>

namespace cnisim::workload {

EndpointChurn::EndpointChurn(const Model& model, std::uint32_t external_host,
                             std::uint32_t local_pods)
    : model_(model), external_host_(external_host), callers_(std::size_t{local_pods} + 1) {
  const bool any = std::any_of(model.edges.begin(), model.edges.end(),
                               [](const EdgeModel& edge) { return !edge.changes.empty(); });
  if (!any) return;  // nothing to mark, on thousands of hosts
  std::size_t size = 0;
  for (const EdgeModel& edge : model.edges) {
    first_.push_back(size);
    size += edge.changes.size() * callers_;
  }
  reconnected_.assign(size, false);
}

bool EndpointChurn::Begin(SimTime now, std::uint32_t caller_pod, bool opens, Call& call) {
  const std::vector<EndpointChange>& changes = model_.edges[call.edge].changes;
  if (changes.empty()) return opens;
  // Clients outside have their Service looked up where they enter.
  std::uint32_t looked_up = call.client_host;
  if (call.client_host == external_host_) {
    looked_up = call.via_host == kNone ? call.server_host : call.via_host;
  }
  const std::size_t caller = caller_pod == kNone ? callers_ - 1 : caller_pod;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const EndpointChange& change = changes[i];
    if (change.pod != call.server_pod || now < change.gone) continue;
    if (now < change.in_force[looked_up]) {
      call.admission = now < change.silent ? Admission::kReset : Admission::kGone;
      return true;
    }
    const std::size_t mark = first_[call.edge] + i * callers_ + caller;
    if (!reconnected_[mark]) opens = true;
    reconnected_[mark] = true;
  }
  return opens;
}

bool EndpointChurn::CutOff(const Call& call, SimTime begun, SimTime now) const {
  const std::vector<EndpointChange>& changes = model_.edges[call.edge].changes;
  return std::any_of(changes.begin(), changes.end(), [&](const EndpointChange& change) {
    return change.pod == call.server_pod && begun < change.gone && change.gone <= now;
  });
}

}  // namespace cnisim::workload

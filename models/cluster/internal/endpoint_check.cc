#include "models/cluster/internal/endpoint_check.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/document/spelling.h"

namespace cnisim::cluster::internal {

using document::Diagnostics;
using document::Quote;

namespace {

// What may stand behind the Services of one namespace, each in the order of the files.
struct Backends {
  std::vector<const Workload*> workloads;
  std::vector<const Pod*> pods;
  std::set<std::string_view> services_with_slices;
};

std::map<std::string_view, Backends> ByNamespace(const Objects& objects) {
  std::map<std::string_view, Backends> by_namespace;
  for (const Workload& workload : objects.workloads) {
    by_namespace[workload.ns].workloads.push_back(&workload);
  }
  for (const Pod& pod : objects.pods) by_namespace[pod.ns].pods.push_back(&pod);
  for (const EndpointSlice& slice : objects.endpoint_slices) {
    if (slice.endpoints.empty()) continue;
    by_namespace[slice.ns].services_with_slices.insert(slice.service);
  }
  return by_namespace;
}

// "did you mean app=cart?" when a label of the selector is a slip of one that pods have.
std::string NearLabelHint(const Backends& backends, const Service& service) {
  std::map<std::string, std::set<std::string>> values;  // key -> values, in the Service's namespace
  const auto collect = [&values](const Labels& labels) {
    for (const auto& [key, value] : labels) values[key].insert(value);
  };
  for (const Workload* workload : backends.workloads) collect(workload->pod_labels);
  for (const Pod* pod : backends.pods) collect(pod->labels);
  if (values.empty()) return "namespace " + service.ns + " has no pods";
  for (const auto& [key, value] : service.selector) {
    const auto known = values.find(key);
    if (known == values.end()) {
      std::vector<std::string> keys;
      for (const auto& [other, unused] : values) keys.push_back(other);
      return "no pod of namespace " + service.ns + " has the label " + Quote(key) + "; " +
             document::SpellingHint(key, std::move(keys));
    }
    if (known->second.count(value) > 0) continue;
    return "no pod of namespace " + service.ns + " has " + key + '=' + value + "; " +
           document::SpellingHint(value, {known->second.begin(), known->second.end()});
  }
  return "no single pod has all of these labels";
}

void CheckEndpointsOf(const Backends& backends, const Service& service, Diagnostics& diagnostics) {
  if (service.type == ServiceType::kExternalName) return;
  if (backends.services_with_slices.count(service.name) > 0) return;
  if (service.selector.empty()) {
    // The API server looks after its own Service.
    if (service.ns == "default" && service.name == "kubernetes") return;
    diagnostics.Warning(service.where, "",
                        "Service " + service.ToString() +
                            " has no selector and no EndpointSlice: nothing answers there");
    return;
  }
  bool selected = false;
  bool running = false;
  std::set<std::string> port_names;
  const auto consider = [&](const Labels& labels, const std::vector<ContainerPort>& ports,
                            bool runs) {
    if (!Selects(service.selector, labels)) return;
    selected = true;
    running = running || runs;
    for (const ContainerPort& port : ports) {
      if (!port.name.empty()) port_names.insert(port.name);
    }
  };
  for (const Workload* workload : backends.workloads) {
    consider(workload->pod_labels, workload->ports,
             workload->replicas > 0 || workload->kind == WorkloadKind::kDaemonSet);
  }
  for (const Pod* pod : backends.pods) {
    if (!pod->completed()) consider(pod->labels, pod->ports, true);
  }
  const document::Severity severity =
      service.live ? document::Severity::kWarning : document::Severity::kError;
  if (!selected) {
    diagnostics.Add({severity, service.selector_where, "",
                     "Service " + service.ToString() + " has no endpoints: it selects " +
                         cluster::ToString(service.selector) + ", and no pod matches",
                     NearLabelHint(backends, service)});
    return;
  }
  if (!running) {
    diagnostics.Warning(
        service.selector_where, "",
        "Service " + service.ToString() + " has no endpoints: what it selects has 0 replicas");
  }
  for (const ServicePort& port : service.ports) {
    const std::string& name = port.target_port.name;
    if (name.empty() || port_names.count(name) > 0) continue;
    diagnostics.Add({severity, port.where, "",
                     "port " + std::to_string(port.port) + " of Service " + service.ToString() +
                         " has no endpoints: no pod that it selects has a port named " +
                         Quote(name),
                     document::SpellingHint(name, {port_names.begin(), port_names.end()})});
  }
}

}  // namespace

void CheckServiceEndpoints(const Objects& objects, Diagnostics& diagnostics) {
  std::map<std::string_view, Backends> by_namespace = ByNamespace(objects);
  for (const Service& service : objects.services) {
    CheckEndpointsOf(by_namespace[service.ns], service, diagnostics);
  }
}

}  // namespace cnisim::cluster::internal

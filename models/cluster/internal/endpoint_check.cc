#include "models/cluster/internal/endpoint_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/document/spelling.h"

namespace cnisim::cluster::internal {

using document::Diagnostics;
using document::Quote;

namespace {

bool HasSlice(const Objects& objects, const Service& service) {
  return std::any_of(objects.endpoint_slices.begin(), objects.endpoint_slices.end(),
                     [&service](const EndpointSlice& slice) {
                       return slice.ns == service.ns && slice.service == service.name &&
                              !slice.endpoints.empty();
                     });
}

// "did you mean app=cart?" when a label of the selector is a slip of one that pods have.
std::string NearLabelHint(const Objects& objects, const Service& service) {
  std::map<std::string, std::set<std::string>> values;  // key -> values, in the Service's namespace
  const auto collect = [&values](const Labels& labels) {
    for (const auto& [key, value] : labels) values[key].insert(value);
  };
  for (const Workload& workload : objects.workloads) {
    if (workload.ns == service.ns) collect(workload.pod_labels);
  }
  for (const Pod& pod : objects.pods) {
    if (pod.ns == service.ns) collect(pod.labels);
  }
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

void CheckEndpointsOf(const Objects& objects, const Service& service, Diagnostics& diagnostics) {
  if (service.type == ServiceType::kExternalName || HasSlice(objects, service)) return;
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
  for (const Workload& workload : objects.workloads) {
    if (workload.ns != service.ns) continue;
    consider(workload.pod_labels, workload.ports,
             workload.replicas > 0 || workload.kind == WorkloadKind::kDaemonSet);
  }
  for (const Pod& pod : objects.pods) {
    if (pod.ns == service.ns && !pod.completed()) consider(pod.labels, pod.ports, true);
  }
  const document::Severity severity =
      service.live ? document::Severity::kWarning : document::Severity::kError;
  if (!selected) {
    diagnostics.Add({severity, service.selector_where, "",
                     "Service " + service.ToString() + " has no endpoints: it selects " +
                         cluster::ToString(service.selector) + ", and no pod matches",
                     NearLabelHint(objects, service)});
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
  for (const Service& service : objects.services) CheckEndpointsOf(objects, service, diagnostics);
}

}  // namespace cnisim::cluster::internal

#include "models/cluster/internal/service_fields.h"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/cluster/internal/fields.h"
#include "models/document/object_reader.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"

namespace cnisim::cluster::internal {

using document::Diagnostics;
using document::ObjectReader;
using document::Quote;
using document::UnknownKeys;
using document::Value;

namespace {

constexpr std::uint16_t kFirstNodePort = 30'000;
constexpr std::uint16_t kLastNodePort = 32'767;

std::optional<ServicePort> ReadServicePort(const Value& value, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kNotModelled);
  ServicePort port;
  port.where = value.where();
  port.name = reader.String("name").value_or("");
  port.protocol = ReadProtocol(reader);
  const std::optional<std::int64_t> number = reader.RequireInteger("port", 1, 65535);
  if (const Value* target = reader.Get("targetPort")) {
    const std::optional<std::int64_t> parsed = document::ParseInteger(target->text());
    if (target->is_scalar() && (!parsed || target->quoted()) && !target->text().empty()) {
      port.target_port.name = std::string(target->text());
    } else if (parsed && *parsed >= 0 && *parsed <= 65535) {
      port.target_port.number = static_cast<std::uint16_t>(*parsed);
    } else {
      diagnostics.Error(*target,
                        "expected a port number from 1 to 65535 or the name of a "
                        "container port, found " +
                            target->Describe());
    }
  }
  if (const auto node_port = reader.Integer("nodePort", 0, 65535)) {
    port.node_port = static_cast<std::uint16_t>(*node_port);
    if (*node_port != 0 && (*node_port < kFirstNodePort || *node_port > kLastNodePort)) {
      diagnostics.Error(*value.Find("nodePort"), "expected a node port from " +
                                                     std::to_string(kFirstNodePort) + " to " +
                                                     std::to_string(kLastNodePort) + ", found '" +
                                                     std::to_string(*node_port) + "'");
    }
  }
  reader.Ignore("appProtocol");
  reader.Finish();
  if (!number) return std::nullopt;
  port.port = static_cast<std::uint16_t>(*number);
  if (port.target_port.name.empty() && port.target_port.number == 0) {
    port.target_port.number = port.port;
  }
  return port;
}

void CheckServicePorts(const Service& service, const Value& ports, Diagnostics& diagnostics) {
  std::set<std::pair<Protocol, std::uint16_t>> seen;
  std::set<std::string> names;
  for (const ServicePort& port : service.ports) {
    if (!seen.emplace(port.protocol, port.port).second) {
      diagnostics.Error(port.where, ports.path(),
                        "port " + std::to_string(port.port) + '/' +
                            std::string(cluster::ToString(port.protocol)) + " stands twice");
    }
    if (service.ports.size() > 1 && port.name.empty()) {
      diagnostics.Error(port.where, ports.path(), "missing key 'name'",
                        "every port needs a name when a Service has more than one");
    } else if (!port.name.empty() && !names.insert(port.name).second) {
      diagnostics.Error(port.where, ports.path(),
                        "the port name " + Quote(port.name) + " stands twice");
    }
  }
}

EndpointSliceEndpoint ReadSliceEndpoint(const Value& value, bool has_addresses,
                                        Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kNotModelled);
  EndpointSliceEndpoint endpoint;
  if (const Value* addresses = reader.Sequence("addresses"); addresses && has_addresses) {
    for (const Value& address : addresses->items()) {
      if (const auto parsed = ReadAddress(address, diagnostics)) {
        endpoint.addresses.push_back(*parsed);
      }
    }
  }
  if (const Value* conditions = reader.Map("conditions")) {
    ObjectReader condition(*conditions, diagnostics, UnknownKeys::kNotModelled);
    endpoint.ready = condition.Boolean("ready").value_or(true);
    condition.Ignore("serving");
    condition.Ignore("terminating");
    condition.Finish();
  }
  endpoint.node_name = reader.String("nodeName").value_or("");
  if (const Value* target = reader.Map("targetRef")) {
    const Value* kind = target->Find("kind");
    const Value* name = target->Find("name");
    if (kind != nullptr && name != nullptr && kind->text() == "Pod") {
      endpoint.pod_name = std::string(name->text());
    }
  }
  reader.Ignore("zone");
  reader.Finish();
  return endpoint;
}

// A slice's port without number means all ports; such slices have no endpoints for a Service here.
std::optional<ContainerPort> ReadSlicePort(const Value& value, Diagnostics& diagnostics) {
  ObjectReader reader(value, diagnostics, UnknownKeys::kNotModelled);
  ContainerPort port;
  port.name = reader.String("name").value_or("");
  port.protocol = ReadProtocol(reader);
  const auto number = reader.Integer("port", 1, 65535);
  reader.Ignore("appProtocol");
  reader.Finish();
  if (!number) return std::nullopt;
  port.port = static_cast<std::uint16_t>(*number);
  return port;
}

}  // namespace

std::optional<Service> ReadService(const ManifestObject& object, Diagnostics& diagnostics) {
  CheckName(object, NameRule::kDnsLabel, diagnostics);
  Service service;
  service.ns = object.ns;
  service.name = object.name;
  service.where = object.where();
  ObjectReader reader(*object.value, diagnostics, UnknownKeys::kNotModelled);
  ReadHead(reader);
  reader.Ignore("status");
  if (const Value* internal = object.value->At(
          {"metadata", "annotations", "service.beta.kubernetes.io/azure-load-balancer-internal"})) {
    service.internal_load_balancer = internal->text() == "true";
  }
  service.live = object.value->At({"metadata", "uid"}) != nullptr;
  const Value* spec_value = reader.RequireMap("spec");
  reader.Finish();
  if (spec_value == nullptr) return std::nullopt;
  ObjectReader spec(*spec_value, diagnostics, UnknownKeys::kNotModelled);
  service.type = spec.Choice<ServiceType>("type", {{"ClusterIP", ServiceType::kClusterIp},
                                                   {"NodePort", ServiceType::kNodePort},
                                                   {"LoadBalancer", ServiceType::kLoadBalancer},
                                                   {"ExternalName", ServiceType::kExternalName}})
                     .value_or(ServiceType::kClusterIp);
  service.selector_where = spec_value->where();
  if (const Value* selector = spec.Map("selector")) {
    service.selector = ReadLabels(*selector, diagnostics);
    service.selector_where = selector->where();
  }
  std::vector<const Value*> addresses;
  const Value* cluster_ip = spec.Get("clusterIP");
  if (const Value* ips = spec.Sequence("clusterIPs")) {
    for (const Value& item : ips->items()) addresses.push_back(&item);
  }
  if (addresses.empty() && cluster_ip != nullptr && !cluster_ip->text().empty()) {
    addresses.push_back(cluster_ip);
  }
  for (const Value* address : addresses) {
    if (address->text() == "None") {
      service.type = ServiceType::kHeadless;
    } else if (const auto parsed = ReadAddress(*address, diagnostics)) {
      service.cluster_ips.push_back(*parsed);
    }
  }
  if (const Value* ports = spec.Sequence("ports")) {
    for (const Value& item : ports->items()) {
      if (auto port = ReadServicePort(item, diagnostics)) service.ports.push_back(std::move(*port));
    }
    CheckServicePorts(service, *ports, diagnostics);
  } else if (service.type != ServiceType::kHeadless && service.type != ServiceType::kExternalName) {
    spec.Error("missing key 'ports'");
  }
  const auto policy = [&spec](std::string_view key) {
    return spec
        .Choice<TrafficPolicy>(
            key, {{"Cluster", TrafficPolicy::kCluster}, {"Local", TrafficPolicy::kLocal}})
        .value_or(TrafficPolicy::kCluster);
  };
  service.external_traffic_policy = policy("externalTrafficPolicy");
  service.internal_traffic_policy = policy("internalTrafficPolicy");
  service.session_affinity =
      spec.Choice<bool>("sessionAffinity", {{"None", false}, {"ClientIP", true}}).value_or(false);
  service.source_ranges = ReadCidrs(spec.Sequence("loadBalancerSourceRanges"), diagnostics);
  if (const Value* ips = spec.Sequence("externalIPs")) {
    for (const Value& item : ips->items()) {
      if (const auto parsed = ReadAddress(item, diagnostics))
        service.external_ips.push_back(*parsed);
    }
  }
  service.external_name = spec.String("externalName").value_or("");
  service.traffic_distribution = spec.String("trafficDistribution").value_or("");
  spec.Ignore("ipFamilies");
  spec.Ignore("ipFamilyPolicy");
  spec.Ignore("allocateLoadBalancerNodePorts");
  spec.Finish();
  if (service.type == ServiceType::kExternalName && service.external_name.empty()) {
    spec.Error("missing key 'externalName'", "a Service of type ExternalName needs it");
  }
  return service;
}

EndpointSlice ReadEndpointSlice(const ManifestObject& object, Diagnostics& diagnostics) {
  EndpointSlice slice;
  slice.ns = object.ns;
  slice.name = object.name;
  slice.where = object.where();
  ObjectReader reader(*object.value, diagnostics, UnknownKeys::kNotModelled);
  const Labels labels = ReadHead(reader);
  if (const auto found = labels.find("kubernetes.io/service-name"); found != labels.end()) {
    slice.service = found->second;
  }
  const bool has_addresses = reader.String("addressType").value_or("IPv4") != "FQDN";
  if (const Value* endpoints = reader.Sequence("endpoints")) {
    for (const Value& item : endpoints->items()) {
      slice.endpoints.push_back(ReadSliceEndpoint(item, has_addresses, diagnostics));
    }
  }
  if (const Value* ports = reader.Sequence("ports")) {
    for (const Value& item : ports->items()) {
      if (auto port = ReadSlicePort(item, diagnostics)) slice.ports.push_back(std::move(*port));
    }
  }
  reader.Finish();
  return slice;
}

}  // namespace cnisim::cluster::internal

#include "models/service/service_shapes.h"

#include "sim/base/check.h"

namespace cnisim::service {

using cluster::ServiceType;
using cluster::TrafficPolicy;

bool HasStructure(const cluster::Service& service) {
  return service.type != ServiceType::kHeadless && service.type != ServiceType::kExternalName;
}

ServicePortShape ShapeOf(const cluster::Cluster& cluster, const cluster::PlacedService& placed,
                         std::size_t port, cluster::NodeId node) {
  const cluster::Service& service = placed.service;
  CNISIM_CHECK(HasStructure(service) && port < placed.endpoints.size(),
               "a shape is asked for a port that a proxy programs");
  ServicePortShape shape;
  shape.endpoints = static_cast<std::uint32_t>(placed.endpoints[port].size());
  for (const cluster::ServiceEndpoint& endpoint : placed.endpoints[port]) {
    if (endpoint.pod.valid() && cluster.pod(endpoint.pod).node == node) ++shape.local_endpoints;
  }
  const bool load_balancer = service.type == ServiceType::kLoadBalancer;
  shape.external_ips = static_cast<std::uint32_t>(service.external_ips.size());
  shape.load_balancer_ips = load_balancer ? 1 : 0;
  shape.source_ranges =
      load_balancer ? static_cast<std::uint32_t>(service.source_ranges.size()) : 0;
  shape.node_port = load_balancer || service.type == ServiceType::kNodePort;
  shape.client_ip_affinity = service.session_affinity;
  shape.internal_policy_local = service.internal_traffic_policy == TrafficPolicy::kLocal;
  // The policy means something only where something external arrives.
  shape.external_policy_local =
      service.external_traffic_policy == TrafficPolicy::kLocal && shape.externally_accessible();
  shape.health_check_node_port = load_balancer && shape.external_policy_local;
  return shape;
}

std::vector<ServicePortShape> ShapesOn(const cluster::Cluster& cluster, cluster::NodeId node) {
  std::vector<ServicePortShape> shapes;
  for (const cluster::PlacedService& placed : cluster.services()) {
    if (!HasStructure(placed.service)) continue;
    for (std::size_t port = 0; port < placed.endpoints.size(); ++port) {
      shapes.push_back(ShapeOf(cluster, placed, port, node));
    }
  }
  return shapes;
}

}  // namespace cnisim::service

#include "tests/property/service/random_services.h"

#include <string>

namespace cnisim::service {

TestService RandomService(RandomStream& random, int index) {
  TestService service;
  service.name = "S" + std::to_string(index);
  service.cluster_ip = "10.0." + std::to_string(index / 256) + "." + std::to_string(index % 256);
  const std::uint32_t endpoints = random.Below(4) == 0 ? 0 : random.Below(9);
  for (std::uint32_t i = 0; i < endpoints; ++i) {
    service.endpoints.push_back(
        {"10.244." + std::to_string(index % 200) + "." + std::to_string(i), random.Below(3) == 0});
  }
  const std::uint32_t kind = random.Below(4);
  if (kind >= 1) service.node_port = 30000 + index;
  if (kind >= 2) {
    for (std::uint32_t i = 0; i <= random.Below(2); ++i) {
      service.load_balancer_ips.push_back("20.0.0." + std::to_string(i));
    }
    for (std::uint32_t i = random.Below(5); i > 2; --i) {
      service.source_ranges.push_back("203.0.113." + std::to_string(i) + "/32");
    }
    service.node_in_source_ranges = !service.source_ranges.empty() && random.Below(2) == 0;
  }
  for (std::uint32_t i = random.Below(4); i > 2; --i)
    service.external_ips.push_back("198.51.100.9");
  service.affinity = random.Below(4) == 0;
  service.internal_local = random.Below(6) == 0;
  service.external_local = kind >= 1 && random.Below(3) == 0;
  if (service.external_local && kind >= 2) service.health_check_node_port = 31000 + index;
  return service;
}

ServicePortShape ShapeOf(const TestService& service) {
  ServicePortShape shape;
  shape.endpoints = static_cast<std::uint32_t>(service.endpoints.size());
  for (const TestEndpoint& e : service.endpoints) {
    if (e.on_this_node) ++shape.local_endpoints;
  }
  shape.external_ips = static_cast<std::uint32_t>(service.external_ips.size());
  shape.load_balancer_ips = static_cast<std::uint32_t>(service.load_balancer_ips.size());
  shape.source_ranges = static_cast<std::uint32_t>(service.source_ranges.size());
  shape.node_port = service.node_port != 0;
  shape.health_check_node_port = service.health_check_node_port != 0;
  shape.client_ip_affinity = service.affinity;
  shape.internal_policy_local = service.internal_local;
  shape.external_policy_local = service.external_local;
  shape.node_in_source_ranges = service.node_in_source_ranges;
  return shape;
}

}  // namespace cnisim::service

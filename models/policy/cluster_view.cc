#include "models/policy/cluster_view.h"

#include <set>

namespace cnisim::policy {

ClusterView ViewOf(const cluster::Objects& objects) {
  ClusterView view;
  view.namespaces = objects.namespaces;
  view.services = objects.services;
  std::set<std::string> nodes;
  for (const cluster::NodeObject& node : objects.nodes) {
    view.nodes.push_back({node.name, node.addresses});
    nodes.insert(node.name);
  }
  std::vector<bool> has_pods(objects.workloads.size(), false);
  for (const cluster::Pod& pod : objects.pods) {
    if (pod.completed()) continue;
    PodView one;
    one.ns = pod.ns;
    one.name = pod.name;
    one.labels = pod.labels;
    one.ports = pod.ports;
    one.ips = pod.ips;
    one.node = pod.node_name;
    one.host_network = pod.host_network;
    if (pod.workload.valid()) {
      one.workload = objects.workloads[pod.workload.value()].ToString();
      has_pods[pod.workload.value()] = true;
    }
    if (!pod.node_name.empty() && nodes.insert(pod.node_name).second) {
      view.nodes.push_back({pod.node_name, {}});
    }
    view.pods.push_back(std::move(one));
  }
  for (std::size_t i = 0; i < objects.workloads.size(); ++i) {
    const cluster::Workload& workload = objects.workloads[i];
    const bool daemon = workload.kind == cluster::WorkloadKind::kDaemonSet;
    if (has_pods[i] || (workload.replicas <= 0 && !daemon)) continue;
    PodView one;
    one.ns = workload.ns;
    one.name = workload.name;
    one.labels = workload.pod_labels;
    one.ports = workload.ports;
    one.host_network = workload.host_network;
    one.workload = workload.ToString();
    one.replicas = daemon ? 1U : static_cast<std::uint32_t>(workload.replicas);
    view.pods.push_back(std::move(one));
  }
  return view;
}

ClusterView ViewOf(const cluster::Cluster& cluster,
                   std::span<const std::optional<net::IpAddress>> pod_addresses,
                   std::span<const std::optional<net::IpAddress>> node_addresses) {
  ClusterView view;
  view.namespaces = cluster.namespaces();
  for (const cluster::PlacedService& service : cluster.services()) {
    view.services.push_back(service.service);
  }
  for (const cluster::Node& node : cluster.nodes()) {
    NodeView one{node.name, {}};
    const std::size_t index = node.id.value();
    if (index < node_addresses.size() && node_addresses[index]) {
      one.ips.push_back(*node_addresses[index]);
    }
    view.nodes.push_back(std::move(one));
  }
  for (const cluster::PlacedPod& pod : cluster.pods()) {
    const cluster::PodTemplate& shape = cluster.template_of(pod.id);
    PodView one;
    one.ns = shape.ns;
    one.name = pod.name;
    one.labels = shape.labels;
    one.ports = shape.ports;
    one.host_network = shape.host_network;
    one.ips = pod.ips;
    const std::size_t index = pod.id.value();
    if (index < pod_addresses.size() && pod_addresses[index]) {
      one.ips = {*pod_addresses[index]};
    }
    if (pod.node.valid()) one.node = cluster.node(pod.node).name;
    if (pod.workload.valid()) one.workload = cluster.workload(pod.workload).ToString();
    view.pods.push_back(std::move(one));
  }
  return view;
}

}  // namespace cnisim::policy

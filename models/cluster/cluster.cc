#include "models/cluster/cluster.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>

#include "sim/base/check.h"

namespace cnisim::cluster {

namespace {

constexpr std::string_view kSystemNamespace = "kube-system";
constexpr int kZones = 4;  // Azure's three, and 0 for none

// "westeurope-2" is 2; 0 when the name does not end in a zone's number.
int ZoneNumber(std::string_view zone) {
  if (zone.empty()) return 0;
  const char last = zone.back();
  return last >= '1' && last <= '3' ? last - '0' : 0;
}

// Port of a pod that a Service's target port means; 0 when the pod has none of that name.
std::uint16_t ResolvePort(const ServicePort& port, const PodTemplate& pod_template) {
  if (port.target_port.name.empty()) return port.target_port.number;
  for (const ContainerPort& candidate : pod_template.ports) {
    if (candidate.name == port.target_port.name && candidate.protocol == port.protocol) {
      return candidate.port;
    }
  }
  return 0;
}

}  // namespace

/// Fills a Cluster step by step; see BuildCluster() for what the steps do.
class ClusterBuilder {
 public:
  ClusterBuilder(const std::vector<NodePool>& pools, const Objects& objects,
                 const PlacementOptions& options, document::Diagnostics& diagnostics)
      : objects_(objects), options_(options), diagnostics_(diagnostics) {
    cluster_.pools_ = pools;
    cluster_.namespaces_ = objects.namespaces;
  }

  Cluster Build() {
    AddPoolsOfDump();
    AddNodes();
    AddWorkloads();
    PlaceGivenPods();
    for (const WorkloadId id : InPlacementOrder()) PlaceWorkload(id);
    FillNodes();
    AddServices();
    return std::move(cluster_);
  }

 private:
  // Pods of the workload that is being placed, by zone and by node.
  struct Spread {
    std::array<int, kZones> in_zone{};
    std::vector<int> on_node;  // [node id]
  };

  void AddPoolsOfDump() {
    if (!cluster_.pools_.empty()) return;
    for (const NodeObject& node : objects_.nodes) {
      const std::string name = node.pool.empty() ? "nodepool1" : node.pool;
      auto pool = std::find_if(cluster_.pools_.begin(), cluster_.pools_.end(),
                               [&name](const NodePool& p) { return p.name == name; });
      if (pool == cluster_.pools_.end()) {
        NodePool added;
        added.name = name;
        added.sku = node.instance_type;
        added.max_pods = node.max_pods;
        const auto mode = node.labels.find("kubernetes.azure.com/mode");
        if (mode != node.labels.end() && mode->second == "system") added.mode = PoolMode::kSystem;
        pool = cluster_.pools_.insert(cluster_.pools_.end(), std::move(added));
      }
      ++pool->count;
    }
  }

  void AddNodes() {
    for (std::uint32_t p = 0; p < cluster_.pools_.size(); ++p) {
      const NodePool& pool = cluster_.pools_[p];
      std::vector<const NodeObject*> dumped;
      for (const NodeObject& node : objects_.nodes) {
        if (node.pool == pool.name || (node.pool.empty() && pool.name == "nodepool1")) {
          dumped.push_back(&node);
        }
      }
      for (int i = 0; i < pool.count; ++i) {
        const auto index = static_cast<std::size_t>(i);
        AddNode(PoolId(p), i, index < dumped.size() ? dumped[index] : nullptr);
      }
    }
    load_.resize(cluster_.nodes_.size());
  }

  void AddNode(PoolId pool_id, int index, const NodeObject* dumped) {
    const NodePool& pool = cluster_.pool(pool_id);
    Node node;
    node.id = NodeId(static_cast<std::uint32_t>(cluster_.nodes_.size()));
    node.pool = pool_id;
    node.max_pods = pool.max_pods.value_or(options_.default_max_pods);
    if (!pool.zones.empty()) {
      node.zone = pool.zones[static_cast<std::size_t>(index) % pool.zones.size()];
    }
    if (!pool.proximity_placement_group.empty()) {
      std::uint32_t first = 0;  // pool of the group
      while (cluster_.pool(PoolId(first)).proximity_placement_group !=
             pool.proximity_placement_group) {
        ++first;
      }
      node.proximity_group = static_cast<int>(first) + 1;
    }
    node.name = "aks-" + pool.name + '-' + std::to_string(index);
    if (dumped != nullptr) {
      node.name = dumped->name;
      node.labels = dumped->labels;
      if (const int zone = ZoneNumber(dumped->zone); zone != 0) node.zone = zone;
    }
    node.labels.emplace("kubernetes.io/os", "linux");
    node.labels.emplace("kubernetes.io/hostname", node.name);
    node.labels.emplace("kubernetes.azure.com/agentpool", pool.name);
    node.labels.emplace("agentpool", pool.name);
    node.labels.emplace("kubernetes.azure.com/mode",
                        pool.mode == PoolMode::kSystem ? "system" : "user");
    node.labels.emplace("node.kubernetes.io/instance-type", pool.sku);
    has_user_pool_ = has_user_pool_ || pool.mode == PoolMode::kUser;
    node_ids_.emplace(node.name, node.id);
    cluster_.nodes_.push_back(std::move(node));
  }

  void AddWorkloads() {
    cluster_.workloads_ = objects_.workloads;
    cluster_.workloads_.insert(cluster_.workloads_.end(), options_.system_workloads.begin(),
                               options_.system_workloads.end());
    cluster_.workload_pods_.resize(cluster_.workloads_.size());
    given_.resize(cluster_.workloads_.size());
  }

  // The platform's workloads come first, and DaemonSets before what may stand anywhere.
  std::vector<WorkloadId> InPlacementOrder() const {
    std::vector<std::tuple<bool, bool, std::uint32_t>> order;
    for (std::uint32_t i = 0; i < cluster_.workloads_.size(); ++i) {
      const bool daemon = cluster_.workloads_[i].kind == WorkloadKind::kDaemonSet;
      order.emplace_back(!daemon, i < objects_.workloads.size(), i);
    }
    std::sort(order.begin(), order.end());
    std::vector<WorkloadId> ids;
    for (const auto& entry : order) ids.emplace_back(std::get<2>(entry));
    return ids;
  }

  std::uint32_t TemplateFor(PodTemplate wanted) {
    std::string key =
        wanted.ns + '|' + ToString(wanted.labels) + (wanted.host_network ? "|h" : "|");
    for (const ContainerPort& port : wanted.ports) {
      key +=
          '|' + port.name + ':' + std::to_string(port.port) + std::string(ToString(port.protocol));
    }
    const auto [place, added] = template_ids_.emplace(
        std::move(key), static_cast<std::uint32_t>(cluster_.templates_.size()));
    if (added) cluster_.templates_.push_back(std::move(wanted));
    return place->second;
  }

  bool HasRoom(const Node& node) const { return load_[node.id.value()] < node.max_pods; }

  bool MayRunOn(const Node& node, std::string_view ns, const Labels& selector) const {
    const bool system_pool = cluster_.pool(node.pool).mode == PoolMode::kSystem;
    if (system_pool && has_user_pool_ && ns != kSystemNamespace) return false;
    return Selects(selector, node.labels);
  }

  void Put(std::string name, WorkloadId workload, std::uint32_t pod_template, NodeId node,
           std::vector<net::IpAddress> ips = {}) {
    const PodId id(static_cast<std::uint32_t>(cluster_.pods_.size()));
    cluster_.pods_.push_back({id, std::move(name), workload, node, pod_template, std::move(ips)});
    ++load_[node.value()];
    if (workload.valid()) cluster_.workload_pods_[workload.value()].push_back(id);
  }

  // The best node for one more pod of a workload; invalid when none can take it.
  NodeId Choose(const std::vector<NodeId>& eligible, const Spread& spread) const {
    NodeId best;
    std::tuple<int, int, std::int64_t> best_rank;
    for (const NodeId id : eligible) {
      const Node& node = cluster_.node(id);
      if (!HasRoom(node)) continue;
      // Fullness in millionths, so that pools of different size compare as shares.
      const std::int64_t fullness =
          std::int64_t{load_[id.value()]} * 1'000'000 / std::max(1, node.max_pods);
      const std::tuple<int, int, std::int64_t> rank{
          spread.in_zone[static_cast<std::size_t>(node.zone)], spread.on_node[id.value()],
          fullness};
      if (best.valid() && rank >= best_rank) continue;
      best = id;
      best_rank = rank;
    }
    return best;
  }

  void Count(NodeId id, Spread& spread) const {
    ++spread.in_zone[static_cast<std::size_t>(cluster_.node(id).zone)];
    ++spread.on_node[id.value()];
  }

  std::vector<NodeId> Eligible(std::string_view ns, const Labels& selector) const {
    std::vector<NodeId> eligible;
    for (const Node& node : cluster_.nodes_) {
      if (MayRunOn(node, ns, selector)) eligible.push_back(node.id);
    }
    return eligible;
  }

  // Pods that the files contain themselves: on the node that they name, else on the best one.
  void PlaceGivenPods() {
    std::vector<const Pod*> free;
    for (const Pod& pod : objects_.pods) {
      if (pod.completed()) continue;
      if (pod.workload.valid()) given_[pod.workload.value()] = true;
      const auto node = node_ids_.find(pod.node_name);
      if (node == node_ids_.end()) {
        free.push_back(&pod);
        continue;
      }
      Put(pod.name, pod.workload, TemplateOf(pod), node->second, pod.ips);
    }
    Spread none;
    none.on_node.resize(cluster_.nodes_.size());
    for (const Pod* pod : free) {
      const NodeId node = Choose(Eligible(pod->ns, pod->node_selector), none);
      if (node.valid()) {
        Put(pod->name, pod->workload, TemplateOf(*pod), node, pod->ips);
        continue;
      }
      cluster_.unplaced_.push_back({pod->ns, pod->name, pod->workload, "no node can take it"});
      diagnostics_.Warning(pod->where, "", "pod " + pod->ToString() + " fits on no node");
    }
  }

  std::uint32_t TemplateOf(const Pod& pod) {
    return TemplateFor({pod.ns, pod.labels, pod.ports, pod.host_network});
  }

  void PlaceWorkload(WorkloadId id) {
    if (given_[id.value()]) return;
    const Workload& workload = cluster_.workload(id);
    const std::uint32_t pod_template =
        TemplateFor({workload.ns, workload.pod_labels, workload.ports, workload.host_network});
    if (workload.kind == WorkloadKind::kDaemonSet) {
      PlaceDaemonSet(id, workload, pod_template);
    } else {
      PlaceReplicas(id, workload, pod_template);
    }
  }

  // Kubernetes puts daemon pods on every node that they select, system pools included.
  void PlaceDaemonSet(WorkloadId id, const Workload& workload, std::uint32_t pod_template) {
    int wanted = 0;
    int missing = 0;
    for (const Node& node : cluster_.nodes_) {
      if (!Selects(workload.node_selector, node.labels)) continue;
      ++wanted;
      std::string name = workload.name + '-' + node.name;
      if (HasRoom(node)) {
        Put(std::move(name), id, pod_template, node.id);
      } else {
        ++missing;
        cluster_.unplaced_.push_back({workload.ns, std::move(name), id, "its node is full"});
      }
    }
    if (wanted == 0) {
      Warn(workload, "has no pods: its nodeSelector matches no node");
    } else if (missing > 0) {
      Warn(workload, "lacks " + std::to_string(missing) + " of " + std::to_string(wanted) +
                         " pods: their nodes are full (max_pods)");
    }
  }

  void PlaceReplicas(WorkloadId id, const Workload& workload, std::uint32_t pod_template) {
    const std::vector<NodeId> eligible = Eligible(workload.ns, workload.node_selector);
    const std::string reason = eligible.empty() ? "its nodeSelector matches no node"
                                                : "all " + std::to_string(eligible.size()) +
                                                      " nodes that may run it are full (max_pods)";
    Spread spread;
    spread.on_node.resize(cluster_.nodes_.size());
    int missing = 0;
    for (int replica = 0; replica < workload.replicas; ++replica) {
      std::string name = workload.name + '-' + std::to_string(replica);
      const NodeId node = missing > 0 ? NodeId() : Choose(eligible, spread);
      if (!node.valid()) {
        ++missing;
        cluster_.unplaced_.push_back({workload.ns, std::move(name), id, reason});
        continue;
      }
      Count(node, spread);
      Put(std::move(name), id, pod_template, node);
    }
    if (missing > 0) {
      Warn(workload, "lacks " + std::to_string(missing) + " of " +
                         std::to_string(workload.replicas) + " pods: " + reason);
    }
  }

  void Warn(const Workload& workload, const std::string& what) {
    diagnostics_.Warning(
        workload.where, "",
        std::string(ToString(workload.kind)) + ' ' + workload.ToString() + ' ' + what);
  }

  void FillNodes() {
    for (const PlacedPod& pod : cluster_.pods_) {
      cluster_.nodes_[pod.node.value()].pods.push_back(pod.id);
    }
  }

  void AddServices() {
    std::vector<std::vector<PodId>> pods_of_template(cluster_.templates_.size());
    for (const PlacedPod& pod : cluster_.pods_) {
      pods_of_template[pod.pod_template].push_back(pod.id);
    }
    for (const Service& service : objects_.services) {
      PlacedService placed;
      placed.id = ServiceId(static_cast<std::uint32_t>(cluster_.services_.size()));
      placed.service = service;
      placed.endpoints.resize(service.ports.size());
      if (service.type != ServiceType::kExternalName) {
        if (service.selector.empty()) {
          AddSliceEndpoints(placed);
        } else {
          AddSelectedEndpoints(placed, pods_of_template);
        }
      }
      cluster_.services_.push_back(std::move(placed));
    }
  }

  void AddSelectedEndpoints(PlacedService& placed,
                            const std::vector<std::vector<PodId>>& pods_of_template) const {
    const Service& service = placed.service;
    for (std::size_t t = 0; t < cluster_.templates_.size(); ++t) {
      const PodTemplate& pod_template = cluster_.templates_[t];
      if (pod_template.ns != service.ns || !Selects(service.selector, pod_template.labels)) {
        continue;
      }
      for (std::size_t p = 0; p < service.ports.size(); ++p) {
        const std::uint16_t port = ResolvePort(service.ports[p], pod_template);
        if (port == 0) continue;
        for (const PodId pod : pods_of_template[t]) {
          placed.endpoints[p].push_back({pod, std::nullopt, port});
        }
      }
    }
    for (std::vector<ServiceEndpoint>& endpoints : placed.endpoints) {
      std::sort(endpoints.begin(), endpoints.end(),
                [](const ServiceEndpoint& a, const ServiceEndpoint& b) { return a.pod < b.pod; });
    }
  }

  // Endpoints that somebody wrote by hand: addresses of pods, or of something outside.
  void AddSliceEndpoints(PlacedService& placed) const {
    const Service& service = placed.service;
    for (const EndpointSlice& slice : objects_.endpoint_slices) {
      if (slice.ns != service.ns || slice.service != service.name) continue;
      for (std::size_t p = 0; p < service.ports.size(); ++p) {
        for (const ContainerPort& port : slice.ports) {
          if (port.name != service.ports[p].name || port.protocol != service.ports[p].protocol) {
            continue;
          }
          for (const EndpointSliceEndpoint& endpoint : slice.endpoints) {
            if (endpoint.ready) AddAddresses(endpoint, service.ns, port.port, placed.endpoints[p]);
          }
        }
      }
    }
  }

  void AddAddresses(const EndpointSliceEndpoint& endpoint, std::string_view ns, std::uint16_t port,
                    std::vector<ServiceEndpoint>& endpoints) const {
    for (const net::IpAddress& address : endpoint.addresses) {
      const auto pod = std::find_if(
          cluster_.pods_.begin(), cluster_.pods_.end(), [&](const PlacedPod& candidate) {
            if (!endpoint.pod_name.empty()) {
              return candidate.name == endpoint.pod_name &&
                     cluster_.templates_[candidate.pod_template].ns == ns;
            }
            return std::find(candidate.ips.begin(), candidate.ips.end(), address) !=
                   candidate.ips.end();
          });
      if (pod != cluster_.pods_.end()) {
        endpoints.push_back({pod->id, std::nullopt, port});
      } else {
        endpoints.push_back({PodId(), address, port});
      }
    }
  }

  const Objects& objects_;
  const PlacementOptions& options_;
  document::Diagnostics& diagnostics_;
  Cluster cluster_;
  std::map<std::string, NodeId> node_ids_;             // by name
  std::map<std::string, std::uint32_t> template_ids_;  // by content
  std::vector<int> load_;                              // [node id], pods on it
  std::vector<bool> given_;                            // [workload id], its pods are in the files
  bool has_user_pool_ = false;
};

const PlacedService* Cluster::FindService(std::string_view ns, std::string_view name) const {
  for (const PlacedService& placed : services_) {
    if (placed.service.name == name && placed.service.ns == ns) return &placed;
  }
  return nullptr;
}

WorkloadId Cluster::FindWorkload(std::string_view ns, std::string_view name) const {
  for (std::uint32_t i = 0; i < workloads_.size(); ++i) {
    if (workloads_[i].name == name && workloads_[i].ns == ns) return WorkloadId(i);
  }
  return WorkloadId();
}

const Namespace* Cluster::FindNamespace(std::string_view name) const {
  for (const Namespace& ns : namespaces_) {
    if (ns.name == name) return &ns;
  }
  return nullptr;
}

Cluster BuildCluster(const std::vector<NodePool>& pools, const Objects& objects,
                     const PlacementOptions& options, document::Diagnostics& diagnostics) {
  return ClusterBuilder(pools, objects, options, diagnostics).Build();
}

}  // namespace cnisim::cluster

#include "models/cluster/cluster.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "models/cluster/internal/node_chooser.h"

namespace cnisim::cluster {

namespace {

using internal::NodeChooser;

constexpr std::string_view kSystemNamespace = "kube-system";

// "westeurope-2" is 2; 0 when the name does not end in a zone's number.
int ZoneNumber(std::string_view zone) {
  if (zone.empty()) return 0;
  const char last = zone.back();
  return last >= '1' && last <= '3' ? last - '0' : 0;
}

using FullName = std::pair<std::string_view, std::string_view>;  // namespace, name

template <class Object>
FullName NameOf(const Object& object) {
  return {object.ns, object.name};
}

// Indices of `count` objects by name; of equal names the first object comes first.
template <class NameAt>
std::vector<std::uint32_t> SortedByName(std::size_t count, NameAt name_at) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return name_at(a) < name_at(b); });
  return order;
}

// Index of the first object of that name.
template <class NameAt>
std::optional<std::uint32_t> FindByName(const std::vector<std::uint32_t>& order,
                                        std::string_view ns, std::string_view name,
                                        NameAt name_at) {
  const FullName wanted(ns, name);
  const auto found =
      std::lower_bound(order.begin(), order.end(), wanted,
                       [&](std::uint32_t index, const FullName& w) { return name_at(index) < w; });
  if (found == order.end() || name_at(*found) != wanted) return std::nullopt;
  return *found;
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
    cluster_.services_by_name_ = SortedByName(
        cluster_.services_.size(),
        [this](std::uint32_t index) { return NameOf(cluster_.services_[index].service); });
    cluster_.workloads_by_name_ =
        SortedByName(cluster_.workloads_.size(),
                     [this](std::uint32_t index) { return NameOf(cluster_.workloads_[index]); });
    return std::move(cluster_);
  }

 private:
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
    chooser_.AddNode(node);
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

  bool MayRunOn(const Node& node, std::string_view ns, const Labels& selector) const {
    const bool system_pool = cluster_.pool(node.pool).mode == PoolMode::kSystem;
    if (system_pool && has_user_pool_ && ns != kSystemNamespace) return false;
    return Selects(selector, node.labels);
  }

  /// Makes the pod of a place that chooser_ knows.
  void Add(std::string name, WorkloadId workload, std::uint32_t pod_template, NodeId node,
           std::vector<net::IpAddress> ips = {}) {
    const PodId id(static_cast<std::uint32_t>(cluster_.pods_.size()));
    cluster_.pods_.push_back({id, std::move(name), workload, node, pod_template, std::move(ips)});
    if (workload.valid()) cluster_.workload_pods_[workload.value()].push_back(id);
  }

  // The nodes that pods of a namespace with this selector may use.
  NodeChooser::Group& Eligible(std::string_view ns, const Labels& selector) {
    const auto [place, added] =
        groups_.try_emplace(std::pair(ns == kSystemNamespace, selector), NodeChooser::Group());
    if (!added) return place->second;
    std::vector<NodeId> eligible;
    for (const Node& node : cluster_.nodes_) {
      if (MayRunOn(node, ns, selector)) eligible.push_back(node.id);
    }
    place->second = chooser_.MakeGroup(eligible);
    return place->second;
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
      chooser_.Put(node->second);
      Add(pod.name, pod.workload, TemplateOf(pod), node->second, pod.ips);
    }
    for (const Pod* pod : free) {
      const auto nodes = chooser_.Spread(Eligible(pod->ns, pod->node_selector), /*pods=*/1);
      if (!nodes.empty()) {
        Add(pod->name, pod->workload, TemplateOf(*pod), nodes.front(), pod->ips);
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
      if (chooser_.HasRoom(node.id)) {
        chooser_.Put(node.id);
        Add(std::move(name), id, pod_template, node.id);
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
    NodeChooser::Group& eligible = Eligible(workload.ns, workload.node_selector);
    const std::vector<NodeId> nodes = chooser_.Spread(eligible, workload.replicas);
    const auto placed = static_cast<int>(nodes.size());
    for (int replica = 0; replica < placed; ++replica) {
      Add(ReplicaName(workload, replica), id, pod_template,
          nodes[static_cast<std::size_t>(replica)]);
    }
    const std::string reason = eligible.size() == 0
                                   ? "its nodeSelector matches no node"
                                   : "all " + std::to_string(eligible.size()) +
                                         " nodes that may run it are full (max_pods)";
    for (int replica = placed; replica < workload.replicas; ++replica) {
      cluster_.unplaced_.push_back({workload.ns, ReplicaName(workload, replica), id, reason});
    }
    const int missing = workload.replicas - placed;
    if (missing > 0) {
      Warn(workload, "lacks " + std::to_string(missing) + " of " +
                         std::to_string(workload.replicas) + " pods: " + reason);
    }
  }

  static std::string ReplicaName(const Workload& workload, int replica) {
    return workload.name + '-' + std::to_string(replica);
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
    for (std::size_t t = 0; t < cluster_.templates_.size(); ++t) {
      templates_of_namespace_[cluster_.templates_[t].ns].push_back(t);
    }
    IndexForSlices();
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
    const auto same_namespace = templates_of_namespace_.find(service.ns);
    if (same_namespace == templates_of_namespace_.end()) return;
    for (const std::size_t t : same_namespace->second) {
      const PodTemplate& pod_template = cluster_.templates_[t];
      if (!Selects(service.selector, pod_template.labels)) continue;
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
    const auto [first, last] = slices_.equal_range(std::pair(service.ns, service.name));
    for (auto each = first; each != last; ++each) {
      const EndpointSlice& slice = *each->second;
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
      const PodId pod = endpoint.pod_name.empty() ? Find(pods_by_ip_, address)
                                                  : Find(pods_by_name_, {ns, endpoint.pod_name});
      if (pod.valid()) {
        endpoints.push_back({pod, std::nullopt, port});
      } else {
        endpoints.push_back({PodId(), address, port});
      }
    }
  }

  template <class Key>
  static PodId Find(const std::map<Key, PodId>& pods, const std::type_identity_t<Key>& key) {
    const auto found = pods.find(key);
    return found == pods.end() ? PodId() : found->second;
  }

  // What endpoints that somebody wrote by hand are looked up in.
  void IndexForSlices() {
    if (objects_.endpoint_slices.empty()) return;
    for (const EndpointSlice& slice : objects_.endpoint_slices) {
      slices_.emplace(std::pair(slice.ns, slice.service), &slice);
    }
    for (const PlacedPod& pod : cluster_.pods_) {
      pods_by_name_.emplace(std::pair<std::string_view, std::string_view>(
                                cluster_.templates_[pod.pod_template].ns, pod.name),
                            pod.id);
      for (const net::IpAddress& ip : pod.ips) pods_by_ip_.emplace(ip, pod.id);
    }
  }

  const Objects& objects_;
  const PlacementOptions& options_;
  document::Diagnostics& diagnostics_;
  Cluster cluster_;
  std::map<std::string, NodeId> node_ids_;             // by name
  std::map<std::string, std::uint32_t> template_ids_;  // by content
  std::vector<bool> given_;                            // [workload id], its pods are in the files
  bool has_user_pool_ = false;
  NodeChooser chooser_;
  std::map<std::pair<bool, Labels>, NodeChooser::Group> groups_;  // by kube-system or not, selector

  // For Services; names point into objects_ and cluster_.
  std::map<std::string_view, std::vector<std::size_t>> templates_of_namespace_;
  std::multimap<std::pair<std::string, std::string>, const EndpointSlice*> slices_;  // by Service
  std::map<std::pair<std::string_view, std::string_view>, PodId> pods_by_name_;
  std::map<net::IpAddress, PodId> pods_by_ip_;
};

const PlacedService* Cluster::FindService(std::string_view ns, std::string_view name) const {
  const auto id = FindByName(services_by_name_, ns, name, [this](std::uint32_t index) {
    return NameOf(services_[index].service);
  });
  return id ? &services_[*id] : nullptr;
}

WorkloadId Cluster::FindWorkload(std::string_view ns, std::string_view name) const {
  const auto id = FindByName(workloads_by_name_, ns, name,
                             [this](std::uint32_t index) { return NameOf(workloads_[index]); });
  return id ? WorkloadId(*id) : WorkloadId();
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

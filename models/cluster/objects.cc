#include "models/cluster/objects.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "models/cluster/internal/endpoint_check.h"
#include "models/cluster/internal/fields.h"
#include "models/cluster/internal/pod_spec.h"
#include "models/cluster/internal/service_fields.h"
#include "models/document/object_reader.h"
#include "models/document/quantities.h"

namespace cnisim::cluster {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;
using internal::CheckName;
using internal::EdgeCandidate;
using internal::NameRule;
using internal::PodSpec;
using internal::ReadAddress;
using internal::ReadHead;
using internal::ReadPodSpec;

namespace {

constexpr std::int64_t kMaxReplicas = 100'000;

// Kinds that make pods, or make other workloads that do.  What an operator's own object owns is a
// workload like any other.
bool IsWorkload(std::string_view kind) {
  static constexpr std::array<std::string_view, 6> kKinds = {
      "CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

// Reads object by object, then ties together what refers to each other.
class Reader {
 public:
  Reader(const ManifestSet& manifests, Diagnostics& diagnostics, const ReadOptions& options)
      : manifests_(manifests), diagnostics_(diagnostics), options_(options) {}

  Objects Read();

 private:
  struct KindReader {
    std::string_view group;
    std::string_view kind;  // "": every kind of the group
    void (Reader::*read)(const ManifestObject&);
  };

  void ReadNamespace(const ManifestObject& object);
  void ReadNode(const ManifestObject& object);
  void ReadNodeStatus(const Value& status, NodeObject& node);
  void ReadPod(const ManifestObject& object);
  void ReadPodStatus(const Value& status, Pod& pod);
  void ReadWorkload(const ManifestObject& object);
  PodSpec ReadWorkloadSpec(const Value& value, Workload& workload);
  PodSpec ReadTemplate(const Value& value, Workload& workload);
  void ReadStrategy(const Value& value, Workload& workload);
  void CheckWorkloadSelector(const Workload& workload, const Value& selector);
  void AddService(const ManifestObject& object);
  void AddEndpointSlice(const ManifestObject& object);
  void LeaveToOthers(const ManifestObject&) {}

  void CollectConfigMaps();
  void ResolvePodOwners();
  void ResolveEdges();
  void AddNamedNamespaces();

  const ManifestSet& manifests_;
  Diagnostics& diagnostics_;
  const ReadOptions& options_;
  Objects objects_;
  std::map<std::string, WorkloadId> workload_ids_;     // "Deployment shop/cart"
  std::map<std::string, std::string> owner_of_owned_;  // owned ReplicaSet -> its Deployment
  std::vector<std::string> pod_owners_;                // [index into Objects::pods]
  std::vector<EdgeCandidate> edge_candidates_;
  internal::ConfigMaps config_maps_;
};

void Reader::ReadNamespace(const ManifestObject& object) {
  CheckName(object, NameRule::kDnsLabel, diagnostics_);
  ObjectReader reader(*object.value, diagnostics_, UnknownKeys::kNotModelled);
  Namespace ns{object.name, ReadHead(reader), object.where()};
  ns.labels[std::string(kNamespaceNameLabel)] = object.name;
  reader.Ignore("spec");
  reader.Ignore("status");
  reader.Finish();
  objects_.namespaces.push_back(std::move(ns));
}

void Reader::ReadNode(const ManifestObject& object) {
  CheckName(object, NameRule::kDnsSubdomain, diagnostics_);
  ObjectReader reader(*object.value, diagnostics_, UnknownKeys::kNotModelled);
  NodeObject node;
  node.name = object.name;
  node.where = object.where();
  node.labels = ReadHead(reader);
  const auto label = [&node](std::initializer_list<const char*> keys) -> std::string {
    for (const char* key : keys) {
      if (const auto found = node.labels.find(key); found != node.labels.end()) {
        return found->second;
      }
    }
    return {};
  };
  if (label({"kubernetes.io/os", "beta.kubernetes.io/os"}) == "windows") {
    diagnostics_.Error(node.where, "", "Windows nodes are not modelled: " + node.name);
  } else if (label({"type"}) == "virtual-kubelet") {
    diagnostics_.Error(node.where, "", "virtual nodes are not modelled: " + node.name);
  }
  node.pool = label({"kubernetes.azure.com/agentpool", "agentpool"});
  node.instance_type =
      label({"node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"});
  node.zone = label({"topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"});
  if (const Value* spec_value = reader.Map("spec")) {
    ObjectReader spec(*spec_value, diagnostics_, UnknownKeys::kNotModelled);
    node.pod_cidrs = internal::ReadCidrs(spec.Sequence("podCIDRs"), diagnostics_);
    if (const Value* cidr = spec.Get("podCIDR"); cidr != nullptr && node.pod_cidrs.empty()) {
      if (const auto parsed = internal::ReadCidr(*cidr, diagnostics_)) {
        node.pod_cidrs.push_back(*parsed);
      }
    }
    node.unschedulable = spec.Boolean("unschedulable").value_or(false);
    spec.Ignore("providerID");
    spec.Finish();
  }
  if (const Value* status = reader.Map("status")) ReadNodeStatus(*status, node);
  reader.Finish();
  objects_.nodes.push_back(std::move(node));
}

// Of a status only what places pods; the rest says how the node feels.
void Reader::ReadNodeStatus(const Value& status, NodeObject& node) {
  if (const Value* pods = status.At({"allocatable", "pods"})) {
    const auto number = document::ParseInteger(pods->text());
    if (number && *number >= 0 && *number <= kMaxReplicas) {
      node.max_pods = static_cast<int>(*number);
    } else {
      diagnostics_.Error(*pods, "expected a number of pods, found " + pods->Describe());
    }
  }
  const Value* addresses = status.Find("addresses");
  if (addresses == nullptr) return;
  for (const Value& item : addresses->items()) {
    const Value* type = item.Find("type");
    const Value* address = item.Find("address");
    if (type == nullptr || address == nullptr || type->text() != "InternalIP") continue;
    if (const auto parsed = ReadAddress(*address, diagnostics_)) node.addresses.push_back(*parsed);
  }
}

void Reader::ReadPod(const ManifestObject& object) {
  CheckName(object, NameRule::kDnsSubdomain, diagnostics_);
  ObjectReader reader(*object.value, diagnostics_, UnknownKeys::kNotModelled);
  Pod pod;
  pod.ns = object.ns;
  pod.name = object.name;
  pod.where = object.where();
  pod.labels = ReadHead(reader);
  if (const Value* spec = reader.RequireMap("spec")) {
    PodSpec read = ReadPodSpec(*spec, object.ns, config_maps_, diagnostics_);
    pod.ports = std::move(read.ports);
    pod.host_network = read.host_network;
    pod.node_name = std::move(read.node_name);
    pod.node_selector = std::move(read.node_selector);
  }
  if (const Value* status = reader.Map("status")) ReadPodStatus(*status, pod);
  reader.Finish();
  objects_.pods.push_back(std::move(pod));
  pod_owners_.push_back(internal::Owner(object));
}

// Phase and addresses; the rest of a status says how the pod came to be, not what it is.
void Reader::ReadPodStatus(const Value& status, Pod& pod) {
  ObjectReader reader(status, diagnostics_, UnknownKeys::kNotModelled);
  pod.phase = reader
                  .Choice<PodPhase>("phase", {{"Pending", PodPhase::kPending},
                                              {"Running", PodPhase::kRunning},
                                              {"Succeeded", PodPhase::kSucceeded},
                                              {"Failed", PodPhase::kFailed},
                                              {"Unknown", PodPhase::kUnknown}})
                  .value_or(PodPhase::kRunning);
  if (const Value* ips = reader.Sequence("podIPs")) {
    for (const Value& item : ips->items()) {
      const Value* ip = item.Find("ip");
      if (ip == nullptr) continue;
      if (const auto address = ReadAddress(*ip, diagnostics_)) pod.ips.push_back(*address);
    }
  }
  const Value* ip = reader.Get("podIP");
  if (ip != nullptr && pod.ips.empty()) {
    if (const auto address = ReadAddress(*ip, diagnostics_)) pod.ips.push_back(*address);
  }
}

void Reader::CheckWorkloadSelector(const Workload& workload, const Value& value) {
  const std::size_t errors = diagnostics_.error_count();
  const LabelSelector selector = ReadLabelSelector(value, diagnostics_);
  if (diagnostics_.error_count() != errors || selector.Matches(workload.pod_labels)) return;
  diagnostics_.Error(value,
                     "the selector " + selector.ToString() +
                         " does not match the template's own labels (" +
                         cluster::ToString(workload.pod_labels) + ")",
                     "Kubernetes refuses such a " + std::string(cluster::ToString(workload.kind)));
}

PodSpec Reader::ReadTemplate(const Value& value, Workload& workload) {
  PodSpec pod;
  ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
  if (const Value* metadata = reader.Map("metadata")) {
    ObjectReader head(*metadata, diagnostics_, UnknownKeys::kNotModelled);
    head.Ignore("name");
    if (const Value* labels = head.Map("labels")) {
      workload.pod_labels = ReadLabels(*labels, diagnostics_);
    }
    head.Finish();
  }
  if (const Value* spec = reader.RequireMap("spec")) {
    pod = ReadPodSpec(*spec, workload.ns, config_maps_, diagnostics_);
  }
  reader.Finish();
  return pod;
}

void Reader::ReadStrategy(const Value& value, Workload& workload) {
  ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
  reader.Ignore("type");
  if (const Value* rolling_update = reader.Map("rollingUpdate")) {
    ObjectReader rolling(*rolling_update, diagnostics_, UnknownKeys::kNotModelled);
    workload.rollout_max_surge = internal::ReadIntOrPercent(rolling, "maxSurge");
    workload.rollout_max_unavailable = internal::ReadIntOrPercent(rolling, "maxUnavailable");
    rolling.Finish();
  }
  reader.Finish();
}

PodSpec Reader::ReadWorkloadSpec(const Value& value, Workload& workload) {
  PodSpec pod;
  ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
  const std::string_view count = workload.kind == WorkloadKind::kJob ? "parallelism" : "replicas";
  if (workload.kind != WorkloadKind::kDaemonSet) {
    workload.replicas = static_cast<int>(reader.Integer(count, 0, kMaxReplicas).value_or(1));
  }
  if (const Value* pod_template = reader.RequireMap("template")) {
    pod = ReadTemplate(*pod_template, workload);
  }
  if (const Value* selector = reader.Map("selector")) CheckWorkloadSelector(workload, *selector);
  for (const std::string_view key : {"strategy", "updateStrategy"}) {
    if (const Value* strategy = reader.Map(key)) ReadStrategy(*strategy, workload);
  }
  reader.Ignore("serviceName");
  reader.Finish();
  return pod;
}

void Reader::ReadWorkload(const ManifestObject& object) {
  const std::string owner = internal::Owner(object);
  if (IsWorkload(owner.substr(0, owner.find(' ')))) {
    owner_of_owned_[object.ToString()] = owner;
    return;
  }
  CheckName(object, NameRule::kDnsSubdomain, diagnostics_);
  Workload workload;
  for (const WorkloadKind kind :
       {WorkloadKind::kDeployment, WorkloadKind::kStatefulSet, WorkloadKind::kDaemonSet,
        WorkloadKind::kReplicaSet, WorkloadKind::kJob}) {
    if (object.kind == cluster::ToString(kind)) workload.kind = kind;
  }
  workload.ns = object.ns;
  workload.name = object.name;
  workload.where = object.where();
  ObjectReader reader(*object.value, diagnostics_, UnknownKeys::kNotModelled);
  ReadHead(reader);
  reader.Ignore("status");
  PodSpec pod;
  if (const Value* spec = reader.RequireMap("spec")) pod = ReadWorkloadSpec(*spec, workload);
  reader.Finish();
  workload.ports = std::move(pod.ports);
  workload.host_network = pod.host_network;
  workload.node_selector = std::move(pod.node_selector);
  workload.cpu_request_millicores = pod.cpu_request_millicores;
  workload.cpu_limit_millicores = pod.cpu_limit_millicores;
  workload.dns = pod.dns;
  workload.memory_request = pod.memory_request;
  workload.memory_limit = pod.memory_limit;
  for (EdgeCandidate& edge : pod.edges) {
    edge.workload = objects_.workloads.size();
    edge_candidates_.push_back(std::move(edge));
  }
  workload_ids_[object.ToString()] =
      WorkloadId(static_cast<std::uint32_t>(objects_.workloads.size()));
  objects_.workloads.push_back(std::move(workload));
}

void Reader::AddService(const ManifestObject& object) {
  if (auto service = internal::ReadService(object, diagnostics_)) {
    objects_.services.push_back(std::move(*service));
  }
}

void Reader::AddEndpointSlice(const ManifestObject& object) {
  objects_.endpoint_slices.push_back(internal::ReadEndpointSlice(object, diagnostics_));
}

// ConfigMaps are looked at only for addresses of Services that an environment takes from them.
void Reader::CollectConfigMaps() {
  for (const ManifestObject& object : manifests_.objects()) {
    if (object.kind != "ConfigMap") continue;
    const Value* data = object.value->Find("data");
    if (data != nullptr && data->is_map()) config_maps_[object.ns + '/' + object.name] = data;
  }
}

void Reader::ResolvePodOwners() {
  for (std::size_t i = 0; i < objects_.pods.size(); ++i) {
    std::string owner = pod_owners_[i];
    if (const auto found = owner_of_owned_.find(owner); found != owner_of_owned_.end()) {
      owner = found->second;
    }
    if (const auto found = workload_ids_.find(owner); found != workload_ids_.end()) {
      objects_.pods[i].workload = found->second;
    }
  }
}

// "orders", "orders.shop", "orders.shop.svc", "orders.shop.svc.cluster.local", as cluster DNS
// finds them from a pod of namespace `ns`.
void Reader::ResolveEdges() {
  std::map<std::pair<std::string_view, std::string_view>, const Service*> services;
  for (const Service& service : objects_.services) {
    services.emplace(std::pair<std::string_view, std::string_view>(service.ns, service.name),
                     &service);
  }
  for (EdgeCandidate& candidate : edge_candidates_) {
    Workload& workload = objects_.workloads[candidate.workload];
    const std::string_view host = candidate.host;
    const std::size_t dot = host.find('.');
    std::string_view ns = workload.ns;
    if (dot != std::string_view::npos) {
      const std::string_view rest = host.substr(dot + 1);
      const std::size_t end = rest.find('.');
      const std::string_view suffix =
          end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      if (!suffix.empty() && suffix != "svc" && suffix != "svc.cluster.local") continue;
      ns = rest.substr(0, end);
    }
    const auto service = services.find({ns, host.substr(0, dot)});
    if (service == services.end()) continue;
    workload.edges.push_back({std::move(candidate.variable), service->second->ns,
                              service->second->name, candidate.port, std::move(candidate.where)});
  }
}

void Reader::AddNamedNamespaces() {
  std::set<std::string> known;
  for (const Namespace& ns : objects_.namespaces) known.insert(ns.name);
  const auto add = [this, &known](const std::string& name) {
    if (!known.insert(name).second) return;
    objects_.namespaces.push_back({name, {{std::string(kNamespaceNameLabel), name}}, {}});
  };
  for (const ManifestObject& object : manifests_.objects()) {
    if (!object.ns.empty()) add(object.ns);
  }
  std::sort(objects_.namespaces.begin(), objects_.namespaces.end(),
            [](const Namespace& a, const Namespace& b) { return a.name < b.name; });
}

Objects Reader::Read() {
  static constexpr std::array<KindReader, 21> kReaders = {{
      {"", "Namespace", &Reader::ReadNamespace},
      {"", "Node", &Reader::ReadNode},
      {"", "Pod", &Reader::ReadPod},
      {"", "Service", &Reader::AddService},
      {"apps", "Deployment", &Reader::ReadWorkload},
      {"apps", "StatefulSet", &Reader::ReadWorkload},
      {"apps", "DaemonSet", &Reader::ReadWorkload},
      {"apps", "ReplicaSet", &Reader::ReadWorkload},
      {"batch", "Job", &Reader::ReadWorkload},
      {"discovery.k8s.io", "EndpointSlice", &Reader::AddEndpointSlice},
      // Read by models/policy and models/cni, or without meaning for a network.
      {"networking.k8s.io", "NetworkPolicy", &Reader::LeaveToOthers},
      {"", "ConfigMap", &Reader::LeaveToOthers},
      {"", "ServiceAccount", &Reader::LeaveToOthers},
      {"", "PersistentVolume", &Reader::LeaveToOthers},
      {"", "PersistentVolumeClaim", &Reader::LeaveToOthers},
      {"", "Endpoints", &Reader::LeaveToOthers},
      {"rbac.authorization.k8s.io", "", &Reader::LeaveToOthers},
      {"apiextensions.k8s.io", "", &Reader::LeaveToOthers},
      {"cilium.io", "", &Reader::LeaveToOthers},
      {"projectcalico.org", "", &Reader::LeaveToOthers},
      {"operator.tigera.io", "", &Reader::LeaveToOthers},
  }};
  CollectConfigMaps();
  for (const ManifestObject& object : manifests_.objects()) {
    const auto reader =
        std::find_if(kReaders.begin(), kReaders.end(), [&object](const KindReader& candidate) {
          return candidate.group == object.group() &&
                 (candidate.kind.empty() || candidate.kind == object.kind);
        });
    if (reader != kReaders.end()) {
      (this->*reader->read)(object);
    } else {
      diagnostics_.NotModelled(object.kind, object.where());
    }
  }
  ResolvePodOwners();
  ResolveEdges();
  AddNamedNamespaces();
  if (options_.require_endpoints) internal::CheckServiceEndpoints(objects_, diagnostics_);
  return std::move(objects_);
}

}  // namespace

std::string_view ToString(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp:
      return "TCP";
    case Protocol::kUdp:
      return "UDP";
    case Protocol::kSctp:
      return "SCTP";
  }
  return "";
}

std::string_view ToString(WorkloadKind kind) {
  switch (kind) {
    case WorkloadKind::kDeployment:
      return "Deployment";
    case WorkloadKind::kStatefulSet:
      return "StatefulSet";
    case WorkloadKind::kDaemonSet:
      return "DaemonSet";
    case WorkloadKind::kReplicaSet:
      return "ReplicaSet";
    case WorkloadKind::kJob:
      return "Job";
  }
  return "";
}

const Namespace* Objects::FindNamespace(std::string_view name) const {
  for (const Namespace& ns : namespaces) {
    if (ns.name == name) return &ns;
  }
  return nullptr;
}

const Workload* Objects::FindWorkload(std::string_view ns, std::string_view name) const {
  for (const Workload& workload : workloads) {
    if (workload.name == name && workload.ns == ns) return &workload;
  }
  return nullptr;
}

const Service* Objects::FindService(std::string_view ns, std::string_view name) const {
  for (const Service& service : services) {
    if (service.name == name && service.ns == ns) return &service;
  }
  return nullptr;
}

Objects ReadObjects(const ManifestSet& manifests, Diagnostics& diagnostics,
                    const ReadOptions& options) {
  return Reader(manifests, diagnostics, options).Read();
}

}  // namespace cnisim::cluster

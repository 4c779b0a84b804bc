#include "models/cluster/objects.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "models/document/object_reader.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"

namespace cnisim::cluster {

using document::Diagnostics;
using document::ObjectReader;
using document::Quote;
using document::UnknownKeys;
using document::Value;

namespace {

constexpr std::int64_t kMaxReplicas = 100'000;
constexpr std::uint16_t kFirstNodePort = 30'000;
constexpr std::uint16_t kLastNodePort = 32'767;

// Where a value of the environment looked like a Service's address, before Services are known.
struct EdgeCandidate {
  std::size_t workload = 0;  // index into Objects::workloads
  std::string variable;
  std::string host;
  std::uint16_t port = 0;
  SourceLocation where;
};

// What a pod's spec says, for pods and for templates.
struct PodSpec {
  std::vector<ContainerPort> ports;
  bool host_network = false;
  Labels node_selector;
  std::string node_name;
  std::int64_t cpu_request_millicores = 0;
  std::int64_t cpu_limit_millicores = 0;
  Bytes memory_request;
  Bytes memory_limit;
  std::vector<EdgeCandidate> edges;
};

// The owner of a pod or workload: "ReplicaSet shop/cart-6d4".
std::string Owner(const ManifestObject& object) {
  const Value* owners = object.value->At({"metadata", "ownerReferences"});
  if (owners == nullptr) return {};
  for (const Value& owner : owners->items()) {
    const Value* kind = owner.Find("kind");
    const Value* name = owner.Find("name");
    if (kind != nullptr && name != nullptr) {
      return std::string(kind->text()) + ' ' + object.ns + '/' + std::string(name->text());
    }
  }
  return {};
}

// A Kubernetes quantity ("100m", "0.5", "128Mi", "1e3"); negative ones are none.
std::optional<double> ParseKubernetesQuantity(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 15> kSuffixes = {{
      {"Ki", 1024.0},
      {"Mi", 1048576.0},
      {"Gi", 1073741824.0},
      {"Ti", 1099511627776.0},
      {"Pi", 1125899906842624.0},
      {"Ei", 1152921504606846976.0},
      {"n", 1e-9},
      {"u", 1e-6},
      {"m", 1e-3},
      {"k", 1e3},
      {"M", 1e6},
      {"G", 1e9},
      {"T", 1e12},
      {"P", 1e15},
      {"E", 1e18},
  }};
  double factor = 1;
  for (const auto& [suffix, value] : kSuffixes) {
    if (!text.ends_with(suffix)) continue;
    factor = value;
    text.remove_suffix(suffix.size());
    break;
  }
  const std::optional<double> number = document::ParseNumber(text);
  if (!number || *number < 0 || *number * factor > 9e18) return std::nullopt;
  return *number * factor;
}

class Reader {
 public:
  Reader(const ManifestSet& manifests, Diagnostics& diagnostics, const ReadOptions& options)
      : manifests_(manifests), diagnostics_(diagnostics), options_(options) {}

  Objects Read();

 private:
  using Read1 = void (Reader::*)(const ManifestObject&);
  struct KindReader {
    std::string_view group;
    std::string_view kind;
    Read1 read;
  };

  void ReadNamespace(const ManifestObject& object);
  void ReadNode(const ManifestObject& object);
  void ReadPod(const ManifestObject& object);
  void ReadWorkload(const ManifestObject& object);
  void ReadService(const ManifestObject& object);
  void ReadEndpointSlice(const ManifestObject& object);
  void ReadConfigMap(const ManifestObject& object);
  void LeaveToOthers(const ManifestObject&) {}

  // Reads apiVersion, kind, metadata; returns the labels.
  Labels ReadHead(ObjectReader& reader);
  void CheckName(const ManifestObject& object, bool dns_label);
  PodSpec ReadPodSpec(const Value& spec, const std::string& ns);
  void ReadContainer(const Value& container, const std::string& ns, PodSpec& pod);
  void ReadEnvironment(const Value& env, const std::string& ns, PodSpec& pod);
  void AddEdgeCandidate(const std::string& variable, std::string_view text,
                        const SourceLocation& where, PodSpec& pod);
  void ReadResources(const Value& resources, PodSpec& pod);
  std::optional<ContainerPort> ReadContainerPort(const Value& port);
  std::optional<ServicePort> ReadServicePort(const Value& port);
  void CheckServicePorts(const Service& service, const Value& ports);
  std::int64_t ReadQuantity(const Value* value, double scale);
  std::string ReadIntOrPercent(ObjectReader& reader, std::string_view key);
  void CheckWorkloadSelector(const Workload& workload, const Value& selector);
  std::vector<net::IpAddress> ReadAddresses(const std::vector<const Value*>& values);
  std::optional<net::IpAddress> ReadAddress(const Value& value);
  std::vector<net::Cidr> ReadCidrs(const Value* sequence);

  void CollectConfigMaps();
  void ResolvePodOwners();
  void ResolveEdges();
  void AddNamedNamespaces();
  void CheckEndpoints();
  void CheckEndpointsOf(const Service& service);
  bool HasSlice(const Service& service) const;
  std::string NearLabelHint(const Service& service) const;

  const ManifestSet& manifests_;
  Diagnostics& diagnostics_;
  const ReadOptions& options_;
  Objects objects_;
  std::map<std::string, WorkloadId> workload_ids_;     // "Deployment shop/cart"
  std::map<std::string, std::string> owner_of_owned_;  // owned ReplicaSet -> its Deployment
  std::vector<std::string> pod_owners_;                // [index into Objects::pods]
  std::vector<EdgeCandidate> edge_candidates_;
  std::map<std::string, const Value*> config_maps_;  // "shop/settings" -> data
};

Labels Reader::ReadHead(ObjectReader& reader) {
  reader.Ignore("apiVersion");
  reader.Ignore("kind");
  const Value* metadata = reader.Map("metadata");
  if (metadata == nullptr) return {};
  ObjectReader head(*metadata, diagnostics_, UnknownKeys::kNotModelled);
  head.Ignore("name");
  head.Ignore("namespace");
  head.Ignore("ownerReferences");
  Labels labels;
  if (const Value* value = head.Map("labels")) labels = ReadLabels(*value, diagnostics_);
  head.Finish();
  return labels;
}

void Reader::CheckName(const ManifestObject& object, bool dns_label) {
  const bool good = dns_label ? IsDnsLabel(object.name) : IsDnsSubdomain(object.name);
  if (good) return;
  diagnostics_.Error(*object.value->At({"metadata", "name"}),
                     "expected the name of a " + object.kind + ", found " + Quote(object.name),
                     dns_label ? "a name is lower case letters, digits and '-', at most 63"
                               : "a name is lower case letters, digits, '-' and '.', at most 253");
}

void Reader::ReadNamespace(const ManifestObject& object) {
  CheckName(object, /*dns_label=*/true);
  ObjectReader reader(*object.value, diagnostics_, UnknownKeys::kNotModelled);
  Namespace ns{object.name, ReadHead(reader), object.where()};
  ns.labels[std::string(kNamespaceNameLabel)] = object.name;
  reader.Ignore("spec");
  reader.Ignore("status");
  reader.Finish();
  objects_.namespaces.push_back(std::move(ns));
}

void Reader::ReadNode(const ManifestObject& object) {
  CheckName(object, /*dns_label=*/false);
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
  node.pool = label({"kubernetes.azure.com/agentpool", "agentpool"});
  node.instance_type =
      label({"node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"});
  node.zone = label({"topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"});
  if (const Value* spec_value = reader.Map("spec")) {
    ObjectReader spec(*spec_value, diagnostics_, UnknownKeys::kNotModelled);
    node.pod_cidrs = ReadCidrs(spec.Sequence("podCIDRs"));
    if (const Value* cidr = spec.Get("podCIDR"); cidr != nullptr && node.pod_cidrs.empty()) {
      if (const auto parsed = net::Cidr::Parse(cidr->text(), net::HostBits::kClear)) {
        node.pod_cidrs.push_back(*parsed);
      } else {
        diagnostics_.Error(*cidr,
                           "expected a prefix such as 10.244.0.0/24, found " + cidr->Describe());
      }
    }
    node.unschedulable = spec.Boolean("unschedulable").value_or(false);
    spec.Ignore("providerID");
    spec.Finish();
  }
  if (const Value* status_value = reader.Map("status")) {
    if (const Value* pods = status_value->At({"allocatable", "pods"})) {
      const auto number = document::ParseInteger(pods->text());
      if (number && *number >= 0 && *number <= kMaxReplicas) {
        node.max_pods = static_cast<int>(*number);
      } else {
        diagnostics_.Error(*pods, "expected a number of pods, found " + pods->Describe());
      }
    }
    if (const Value* addresses = status_value->Find("addresses")) {
      for (const Value& item : addresses->items()) {
        const Value* type = item.Find("type");
        const Value* address = item.Find("address");
        if (type == nullptr || address == nullptr || type->text() != "InternalIP") continue;
        if (const auto parsed = ReadAddress(*address)) node.addresses.push_back(*parsed);
      }
    }
  }
  reader.Finish();
  objects_.nodes.push_back(std::move(node));
}

std::optional<net::IpAddress> Reader::ReadAddress(const Value& value) {
  const std::optional<net::IpAddress> address = net::IpAddress::Parse(value.text());
  if (!address) {
    diagnostics_.Error(value, "expected an address such as 10.244.0.7, found " + value.Describe());
  }
  return address;
}

std::vector<net::Cidr> Reader::ReadCidrs(const Value* sequence) {
  std::vector<net::Cidr> cidrs;
  if (sequence == nullptr) return cidrs;
  for (const Value& item : sequence->items()) {
    if (const auto cidr = net::Cidr::Parse(item.text(), net::HostBits::kClear)) {
      cidrs.push_back(*cidr);
    } else {
      diagnostics_.Error(item, "expected a prefix such as 10.244.0.0/24, found " + item.Describe());
    }
  }
  return cidrs;
}

std::optional<ContainerPort> Reader::ReadContainerPort(const Value& value) {
  ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
  ContainerPort port;
  port.name = reader.String("name").value_or("");
  port.protocol = reader
                      .Choice<Protocol>("protocol", {{"TCP", Protocol::kTcp},
                                                     {"UDP", Protocol::kUdp},
                                                     {"SCTP", Protocol::kSctp}})
                      .value_or(Protocol::kTcp);
  const std::optional<std::int64_t> number = reader.RequireInteger("containerPort", 1, 65535);
  reader.Finish();
  if (!number) return std::nullopt;
  port.port = static_cast<std::uint16_t>(*number);
  return port;
}

std::int64_t Reader::ReadQuantity(const Value* value, double scale) {
  if (value == nullptr || value->is_null()) return 0;
  const std::optional<double> number = ParseKubernetesQuantity(value->text());
  if (!number || !value->is_scalar()) {
    diagnostics_.Error(*value, "expected a Kubernetes quantity, found " + value->Describe(),
                       "write it as 250m or 0.25 (CPU), 128Mi or 1Gi (memory)");
    return 0;
  }
  return static_cast<std::int64_t>(std::min(std::ceil(*number * scale), 9e18));
}

void Reader::ReadResources(const Value& resources, PodSpec& pod) {
  ObjectReader reader(resources, diagnostics_, UnknownKeys::kNotModelled);
  if (const Value* requests = reader.Map("requests")) {
    pod.cpu_request_millicores += ReadQuantity(requests->Find("cpu"), 1000);
    pod.memory_request += Bytes(ReadQuantity(requests->Find("memory"), 1));
  }
  if (const Value* limits = reader.Map("limits")) {
    pod.cpu_limit_millicores += ReadQuantity(limits->Find("cpu"), 1000);
    pod.memory_limit += Bytes(ReadQuantity(limits->Find("memory"), 1));
  }
  reader.Finish();
}

// "cart:7070", "http://orders.shop.svc:3000/", "amqp://user:secret@rabbit": host and port, and
// nothing else, are taken.
void Reader::AddEdgeCandidate(const std::string& variable, std::string_view text,
                              const SourceLocation& where, PodSpec& pod) {
  static constexpr std::array<std::pair<std::string_view, std::uint16_t>, 10> kSchemePorts = {{
      {"http", 80},
      {"https", 443},
      {"grpc", 80},
      {"amqp", 5672},
      {"redis", 6379},
      {"mongodb", 27017},
      {"postgres", 5432},
      {"postgresql", 5432},
      {"mysql", 3306},
      {"nats", 4222},
  }};
  std::int64_t port = 0;
  const std::size_t scheme_end = text.find("://");
  const bool url = scheme_end != std::string_view::npos;
  if (url) {
    const std::string_view scheme = text.substr(0, scheme_end);
    for (const auto& [name, number] : kSchemePorts) {
      if (scheme == name) port = number;
    }
    text.remove_prefix(scheme_end + 3);
    text = text.substr(0, text.find_first_of("/?#,"));
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
      text.remove_prefix(at + 1);
    }
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const std::optional<std::int64_t> number = document::ParseInteger(text.substr(colon + 1));
    if (!number) return;
    port = *number;
    text = text.substr(0, colon);
  } else if (!url) {
    return;
  }
  if (port < 1 || port > 65535 || !IsDnsSubdomain(text)) return;
  pod.edges.push_back({0, variable, std::string(text), static_cast<std::uint16_t>(port), where});
}

void Reader::ReadEnvironment(const Value& env, const std::string& ns, PodSpec& pod) {
  for (const Value& item : env.items()) {
    ObjectReader reader(item, diagnostics_, UnknownKeys::kNotModelled);
    const std::optional<std::string> name = reader.RequireString("name");
    const Value* value = reader.Get("value");
    const Value* from = reader.Map("valueFrom");
    reader.Finish();
    if (!name) continue;
    if (value != nullptr && !value->is_scalar()) {
      diagnostics_.Error(*value, "expected a string, found " + value->Describe());
      continue;
    }
    if (from != nullptr) {
      const Value* map_name = from->At({"configMapKeyRef", "name"});
      const Value* key = from->At({"configMapKeyRef", "key"});
      if (map_name == nullptr || key == nullptr) continue;
      const auto data = config_maps_.find(ns + '/' + std::string(map_name->text()));
      if (data != config_maps_.end()) value = data->second->Find(key->text());
    }
    if (value != nullptr) AddEdgeCandidate(*name, value->text(), value->where(), pod);
  }
}

void Reader::ReadContainer(const Value& container, const std::string& ns, PodSpec& pod) {
  ObjectReader reader(container, diagnostics_, UnknownKeys::kNotModelled);
  reader.Ignore("name");
  if (const Value* ports = reader.Sequence("ports")) {
    for (const Value& item : ports->items()) {
      if (auto port = ReadContainerPort(item)) pod.ports.push_back(std::move(*port));
    }
  }
  if (const Value* resources = reader.Map("resources")) ReadResources(*resources, pod);
  if (const Value* env = reader.Sequence("env")) ReadEnvironment(*env, ns, pod);
  if (const Value* env_from = reader.Sequence("envFrom")) {
    for (const Value& item : env_from->items()) {
      const Value* name = item.At({"configMapRef", "name"});
      if (name == nullptr) continue;
      const auto data = config_maps_.find(ns + '/' + std::string(name->text()));
      if (data == config_maps_.end()) continue;
      for (const document::Member& member : data->second->members()) {
        AddEdgeCandidate(member.key, member.value.text(), member.value.where(), pod);
      }
    }
  }
  reader.Finish();
}

PodSpec Reader::ReadPodSpec(const Value& value, const std::string& ns) {
  PodSpec pod;
  ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
  pod.host_network = reader.Boolean("hostNetwork").value_or(false);
  pod.node_name = reader.String("nodeName").value_or("");
  if (const Value* selector = reader.Map("nodeSelector")) {
    pod.node_selector = ReadLabels(*selector, diagnostics_);
  }
  if (const Value* os = reader.Map("os")) {
    if (const Value* name = os->Find("name"); name != nullptr && name->text() == "windows") {
      diagnostics_.Error(*name, "Windows pods are not modelled");
    }
  }
  if (const Value* containers = reader.RequireSequence("containers")) {
    for (const Value& container : containers->items()) ReadContainer(container, ns, pod);
  }
  reader.Finish();
  return pod;
}

void Reader::ReadPod(const ManifestObject& object) {
  CheckName(object, /*dns_label=*/false);
  ObjectReader reader(*object.value, diagnostics_, UnknownKeys::kNotModelled);
  Pod pod;
  pod.ns = object.ns;
  pod.name = object.name;
  pod.where = object.where();
  pod.labels = ReadHead(reader);
  if (const Value* spec = reader.RequireMap("spec")) {
    PodSpec read = ReadPodSpec(*spec, object.ns);
    pod.ports = std::move(read.ports);
    pod.host_network = read.host_network;
    pod.node_name = std::move(read.node_name);
    pod.node_selector = std::move(read.node_selector);
  }
  if (const Value* status = reader.Map("status")) {
    ObjectReader head(*status, diagnostics_, UnknownKeys::kNotModelled);
    pod.phase = head.Choice<PodPhase>("phase", {{"Pending", PodPhase::kPending},
                                                {"Running", PodPhase::kRunning},
                                                {"Succeeded", PodPhase::kSucceeded},
                                                {"Failed", PodPhase::kFailed},
                                                {"Unknown", PodPhase::kUnknown}})
                    .value_or(PodPhase::kRunning);
    if (const Value* ips = head.Sequence("podIPs")) {
      for (const Value& item : ips->items()) {
        const Value* ip = item.Find("ip");
        if (ip == nullptr) continue;
        if (const auto address = ReadAddress(*ip)) pod.ips.push_back(*address);
      }
    }
    const Value* ip = head.Get("podIP");
    if (ip != nullptr && pod.ips.empty()) {
      if (const auto address = ReadAddress(*ip)) pod.ips.push_back(*address);
    }
    // The rest of a status says how the pod came to be, not what it is.
  }
  reader.Finish();
  objects_.pods.push_back(std::move(pod));
  pod_owners_.push_back(Owner(object));
}

std::string Reader::ReadIntOrPercent(ObjectReader& reader, std::string_view key) {
  const Value* value = reader.Get(key);
  if (value == nullptr) return {};
  const std::optional<std::int64_t> number = document::ParseInteger(value->text());
  const bool count = number && *number >= 0 && !value->quoted();
  if (!count && !document::ParsePercentage(value->text())) {
    diagnostics_.Error(*value, "expected a number or a percentage, found " + value->Describe(),
                       "write it as 1 or 25%");
    return {};
  }
  return std::string(value->text());
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

void Reader::ReadWorkload(const ManifestObject& object) {
  static constexpr std::array<std::pair<std::string_view, WorkloadKind>, 5> kKinds = {{
      {"Deployment", WorkloadKind::kDeployment},
      {"StatefulSet", WorkloadKind::kStatefulSet},
      {"DaemonSet", WorkloadKind::kDaemonSet},
      {"ReplicaSet", WorkloadKind::kReplicaSet},
      {"Job", WorkloadKind::kJob},
  }};
  if (const std::string owner = Owner(object); !owner.empty()) {
    owner_of_owned_[object.ToString()] = owner;
    return;
  }
  CheckName(object, /*dns_label=*/false);
  Workload workload;
  for (const auto& [name, kind] : kKinds) {
    if (object.kind == name) workload.kind = kind;
  }
  workload.ns = object.ns;
  workload.name = object.name;
  workload.where = object.where();
  ObjectReader reader(*object.value, diagnostics_, UnknownKeys::kNotModelled);
  ReadHead(reader);
  reader.Ignore("status");
  PodSpec pod;
  if (const Value* spec_value = reader.RequireMap("spec")) {
    ObjectReader spec(*spec_value, diagnostics_, UnknownKeys::kNotModelled);
    const std::string_view count = workload.kind == WorkloadKind::kJob ? "parallelism" : "replicas";
    if (workload.kind != WorkloadKind::kDaemonSet) {
      workload.replicas = static_cast<int>(spec.Integer(count, 0, kMaxReplicas).value_or(1));
    }
    if (const Value* template_value = spec.RequireMap("template")) {
      ObjectReader pod_template(*template_value, diagnostics_, UnknownKeys::kNotModelled);
      if (const Value* metadata = pod_template.Map("metadata")) {
        ObjectReader head(*metadata, diagnostics_, UnknownKeys::kNotModelled);
        head.Ignore("name");
        if (const Value* labels = head.Map("labels")) {
          workload.pod_labels = ReadLabels(*labels, diagnostics_);
        }
        head.Finish();
      }
      if (const Value* pod_spec = pod_template.RequireMap("spec")) {
        pod = ReadPodSpec(*pod_spec, object.ns);
      }
      pod_template.Finish();
    }
    if (const Value* selector = spec.Map("selector")) CheckWorkloadSelector(workload, *selector);
    for (const std::string_view key : {"strategy", "updateStrategy"}) {
      const Value* strategy = spec.Map(key);
      if (strategy == nullptr) continue;
      ObjectReader strategy_reader(*strategy, diagnostics_, UnknownKeys::kNotModelled);
      strategy_reader.Ignore("type");
      if (const Value* rolling = strategy_reader.Map("rollingUpdate")) {
        ObjectReader rolling_reader(*rolling, diagnostics_, UnknownKeys::kNotModelled);
        workload.rollout_max_surge = ReadIntOrPercent(rolling_reader, "maxSurge");
        workload.rollout_max_unavailable = ReadIntOrPercent(rolling_reader, "maxUnavailable");
        rolling_reader.Finish();
      }
      strategy_reader.Finish();
    }
    spec.Ignore("serviceName");
    spec.Finish();
  }
  reader.Finish();
  workload.ports = std::move(pod.ports);
  workload.host_network = pod.host_network;
  workload.node_selector = std::move(pod.node_selector);
  workload.cpu_request_millicores = pod.cpu_request_millicores;
  workload.cpu_limit_millicores = pod.cpu_limit_millicores;
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

std::optional<ServicePort> Reader::ReadServicePort(const Value& value) {
  ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
  ServicePort port;
  port.where = value.where();
  port.name = reader.String("name").value_or("");
  port.protocol = reader
                      .Choice<Protocol>("protocol", {{"TCP", Protocol::kTcp},
                                                     {"UDP", Protocol::kUdp},
                                                     {"SCTP", Protocol::kSctp}})
                      .value_or(Protocol::kTcp);
  const std::optional<std::int64_t> number = reader.RequireInteger("port", 1, 65535);
  if (const Value* target = reader.Get("targetPort")) {
    const std::optional<std::int64_t> parsed = document::ParseInteger(target->text());
    if (target->is_scalar() && (!parsed || target->quoted()) && !target->text().empty()) {
      port.target_port.name = std::string(target->text());
    } else if (parsed && *parsed >= 0 && *parsed <= 65535) {
      port.target_port.number = static_cast<std::uint16_t>(*parsed);
    } else {
      diagnostics_.Error(*target,
                         "expected a port number from 1 to 65535 or the name of a "
                         "container port, found " +
                             target->Describe());
    }
  }
  if (const auto node_port = reader.Integer("nodePort", 0, 65535)) {
    port.node_port = static_cast<std::uint16_t>(*node_port);
    if (*node_port != 0 && (*node_port < kFirstNodePort || *node_port > kLastNodePort)) {
      diagnostics_.Error(*value.Find("nodePort"), "expected a node port from " +
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

void Reader::CheckServicePorts(const Service& service, const Value& ports) {
  std::set<std::pair<Protocol, std::uint16_t>> seen;
  std::set<std::string> names;
  for (const ServicePort& port : service.ports) {
    if (!seen.emplace(port.protocol, port.port).second) {
      diagnostics_.Error(port.where, ports.path(),
                         "port " + std::to_string(port.port) + '/' +
                             std::string(cluster::ToString(port.protocol)) + " stands twice");
    }
    if (service.ports.size() > 1 && port.name.empty()) {
      diagnostics_.Error(port.where, ports.path(), "missing key 'name'",
                         "every port needs a name when a Service has more than one");
    } else if (!port.name.empty() && !names.insert(port.name).second) {
      diagnostics_.Error(port.where, ports.path(),
                         "the port name " + Quote(port.name) + " stands twice");
    }
  }
}

void Reader::ReadService(const ManifestObject& object) {
  CheckName(object, /*dns_label=*/true);
  Service service;
  service.ns = object.ns;
  service.name = object.name;
  service.where = object.where();
  ObjectReader reader(*object.value, diagnostics_, UnknownKeys::kNotModelled);
  ReadHead(reader);
  reader.Ignore("status");
  if (const Value* internal = object.value->At(
          {"metadata", "annotations", "service.beta.kubernetes.io/azure-load-balancer-internal"})) {
    service.internal_load_balancer = internal->text() == "true";
  }
  const Value* spec_value = reader.RequireMap("spec");
  reader.Finish();
  if (spec_value == nullptr) return;
  ObjectReader spec(*spec_value, diagnostics_, UnknownKeys::kNotModelled);
  service.type = spec.Choice<ServiceType>("type", {{"ClusterIP", ServiceType::kClusterIp},
                                                   {"NodePort", ServiceType::kNodePort},
                                                   {"LoadBalancer", ServiceType::kLoadBalancer},
                                                   {"ExternalName", ServiceType::kExternalName}})
                     .value_or(ServiceType::kClusterIp);
  service.selector_where = spec_value->where();
  if (const Value* selector = spec.Map("selector")) {
    service.selector = ReadLabels(*selector, diagnostics_);
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
    } else if (const auto parsed = ReadAddress(*address)) {
      service.cluster_ips.push_back(*parsed);
    }
  }
  if (const Value* ports = spec.Sequence("ports")) {
    for (const Value& item : ports->items()) {
      if (auto port = ReadServicePort(item)) service.ports.push_back(std::move(*port));
    }
    CheckServicePorts(service, *ports);
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
  service.source_ranges = ReadCidrs(spec.Sequence("loadBalancerSourceRanges"));
  if (const Value* ips = spec.Sequence("externalIPs")) {
    for (const Value& item : ips->items()) {
      if (const auto parsed = ReadAddress(item)) service.external_ips.push_back(*parsed);
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
  objects_.services.push_back(std::move(service));
}

void Reader::ReadEndpointSlice(const ManifestObject& object) {
  EndpointSlice slice;
  slice.ns = object.ns;
  slice.name = object.name;
  slice.where = object.where();
  ObjectReader reader(*object.value, diagnostics_, UnknownKeys::kNotModelled);
  const Labels labels = ReadHead(reader);
  if (const auto found = labels.find("kubernetes.io/service-name"); found != labels.end()) {
    slice.service = found->second;
  }
  const bool names = reader.String("addressType").value_or("IPv4") == "FQDN";
  if (const Value* endpoints = reader.Sequence("endpoints")) {
    for (const Value& item : endpoints->items()) {
      ObjectReader endpoint_reader(item, diagnostics_, UnknownKeys::kNotModelled);
      EndpointSliceEndpoint endpoint;
      if (const Value* addresses = endpoint_reader.Sequence("addresses"); addresses && !names) {
        for (const Value& address : addresses->items()) {
          if (const auto parsed = ReadAddress(address)) endpoint.addresses.push_back(*parsed);
        }
      }
      if (const Value* conditions = endpoint_reader.Map("conditions")) {
        ObjectReader condition_reader(*conditions, diagnostics_, UnknownKeys::kNotModelled);
        endpoint.ready = condition_reader.Boolean("ready").value_or(true);
        condition_reader.Ignore("serving");
        condition_reader.Ignore("terminating");
        condition_reader.Finish();
      }
      endpoint.node_name = endpoint_reader.String("nodeName").value_or("");
      if (const Value* target = endpoint_reader.Map("targetRef")) {
        const Value* kind = target->Find("kind");
        const Value* name = target->Find("name");
        if (kind != nullptr && name != nullptr && kind->text() == "Pod") {
          endpoint.pod_name = std::string(name->text());
        }
      }
      endpoint_reader.Ignore("zone");
      endpoint_reader.Finish();
      slice.endpoints.push_back(std::move(endpoint));
    }
  }
  if (const Value* ports = reader.Sequence("ports")) {
    for (const Value& item : ports->items()) {
      ObjectReader port_reader(item, diagnostics_, UnknownKeys::kNotModelled);
      ContainerPort port;
      port.name = port_reader.String("name").value_or("");
      port.protocol = port_reader
                          .Choice<Protocol>("protocol", {{"TCP", Protocol::kTcp},
                                                         {"UDP", Protocol::kUdp},
                                                         {"SCTP", Protocol::kSctp}})
                          .value_or(Protocol::kTcp);
      const auto number = port_reader.Integer("port", 1, 65535);
      port_reader.Ignore("appProtocol");
      port_reader.Finish();
      if (!number) continue;
      port.port = static_cast<std::uint16_t>(*number);
      slice.ports.push_back(std::move(port));
    }
  }
  reader.Finish();
  objects_.endpoint_slices.push_back(std::move(slice));
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
    const Service* service = objects_.FindService(ns, host.substr(0, dot));
    if (service == nullptr) continue;
    workload.edges.push_back({std::move(candidate.variable), service->ns, service->name,
                              candidate.port, std::move(candidate.where)});
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

bool Reader::HasSlice(const Service& service) const {
  return std::any_of(objects_.endpoint_slices.begin(), objects_.endpoint_slices.end(),
                     [&service](const EndpointSlice& slice) {
                       return slice.ns == service.ns && slice.service == service.name &&
                              !slice.endpoints.empty();
                     });
}

bool Selects(const Labels& selector, const Labels& labels) {
  return std::all_of(selector.begin(), selector.end(), [&labels](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

// "did you mean app=cart?" when a label of the selector is a slip of one that pods have.
std::string Reader::NearLabelHint(const Service& service) const {
  std::map<std::string, std::set<std::string>> values;  // key -> values, in the Service's namespace
  const auto collect = [&values](const Labels& labels) {
    for (const auto& [key, value] : labels) values[key].insert(value);
  };
  for (const Workload& workload : objects_.workloads) {
    if (workload.ns == service.ns) collect(workload.pod_labels);
  }
  for (const Pod& pod : objects_.pods) {
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

void Reader::CheckEndpointsOf(const Service& service) {
  if (service.type == ServiceType::kExternalName || HasSlice(service)) return;
  if (service.selector.empty()) {
    // The API server looks after its own Service.
    if (service.ns == "default" && service.name == "kubernetes") return;
    diagnostics_.Warning(service.where, "",
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
  for (const Workload& workload : objects_.workloads) {
    if (workload.ns != service.ns) continue;
    consider(workload.pod_labels, workload.ports,
             workload.replicas > 0 || workload.kind == WorkloadKind::kDaemonSet);
  }
  for (const Pod& pod : objects_.pods) {
    if (pod.ns == service.ns && !pod.completed()) consider(pod.labels, pod.ports, true);
  }
  if (!selected) {
    diagnostics_.Error(service.selector_where, "",
                       "Service " + service.ToString() + " has no endpoints: it selects " +
                           cluster::ToString(service.selector) + ", and no pod matches",
                       NearLabelHint(service));
    return;
  }
  if (!running) {
    diagnostics_.Warning(
        service.selector_where, "",
        "Service " + service.ToString() + " has no endpoints: what it selects has 0 replicas");
  }
  for (const ServicePort& port : service.ports) {
    const std::string& name = port.target_port.name;
    if (name.empty() || port_names.count(name) > 0) continue;
    diagnostics_.Error(port.where, "",
                       "port " + std::to_string(port.port) + " of Service " + service.ToString() +
                           " has no endpoints: no pod that it selects has a port named " +
                           Quote(name),
                       document::SpellingHint(name, {port_names.begin(), port_names.end()}));
  }
}

void Reader::CheckEndpoints() {
  for (const Service& service : objects_.services) CheckEndpointsOf(service);
}

Objects Reader::Read() {
  static constexpr std::array<KindReader, 21> kReaders = {{
      {"", "Namespace", &Reader::ReadNamespace},
      {"", "Node", &Reader::ReadNode},
      {"", "Pod", &Reader::ReadPod},
      {"", "Service", &Reader::ReadService},
      {"apps", "Deployment", &Reader::ReadWorkload},
      {"apps", "StatefulSet", &Reader::ReadWorkload},
      {"apps", "DaemonSet", &Reader::ReadWorkload},
      {"apps", "ReplicaSet", &Reader::ReadWorkload},
      {"batch", "Job", &Reader::ReadWorkload},
      {"discovery.k8s.io", "EndpointSlice", &Reader::ReadEndpointSlice},
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
  if (options_.require_endpoints) CheckEndpoints();
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

#include "models/cluster/internal/pod_spec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "models/cluster/internal/fields.h"
#include "models/document/object_reader.h"
#include "models/document/quantities.h"

namespace cnisim::cluster::internal {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

namespace {

// One pod's spec; see ReadPodSpec().
class PodSpecReader {
 public:
  PodSpecReader(const std::string& ns, const ConfigMaps& config_maps, Diagnostics& diagnostics)
      : ns_(ns), config_maps_(config_maps), diagnostics_(diagnostics) {}

  PodSpec Read(const Value& value);

 private:
  void ReadContainer(const Value& container);
  void ReadDns(ObjectReader& reader);
  void ReadDots(ObjectReader& option);
  void ReadPorts(const Value& ports);
  void ReadResources(const Value& resources);
  void ReadEnvironment(const Value& env);
  void ReadEnvironmentFrom(const Value& env_from);
  void AddEdgeCandidate(const std::string& variable, std::string_view text,
                        const SourceLocation& where);
  const Value* FindConfigMap(const Value* name) const;

  const std::string& ns_;
  const ConfigMaps& config_maps_;
  Diagnostics& diagnostics_;
  PodSpec pod_;
  int containers_read_ = 0;
};

void PodSpecReader::ReadPorts(const Value& ports) {
  for (const Value& item : ports.items()) {
    ObjectReader reader(item, diagnostics_, UnknownKeys::kNotModelled);
    ContainerPort port;
    port.name = reader.String("name").value_or("");
    port.protocol = ReadProtocol(reader);
    const std::optional<std::int64_t> number = reader.RequireInteger("containerPort", 1, 65535);
    reader.Finish();
    if (!number) continue;
    port.port = static_cast<std::uint16_t>(*number);
    pod_.ports.push_back(std::move(port));
  }
}

void PodSpecReader::ReadResources(const Value& resources) {
  ObjectReader reader(resources, diagnostics_, UnknownKeys::kNotModelled);
  if (const Value* requests = reader.Map("requests")) {
    pod_.cpu_request_millicores += ReadQuantity(requests->Find("cpu"), 1000, diagnostics_);
    pod_.memory_request += Bytes(ReadQuantity(requests->Find("memory"), 1, diagnostics_));
  }
  if (const Value* limits = reader.Map("limits")) {
    // A limit is its container's own, and a sidecar's says nothing about the application.
    const std::int64_t cpu = ReadQuantity(limits->Find("cpu"), 1000, diagnostics_);
    if (containers_read_ == 0) pod_.cpu_limit_millicores = cpu;
    pod_.memory_limit += Bytes(ReadQuantity(limits->Find("memory"), 1, diagnostics_));
  }
  reader.Finish();
}

// "cart:7070", "http://orders.shop.svc:3000/", "amqp://user:secret@rabbit": host and port, and
// nothing else, are taken.
void PodSpecReader::AddEdgeCandidate(const std::string& variable, std::string_view text,
                                     const SourceLocation& where) {
  // Ports that the schemes' specifications name.
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
  pod_.edges.push_back({0, variable, std::string(text), static_cast<std::uint16_t>(port), where});
}

const Value* PodSpecReader::FindConfigMap(const Value* name) const {
  if (name == nullptr) return nullptr;
  const auto found = config_maps_.find(ns_ + '/' + std::string(name->text()));
  return found == config_maps_.end() ? nullptr : found->second;
}

void PodSpecReader::ReadEnvironment(const Value& env) {
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
      const Value* data = FindConfigMap(from->At({"configMapKeyRef", "name"}));
      const Value* key = from->At({"configMapKeyRef", "key"});
      if (data != nullptr && key != nullptr) value = data->Find(key->text());
    }
    if (value != nullptr) AddEdgeCandidate(*name, value->text(), value->where());
  }
}

void PodSpecReader::ReadEnvironmentFrom(const Value& env_from) {
  for (const Value& item : env_from.items()) {
    const Value* data = FindConfigMap(item.At({"configMapRef", "name"}));
    if (data == nullptr) continue;
    for (const document::Member& member : data->members()) {
      AddEdgeCandidate(member.key, member.value.text(), member.value.where());
    }
  }
}

void PodSpecReader::ReadContainer(const Value& container) {
  ObjectReader reader(container, diagnostics_, UnknownKeys::kNotModelled);
  reader.Ignore("name");
  if (const Value* ports = reader.Sequence("ports")) ReadPorts(*ports);
  if (const Value* resources = reader.Map("resources")) ReadResources(*resources);
  if (const Value* env = reader.Sequence("env")) ReadEnvironment(*env);
  if (const Value* env_from = reader.Sequence("envFrom")) ReadEnvironmentFrom(*env_from);
  ++containers_read_;
  reader.Finish();
}

// The values of options are strings: {name: ndots, value: "2"}.
void PodSpecReader::ReadDots(ObjectReader& option) {
  constexpr int kMostDots = 15;  // resolv.conf(5) cuts what is more
  const std::optional<std::string> text = option.String("value");
  if (!text) return;
  int dots = 0;
  const char* end = text->data() + text->size();
  const auto [read, error] = std::from_chars(text->data(), end, dots);
  if (error != std::errc() || read != end || dots < 0) {
    const Value& value = *option.Get("value");
    diagnostics_.Error(value, "found " + value.Describe() + ", expected a number of dots",
                       "for instance \"2\"");
    return;
  }
  pod_.dns.ndots = std::min(dots, kMostDots);
}

void PodSpecReader::ReadDns(ObjectReader& reader) {
  pod_.dns.policy =
      reader
          .Choice<DnsPolicy>("dnsPolicy",
                             {{"ClusterFirst", DnsPolicy::kClusterFirst},
                              {"ClusterFirstWithHostNet", DnsPolicy::kClusterFirstWithHostNet},
                              {"Default", DnsPolicy::kDefault},
                              {"None", DnsPolicy::kNone}})
          .value_or(DnsPolicy::kClusterFirst);
  const Value* value = reader.Map("dnsConfig");
  if (value == nullptr) return;
  ObjectReader config(*value, diagnostics_, UnknownKeys::kNotModelled);
  pod_.dns.searches = config.Strings("searches");
  if (const Value* options = config.Sequence("options")) {
    for (const Value& item : options->items()) {
      ObjectReader option(item, diagnostics_, UnknownKeys::kNotModelled);
      if (option.String("name") == "ndots") {
        ReadDots(option);
      } else {
        option.NotModelled("value");
      }
      option.Finish();
    }
  }
  config.Finish();
}

PodSpec PodSpecReader::Read(const Value& value) {
  ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
  pod_.host_network = reader.Boolean("hostNetwork").value_or(false);
  ReadDns(reader);
  pod_.node_name = reader.String("nodeName").value_or("");
  const Value* selector = reader.Map("nodeSelector");
  const Value* os = reader.Map("os");
  if (selector != nullptr) pod_.node_selector = ReadLabels(*selector, diagnostics_);
  for (const Value* name : {selector != nullptr ? selector->Find("kubernetes.io/os") : nullptr,
                            os != nullptr ? os->Find("name") : nullptr}) {
    if (name == nullptr || name->text() != "windows") continue;
    diagnostics_.Error(*name, "Windows pods are not modelled");
    break;
  }
  if (const Value* containers = reader.RequireSequence("containers")) {
    for (const Value& container : containers->items()) ReadContainer(container);
  }
  reader.Finish();
  return std::move(pod_);
}

}  // namespace

PodSpec ReadPodSpec(const Value& value, const std::string& ns, const ConfigMaps& config_maps,
                    Diagnostics& diagnostics) {
  return PodSpecReader(ns, config_maps, diagnostics).Read(value);
}

}  // namespace cnisim::cluster::internal

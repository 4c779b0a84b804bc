#include "models/cni/aks_defaults.h"

#include <functional>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/quantities.h"
#include "models/document/value.h"

namespace cnisim::cni {
namespace {

constexpr std::string_view kFile = "defaults/aks.yaml";

template <class T>
bool Assign(T& target, const std::optional<T>& value) {
  if (value) target = *value;
  return value.has_value();
}

bool Set(AksDefaults& defaults, std::string_view id, std::string_view text, bool& known) {
  const auto count = [&](int& target) {
    const std::optional<std::int64_t> value = document::ParseInteger(text);
    if (!value || *value < 1 || *value > 1000) return false;
    target = static_cast<int>(*value);
    return true;
  };
  if (id == "pod_cidr") return Assign(defaults.pod_cidr, net::Cidr::Parse(text));
  if (id == "service_cidr") return Assign(defaults.service_cidr, net::Cidr::Parse(text));
  if (id == "dns_service_ip") return Assign(defaults.dns_service_ip, net::IpAddress::Parse(text));
  if (id == "vnet_prefix") return Assign(defaults.vnet_prefix, net::Cidr::Parse(text));
  if (id == "node_subnet_prefix")
    return Assign(defaults.node_subnet_prefix, net::Cidr::Parse(text));
  if (id == "pod_subnet_prefix") return Assign(defaults.pod_subnet_prefix, net::Cidr::Parse(text));
  if (id == "node_count") return count(defaults.node_count);
  if (id == "vm_size") return Assign(defaults.vm_size, std::optional<std::string>(text));
  if (id == "kubernetes_version") {
    return Assign(defaults.kubernetes_version, std::optional<std::string>(text));
  }
  if (id == "max_surge") return Assign(defaults.max_surge, std::optional<std::string>(text));
  if (id == "max_pods.azure-node-subnet") return count(defaults.max_pods_node_subnet);
  if (id == "max_pods.azure-pod-subnet") return count(defaults.max_pods_pod_subnet);
  if (id == "max_pods.azure-overlay") return count(defaults.max_pods_overlay);
  if (id == "max_pods.kubenet") return count(defaults.max_pods_kubenet);
  if (id == "max_pods.byocni") return count(defaults.max_pods_byocni);
  known = false;
  return true;
}

}  // namespace

AksDefaults AksDefaults::Load(const document::CatalogFiles& files,
                              document::Diagnostics& diagnostics) {
  AksDefaults defaults;
  const document::CatalogFile* file = files.Find(kFile);
  if (file == nullptr) {
    diagnostics.Error(document::SourceLocation{}, "", fmt::format("the catalog has no {}", kFile));
    return defaults;
  }
  const auto parsed = document::ParseDocument(file->text, file->origin, diagnostics);
  if (!parsed) return defaults;
  for (const document::Value& item : parsed->root().items()) {
    document::ObjectReader reader(item, diagnostics, document::UnknownKeys::kError);
    const std::string id = reader.RequireString("id").value_or("");
    const std::string text = reader.RequireString("value").value_or("");
    // Where it comes from is for people (`cnisim catalog`).
    for (const std::string_view key : {"status", "why", "source"}) reader.Ignore(key);
    reader.Finish();
    bool known = true;
    if (!Set(defaults, id, text, known)) {
      diagnostics.Error(*item.Find("value"), fmt::format("'{}' does not fit '{}'", text, id));
    }
    if (!known) diagnostics.Error(*item.Find("id"), fmt::format("unknown default '{}'", id));
  }
  return defaults;
}

}  // namespace cnisim::cni

#include "models/scenario/internal/cluster_defaults.h"

#include <optional>

#include <fmt/format.h>

#include "models/document/object_reader.h"
#include "models/document/parser.h"
#include "models/document/quantities.h"
#include "models/document/value.h"

namespace cnisim::scenario::internal {
namespace {

constexpr std::string_view kFile = "defaults/cluster.yaml";

template <class T>
bool Assign(T& target, const std::optional<T>& value) {
  if (value) target = *value;
  return value.has_value();
}

bool Set(ClusterDefaults& defaults, std::string_view id, std::string_view text, bool& known) {
  const auto count = [&](int& target) {
    const std::optional<std::int64_t> value = document::ParseInteger(text);
    if (!value || *value < 1 || *value > 1000) return false;
    target = static_cast<int>(*value);
    return true;
  };
  if (id == "vnet_prefix") return Assign(defaults.vnet_prefix, net::Cidr::Parse(text));
  if (id == "node_subnet_prefix")
    return Assign(defaults.node_subnet_prefix, net::Cidr::Parse(text));
  if (id == "pod_subnet_prefix") return Assign(defaults.pod_subnet_prefix, net::Cidr::Parse(text));
  if (id == "node_count") return count(defaults.node_count);
  if (id == "vm_size") return Assign(defaults.vm_size, std::optional<std::string>(text));
  if (id == "kubernetes_version") {
    return Assign(defaults.kubernetes_version, std::optional<std::string>(text));
  }
  known = false;
  return true;
}

}  // namespace

ClusterDefaults ClusterDefaults::Load(const document::CatalogFiles& files,
                                      document::Diagnostics& diagnostics) {
  ClusterDefaults defaults;
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

}  // namespace cnisim::scenario::internal

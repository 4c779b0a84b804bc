#include "models/cluster/manifest_set.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "models/cluster/labels.h"
#include "models/document/parser.h"
#include "models/document/spelling.h"

namespace cnisim::cluster {

using document::Diagnostics;
using document::Quote;
using document::Value;

namespace {

constexpr std::array<std::string_view, 24> kClusterScoped = {
    "AdminNetworkPolicy",
    "APIService",
    "BaselineAdminNetworkPolicy",
    "BGPConfiguration",
    "BGPPeer",
    "CiliumCIDRGroup",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNode",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "FelixConfiguration",
    "GlobalNetworkPolicy",
    "GlobalNetworkSet",
    "IngressClass",
    "Installation",
    "IPPool",
    "KubeControllersConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
};

// The text of a scalar member that every object must have; "" with an error when it does not.
std::string RequireText(const Value& map, std::string_view key, Diagnostics& diagnostics) {
  const Value* value = map.Find(key);
  if (value == nullptr || value->is_null()) {
    diagnostics.Error(map, "missing key " + Quote(key),
                      "every Kubernetes object has apiVersion, kind and metadata.name");
    return {};
  }
  if (!value->is_scalar() || value->text().empty()) {
    diagnostics.Error(*value, "expected a string, found " + value->Describe());
    return {};
  }
  return std::string(value->text());
}

}  // namespace

std::string_view ManifestObject::group() const {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string::npos) return {};
  return std::string_view(api_version).substr(0, slash);
}

std::string ManifestObject::ToString() const {
  return kind + ' ' + (ns.empty() ? name : ns + '/' + name);
}

bool IsClusterScoped(std::string_view kind) {
  return std::find(kClusterScoped.begin(), kClusterScoped.end(), kind) != kClusterScoped.end();
}

void ManifestSet::AddFile(const std::string& path, Diagnostics& diagnostics,
                          const document::SourceLocation& referred_from) {
  const std::optional<std::string> text = document::ReadFile(path, diagnostics, referred_from);
  if (text) AddText(*text, path, diagnostics);
}

void ManifestSet::AddText(std::string_view text, const std::string& file_name,
                          Diagnostics& diagnostics) {
  for (document::Document& document : document::ParseDocuments(text, file_name, diagnostics)) {
    const std::size_t errors = diagnostics.error_count();
    // Objects point into the document, whose tree does not move with it.
    if (AddDocument(document.root(), diagnostics) || diagnostics.error_count() != errors) {
      documents_.push_back(std::move(document));
    }
  }
}

// True when an object of the document was kept.
bool ManifestSet::AddDocument(const Value& root, Diagnostics& diagnostics) {
  if (!root.is_map()) {
    diagnostics.Error(root, "expected a Kubernetes object (a map), found " + root.Describe());
    return false;
  }
  const std::string kind = RequireText(root, "kind", diagnostics);
  const Value* items = root.Find("items");
  if (!kind.ends_with("List") || items == nullptr) {
    return !kind.empty() && AddObject(root, diagnostics);
  }
  if (!items->is_sequence()) {
    if (!items->is_null()) {
      diagnostics.Error(*items, "expected a sequence, found " + items->Describe());
    }
    return false;
  }
  bool kept = false;
  for (const Value& item : items->items()) kept = AddDocument(item, diagnostics) || kept;
  return kept;
}

bool ManifestSet::AddObject(const Value& value, Diagnostics& diagnostics) {
  ManifestObject object;
  object.value = &value;
  object.kind = RequireText(value, "kind", diagnostics);
  if (object.kind == "Secret") return false;
  object.api_version = RequireText(value, "apiVersion", diagnostics);
  const Value* metadata = value.Find("metadata");
  if (metadata == nullptr || !metadata->is_map()) {
    diagnostics.Error(metadata == nullptr ? value : *metadata,
                      metadata == nullptr ? "missing key 'metadata'"
                                          : "expected a map, found " + metadata->Describe(),
                      "every Kubernetes object has apiVersion, kind and metadata.name");
    return false;
  }
  object.name = RequireText(*metadata, "name", diagnostics);
  if (object.api_version.empty() || object.kind.empty() || object.name.empty()) return false;
  if (!IsClusterScoped(object.kind)) {
    const Value* ns = metadata->Find("namespace");
    object.ns = ns == nullptr || ns->text().empty() ? "default" : std::string(ns->text());
    if (!IsDnsLabel(object.ns)) {
      diagnostics.Error(*ns, "expected the name of a namespace, found " + Quote(object.ns),
                        "a name is lower case letters, digits and '-', at most 63");
      return false;
    }
  }
  const std::string identity = std::string(object.group()) + '|' + object.ToString();
  const auto [place, added] = index_.emplace(identity, objects_.size());
  if (added) {
    objects_.push_back(std::move(object));
    return true;
  }
  ManifestObject& earlier = objects_[place->second];
  diagnostics.Warning(value.where(), "", object.ToString() + " stands twice; this one is used",
                      "the other one: " + earlier.where().ToString());
  earlier = std::move(object);
  return true;
}

}  // namespace cnisim::cluster

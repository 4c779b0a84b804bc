#pragma once

/// @file
/// Kubernetes objects out of files, whatever their kind: YAML streams, JSON, `kind: List` and what
/// `kubectl get -o json` prints.  The readers of models/cluster, models/policy and models/cni take
/// from it what they know.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/document/value.h"

namespace cnisim::cluster {

/// One object, pointing into the documents of its ManifestSet.
struct ManifestObject {
  std::string api_version;  ///< "apps/v1"
  std::string kind;         ///< "Deployment"
  std::string ns;  ///< "default" if a namespaced object names none; "" for cluster-wide kinds
  std::string name;
  const document::Value* value = nullptr;

  /// "apps" of "apps/v1"; "" for the core group.
  std::string_view group() const;
  document::SourceLocation where() const { return value->where(); }
  /// "Deployment shop/cart", "Node aks-apps-0".
  std::string ToString() const;
};

/// Owns the documents of its objects.  Secrets are dropped when they are read and never kept.
/// An object that stands twice (same group, kind, namespace and name) is taken from its last place,
/// as `kubectl apply` would, with a warning.
class ManifestSet {
 public:
  ManifestSet() = default;
  ManifestSet(ManifestSet&&) = default;
  ManifestSet& operator=(ManifestSet&&) = default;

  /// Reads a file and adds its objects.  @param referred_from  the place that names the file
  void AddFile(const std::string& path, document::Diagnostics& diagnostics,
               const document::SourceLocation& referred_from = {});
  /// The same for a text that is at hand.
  void AddText(std::string_view text, const std::string& file_name,
               document::Diagnostics& diagnostics);

  /// Adds an object that stands inside another document, which must outlive the set.
  bool AddObject(const document::Value& value, document::Diagnostics& diagnostics);

  /// In the order of files and documents; the position of a replaced object stays.
  const std::vector<ManifestObject>& objects() const { return objects_; }

 private:
  bool AddDocument(const document::Value& root, document::Diagnostics& diagnostics);

  std::vector<document::Document> documents_;
  std::vector<ManifestObject> objects_;
  std::map<std::string, std::size_t> index_;  // identity -> position in objects_
};

/// True for kinds without namespace (Node, Namespace, CiliumClusterwideNetworkPolicy, ...).
bool IsClusterScoped(std::string_view kind);

}  // namespace cnisim::cluster

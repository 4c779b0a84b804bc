#pragma once

/// @file
/// Turns what a team already holds (an az line, Helm values, manifests, a cluster dump) into a
/// commented scenario that names those files.  What nobody said is filled in and marked "guess".

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"

namespace cnisim::scenario {

struct ImportRequest {
  /// Flags, an `az aks create` line, or the path of a script.  A script's `helm`, `cilium` and
  /// `kubectl apply` lines count as if their files had been given here.
  std::optional<std::string> az;
  /// ("cilium", path); several files of one CNI are laid over each other, as helm does.
  std::vector<std::pair<std::string, std::string>> helm_values;
  std::vector<std::string> helm_settings;  ///< of the same release, as `helm --set`
  std::string chart_version;               ///< of those values; empty: not said
  /// Anything Kubernetes: workloads, policies, Installation; a folder stands for the YAML and JSON
  /// files in it and below.
  std::vector<std::string> manifests;
  bool compare_all = false;  ///< add AKS's other network modes
  std::string name;          ///< of the scenario
  std::string output;        ///< where the text will stand: paths in it are relative to its folder
};

/// The text of a scenario that ReadScenario() accepts as it is; nothing when `diagnostics` has
/// errors.  Only names, paths and structure go into it: no Secret, no environment value.
std::optional<std::string> ImportScenario(const ImportRequest& request, const Catalog& catalog,
                                          document::Diagnostics& diagnostics);

}  // namespace cnisim::scenario

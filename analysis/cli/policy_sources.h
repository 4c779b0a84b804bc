#pragma once

/// @file
/// Clusters and policies that `cnisim policy` is asked about: those of a scenario, under the engine
/// and the switches of one of its configurations, or those of bare manifests.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/policy/evaluator.h"
#include "models/policy/policy.h"
#include "models/policy/settings.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario.h"

namespace cnisim::cli {

class PolicySources {
 public:
  struct Choice {
    std::string configuration;  ///< of the scenario; empty: the first that fits the engine
    policy::Version version;    ///< of the engine; 0.0: that of the configuration
  };

  /// Reads `files`: one scenario, or manifests with workloads and policies.
  /// @pre catalog and diagnostics outlive this object
  PolicySources(const std::vector<std::string>& files, Choice choice,
                const scenario::Catalog& catalog, document::Diagnostics& diagnostics);

  /// Cluster and policies under `engine`, or under the engine of the configuration (Cilium for bare
  /// manifests).  nullptr with errors in the diagnostics.
  std::unique_ptr<const policy::Evaluator> Load(std::optional<policy::Engine> engine);

  /// Settings of `engine` as the first configuration that runs it has them; its own defaults where
  /// none does.
  policy::Settings SettingsOf(policy::Engine engine);

  /// Diagnostics of reading the scenario: that many, from the first; 0 for manifests.
  std::size_t of_scenario() const { return of_scenario_; }

  /// "cilium 1.15 as in configuration byocni-cilium", for what Load() and SettingsOf() returned.
  std::string Describe(const policy::Settings& settings) const;

 private:
  const scenario::ConfigurationSpec* FirstWith(policy::Engine engine) const;
  std::unique_ptr<const policy::Evaluator> LoadManifests(std::optional<policy::Engine> engine);
  policy::Settings Adjusted(policy::Settings settings) const;

  std::vector<std::string> files_;
  Choice choice_;
  const scenario::Catalog& catalog_;
  document::Diagnostics& diagnostics_;
  std::optional<scenario::Scenario> scenario_;
  std::size_t of_scenario_ = 0;
  const scenario::ConfigurationSpec* chosen_ = nullptr;  ///< by name
};

}  // namespace cnisim::cli

#pragma once

/// @file
/// Which engine enforces, in which release, and what it can keep.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/policy/engine.h"

namespace cnisim::policy {

std::string_view ToString(Engine engine);  ///< "azure-npm"
std::optional<Engine> FindEngine(std::string_view name);

/// The two numbers that decide what a release knows.
struct Version {
  int major = 0;
  int minor = 0;

  std::string ToString() const;

  friend auto operator<=>(const Version&, const Version&) = default;
};
/// "1.17", "v1.17.2"; nothing for another text.
std::optional<Version> ParseVersion(std::string_view text);

/// How policies are enforced.  Fixed for an Evaluator.
struct Settings {
  Engine engine = Engine::kNone;
  Version kubernetes{1, 30};
  /// Of the engine; 0.0 means the newest that the models know.
  Version version{};
  bool l7_proxy = true;             ///< Cilium: enable-l7-proxy
  bool sctp = false;                ///< Cilium: sctp.enabled
  bool cidr_matches_nodes = false;  ///< Cilium: policyCIDRMatchMode: nodes

  /// True if the engine's release is `first` or later.
  bool AtLeast(Version first) const { return version == Version{} || version >= first; }
};

/// A size that an engine cannot pass.
struct Limit {
  std::uint64_t value = 0;
  std::string what;    ///< "policy-map entries of an endpoint"
  std::string source;  ///< where the number comes from
};

/// What models/catalog/policy says about the engines.
struct Limits {
  Limit cilium_policy_map_entries;
  Limit cilium_identities;
  Limit calico_ipset_members;
  Limit npm_nodes;
  Limit npm_pods;
  Limit npm_ipset_members;

  /// Beginnings of label keys that make no identity, and those that do nevertheless; '*' in front:
  /// anywhere in the key.
  std::vector<std::string> ignored_labels;
  std::vector<std::string> kept_labels;

  std::uint32_t npm_base_rules = 0;
  std::uint32_t npm_base_chains = 0;
  std::uint32_t calico_to_workload_rules = 0;
  std::uint32_t calico_from_workload_rules = 0;
  std::uint32_t calico_tier_rules = 0;
  std::uint32_t calico_policy_rules = 0;
  std::uint32_t calico_rules_per_rule = 0;
  std::uint32_t calico_ports_per_rule = 15;

  /// What AKS installs from a Kubernetes release on, by Kubernetes release.
  std::vector<std::pair<Version, Version>> managed_cilium;

  /// The Cilium that AKS installs with `kubernetes`; that of the oldest known release before it.
  Version ManagedCilium(Version kubernetes) const;
  /// Whether Cilium's identities look at a label with this key.
  bool IsIdentityLabel(std::string_view key) const;

  /// Reads policy/engines.yaml.
  static Limits Load(const document::CatalogFiles& files, document::Diagnostics& diagnostics);
};

}  // namespace cnisim::policy

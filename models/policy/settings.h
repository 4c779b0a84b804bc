#pragma once

/// @file
/// Which engine enforces, in which release, and what that release knows.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

  friend auto operator<=>(const Version&, const Version&) = default;
};
/// "1.17", "v1.17.2"; nothing for another text.
std::optional<Version> ParseVersion(std::string_view text);

/// How policies are enforced.  Fixed for an Evaluator.
struct Settings {
  Engine engine = Engine::kNone;
  Version kubernetes{1, 30};
  /// Of the engine; 0.0 means newer than every version the models tell apart.
  Version version{};
  bool l7_proxy = true;             ///< Cilium: enable-l7-proxy
  bool sctp = true;                 ///< Cilium: sctp.enabled
  bool cidr_matches_nodes = false;  ///< Cilium: policyCIDRMatchMode: nodes

  /// True if the engine's release is `first` or later.
  bool AtLeast(Version first) const { return version == Version{} || version >= first; }
};

/// Sizes that an engine cannot pass; from models/catalog/limits/policy.yaml, each with a source.
struct Limits {
  struct Limit {
    std::uint64_t value = 0;
    std::string what;  ///< "policy-map entries of an endpoint"
    std::string source;
  };
  Limit cilium_policy_map_entries;
  Limit cilium_identities;
  Limit cilium_ports_per_rule;
  Limit calico_ipset_members;
  Limit npm_nodes;
  Limit npm_pods;
  Limit npm_ipset_members;
  /// Prefixes of label keys that make no identity, unless kept by a longer one of `kept_labels`.
  std::vector<std::string> ignored_labels;
  std::vector<std::string> kept_labels;

  /// Whether Cilium's identities look at a label with this key.
  bool IsIdentityLabel(std::string_view key) const;

  static Limits Load(const document::CatalogFiles& files, document::Diagnostics& diagnostics);
};

}  // namespace cnisim::policy

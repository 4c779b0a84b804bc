#pragma once

/// @file
/// Policies as one engine reads them: selectors as numbers, ports as ranges, only what the release
/// knows.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/policy/internal/pod_classes.h"
#include "models/policy/policy.h"
#include "models/policy/settings.h"

namespace cnisim::policy::internal {

struct CompiledPort {
  ProtocolSet protocols = 0;
  std::uint16_t first = 0;  ///< 0: every port
  std::uint16_t last = 0;
  const std::string* name = nullptr;  ///< of a named port
};

struct CompiledPeer {
  enum Kind : std::uint8_t { kSelector, kCidr, kEntity, kName, kEntityMatch };
  Kind kind = kSelector;
  std::uint32_t selector = 0;      ///< kSelector; kEntityMatch: of `pods`
  std::uint32_t not_selector = 0;  ///< kEntityMatch: of `not_pods`
  const CidrMatch* cidr = nullptr;
  Entity entity = Entity::kNone;
  const NameMatch* name = nullptr;
  const EntityMatch* match = nullptr;
};

struct CompiledRule {
  const Rule* rule = nullptr;
  std::vector<CompiledPeer> peers;  ///< used unless rule->any_peer
  std::vector<CompiledPort> ports;  ///< used unless rule->any_port
  std::vector<CompiledPort> not_ports;
  CompiledPeer local;  ///< Calico; used unless rule->local.empty()
};

struct CompiledPolicy {
  const Policy* policy = nullptr;
  std::uint32_t subject = 0;  ///< selector
  bool applies_ingress = false;
  bool applies_egress = false;
  bool isolates_ingress = false;
  bool isolates_egress = false;
  bool has_deny = false;
  std::uint32_t tier = 0;  ///< Calico: position of its tier
  std::vector<CompiledRule> ingress;
  std::vector<CompiledRule> egress;

  const std::vector<CompiledRule>& rules(Direction direction) const {
    return direction == Direction::kIngress ? ingress : egress;
  }
  bool applies(Direction direction) const {
    return direction == Direction::kIngress ? applies_ingress : applies_egress;
  }
  bool isolates(Direction direction) const {
    return direction == Direction::kIngress ? isolates_ingress : isolates_egress;
  }
};

/// Whether the engine reads policies of the kind.
bool EngineReads(Engine engine, PolicyKind kind);

/// Why the engine's agent refuses a policy that it could read; empty if it takes it.
std::string_view RefusalOf(const Policy& policy, const Settings& settings);

class CompiledPolicies {
 public:
  /// Compiles what the engine reads, in the order in which it evaluates.  Pointers go into
  /// `policies`.  @param services  what toServices may name
  CompiledPolicies(const PolicySet& policies, const Settings& settings,
                   const std::vector<cluster::Service>& services, const PodClasses& classes,
                   SelectorTable* old_selectors);

  const std::vector<CompiledPolicy>& all() const { return policies_; }
  const SelectorTable& selectors() const { return selectors_; }
  SelectorTable& selectors() { return selectors_; }

  /// Policies that select the class and apply in the direction, in order of evaluation.
  const std::vector<std::uint32_t>& PoliciesOf(std::uint32_t id, Direction direction) const {
    return (direction == Direction::kIngress ? ingress_ : egress_)[id];
  }
  /// A class is new, or its labels changed: finds its policies again.
  void RefreshClass(std::uint32_t id, const PodClasses& classes);

  bool tier_passes(std::uint32_t tier) const { return tier_passes_[tier]; }

 private:
  void OrderCalicoTiers(const PolicySet& policies);

  std::vector<CompiledPolicy> policies_;
  SelectorTable selectors_;
  std::vector<std::vector<std::uint32_t>> ingress_;  // [class] -> policies
  std::vector<std::vector<std::uint32_t>> egress_;   // [class] -> policies
  std::vector<bool> tier_passes_;                    // [tier]
};

}  // namespace cnisim::policy::internal

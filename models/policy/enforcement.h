#pragma once

/// @file
/// What an engine installs for a set of policies: Cilium's identities and policy maps, Calico's
/// chains and ipsets, Azure NPM's chains and ipsets.  Counts are exact for the structures described
/// in README.md; what they cost is models/datapath's business.

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/net/cidr.h"
#include "models/policy/evaluator.h"

namespace cnisim::policy {

/// Cilium's reserved identities, and where others begin.
inline constexpr std::uint32_t kAnyIdentity = 0;
inline constexpr std::uint32_t kHostIdentity = 1;
inline constexpr std::uint32_t kWorldIdentity = 2;
inline constexpr std::uint32_t kFirstPodIdentity = 256;
inline constexpr std::uint32_t kFirstCidrIdentity = 1U << 24;

/// One entry of a pod's policy map.
struct PolicyMapEntry {
  Direction direction = Direction::kIngress;
  std::uint32_t identity = kAnyIdentity;
  ProtocolSet protocol = 0;    ///< one bit; 0: any
  std::uint16_t port = 0;      ///< 0 with prefix 0: any
  std::uint8_t port_bits = 0;  ///< of the port that must match: 16 is one port, fewer a block
  bool deny = false;
  bool proxy = false;  ///< redirects to the L7 proxy

  friend auto operator<=>(const PolicyMapEntry&, const PolicyMapEntry&) = default;
};

/// How much of a limit is used.
struct LimitUse {
  Limit limit;
  std::uint64_t used = 0;
  std::string where;  ///< the pod or set that uses most; empty for the whole cluster

  bool exceeded() const { return used > limit.value; }
  double share() const {
    return limit.value == 0 ? 0 : static_cast<double>(used) / static_cast<double>(limit.value);
  }
};

/// The whole cluster's structures; members of other engines stay 0.
struct EnforcementSummary {
  std::uint64_t policies = 0;          ///< that the engine reads
  std::uint64_t policies_ignored = 0;  ///< of kinds that it does not read, or refused by its agent

  std::uint64_t identities = 0;         ///< Cilium: of pods
  std::uint64_t cidr_identities = 0;    ///< Cilium: one a prefix in the policies
  std::uint64_t map_entries_most = 0;   ///< Cilium: of the pod that has most
  std::uint64_t map_entries_total = 0;  ///< Cilium: over all pods
  std::uint64_t redirects = 0;          ///< Cilium: over all pods

  std::uint64_t chains = 0;  ///< NPM: on every node; Calico: of policies
  std::uint64_t rules = 0;   ///< in those chains
  std::uint64_t ipsets = 0;
  std::uint64_t ipset_members_most = 0;
  std::uint64_t endpoint_rules_most = 0;  ///< Calico: of the pod that has most

  std::vector<LimitUse> limits;
};

/// Structures of an evaluator's cluster and policies as they stand; build another after a change.
class Enforcement {
 public:
  /// What `evaluator` holds must outlive it, unchanged.
  explicit Enforcement(const Evaluator& evaluator);

  /// Cilium's policy map of a pod, sorted; empty for other engines and host-network pods.
  std::vector<PolicyMapEntry> PolicyMapOf(std::uint32_t pod) const;
  EndpointPolicyLoad LoadOf(std::uint32_t pod) const;
  EnforcementSummary Summarize() const;

  /// Cilium: identity of a pod; kHostIdentity if it shares its node's network.
  std::uint32_t IdentityOf(std::uint32_t pod) const;
  std::uint32_t identity_count() const { return identities_; }
  const std::map<net::Cidr, std::uint32_t>& cidr_identities() const { return cidr_identities_; }

 private:
  void NumberIdentities();
  void NumberPrefixes();
  std::vector<PolicyMapEntry> MapOfClass(std::uint32_t pod_class) const;
  EndpointPolicyLoad LoadOfClass(std::uint32_t pod_class) const;
  void SummarizeCilium(EnforcementSummary& summary) const;
  void SummarizeNpm(EnforcementSummary& summary) const;
  void SummarizeCalico(EnforcementSummary& summary) const;

  const Evaluator::State& state_;
  std::vector<std::uint32_t> identity_of_class_;  // [class]
  std::uint32_t identities_ = 0;
  std::map<net::Cidr, std::uint32_t> cidr_identities_;  // prefix -> identity
};

/// `cidr` without `holes`, as the fewest prefixes.
std::vector<net::Cidr> Subtract(const net::Cidr& cidr, const std::vector<net::Cidr>& holes);

}  // namespace cnisim::policy

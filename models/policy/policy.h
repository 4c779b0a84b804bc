#pragma once

/// @file
/// Policies as typed objects, one form for every kind that the readers know.  What an object says
/// stands here as it is written; what an engine makes of it (who reads which kind, which release
/// knows which field) is decided by the evaluator.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/cluster/manifest_set.h"
#include "models/cluster/objects.h"
#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/net/cidr.h"
#include "models/policy/selector.h"

namespace re2 {
class RE2;
}

namespace cnisim::policy {

using document::SourceLocation;

enum class PolicyKind : std::uint8_t {
  kNetworkPolicy,  ///< networking.k8s.io/v1
  kCiliumNetworkPolicy,
  kCiliumClusterwideNetworkPolicy,
  kCalicoNetworkPolicy,
  kCalicoGlobalNetworkPolicy,
};
std::string_view ToString(
    PolicyKind kind);  ///< "NetworkPolicy"; Calico's are "Calico NetworkPolicy"

enum class Direction : std::uint8_t { kIngress, kEgress };
std::string_view ToString(Direction direction);  ///< "ingress"

enum class Action : std::uint8_t {
  kAllow,
  kDeny,
  kPass,  ///< Calico: on to the next tier, then to the namespace's profile
  kLog,   ///< Calico: decides nothing
};

/// Set of protocols, one bit each.
using ProtocolSet = std::uint8_t;
inline constexpr ProtocolSet kTcpBit = 1;
inline constexpr ProtocolSet kUdpBit = 2;
inline constexpr ProtocolSet kSctpBit = 4;
inline constexpr ProtocolSet kIcmpBit = 8;  ///< both families; no flow here has it, structures do
inline constexpr ProtocolSet kTransportProtocols = kTcpBit | kUdpBit | kSctpBit;
inline constexpr ProtocolSet kEveryProtocol = kTransportProtocols | kIcmpBit;
ProtocolSet BitOf(cluster::Protocol protocol);

/// Ports of a rule: numbers, a name, or every port of the protocols.
struct PortMatch {
  ProtocolSet protocols = kTcpBit;
  std::uint16_t first = 0;                ///< 0: every port, unless `name` is set
  std::optional<std::uint16_t> end_port;  ///< inclusive; some releases do not know the field
  std::string name;                       ///< container port looked up by name and protocol
  SourceLocation where;

  bool every_port() const { return first == 0 && name.empty(); }
};

/// Addresses of `cidr` that are in none of `except`.
struct CidrMatch {
  net::Cidr cidr;
  std::vector<net::Cidr> except;
  bool Contains(const net::IpAddress& address) const;

  friend bool operator==(const CidrMatch&, const CidrMatch&) = default;
};

/// What Cilium names without labels.
enum class Entity : std::uint8_t {
  kAll,
  kCluster,
  kWorld,
  kWorldIpv4,
  kWorldIpv6,
  kHost,
  kRemoteNode,
  kKubeApiserver,
  kHealth,
  kIngress,
  kInit,
  kUnmanaged,
  kNone,
};
std::string_view ToString(Entity entity);

/// `toFQDNs`, and what a DNS rule lets through.
struct NameMatch {
  std::string text;                            ///< as written, lower case, without the final dot
  bool pattern = false;                        ///< matchPattern; otherwise matchName
  std::shared_ptr<const re2::RE2> expression;  ///< of a pattern

  /// @param name  lower case, without the final dot
  bool Matches(std::string_view name) const;
};

/// `toServices`: a Service by name, or those that a selector finds.
struct ServiceMatch {
  std::string ns;    ///< empty: every namespace (selector only)
  std::string name;  ///< empty: `selector` decides
  cluster::LabelSelector selector;
};

/// Calico's peer: everything that is given must hold.
struct EntityMatch {
  std::optional<Selector> pods;
  std::optional<Selector> not_pods;
  std::vector<net::Cidr> nets;  ///< one of them; empty: no condition
  std::vector<net::Cidr> not_nets;

  bool empty() const { return !pods && !not_pods && nets.empty() && not_nets.empty(); }
};

struct Peer {
  std::variant<Selector, CidrMatch, Entity, NameMatch, ServiceMatch, EntityMatch> match;
  SourceLocation where;
};

/// A header that must be there, with exactly this value if one is given.
struct HeaderMatch {
  std::string name;
  std::optional<std::string> value;
};

/// One entry of `rules.http`: every part that is given must hold.
struct HttpMatch {
  std::string method;  ///< as written; "" for any
  std::string path;
  std::string host;
  std::shared_ptr<const re2::RE2> method_expression;  ///< whole value; null for any
  std::shared_ptr<const re2::RE2> path_expression;
  std::shared_ptr<const re2::RE2> host_expression;
  std::vector<HeaderMatch> headers;
  SourceLocation where;
};

/// One alternative of a policy: a peer and a port must match.  A Cilium rule with several `toPorts`
/// entries is as many of these with one index.
struct Rule {
  Direction direction = Direction::kIngress;
  Action action = Action::kAllow;
  std::string section;  ///< "ingress", "egressDeny": the list that it stands in
  int index = 0;        ///< in that list, from 0
  SourceLocation where;

  bool any_peer = true;     ///< false: only `peers`, of which there may be none
  std::vector<Peer> peers;  ///< alternatives
  bool any_port = true;     ///< false: only `ports`, of which there may be none
  std::vector<PortMatch> ports;

  bool l7 = false;              ///< sends the flow to a proxy, which knows the rules below
  std::vector<HttpMatch> http;  ///< alternatives
  std::vector<NameMatch> dns;   ///< alternatives
  bool l7_other = false;        ///< Kafka, or a protocol that the models do not read

  /// Calico's conditions on the policy's own end, and what the ports must not be.
  EntityMatch local;
  ProtocolSet protocols = kEveryProtocol;
  std::vector<PortMatch> not_ports;
  bool undecidable = false;  ///< has a condition that the models cannot check: it never matches
};

struct Policy {
  PolicyKind kind = PolicyKind::kNetworkPolicy;
  std::string ns;  ///< "" for clusterwide kinds
  std::string name;
  int spec = 0;  ///< which of a Cilium policy's `specs`
  SourceLocation where;

  Selector subject;
  /// Whether it isolates what it selects in that direction (for Calico: whether it applies at all).
  bool ingress = false;
  bool egress = false;
  /// NetworkPolicy: rules that stand under a direction which policyTypes leaves out.
  bool stray_ingress = false;
  bool stray_egress = false;
  /// Cilium's enableDefaultDeny, where it is written.
  std::optional<bool> default_deny_ingress;
  std::optional<bool> default_deny_egress;
  /// Calico: position; policies without order come last.
  std::string tier = "default";
  std::optional<double> order;

  std::vector<Rule> rules;  ///< in the order of the text, ingress before egress

  bool clusterwide() const { return ns.empty(); }
  std::string ToString() const;  ///< "NetworkPolicy shop/api"
};

/// Calico's Tier object.
struct Tier {
  std::string name;
  std::optional<double> order;
  bool default_pass = false;
};

struct PolicySet {
  std::vector<Policy> policies;  ///< in the order of the files
  std::vector<Tier> tiers;

  /// Adds what `other` holds; a policy of the same kind, namespace and name is replaced.
  void Apply(const PolicySet& other);
  /// Number of policies removed: none, or one for each of its specs.
  std::size_t Remove(PolicyKind kind, std::string_view ns, std::string_view name);
};

/// The kind that `kind: X` of an API group names; nothing for what is no policy.
std::optional<PolicyKind> FindPolicyKind(std::string_view group, std::string_view kind);

/// Reads every policy object of `manifests`; what refers to others (CiliumCIDRGroup, Tier,
/// GlobalNetworkSet) is resolved.  A policy with an error is left out.  AdminNetworkPolicy and
/// BaselineAdminNetworkPolicy are reported as not modelled.
///
/// Bounds: at most kMaxPolicies policies, kMaxListLength entries a list and RE2 programs of
/// kMaxPatternBytes of text; passing one is an error at its place.
PolicySet ReadPolicies(const cluster::ManifestSet& manifests, document::Diagnostics& diagnostics);

inline constexpr std::size_t kMaxPolicies = 100'000;
inline constexpr std::size_t kMaxListLength = 10'000;
inline constexpr std::size_t kMaxPatternBytes = 4'096;

}  // namespace cnisim::policy

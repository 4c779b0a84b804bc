#pragma once

/// @file
/// Who may talk to whom, exactly as an engine decides it.
///
///     Evaluator evaluator(ViewOf(cluster), policies, settings, limits);
///     Flow flow{Endpoint::Pod(3), Endpoint::Pod(7), cluster::Protocol::kTcp, 8080};
///     if (evaluator.Evaluate(flow).outcome == Outcome::kDeny) ...
///
/// Pods with equal labels, ports and namespace form one class; selectors are matched against
/// classes, once, and kept up to date when labels, pods or policies change.
///
/// Thread safety: const members may be called from several threads; changes may not overlap them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/cluster/objects.h"
#include "models/policy/cluster_view.h"
#include "models/policy/policy.h"
#include "models/policy/settings.h"

namespace cnisim::policy {

/// One end of a flow: an index into the view's pods, nodes or externals.
struct Endpoint {
  enum Kind : std::uint8_t { kPod, kNode, kExternal };
  Kind kind = kPod;
  std::uint32_t index = 0;

  static Endpoint Pod(std::uint32_t index) { return {kPod, index}; }
  static Endpoint Node(std::uint32_t index) { return {kNode, index}; }
  static Endpoint External(std::uint32_t index) { return {kExternal, index}; }

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

struct HttpRequest {
  std::string method;
  std::string path;  ///< with the query
  std::string host;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// How a flow from outside enters: Azure NPM does not check what a node forwards.
enum class Entry : std::uint8_t {
  kDirect,       ///< pod address, or a cluster IP
  kNodeCluster,  ///< NodePort or load balancer, externalTrafficPolicy: Cluster
  kNodeLocal,    ///< likewise, Local: the source address stays
};

struct Flow {
  Endpoint source;
  Endpoint destination;
  cluster::Protocol protocol = cluster::Protocol::kTcp;
  std::uint16_t port = 0;  ///< the pod's, or with `service` the Service's
  std::optional<HttpRequest> http;
  std::optional<std::string> dns_query;  ///< name asked for
  /// Index into the view's services: `destination` is the backend that was picked.
  std::optional<std::uint32_t> service;
  Entry entry = Entry::kDirect;
  /// kNodeCluster: the node that took the packet; another one than the backend's when not given.
  std::optional<std::uint32_t> entry_node;
};

enum class Outcome : std::uint8_t {
  kAllow,
  kDeny,       ///< dropped without an answer
  kForbidden,  ///< the proxy answers 403
  kRefused,    ///< the DNS proxy answers REFUSED
};
std::string_view ToString(Outcome outcome);  ///< "allow", "deny", "forbidden", "refused"

enum class Reason : std::uint8_t {
  kNotEnforced,      ///< the engine enforces nothing, or not on this end
  kNotIsolated,      ///< no policy selects the pod in this direction
  kRule,             ///< `rule` allows or denies
  kNoRule,           ///< policies isolate the pod, and no rule of theirs lets the flow pass
  kOwnNode,          ///< the node under the pod always reaches it (or is always reached)
  kUnchecked,        ///< the engine does not look at flows that enter this way
  kL7NoRule,         ///< a rule sends the flow to a proxy, and none of its L7 rules matches
  kSamePod,          ///< a pod's traffic to itself never leaves it
  kPassed,           ///< Calico: every tier passed it on, and the namespace's profile allows
  kUnknownProtocol,  ///< Cilium without sctp.enabled drops SCTP
  kNoTarget,         ///< the Service has no such port, or the backend no such named port
};

/// What one end's policies say.
struct Decision {
  Outcome outcome = Outcome::kAllow;
  Reason reason = Reason::kNotEnforced;
  const Policy* policy = nullptr;  ///< that decided; of kNoRule the first that isolates
  const Rule* rule = nullptr;      ///< that decided; null if no single one did
  bool isolated = false;           ///< some policy selects the pod in this direction
  bool proxy = false;              ///< the flow passes an L7 proxy on this end

  /// "allowed by NetworkPolicy shop/api ingress[0] (api.yaml:14)".
  std::string ToString(Direction direction) const;
};

struct Verdict {
  Outcome outcome = Outcome::kAllow;
  Decision egress;         ///< at the source
  Decision ingress;        ///< at the destination; not evaluated if egress already stops the flow
  std::uint16_t port = 0;  ///< of the pod, after Service translation

  bool allowed() const { return outcome == Outcome::kAllow; }
  /// The end that decided: egress if it does not allow, else ingress.
  const Decision& deciding() const { return egress.outcome != Outcome::kAllow ? egress : ingress; }
  Direction direction() const {
    return egress.outcome != Outcome::kAllow ? Direction::kEgress : Direction::kIngress;
  }
  /// "allow", or "deny by NetworkPolicy shop/api (no ingress rule matches)".
  std::string ToString() const;
};

/// What a new connection makes the kernel walk; feeds models/datapath.
struct FlowWork {
  bool policed_egress = false;
  bool policed_ingress = false;
  bool l7_egress = false;
  bool l7_ingress = false;
  std::uint32_t policies_egress = 0;  ///< passed before the verdict
  std::uint32_t policies_ingress = 0;
  std::uint32_t rules_egress = 0;  ///< of those policies, evaluated
  std::uint32_t rules_ingress = 0;
  std::uint32_t sets_egress = 0;  ///< ipset membership tests among them
  std::uint32_t sets_ingress = 0;
  std::uint32_t base_rules = 0;  ///< Azure NPM: of its base chains
};

/// What enforcement keeps for one pod.
struct EndpointPolicyLoad {
  std::uint32_t policies_ingress = 0;
  std::uint32_t policies_egress = 0;
  std::uint64_t rules = 0;  ///< iptables rules of its chains; 0 where policies are map entries
  std::uint64_t map_entries = 0;  ///< Cilium's policy map
  std::uint32_t redirects = 0;    ///< L7: distinct proxy redirects (protocol, port, parser)
};

class Evaluator {
 public:
  /// Policies of kinds that the engine does not read are kept and ignored.
  Evaluator(ClusterView view, PolicySet policies, Settings settings, Limits limits);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;

  const ClusterView& view() const;
  const PolicySet& policies() const;
  const Settings& settings() const;
  const Limits& limits() const;

  /// @pre both ends exist
  Verdict Evaluate(const Flow& flow) const;

  /// What a new connection of this flow walks (its verdict need not be known).
  FlowWork Work(const Flow& flow) const;
  /// @pre pod < view().pods.size()
  EndpointPolicyLoad Load(std::uint32_t pod) const;

  /// "shop/web", "node/aks-0", "world/partner"; nothing when there is none (or it was removed).
  std::optional<Endpoint> Find(std::string_view name) const;
  std::string NameOf(Endpoint endpoint) const;
  std::optional<std::uint32_t> FindService(std::string_view ns, std::string_view name) const;

  /// Changes, each visible to the next Evaluate().  Cost: of a pod, its selectors' tests if no pod
  /// like it was there before; of a namespace, that for each class in it; of a policy, finding what
  /// its selectors match.  An index of the view never moves; removed pods keep theirs.
  void ApplyNamespace(const cluster::Namespace& ns);
  std::uint32_t ApplyPod(const PodView& pod);
  void RemovePod(std::string_view ns, std::string_view name);
  /// Replaces all specs of a policy of the same kind, namespace and name.
  void ApplyPolicies(const PolicySet& changed);
  void RemovePolicy(PolicyKind kind, std::string_view ns, std::string_view name);

  /// Whether the engine reads policies of the kind.
  bool Reads(PolicyKind kind) const;
  bool IsRemoved(std::uint32_t pod) const;

  /// Class of a pod: equal for pods that no policy can tell apart by labels, ports or namespace.
  std::uint32_t ClassOf(std::uint32_t pod) const;
  std::uint32_t class_count() const;

  /// For models/policy and analysis/connectivity.
  class State;
  const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace cnisim::policy

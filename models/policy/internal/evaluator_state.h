#pragma once

/// @file
/// What an Evaluator holds: the cluster, the policies, and both as one engine sees them.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/policy/enforcement.h"
#include "models/policy/evaluator.h"
#include "models/policy/internal/compiled_policies.h"
#include "models/policy/internal/pod_classes.h"

namespace cnisim::policy {

/// One end of a flow, resolved: a pod that shares its node's network is that node.
struct Party {
  Endpoint::Kind kind = Endpoint::kPod;
  std::uint32_t pod = 0;
  std::uint32_t pod_class = 0;
  const std::vector<net::IpAddress>* ips = nullptr;  ///< null: unknown
  const std::string* node = nullptr;  ///< the node it is on, or is; null or empty: unknown
  const ExternalView* external = nullptr;
};

/// A flow as the rules of one direction look at it.
struct Probe {
  Direction direction = Direction::kIngress;
  Party subject;  ///< whose policies decide
  Party peer;
  cluster::Protocol protocol = cluster::Protocol::kTcp;
  std::uint16_t port = 0;
  const HttpRequest* http = nullptr;
  const std::string* dns_query = nullptr;
};

class Evaluator::State {
 public:
  State(ClusterView view, PolicySet policies, Settings settings, Limits limits);

  Party Resolve(Endpoint endpoint) const;
  Decision Decide(const Probe& probe) const;
  bool RuleMatches(const internal::CompiledRule& rule, const Probe& probe) const;
  bool PeerMatches(const internal::CompiledPeer& peer, const Probe& probe) const;
  bool PortsMatch(const internal::CompiledRule& rule, const Probe& probe) const;
  /// Port that a named port of a rule stands for at this flow, 0 if none.
  std::uint16_t NamedPort(const std::string& name, const Probe& probe) const;

  void AddPod(std::uint32_t pod);
  void ForgetPod(std::uint32_t pod);
  void CompilePolicies();
  void CompileDnsRules();
  /// To be called after every change.
  void Changed();
  const cluster::Labels& NamespaceLabels(std::string_view ns) const;

  ClusterView view;
  PolicySet policies;
  Settings settings;
  Limits limits;

  internal::PodClasses classes;
  std::optional<internal::CompiledPolicies> compiled;
  std::vector<std::uint32_t> class_of_pod;  // [pod]
  std::vector<bool> removed;                // [pod]
  std::unordered_map<std::string, Endpoint> by_name;
  std::unordered_map<std::string, std::uint32_t> node_index;
  std::map<std::string, std::size_t, std::less<>> namespace_index;
  /// Names of ports in the cluster: (name, protocol) -> number -> pods that have it.
  std::map<std::pair<std::string, cluster::Protocol>, std::map<std::uint16_t, std::uint64_t>>
      named_ports;
  /// Names that DNS rules let pods of a node ask for; under "" those of pods without a node.
  std::unordered_map<std::string, std::vector<const NameMatch*>> dns_of_node;

  /// Loads that were asked for; forgotten at every change.
  std::mutex load_mutex;
  std::unique_ptr<const Enforcement> enforcement;
  std::vector<std::optional<EndpointPolicyLoad>> load_of_class;  // [class]

 private:
  Decision DecideUnion(const Probe& probe) const;
  Decision DecideInOrder(const Probe& probe) const;
  bool CidrMatches(const CidrMatch& cidr, const Probe& probe) const;
  bool EntityMatches(Entity entity, const Probe& probe) const;
  bool NameMatches(const NameMatch& name, const Probe& probe) const;
  bool MatchHolds(const internal::CompiledPeer& peer, const Party& party) const;
  bool OnSameNode(const Party& a, const Party& b) const;
};

}  // namespace cnisim::policy

#pragma once

/// @file
/// What the path compiler must know about a flow besides the CNI: where its ends are, how it
/// reaches a Service, and the exact counts of the structures that its packets walk.  All flows of
/// one class cost the same on average, so a path is compiled once a class.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "models/datapath/compiled_flow.h"
#include "sim/base/units.h"

namespace cnisim::datapath {

/// Where the two ends of a flow are.  Names in the catalog are the snake_case of these.
enum class PathKind : std::uint8_t {
  kPodToPodSameNode,
  kPodToPodCrossNode,
  kHostToPodSameNode,  ///< kubelet probes and host-network clients
  kHostToPodCrossNode,
  kPodToHostCrossNode,    ///< server in the host's network (host-network pod)
  kHostToHostCrossNode,   ///< both ends in the host's network
  kPodToExternal,         ///< out of the cluster network, masqueraded where the CNI does so
  kExternalToPod,         ///< NodePort or LoadBalancer; the backend is on the entry node
  kExternalToPodViaNode,  ///< as above, but the entry node forwards to the backend's node
};
inline constexpr std::size_t kPathKinds = 9;

std::string_view Name(PathKind path);
std::optional<PathKind> FindPathKind(std::string_view name);

/// How the client names its server.
enum class ServiceAccess : std::uint8_t {
  kNone,  ///< by the address of the pod or host itself
  kClusterIp,
  kNodePort,
  kLoadBalancer,  ///< by the load balancer's address (Azure leaves it in place: floating IP)
};

/// Who cuts packets that are too large for their way (packet_sizes.h).
enum class CutBy : std::uint8_t { kNobody, kNode, kFabric };

/// Structures whose size multiplies the cost of a stage (`count:` in the catalog).  A count may be
/// an expectation over what the kernel does not order, hence double.
enum class Count : std::uint8_t {
  kOne,                      ///< does not scale
  kServiceRulesBeforeMatch,  ///< rules of KUBE-SERVICES up to and with the match (or i = (N'+1)/2)
  kServiceRulesAll,          ///< all of KUBE-SERVICES: what traffic to no Service walks
  kNodePortRules,            ///< rules of KUBE-NODEPORTS up to and with the match
  kServiceChainRules,        ///< plain rules in KUBE-EXT, KUBE-SVC, KUBE-SEP up to the DNAT
  kServiceRandomRules,       ///< rules with a random draw: (E + 1) / 2
  kAffinityRules,            ///< rules of `recent` (iptables) or set membership (nftables): a * E
  kMasqueradeMarks,          ///< marks set for SNAT on the way: 0 or 1
  kPoliciesEgress,           ///< policies on the client that are passed before the verdict
  kPoliciesIngress,          ///< policies on the server, likewise
  kPolicyRulesEgress,        ///< rules of those policies that are evaluated
  kPolicyRulesIngress,
  kPolicySetsEgress,  ///< ipset membership tests among them
  kPolicySetsIngress,
  kNamespaceRules,  ///< Azure NPM: rules of its base chains that a new connection passes
  kNodeRules,       ///< rules of others that every packet through the host's hooks walks
};
inline constexpr std::size_t kCounts = 16;

std::string_view Name(Count count);
std::optional<Count> FindCount(std::string_view name);
/// One line for people: what is counted.
std::string_view Meaning(Count count);

/// Count -> how many; kOne is 1, everything else starts at 0.
class Counts {
 public:
  Counts() { values_[0] = 1; }

  double operator[](Count count) const { return values_[static_cast<std::size_t>(count)]; }
  /// @pre count != Count::kOne, value >= 0
  void Set(Count count, double value);

  friend auto operator<=>(const Counts&, const Counts&) = default;

 private:
  std::array<double, kCounts> values_{};  // [Count]
};

/// A class of flows.  Comparable, so that compiled paths can be kept in a map.
struct FlowClass {
  PathKind path = PathKind::kPodToPodCrossNode;
  ServiceAccess service = ServiceAccess::kNone;
  TransportProtocol protocol = TransportProtocol::kTcp;
  bool external_policy_local = false;  ///< of a NodePort or LoadBalancer Service
  bool l7_egress = false;              ///< the policy on the client sends the flow to a proxy
  bool l7_ingress = false;             ///< the policy on the server does
  bool policed_egress = false;         ///< some policy selects the client for egress
  bool policed_ingress = false;        ///< some policy selects the server for ingress
  Bytes device_mtu{1500};              ///< of the nodes' network interface
  Bytes pod_mtu{0};                    ///< as the CNI's configuration sets it; 0: derived
  Bytes fabric_mtu{0};                 ///< what the network between nodes carries whole; 0: any
  CutBy cut_by = CutBy::kNobody;       ///< found by the compiler; not to be set by others
  Counts counts;

  friend auto operator<=>(const FlowClass&, const FlowClass&) = default;
};

/// True if both ends are on one node, so that nothing crosses the fabric.
bool OnOneNode(PathKind path);

}  // namespace cnisim::datapath

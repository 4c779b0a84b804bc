#include "analysis/connectivity/policy_diff.h"

#include <algorithm>
#include <set>
#include <utility>

namespace cnisim::connectivity {
namespace {

using policy::Decision;
using policy::Endpoint;
using policy::Engine;
using policy::Evaluator;
using policy::Flow;
using policy::Outcome;
using policy::Reason;
using policy::Verdict;

bool OpenedByBlock(const Decision& decision) {
  if (decision.reason != Reason::kRule || decision.rule == nullptr) return false;
  return std::any_of(decision.rule->peers.begin(), decision.rule->peers.end(),
                     [](const auto& peer) {
                       return std::holds_alternative<policy::CidrMatch>(peer.match) ||
                              std::holds_alternative<policy::EntityMatch>(peer.match);
                     });
}

/// The range that opened `port`, which a reader without endPort takes for its first port.
const policy::PortMatch* OpeningRange(const Decision& decision, std::uint16_t port) {
  if (decision.reason != Reason::kRule || decision.rule == nullptr) return nullptr;
  const auto& ports = decision.rule->ports;
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const policy::PortMatch& match) {
    return match.end_port && match.first < port && port <= *match.end_port;
  });
  return found == ports.end() ? nullptr : &*found;
}

bool OpenedByName(const Decision& decision) {
  if (decision.reason != Reason::kRule || decision.rule == nullptr) return false;
  return std::any_of(decision.rule->ports.begin(), decision.rule->ports.end(),
                     [](const policy::PortMatch& match) { return !match.name.empty(); });
}

std::string LabelsText(const cluster::Labels& labels) {
  std::string text = "{";
  for (const auto& [key, value] : labels) {
    if (text.size() > 1) text += ", ";
    text += '"' + key + "\": \"" + value + '"';
  }
  return text + '}';
}

// Writes the policies that open one flow under Cilium, and nothing more than its kind.
class FixWriter {
 public:
  FixWriter(const Evaluator& evaluator, const Flow& flow, std::uint16_t pod_port)
      : evaluator_(evaluator), flow_(flow), port_(pod_port) {}

  /// @param range  open all of it, where the engine reads ranges; may be null
  std::string Allow(policy::Direction direction, const std::string& peers,
                    const policy::PortMatch* range) const {
    const bool ingress = direction == policy::Direction::kIngress;
    const auto& pod =
        evaluator_.view().pods[ingress ? flow_.destination.index : flow_.source.index];
    return "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata:\n  name: keep-" +
           pod.name + "-" + std::string(policy::ToString(direction)) + "-" + std::to_string(port_) +
           "\n  namespace: " + pod.ns +
           "\nspec:\n  endpointSelector:\n    matchLabels: " + LabelsText(pod.labels) + "\n  " +
           std::string(policy::ToString(direction)) + ":\n  - " + peers +
           "\n    toPorts:\n    - ports:\n      - {port: \"" +
           std::to_string(range != nullptr ? range->first : port_) + '"' +
           (range != nullptr ? ", endPort: " + std::to_string(*range->end_port) : "") +
           ", protocol: " + std::string(cluster::ToString(flow_.protocol)) + "}\n";
  }

  /// The peer field for the other end as seen from `direction`'s subject.
  std::string Peer(policy::Direction direction) const {
    const bool ingress = direction == policy::Direction::kIngress;
    const Endpoint other = ingress ? flow_.source : flow_.destination;
    const std::string prefix = ingress ? "from" : "to";
    if (other.kind == Endpoint::kPod && !evaluator_.view().pods[other.index].host_network) {
      const auto& pod = evaluator_.view().pods[other.index];
      cluster::Labels labels = pod.labels;
      labels["k8s:io.kubernetes.pod.namespace"] = pod.ns;
      return prefix + "Endpoints:\n    - matchLabels: " + LabelsText(labels);
    }
    if (other.kind == Endpoint::kExternal) return prefix + "Entities: [world]";
    const auto& self =
        evaluator_.view().pods[ingress ? flow_.destination.index : flow_.source.index];
    const std::string node = other.kind == Endpoint::kNode
                                 ? evaluator_.view().nodes[other.index].name
                                 : evaluator_.view().pods[other.index].node;
    return prefix + "Entities: [" + (node == self.node ? "host" : "remote-node") + ']';
  }

 private:
  const Evaluator& evaluator_;
  const Flow& flow_;
  std::uint16_t port_;
};

class Differ {
 public:
  Differ(const Evaluator& before, const Evaluator& after, const MatrixOptions& options)
      : before_(before), after_(after), options_(options) {}

  DiffReport Run() {
    const std::vector<Group> groups = GroupsOf(before_, options_);
    for (const Group& source : groups) {
      for (const Group& destination : groups) {
        if (&source == &destination) continue;
        for (const PortProbe& port : PortsFor(source, destination)) {
          Compare(source.example, destination.example, source.name, destination.name, port, {});
        }
      }
    }
    for (const Group& group : groups) CompareNodes(group);
    CompareNodePorts();
    return std::move(report_);
  }

 private:
  // Beside the destination's ports, those inside ranges that rules about either end name.
  std::vector<PortProbe> PortsFor(const Group& source, const Group& destination) const {
    std::vector<PortProbe> ports = destination.ports;
    if (options_.port) return ports;
    for (const Group* end : {&source, &destination}) {
      if (end->example.kind != Endpoint::kPod) continue;
      const auto& pod = before_.view().pods[end->example.index];
      for (const policy::Policy& one : before_.policies().policies) {
        if (!one.ns.empty() && one.ns != pod.ns) continue;
        for (const policy::Rule& rule : one.rules) {
          for (const policy::PortMatch& match : rule.ports) {
            if (!match.end_port) continue;
            for (const auto protocol : {cluster::Protocol::kTcp, cluster::Protocol::kUdp}) {
              if ((match.protocols & policy::BitOf(protocol)) != 0) {
                ports.push_back({protocol, *match.end_port});
              }
            }
          }
        }
      }
    }
    std::sort(ports.begin(), ports.end());
    ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
    return ports;
  }

  // A pod's own node and another one, both ways.
  void CompareNodes(const Group& group) {
    if (group.example.kind != Endpoint::kPod) return;
    const auto& pod = before_.view().pods[group.example.index];
    if (pod.host_network || pod.node.empty()) return;
    const auto& nodes = before_.view().nodes;
    bool other_done = false;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      const bool own = nodes[i].name == pod.node;
      if (!own && other_done) continue;
      other_done = other_done || !own;
      const std::string name = own ? "its own node" : "another node";
      for (const PortProbe& port : group.ports) {
        Compare(Endpoint::Node(i), group.example, name, group.name, port, {});
      }
      Compare(group.example, Endpoint::Node(i), group.name, name,
              options_.port.value_or(PortProbe{cluster::Protocol::kTcp, 10250}), {});
    }
  }

  // The world through a node's port, to a pod behind each Service that has one.
  void CompareNodePorts() {
    const policy::ClusterView& view = before_.view();
    if (view.externals.empty()) return;
    for (std::uint32_t number = 0; number < view.services.size(); ++number) {
      const cluster::Service& service = view.services[number];
      if (service.type != cluster::ServiceType::kNodePort &&
          service.type != cluster::ServiceType::kLoadBalancer) {
        continue;
      }
      if (service.selector.empty()) continue;
      for (std::uint32_t pod = 0; pod < view.pods.size(); ++pod) {
        const policy::PodView& one = view.pods[pod];
        const bool behind =
            one.ns == service.ns && !before_.IsRemoved(pod) &&
            std::all_of(service.selector.begin(), service.selector.end(), [&](const auto& label) {
              const auto found = one.labels.find(label.first);
              return found != one.labels.end() && found->second == label.second;
            });
        if (!behind) continue;
        for (const cluster::ServicePort& port : service.ports) {
          Flow flow;
          flow.service = number;
          flow.entry = service.external_traffic_policy == cluster::TrafficPolicy::kLocal
                           ? policy::Entry::kNodeLocal
                           : policy::Entry::kNodeCluster;
          Compare(Endpoint::External(0), Endpoint::Pod(pod), "world/" + view.externals.front().name,
                  one.ToString(), {port.protocol, port.port}, flow);
        }
        break;  // pods behind a Service are alike
      }
    }
  }

  void Compare(Endpoint source, Endpoint destination, const std::string& source_name,
               const std::string& destination_name, const PortProbe& port, Flow flow) {
    flow.source = source;
    flow.destination = destination;
    flow.protocol = port.protocol;
    flow.port = port.port;
    const Verdict first = before_.Evaluate(flow);
    const Verdict second = after_.Evaluate(flow);
    ++report_.flows;
    if (first.outcome == second.outcome) return;
    Flip flip;
    flip.source = source_name;
    flip.destination = destination_name;
    flip.port = port;
    flip.entry = flow.service ? "through a node's port" : "";
    flip.before = first.outcome;
    flip.after = second.outcome;
    flip.because = Because(first, second);
    Explain(flow, first, second, flip);
    report_.flips.push_back(std::move(flip));
  }

  static std::string Because(const Verdict& first, const Verdict& second) {
    const Verdict& denied = first.allowed() ? second : first;
    const Verdict& allowed = first.allowed() ? first : second;
    const policy::Direction direction = denied.direction();
    const Decision& same_end =
        direction == policy::Direction::kEgress ? allowed.egress : allowed.ingress;
    const std::string one = same_end.ToString(direction);
    const std::string other = denied.deciding().ToString(direction);
    return first.allowed() ? "before: " + one + "; after: " + other
                           : "before: " + other + "; after: " + one;
  }

  void Explain(const Flow& flow, const Verdict& first, const Verdict& second, Flip& flip) const {
    if (!first.allowed()) {
      ExplainOpening(first, second, flip);
      return;
    }
    const policy::Direction direction = second.direction();
    const Decision& was = direction == policy::Direction::kEgress ? first.egress : first.ingress;
    const Decision& now = second.deciding();
    const FixWriter writer(before_, flow, first.port);
    // A CiliumNetworkPolicy has endPort one release before Cilium reads that of a NetworkPolicy.
    const bool reads_ranges = after_.settings().AtLeast({1, 16});
    const Endpoint other = direction == policy::Direction::kEgress ? flow.destination : flow.source;
    if (before_.settings().engine == after_.settings().engine &&
        before_.settings().version == after_.settings().version) {
      flip.cause = FlipCause::kPolicies;
      flip.fix = "allow it by a rule, if it is meant to stay open";
      return;
    }
    if (was.reason == Reason::kOwnNode) {
      flip.cause = FlipCause::kOwnNode;
      flip.fix = "allow the entity host";
    } else if (was.reason == Reason::kUnchecked) {
      flip.cause = FlipCause::kNodePort;
      flip.fix = "allow the world on the pod's port (its own address opens with it)";
    } else if (now.reason != Reason::kRule && Unlisted(now, direction)) {
      flip.cause = FlipCause::kUnlistedDirection;
      flip.fix = "delete the rules under the direction that policyTypes does not list";
    } else if (OpenedByBlock(was) && other.kind != Endpoint::kExternal) {
      flip.cause = FlipCause::kBlockOverPods;
      flip.fix = other.kind == Endpoint::kNode ? "allow the nodes by entity beside the ipBlock"
                                               : "select the pods by label beside the ipBlock";
    } else if (OpeningRange(was, first.port) != nullptr) {
      flip.cause = FlipCause::kEndPort;
      flip.fix = reads_ranges
                     ? "upgrade to Cilium 1.17, which reads endPort, or write a Cilium policy"
                     : "upgrade to Cilium 1.17, which reads endPort, or name the ports one by one";
    } else if (OpenedByName(was)) {
      flip.cause = FlipCause::kNamedPort;
      flip.fix = "write the number in place of the port's name";
    } else if (now.policy != nullptr && !before_.Reads(now.policy->kind)) {
      flip.cause = FlipCause::kUnreadPolicy;
      flip.fix = "allow it by a rule, if it is meant to stay open";
    } else {
      flip.cause = FlipCause::kOther;
      flip.fix = "allow it by a rule";
    }
    if (after_.settings().engine == Engine::kCilium && flip.cause != FlipCause::kUnreadPolicy) {
      flip.manifest = writer.Allow(direction, writer.Peer(direction),
                                   reads_ranges ? OpeningRange(was, first.port) : nullptr);
    }
  }

  // Closed before, open after.
  void ExplainOpening(const Verdict& first, const Verdict& second, Flip& flip) const {
    const Decision& was = first.deciding();
    if (was.policy != nullptr && !after_.Reads(was.policy->kind)) {
      flip.cause = FlipCause::kUnreadPolicy;
      flip.fix = after_.settings().engine == Engine::kNone
                     ? "nothing enforces policies there: keep the engine, or another one"
                     : "write the policy in a kind that the engine reads";
      return;
    }
    const Decision& now =
        first.direction() == policy::Direction::kEgress ? second.egress : second.ingress;
    flip.cause = before_.settings().engine == after_.settings().engine ? FlipCause::kPolicies
                 : now.policy != nullptr && !before_.Reads(now.policy->kind)
                     ? FlipCause::kUnreadPolicy
                 : second.deciding().reason == Reason::kOwnNode   ? FlipCause::kOwnNode
                 : second.deciding().reason == Reason::kUnchecked ? FlipCause::kNodePort
                 : OpenedByBlock(second.deciding())               ? FlipCause::kBlockOverPods
                                                                  : FlipCause::kOther;
    flip.fix = "deny it by a rule, if it is meant to stay closed";
  }

  static bool Unlisted(const Decision& now, policy::Direction direction) {
    if (now.policy == nullptr) return false;
    return direction == policy::Direction::kIngress ? now.policy->stray_ingress
                                                    : now.policy->stray_egress;
  }

  const Evaluator& before_;
  const Evaluator& after_;
  const MatrixOptions& options_;
  DiffReport report_;
};

}  // namespace

std::string_view ToString(FlipCause cause) {
  switch (cause) {
    case FlipCause::kBlockOverPods:
      return "ipBlock over pods or nodes";
    case FlipCause::kOwnNode:
      return "the pod's own node";
    case FlipCause::kEndPort:
      return "endPort";
    case FlipCause::kNamedPort:
      return "one port name with several numbers";
    case FlipCause::kNodePort:
      return "NodePort bypasses ingress policy";
    case FlipCause::kUnlistedDirection:
      return "rules under a direction that policyTypes leaves out";
    case FlipCause::kUnreadPolicy:
      return "a policy that only one engine reads";
    case FlipCause::kPolicies:
      return "the policies differ";
    case FlipCause::kOther:
      return "other";
  }
  return "";
}

DiffReport Diff(const Evaluator& before, const Evaluator& after, const MatrixOptions& options) {
  return Differ(before, after, options).Run();
}

}  // namespace cnisim::connectivity

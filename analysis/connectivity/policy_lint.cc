#include "analysis/connectivity/policy_lint.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "models/policy/enforcement.h"

namespace cnisim::connectivity {
namespace {

using policy::Direction;
using policy::Endpoint;
using policy::Engine;
using policy::Evaluator;
using policy::Policy;
using policy::PortMatch;
using policy::Rule;
using policy::Selector;

// Share of a limit from which on it is worth a word.
constexpr double kNear = 0.8;

class Linter {
 public:
  explicit Linter(const Evaluator& evaluator) : evaluator_(evaluator), view_(evaluator.view()) {
    for (std::uint32_t pod = 0; pod < view_.pods.size(); ++pod) {
      if (evaluator.IsRemoved(pod) || view_.pods[pod].host_network) continue;
      pods_.push_back(pod);
      const policy::PodView& one = view_.pods[pod];
      const auto ns = std::find_if(view_.namespaces.begin(), view_.namespaces.end(),
                                   [&](const auto& known) { return known.name == one.ns; });
      composite_.push_back(policy::CompositeLabels(
          one.labels, one.ns, ns == view_.namespaces.end() ? cluster::Labels{} : ns->labels));
    }
  }

  std::vector<LintFinding> Run() {
    for (const Policy& one : evaluator_.policies().policies) LintPolicy(one);
    LintDns();
    for (const policy::LimitUse& use : policy::Enforcement(evaluator_).Summarize().limits) {
      if (use.share() < kNear) continue;
      Add(LintKind::kNearLimit, {}, use.limit.what,
          std::to_string(use.used) + " of " + std::to_string(use.limit.value) +
              (use.where.empty() ? "" : ", most in " + use.where));
    }
    return std::move(findings_);
  }

 private:
  void Add(LintKind kind, document::SourceLocation where, std::string subject,
           std::string message) {
    findings_.push_back({kind, std::move(where), std::move(subject), std::move(message)});
  }

  // Positions in pods_ that the selector matches.
  std::vector<std::size_t> Matched(const Selector& selector) const {
    std::vector<std::size_t> matched;
    for (std::size_t i = 0; i < pods_.size(); ++i) {
      if (selector.Matches(composite_[i])) matched.push_back(i);
    }
    return matched;
  }

  void LintPolicy(const Policy& one) {
    if (!evaluator_.Reads(one.kind)) {
      Add(LintKind::kUnread, one.where, one.ToString(),
          std::string(policy::ToString(evaluator_.settings().engine)) +
              " does not read policies of this kind");
      return;
    }
    const std::vector<std::size_t> subjects = Matched(one.subject);
    if (subjects.empty()) {
      Add(LintKind::kSelectsNobody, one.where, one.ToString(), "selects no pod");
      return;
    }
    if (one.stray_ingress || one.stray_egress) {
      Add(LintKind::kUnlisted, one.where, one.ToString(),
          std::string("has rules under ") + (one.stray_ingress ? "ingress" : "egress") +
              ", which policyTypes leaves out: Cilium enforces them, others do not");
    }
    for (std::size_t i = 0; i < one.rules.size(); ++i) LintRule(one, i, subjects);
  }

  void LintRule(const Policy& one, std::size_t index, const std::vector<std::size_t>& subjects) {
    const Rule& rule = one.rules[index];
    const std::string subject =
        one.ToString() + ' ' + rule.section + '[' + std::to_string(rule.index) + ']';
    if (!rule.any_peer && rule.peers.empty()) {
      Add(LintKind::kAllowsNothing, rule.where, subject, "names nobody, so it only isolates");
      return;
    }
    std::vector<std::size_t> peers;
    bool others = rule.any_peer;
    for (const policy::Peer& peer : rule.peers) {
      if (const auto* selector = std::get_if<Selector>(&peer.match)) {
        const auto matched = Matched(*selector);
        peers.insert(peers.end(), matched.begin(), matched.end());
      } else {
        others = true;
      }
    }
    if (!others && peers.empty()) {
      Add(LintKind::kMatchesNobody, rule.where, subject, "no pod is a peer of it");
      return;
    }
    const bool ingress = rule.direction == Direction::kIngress;
    if (ingress) {
      LintPorts(rule, subject, subjects);
    } else if (!others) {
      LintPorts(rule, subject, peers);
    }
    for (std::size_t earlier = 0; earlier < index; ++earlier) {
      if (!Shadows(one.rules[earlier], rule)) continue;
      Add(LintKind::kShadowed, rule.where, subject,
          one.rules[earlier].section + '[' + std::to_string(one.rules[earlier].index) +
              "] before it says as much");
      break;
    }
  }

  // Ports of a rule that no pod which would be reached declares.
  void LintPorts(const Rule& rule, const std::string& subject,
                 const std::vector<std::size_t>& servers) {
    for (const PortMatch& match : rule.ports) {
      if (match.every_port()) continue;
      bool served = false;
      bool silent = false;  // a pod that declares no port may serve any
      for (const std::size_t server : servers) {
        const auto& ports = view_.pods[pods_[server]].ports;
        silent = silent || ports.empty();
        served =
            served || std::any_of(ports.begin(), ports.end(), [&](const auto& port) {
              if ((policy::BitOf(port.protocol) & match.protocols) == 0) return false;
              if (!match.name.empty()) return port.name == match.name;
              return match.first <= port.port && port.port <= match.end_port.value_or(match.first);
            });
      }
      if (served) continue;
      if (!match.name.empty()) {
        Add(LintKind::kUnknownName, match.where, subject,
            "no pod that it leads to has a port named '" + match.name + '\'');
      } else if (!silent) {
        Add(LintKind::kUnservedPort, match.where, subject,
            "no pod that it leads to serves port " + std::to_string(match.first) +
                (match.end_port ? '-' + std::to_string(*match.end_port) : std::string()));
      }
    }
  }

  static bool SamePeer(const policy::Peer& a, const policy::Peer& b) {
    if (a.match.index() != b.match.index()) return false;
    if (const auto* selector = std::get_if<Selector>(&a.match)) {
      return selector->ToString() == std::get<Selector>(b.match).ToString();
    }
    if (const auto* cidr = std::get_if<policy::CidrMatch>(&a.match)) {
      return *cidr == std::get<policy::CidrMatch>(b.match);
    }
    if (const auto* entity = std::get_if<policy::Entity>(&a.match)) {
      return *entity == std::get<policy::Entity>(b.match);
    }
    return false;
  }

  static bool CoversPort(const PortMatch& wide, const PortMatch& narrow) {
    if ((narrow.protocols & ~wide.protocols) != 0) return false;
    if (wide.every_port()) return true;
    if (!wide.name.empty() || !narrow.name.empty()) return wide.name == narrow.name;
    return wide.first <= narrow.first &&
           narrow.end_port.value_or(narrow.first) <= wide.end_port.value_or(wide.first);
  }

  // True if whatever `later` matches, `earlier` matches with the same end.
  static bool Shadows(const Rule& earlier, const Rule& later) {
    if (earlier.direction != later.direction || earlier.action != later.action) return false;
    if (earlier.l7 || earlier.undecidable || !earlier.local.empty() || !earlier.not_ports.empty() ||
        (later.protocols & ~earlier.protocols) != 0) {
      return false;
    }
    if (!earlier.any_peer) {
      if (later.any_peer) return false;
      for (const policy::Peer& peer : later.peers) {
        if (std::none_of(earlier.peers.begin(), earlier.peers.end(),
                         [&](const policy::Peer& other) { return SamePeer(other, peer); })) {
          return false;
        }
      }
    }
    if (earlier.any_port) return true;
    if (later.any_port) return false;
    return std::all_of(later.ports.begin(), later.ports.end(), [&](const PortMatch& port) {
      return std::any_of(earlier.ports.begin(), earlier.ports.end(),
                         [&](const PortMatch& wide) { return CoversPort(wide, port); });
    });
  }

  // Pods isolated for egress that may not ask the cluster's DNS.
  void LintDns() {
    std::optional<std::uint32_t> dns;
    for (const std::uint32_t pod : pods_) {
      const auto label = view_.pods[pod].labels.find("k8s-app");
      if (view_.pods[pod].ns == "kube-system" && label != view_.pods[pod].labels.end() &&
          label->second == "kube-dns") {
        dns = pod;
        break;
      }
    }
    const Evaluator* asked = &evaluator_;
    std::optional<Evaluator> with_dns;
    if (!dns) {  // the files do not show it, but every cluster has it
      with_dns.emplace(view_, evaluator_.policies(), evaluator_.settings(), evaluator_.limits());
      with_dns->ApplyNamespace(
          {"kube-system", {{"kubernetes.io/metadata.name", "kube-system"}}, {}});
      policy::PodView pod;
      pod.ns = "kube-system";
      pod.name = "coredns";
      pod.labels = {{"k8s-app", "kube-dns"}};
      pod.ports = {{"dns", cluster::Protocol::kUdp, 53}, {"dns-tcp", cluster::Protocol::kTcp, 53}};
      dns = with_dns->ApplyPod(pod);
      asked = &*with_dns;
    }
    std::vector<std::string> said;
    for (const std::uint32_t pod : pods_) {
      policy::Flow flow;
      flow.source = Endpoint::Pod(pod);
      flow.destination = Endpoint::Pod(*dns);
      flow.protocol = cluster::Protocol::kUdp;
      flow.port = 53;
      const policy::Verdict verdict = asked->Evaluate(flow);
      if (verdict.egress.outcome == policy::Outcome::kAllow) continue;
      const policy::PodView& one = view_.pods[pod];
      const std::string name = one.workload.empty() ? one.ToString() : one.workload;
      if (std::find(said.begin(), said.end(), name) != said.end()) continue;
      said.push_back(name);
      const Policy* by = verdict.egress.policy;
      Add(LintKind::kDnsCutOff, by == nullptr ? document::SourceLocation{} : by->where, name,
          "cannot ask the cluster's DNS: " + verdict.egress.ToString(Direction::kEgress));
    }
  }

  const Evaluator& evaluator_;
  const policy::ClusterView& view_;
  std::vector<std::uint32_t> pods_;
  std::vector<cluster::Labels> composite_;  // [position in pods_]
  std::vector<LintFinding> findings_;
};

}  // namespace

std::string_view ToString(LintKind kind) {
  switch (kind) {
    case LintKind::kUnread:
      return "not read";
    case LintKind::kSelectsNobody:
      return "selects nobody";
    case LintKind::kMatchesNobody:
      return "matches nobody";
    case LintKind::kUnservedPort:
      return "unserved port";
    case LintKind::kUnknownName:
      return "unknown port name";
    case LintKind::kAllowsNothing:
      return "allows nothing";
    case LintKind::kShadowed:
      return "shadowed rule";
    case LintKind::kUnlisted:
      return "unlisted direction";
    case LintKind::kDnsCutOff:
      return "DNS cut off";
    case LintKind::kNearLimit:
      return "near a limit";
  }
  return "";
}

std::vector<LintFinding> Lint(const Evaluator& evaluator) { return Linter(evaluator).Run(); }

}  // namespace cnisim::connectivity

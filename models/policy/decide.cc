// How the rules of one direction decide about one flow.

#include <algorithm>

#include <re2/re2.h>

#include "models/policy/internal/evaluator_state.h"

namespace cnisim::policy {
namespace {

using internal::CompiledPeer;
using internal::CompiledPolicy;
using internal::CompiledPort;
using internal::CompiledRule;

// From this release on, Cilium resolves an egress rule's port name for each destination by itself.
constexpr Version kCiliumNamedPortsByDestination{1, 20};

bool FullMatch(const std::shared_ptr<const re2::RE2>& expression, const std::string& text) {
  return expression == nullptr || re2::RE2::FullMatch(text, *expression);
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameName(std::string_view lower, std::string_view text) {
  return lower.size() == text.size() && std::equal(lower.begin(), lower.end(), text.begin(),
                                                   [](char a, char b) { return a == Lower(b); });
}

bool HttpMatches(const HttpMatch& match, const HttpRequest& request) {
  if (!FullMatch(match.method_expression, request.method) ||
      !FullMatch(match.path_expression, request.path) ||
      !FullMatch(match.host_expression, request.host)) {
    return false;
  }
  return std::all_of(match.headers.begin(), match.headers.end(), [&](const HeaderMatch& wanted) {
    return std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& header) {
      return SameName(wanted.name, header.first) &&
             (!wanted.value || *wanted.value == header.second);
    });
  });
}

std::string CanonicalName(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), Lower);
  if (lower.size() > 1 && lower.back() == '.') lower.pop_back();
  return lower;
}

// What a rule's L7 part says about a flow: nothing (no request known), yes or no.
enum class L7Answer : std::uint8_t { kUnknown, kYes, kNo };

L7Answer AskL7(const Rule& rule, const Probe& probe) {
  if (rule.l7_other) return L7Answer::kUnknown;
  if (!rule.http.empty()) {
    if (probe.http == nullptr) return L7Answer::kUnknown;
    return std::any_of(rule.http.begin(), rule.http.end(),
                       [&](const HttpMatch& match) { return HttpMatches(match, *probe.http); })
               ? L7Answer::kYes
               : L7Answer::kNo;
  }
  if (probe.dns_query == nullptr) return L7Answer::kUnknown;
  const std::string name = CanonicalName(*probe.dns_query);
  return std::any_of(rule.dns.begin(), rule.dns.end(),
                     [&](const NameMatch& match) { return match.Matches(name); })
             ? L7Answer::kYes
             : L7Answer::kNo;
}

Decision Decided(Outcome outcome, Reason reason, const Policy* policy, const Rule* rule) {
  Decision decision;
  decision.outcome = outcome;
  decision.reason = reason;
  decision.policy = policy;
  decision.rule = rule;
  decision.isolated = true;
  return decision;
}

}  // namespace

bool Evaluator::State::OnSameNode(const Party& a, const Party& b) const {
  return a.node != nullptr && b.node != nullptr && !a.node->empty() && *a.node == *b.node;
}

bool Evaluator::State::CidrMatches(const CidrMatch& cidr, const Probe& probe) const {
  const Party& peer = probe.peer;
  if (settings.engine == Engine::kCilium) {
    // Prefixes are for peers without an identity of their own.
    if (peer.kind == Endpoint::kPod) return false;
    if (peer.kind == Endpoint::kNode && !settings.cidr_matches_nodes) return false;
  }
  if (peer.ips == nullptr || peer.ips->empty()) {
    return cidr.cidr.length() == 0 && cidr.except.empty();
  }
  return std::any_of(peer.ips->begin(), peer.ips->end(),
                     [&](const net::IpAddress& address) { return cidr.Contains(address); });
}

bool Evaluator::State::EntityMatches(Entity entity, const Probe& probe) const {
  const Party& peer = probe.peer;
  const bool external = peer.kind == Endpoint::kExternal;
  const auto has_family = [&](net::IpFamily family) {
    return std::any_of(peer.ips->begin(), peer.ips->end(),
                       [&](const net::IpAddress& address) { return address.family() == family; });
  };
  switch (entity) {
    case Entity::kAll:
      return true;
    case Entity::kCluster:
      return !external || peer.external->api_server;
    case Entity::kWorld:
      return external && !peer.external->api_server;
    case Entity::kWorldIpv4:
      return external && !peer.external->api_server && has_family(net::IpFamily::kIpv4);
    case Entity::kWorldIpv6:
      return external && !peer.external->api_server && has_family(net::IpFamily::kIpv6);
    case Entity::kHost:
      return peer.kind == Endpoint::kNode && OnSameNode(probe.subject, peer);
    case Entity::kRemoteNode:
      return peer.kind == Endpoint::kNode && !OnSameNode(probe.subject, peer);
    case Entity::kKubeApiserver:
      return external && peer.external->api_server;
    case Entity::kHealth:
    case Entity::kIngress:
    case Entity::kInit:
    case Entity::kUnmanaged:
    case Entity::kNone:
      return false;
  }
  return false;
}

// An address is open for a name that some DNS rule on the subject's node lets pods ask for.
bool Evaluator::State::NameMatches(const NameMatch& name, const Probe& probe) const {
  if (probe.peer.kind != Endpoint::kExternal) return false;
  static const std::string kNoNode;
  const auto learned =
      dns_of_node.find(probe.subject.node == nullptr ? kNoNode : *probe.subject.node);
  if (learned == dns_of_node.end()) return false;
  return std::any_of(
      probe.peer.external->names.begin(), probe.peer.external->names.end(),
      [&](const std::string& candidate) {
        return name.Matches(candidate) &&
               std::any_of(learned->second.begin(), learned->second.end(),
                           [&](const NameMatch* asked) { return asked->Matches(candidate); });
      });
}

bool Evaluator::State::MatchHolds(const CompiledPeer& peer, const Party& party) const {
  const EntityMatch& match = *peer.match;
  const auto& selectors = compiled->selectors();
  const bool pod = party.kind == Endpoint::kPod;
  const auto within = [&](const std::vector<net::Cidr>& nets) {
    if (party.ips == nullptr || party.ips->empty()) {
      return std::any_of(nets.begin(), nets.end(),
                         [](const net::Cidr& cidr) { return cidr.length() == 0; });
    }
    return std::any_of(nets.begin(), nets.end(), [&](const net::Cidr& cidr) {
      return std::any_of(party.ips->begin(), party.ips->end(),
                         [&](const net::IpAddress& address) { return cidr.Contains(address); });
    });
  };
  if (match.pods && !(pod && selectors.Matches(peer.selector, party.pod_class))) return false;
  if (match.not_pods && pod && selectors.Matches(peer.not_selector, party.pod_class)) return false;
  if (!match.nets.empty() && !within(match.nets)) return false;
  return match.not_nets.empty() || !within(match.not_nets);
}

bool Evaluator::State::PeerMatches(const CompiledPeer& peer, const Probe& probe) const {
  switch (peer.kind) {
    case CompiledPeer::kSelector:
      return probe.peer.kind == Endpoint::kPod &&
             compiled->selectors().Matches(peer.selector, probe.peer.pod_class);
    case CompiledPeer::kCidr:
      return CidrMatches(*peer.cidr, probe);
    case CompiledPeer::kEntity:
      return EntityMatches(peer.entity, probe);
    case CompiledPeer::kName:
      return NameMatches(*peer.name, probe);
    case CompiledPeer::kEntityMatch:
      return MatchHolds(peer, probe.peer);
  }
  return false;
}

std::uint16_t Evaluator::State::NamedPort(const std::string& name, const Probe& probe) const {
  const bool ingress = probe.direction == Direction::kIngress;
  if (!ingress && settings.engine == Engine::kCilium &&
      settings.version < kCiliumNamedPortsByDestination) {
    // One number for the whole cluster; two of them, and the rule's port is left out.
    const auto found = named_ports.find({name, probe.protocol});
    if (found == named_ports.end() || found->second.size() != 1) return 0;
    return found->second.begin()->first;
  }
  const Party& owner = ingress ? probe.subject : probe.peer;
  if (owner.kind != Endpoint::kPod) return 0;
  for (const cluster::ContainerPort& port : classes.all()[owner.pod_class].ports) {
    if (port.name == name && port.protocol == probe.protocol && port.port == probe.port) {
      return port.port;
    }
  }
  return 0;
}

bool Evaluator::State::PortsMatch(const CompiledRule& rule, const Probe& probe) const {
  const ProtocolSet protocol = BitOf(probe.protocol);
  if ((rule.rule->protocols & protocol) == 0) return false;
  const auto matches = [&](const CompiledPort& port) {
    if ((port.protocols & protocol) == 0) return false;
    if (port.name != nullptr) {
      const std::uint16_t number = NamedPort(*port.name, probe);
      return number != 0 && number == probe.port;
    }
    return port.first == 0 || (port.first <= probe.port && probe.port <= port.last);
  };
  if (!rule.rule->any_port && std::none_of(rule.ports.begin(), rule.ports.end(), matches)) {
    return false;
  }
  return std::none_of(rule.not_ports.begin(), rule.not_ports.end(), matches);
}

bool Evaluator::State::RuleMatches(const CompiledRule& rule, const Probe& probe) const {
  if (!PortsMatch(rule, probe)) return false;
  if (!rule.rule->local.empty() && !MatchHolds(rule.local, probe.subject)) return false;
  if (rule.rule->any_peer) return true;
  return std::any_of(rule.peers.begin(), rule.peers.end(),
                     [&](const CompiledPeer& peer) { return PeerMatches(peer, probe); });
}

// Kubernetes' and Cilium's way: denials first, then any rule that allows.
Decision Evaluator::State::DecideUnion(const Probe& probe) const {
  const auto& numbers = compiled->PoliciesOf(probe.subject.pod_class, probe.direction);
  const Policy* isolating = nullptr;
  for (const std::uint32_t number : numbers) {
    const CompiledPolicy& policy = compiled->all()[number];
    if (isolating == nullptr && policy.isolates(probe.direction)) isolating = policy.policy;
    if (!policy.has_deny) continue;
    for (const CompiledRule& rule : policy.rules(probe.direction)) {
      if (rule.rule->action == Action::kDeny && RuleMatches(rule, probe)) {
        return Decided(Outcome::kDeny, Reason::kRule, policy.policy, rule.rule);
      }
    }
  }
  if (probe.direction == Direction::kIngress && probe.peer.kind == Endpoint::kNode &&
      OnSameNode(probe.subject, probe.peer)) {
    Decision decision = Decided(Outcome::kAllow, Reason::kOwnNode, nullptr, nullptr);
    decision.isolated = isolating != nullptr;
    return decision;
  }

  struct Found {
    const Policy* policy = nullptr;
    const Rule* rule = nullptr;
  };
  Found plain, l7_yes, l7_unknown, l7_no;
  bool plain_names_port = false;
  for (const std::uint32_t number : numbers) {
    const CompiledPolicy& policy = compiled->all()[number];
    for (const CompiledRule& rule : policy.rules(probe.direction)) {
      if (rule.rule->action != Action::kAllow || !RuleMatches(rule, probe)) continue;
      Found* found = &plain;
      if (rule.rule->l7) {
        const L7Answer answer = AskL7(*rule.rule, probe);
        found = answer == L7Answer::kYes ? &l7_yes : answer == L7Answer::kNo ? &l7_no : &l7_unknown;
      } else {
        plain_names_port = plain_names_port || !rule.rule->any_port;
      }
      if (found->rule == nullptr) *found = {policy.policy, rule.rule};
    }
  }
  const bool l7 = l7_yes.rule != nullptr || l7_no.rule != nullptr || l7_unknown.rule != nullptr;
  const auto allowed = [&](const Found& found) {
    Decision decision = Decided(Outcome::kAllow, Reason::kRule, found.policy, found.rule);
    decision.isolated = isolating != nullptr;
    // A rule of the port alone switches the proxy off; one of the peer alone lets all requests by.
    decision.proxy = l7 && !plain_names_port;
    return decision;
  };
  if (plain.rule != nullptr) return allowed(plain);
  if (l7_yes.rule != nullptr) return allowed(l7_yes);
  if (l7_unknown.rule != nullptr) return allowed(l7_unknown);
  if (isolating == nullptr) {
    Decision decision = Decided(Outcome::kAllow, Reason::kNotIsolated, nullptr, nullptr);
    decision.isolated = false;
    decision.proxy = l7;
    return decision;
  }
  if (l7_no.rule != nullptr) {
    Decision decision = Decided(l7_no.rule->http.empty() ? Outcome::kRefused : Outcome::kForbidden,
                                Reason::kL7NoRule, l7_no.policy, l7_no.rule);
    decision.proxy = true;
    return decision;
  }
  return Decided(Outcome::kDeny, Reason::kNoRule, isolating, nullptr);
}

// Calico's way: tiers and policies in order, the first rule that decides wins.
Decision Evaluator::State::DecideInOrder(const Probe& probe) const {
  if (probe.direction == Direction::kIngress && probe.peer.kind == Endpoint::kNode &&
      OnSameNode(probe.subject, probe.peer)) {
    return Decided(Outcome::kAllow, Reason::kOwnNode, nullptr, nullptr);
  }
  const auto& numbers = compiled->PoliciesOf(probe.subject.pod_class, probe.direction);
  if (numbers.empty()) {
    Decision decision = Decided(Outcome::kAllow, Reason::kNotIsolated, nullptr, nullptr);
    decision.isolated = false;
    return decision;
  }
  const Policy* passed_by = nullptr;
  for (std::size_t i = 0; i < numbers.size();) {
    const std::uint32_t tier = compiled->all()[numbers[i]].tier;
    const Policy* first = compiled->all()[numbers[i]].policy;
    bool passed = false;
    for (; i < numbers.size() && compiled->all()[numbers[i]].tier == tier; ++i) {
      if (passed) continue;
      const CompiledPolicy& policy = compiled->all()[numbers[i]];
      for (const CompiledRule& rule : policy.rules(probe.direction)) {
        if (rule.rule->action == Action::kLog || !RuleMatches(rule, probe)) continue;
        if (rule.rule->action == Action::kPass) {
          passed = true;
          passed_by = policy.policy;
          break;
        }
        return Decided(rule.rule->action == Action::kAllow ? Outcome::kAllow : Outcome::kDeny,
                       Reason::kRule, policy.policy, rule.rule);
      }
    }
    if (!passed && !compiled->tier_passes(tier)) {
      return Decided(Outcome::kDeny, Reason::kNoRule, first, nullptr);
    }
  }
  return Decided(Outcome::kAllow, Reason::kPassed, passed_by, nullptr);
}

Decision Evaluator::State::Decide(const Probe& probe) const {
  if (settings.engine == Engine::kNone || probe.subject.kind != Endpoint::kPod) return Decision{};
  if (settings.engine == Engine::kCilium && probe.protocol == cluster::Protocol::kSctp &&
      !settings.sctp) {
    return Decided(Outcome::kDeny, Reason::kUnknownProtocol, nullptr, nullptr);
  }
  if (settings.engine == Engine::kAzureNpm && probe.direction == Direction::kEgress &&
      probe.peer.kind == Endpoint::kNode && OnSameNode(probe.subject, probe.peer)) {
    return Decided(Outcome::kAllow, Reason::kOwnNode, nullptr, nullptr);
  }
  return settings.engine == Engine::kCalico ? DecideInOrder(probe) : DecideUnion(probe);
}

}  // namespace cnisim::policy

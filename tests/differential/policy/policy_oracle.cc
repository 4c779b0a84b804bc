#include "tests/differential/policy/policy_oracle.h"

#include <set>

namespace cnisim::oracle {
namespace {

bool Contains(const Block& block, std::uint32_t ip) {
  for (int bit = 0; bit < block.length; ++bit) {
    const std::uint32_t mask = 0x80000000U >> bit;
    if ((block.base & mask) != (ip & mask)) return false;
  }
  return true;
}

bool Selects(const Selector& selector, const Labels& labels) {
  for (const auto& [key, value] : selector.labels) {
    if (labels.count(key) == 0 || labels.at(key) != value) return false;
  }
  for (const Expression& e : selector.expressions) {
    const bool has = labels.count(e.key) > 0;
    bool listed = false;
    for (const std::string& value : e.values) listed = listed || (has && labels.at(e.key) == value);
    if (e.op == "In" && !listed) return false;
    if (e.op == "NotIn" && listed) return false;
    if (e.op == "Exists" && !has) return false;
    if (e.op == "DoesNotExist" && has) return false;
  }
  return true;
}

std::uint32_t IpOf(const End& end) {
  if (end.pod != nullptr) return end.pod->ip;
  return end.node != nullptr ? end.node->ip : end.outside->ip;
}

struct Context {
  const World& world;
  const Question& q;
  const std::string& engine;
  int version;
  bool ingress;

  const Pod& Self() const { return ingress ? *q.to.pod : *q.from.pod; }
  const End& Other() const { return ingress ? q.from : q.to; }
};

// The number behind a port's name, or 0.
int Resolve(const Context& c, const std::string& name) {
  if (!c.ingress && c.engine == "cilium") {
    std::set<int> numbers;
    for (const Pod& pod : c.world.pods) {
      for (const NamedPort& p : pod.ports) {
        if (p.name == name && p.protocol == c.q.protocol) numbers.insert(p.port);
      }
    }
    return numbers.size() == 1 ? *numbers.begin() : 0;
  }
  const Pod* pod = c.q.to.pod;
  if (pod == nullptr) return 0;
  for (const NamedPort& p : pod->ports) {
    if (p.name == name && p.protocol == c.q.protocol) return p.port;
  }
  return 0;
}

bool NpPortAllows(const Context& c, const Port& p) {
  const std::string protocol = p.protocol.empty() ? "TCP" : p.protocol;
  if (protocol != c.q.protocol) return false;
  if (!p.name.empty()) return Resolve(c, p.name) == c.q.port;
  if (p.port == 0) return true;
  const bool ranges = c.engine != "cilium" || c.version >= 17;
  if (p.end_port != 0 && ranges) return p.port <= c.q.port && c.q.port <= p.end_port;
  return p.port == c.q.port;
}

bool NpPeerAllows(const Context& c, const NetworkPolicy& policy, const NpPeer& peer) {
  const End& other = c.Other();
  if (peer.block) {
    if (c.engine == "cilium" && other.outside == nullptr) return false;
    if (!Contains(*peer.block, IpOf(other))) return false;
    for (const Block& hole : peer.except) {
      if (Contains(hole, IpOf(other))) return false;
    }
    return true;
  }
  if (other.pod == nullptr) return false;
  if (peer.namespaces) {
    if (!Selects(*peer.namespaces, c.world.namespaces.at(other.pod->ns))) return false;
  } else if (other.pod->ns != policy.ns) {
    return false;
  }
  return !peer.pods || Selects(*peer.pods, other.pod->labels);
}

bool NpRuleAllows(const Context& c, const NetworkPolicy& policy, const NpRule& rule) {
  bool port = rule.ports.empty();
  for (const Port& p : rule.ports) port = port || NpPortAllows(c, p);
  bool peer = rule.peers.empty();
  for (const NpPeer& p : rule.peers) peer = peer || NpPeerAllows(c, policy, p);
  return port && peer;
}

bool Isolates(const Context& c, const NetworkPolicy& policy) {
  bool listed = false;
  for (const std::string& type : policy.types) {
    listed = listed || type == (c.ingress ? "Ingress" : "Egress");
  }
  if (policy.types.empty()) listed = c.ingress || !policy.egress.empty();
  if (c.engine == "cilium" && !(c.ingress ? policy.ingress : policy.egress).empty()) return true;
  return listed;
}

bool CnpPortMatches(const Context& c, const Port& p) {
  if (!p.protocol.empty() && p.protocol != "ANY" && p.protocol != c.q.protocol) return false;
  if (!p.name.empty()) return Resolve(c, p.name) == c.q.port;
  if (p.port == 0) return true;
  if (p.end_port != 0 && c.version >= 16) return p.port <= c.q.port && c.q.port <= p.end_port;
  return p.port == c.q.port;
}

bool OwnNode(const Context& c) {
  return c.Other().node != nullptr && c.Other().node->name == c.Self().node;
}

bool EntityIs(const Context& c, const std::string& entity) {
  const End& other = c.Other();
  if (entity == "all") return true;
  if (entity == "world") return other.outside != nullptr;
  if (entity == "cluster") return other.outside == nullptr;
  if (entity == "host") return OwnNode(c);
  if (entity == "remote-node") return other.node != nullptr && !OwnNode(c);
  return false;
}

bool CnpPeerMatches(const Context& c, const CiliumPolicy& policy, const CnpRule& rule) {
  const End& other = c.Other();
  if (rule.field.empty()) return !rule.ports.empty();
  if (rule.field == "Endpoints") {
    if (other.pod == nullptr) return false;
    for (const Selector& selector : rule.endpoints) {
      bool names_namespace = false;
      Labels labels = other.pod->labels;
      labels["k8s:io.kubernetes.pod.namespace"] = other.pod->ns;
      for (const auto& [key, value] : selector.labels) {
        names_namespace = names_namespace || key == "k8s:io.kubernetes.pod.namespace";
      }
      for (const Expression& e : selector.expressions) {
        names_namespace = names_namespace || e.key == "k8s:io.kubernetes.pod.namespace";
      }
      if (!policy.ns.empty() && !names_namespace && other.pod->ns != policy.ns) continue;
      if (Selects(selector, labels)) return true;
    }
    return false;
  }
  if (rule.field == "CIDRSet") {
    if (other.outside == nullptr) return false;
    for (const auto& [block, except] : rule.blocks) {
      bool inside = Contains(block, other.outside->ip);
      for (const Block& hole : except) inside = inside && !Contains(hole, other.outside->ip);
      if (inside) return true;
    }
    return false;
  }
  for (const std::string& entity : rule.entities) {
    if (EntityIs(c, entity)) return true;
  }
  return false;
}

bool CnpMatches(const Context& c, const CiliumPolicy& policy, const CnpRule& rule) {
  bool port = rule.ports.empty();
  for (const Port& p : rule.ports) port = port || CnpPortMatches(c, p);
  return port && CnpPeerMatches(c, policy, rule);
}

bool HttpPasses(const Context& c, const CnpRule& rule) {
  for (const CnpHttp& h : rule.http) {
    if (!h.method.empty() && h.method != c.q.method) continue;
    if (c.q.path.compare(0, h.path_prefix.size(), h.path_prefix) == 0) return true;
  }
  return false;
}

std::string Direction(const Context& c) {
  const Pod& self = c.Self();
  bool isolated = false;
  bool allowed = false;
  bool forbidden = false;
  bool denied = false;
  for (const NetworkPolicy& policy : c.world.network_policies) {
    if (policy.ns != self.ns || !Selects(policy.subject, self.labels)) continue;
    if (!Isolates(c, policy)) continue;
    isolated = true;
    for (const NpRule& rule : c.ingress ? policy.ingress : policy.egress) {
      allowed = allowed || NpRuleAllows(c, policy, rule);
    }
  }
  if (c.engine == "cilium") {
    for (const CiliumPolicy& policy : c.world.cilium_policies) {
      if (!policy.ns.empty() && policy.ns != self.ns) continue;
      if (!Selects(policy.subject, self.labels)) continue;
      const auto& allows = c.ingress ? policy.ingress : policy.egress;
      const auto& denies = c.ingress ? policy.ingress_deny : policy.egress_deny;
      const bool has_rules = !allows.empty() || !denies.empty();
      bool isolates = has_rules;
      if (c.ingress && policy.default_deny_ingress && c.version >= 16) {
        isolates = *policy.default_deny_ingress;
      }
      isolated = isolated || isolates;
      for (const CnpRule& rule : denies) denied = denied || CnpMatches(c, policy, rule);
      for (const CnpRule& rule : allows) {
        if (!CnpMatches(c, policy, rule)) continue;
        if (rule.http.empty() || c.q.method.empty() || HttpPasses(c, rule)) {
          allowed = true;
        } else {
          forbidden = true;
        }
      }
    }
  }
  if (denied) return "deny";
  if (c.ingress && OwnNode(c)) return "allow";
  if (!c.ingress && c.engine == "azure-npm" && OwnNode(c)) return "allow";
  if (!isolated || allowed) return "allow";
  return forbidden ? "forbidden" : "deny";
}

}  // namespace

std::string Answer(const World& world, const Question& question, const std::string& engine,
                   int version) {
  if (question.from.pod != nullptr && question.from.pod == question.to.pod) return "allow";
  if (question.from.pod != nullptr) {
    const std::string egress = Direction({world, question, engine, version, /*ingress=*/false});
    if (egress != "allow") return egress;
  }
  if (question.to.pod != nullptr) {
    return Direction({world, question, engine, version, /*ingress=*/true});
  }
  return "allow";
}

}  // namespace cnisim::oracle

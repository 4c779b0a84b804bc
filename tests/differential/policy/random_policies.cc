#include "tests/differential/policy/random_policies.h"

#include <array>

namespace cnisim::oracle {
namespace {

constexpr std::array kKeys = {"app", "tier", "env"};
constexpr std::array kValues = {"a", "b", "c"};
constexpr std::array kNamespaces = {"x", "y", "z"};
constexpr std::array kProtocols = {"TCP", "UDP", "SCTP"};
constexpr std::array kPortNames = {"http", "dns"};
constexpr std::array kNumbers = {53, 80, 81, 8080};

template <class Array>
std::string Pick(RandomStream& random, const Array& from) {
  return from[random.Below(static_cast<std::uint32_t>(from.size()))];
}

bool Chance(RandomStream& random, std::uint32_t in) { return random.Below(in) == 0; }

int PickNumber(RandomStream& random) { return kNumbers[random.Below(kNumbers.size())]; }

Labels RandomLabels(RandomStream& random) {
  Labels labels;
  for (const char* key : kKeys) {
    if (!Chance(random, 3)) labels[key] = Pick(random, kValues);
  }
  return labels;
}

Selector RandomSelector(RandomStream& random) {
  Selector selector;
  if (Chance(random, 4)) return selector;
  if (!Chance(random, 3)) selector.labels[Pick(random, kKeys)] = Pick(random, kValues);
  if (Chance(random, 3)) {
    Expression e;
    e.key = Pick(random, kKeys);
    e.op = Pick(random, std::array{"In", "NotIn", "Exists", "DoesNotExist"});
    if (e.op == "In" || e.op == "NotIn") {
      e.values.push_back(Pick(random, kValues));
      if (Chance(random, 2)) e.values.push_back(Pick(random, kValues));
    }
    selector.expressions.push_back(e);
  }
  return selector;
}

Selector RandomNamespaceSelector(RandomStream& random) {
  Selector selector;
  if (Chance(random, 4)) return selector;
  if (Chance(random, 2)) {
    selector.labels["team"] = Pick(random, kValues);
  } else {
    selector.labels["kubernetes.io/metadata.name"] = Pick(random, kNamespaces);
  }
  return selector;
}

Port RandomPort(RandomStream& random, bool cilium) {
  Port port;
  if (!Chance(random, 4)) port.protocol = Pick(random, kProtocols);
  if (cilium && Chance(random, 4)) port.protocol = "ANY";
  if (Chance(random, 5)) {
    port.name = Pick(random, kPortNames);
  } else if (cilium || !Chance(random, 5)) {
    port.port = PickNumber(random);
    if (Chance(random, 4)) port.end_port = port.port + static_cast<int>(random.Below(40));
  }
  return port;
}

Block RandomBlock(RandomStream& random) {
  // Pods are in 10.1.0.0/16, nodes in 10.2.0.0/16, the world in 203.0.113.0/24.
  constexpr std::array<std::uint32_t, 3> kBases = {0x0a010000, 0x0a020000, 0xcb007100};
  Block block;
  if (Chance(random, 5)) return block;
  block.base = kBases[random.Below(3)];
  block.length = 16;
  if (block.base == kBases[2]) block.length = 24;
  if (Chance(random, 2)) {
    block.length = 30;
    block.base |= random.Below(4) * 4;
  }
  return block;
}

std::vector<Block> RandomHoles(RandomStream& random, const Block& block) {
  if (!Chance(random, 3) || block.length > 28) return {};
  Block hole = block;
  if (block.length == 0) hole.base = 0x0a010000;
  hole.length = 30;
  hole.base |= random.Below(4) * 4;
  return {hole};
}

NpRule RandomNpRule(RandomStream& random) {
  NpRule rule;
  for (std::uint32_t i = random.Below(3); i > 0; --i) {
    NpPeer peer;
    if (Chance(random, 3)) {
      peer.block = RandomBlock(random);
      peer.except = RandomHoles(random, *peer.block);
    } else {
      if (!Chance(random, 3)) peer.pods = RandomSelector(random);
      if (!peer.pods || Chance(random, 2)) peer.namespaces = RandomNamespaceSelector(random);
    }
    rule.peers.push_back(peer);
  }
  for (std::uint32_t i = random.Below(3); i > 0; --i) {
    rule.ports.push_back(RandomPort(random, /*cilium=*/false));
  }
  return rule;
}

CnpRule RandomCnpRule(RandomStream& random, bool deny) {
  CnpRule rule;
  rule.field = Pick(random, std::array{"", "Endpoints", "CIDRSet", "Entities"});
  const std::uint32_t count = random.Below(3);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (rule.field == "Endpoints") {
      Selector selector = RandomSelector(random);
      if (Chance(random, 3)) {
        selector.labels["k8s:io.kubernetes.pod.namespace"] = Pick(random, kNamespaces);
      }
      rule.endpoints.push_back(selector);
    } else if (rule.field == "CIDRSet") {
      const Block block = RandomBlock(random);
      rule.blocks.emplace_back(block, RandomHoles(random, block));
    } else if (rule.field == "Entities") {
      rule.entities.push_back(
          Pick(random, std::array{"all", "world", "cluster", "host", "remote-node"}));
    }
  }
  for (std::uint32_t i = random.Below(3); i > 0; --i) {
    rule.ports.push_back(RandomPort(random, /*cilium=*/true));
  }
  if (!deny && Chance(random, 2)) {
    rule.ports = {Port{"TCP", PickNumber(random), "", 0}};
    rule.http.push_back({Chance(random, 2) ? "GET" : "", Chance(random, 2) ? "/a/" : "/"});
  }
  return rule;
}

void RandomRules(RandomStream& random, bool deny, std::vector<CnpRule>& rules) {
  for (std::uint32_t i = random.Below(3); i > 0; --i) rules.push_back(RandomCnpRule(random, deny));
}

std::string SelectorText(const Selector& selector) {
  std::string text = "{matchLabels: {";
  for (const auto& [key, value] : selector.labels) text += '"' + key + "\": " + value + ", ";
  text += "}, matchExpressions: [";
  for (const Expression& e : selector.expressions) {
    text += "{key: " + e.key + ", operator: " + e.op;
    if (!e.values.empty()) {
      text += ", values: [";
      for (const std::string& value : e.values) text += value + ", ";
      text += ']';
    }
    text += "}, ";
  }
  return text + "]}";
}

std::string BlockText(const Block& block) {
  return AddressText(block.base) + '/' + std::to_string(block.length);
}

std::string HolesText(const std::vector<Block>& holes) {
  std::string text = "[";
  for (const Block& hole : holes) text += BlockText(hole) + ", ";
  return text + ']';
}

std::string PortText(const Port& port, bool cilium) {
  std::string text = "{";
  if (!port.protocol.empty()) text += "protocol: " + port.protocol + ", ";
  const std::string quote = cilium ? "\"" : "";
  if (!port.name.empty()) text += "port: " + port.name + ", ";
  if (port.port != 0) text += "port: " + quote + std::to_string(port.port) + quote + ", ";
  if (port.end_port != 0) text += "endPort: " + std::to_string(port.end_port) + ", ";
  return text + "}";
}

std::string NpRulesText(const std::vector<NpRule>& rules, const std::string& peers) {
  std::string text = "[";
  for (const NpRule& rule : rules) {
    text += '{' + peers + ": [";
    for (const NpPeer& peer : rule.peers) {
      text += '{';
      if (peer.block) {
        text += "ipBlock: {cidr: " + BlockText(*peer.block) +
                ", except: " + HolesText(peer.except) + '}';
      }
      if (peer.pods) text += "podSelector: " + SelectorText(*peer.pods) + ", ";
      if (peer.namespaces) text += "namespaceSelector: " + SelectorText(*peer.namespaces) + ", ";
      text += "}, ";
    }
    text += "], ports: [";
    for (const Port& port : rule.ports) text += PortText(port, false) + ", ";
    text += "]}, ";
  }
  return text + "]";
}

std::string CnpRulesText(const std::vector<CnpRule>& rules, const std::string& side) {
  std::string text = "[";
  for (const CnpRule& rule : rules) {
    text += '{';
    if (!rule.field.empty()) {
      text += side + rule.field + ": [";
      for (const Selector& selector : rule.endpoints) text += SelectorText(selector) + ", ";
      for (const auto& [block, holes] : rule.blocks) {
        text += "{cidr: " + BlockText(block) + ", except: " + HolesText(holes) + "}, ";
      }
      for (const std::string& entity : rule.entities) text += entity + ", ";
      text += "], ";
    }
    if (!rule.ports.empty()) {
      text += "toPorts: [{ports: [";
      for (const Port& port : rule.ports) text += PortText(port, true) + ", ";
      text += "], ";
      if (!rule.http.empty()) {
        text += "rules: {http: [";
        for (const CnpHttp& http : rule.http) {
          text += "{path: \"" + http.path_prefix + ".*\"";
          if (!http.method.empty()) text += ", method: " + http.method;
          text += "}, ";
        }
        text += "]}, ";
      }
      text += "}], ";
    }
    text += "}, ";
  }
  return text + "]";
}

}  // namespace

std::string AddressText(std::uint32_t ip) {
  return std::to_string(ip >> 24) + '.' + std::to_string((ip >> 16) & 255) + '.' +
         std::to_string((ip >> 8) & 255) + '.' + std::to_string(ip & 255);
}

World RandomWorld(RandomStream& random) {
  World world;
  for (const char* ns : kNamespaces) {
    Labels labels{{"kubernetes.io/metadata.name", ns}};
    if (!Chance(random, 3)) labels["team"] = Pick(random, kValues);
    world.namespaces[ns] = labels;
  }
  for (std::uint32_t i = 0; i < 2; ++i) {
    world.nodes.push_back({"n" + std::to_string(i), 0x0a020000 + i * 5});
    world.outside.push_back({"w" + std::to_string(i), 0xcb007100 + i * 7});
  }
  const std::uint32_t pods = 4 + random.Below(5);
  for (std::uint32_t i = 0; i < pods; ++i) {
    Pod pod;
    pod.ns = Pick(random, kNamespaces);
    pod.name = "p" + std::to_string(i);
    pod.labels = RandomLabels(random);
    pod.ip = 0x0a010000 + i * 2;
    pod.node = world.nodes[random.Below(2)].name;
    for (const char* name : kPortNames) {
      if (Chance(random, 3)) continue;
      pod.ports.push_back({name, Chance(random, 4) ? "UDP" : "TCP",
                           Chance(random, 3) ? PickNumber(random) : kNumbers[1]});
    }
    world.pods.push_back(pod);
  }
  for (std::uint32_t i = random.Below(4); i > 0; --i) {
    NetworkPolicy policy;
    policy.ns = Pick(random, kNamespaces);
    policy.name = "np" + std::to_string(i);
    policy.subject = RandomSelector(random);
    if (!Chance(random, 3)) policy.types.emplace_back("Ingress");
    if (Chance(random, 2)) policy.types.emplace_back("Egress");
    for (std::uint32_t k = random.Below(3); k > 0; --k) {
      policy.ingress.push_back(RandomNpRule(random));
    }
    for (std::uint32_t k = random.Below(3); k > 0; --k) {
      policy.egress.push_back(RandomNpRule(random));
    }
    world.network_policies.push_back(policy);
  }
  for (std::uint32_t i = random.Below(3); i > 0; --i) {
    CiliumPolicy policy;
    policy.ns = Chance(random, 3) ? "" : Pick(random, kNamespaces);
    policy.name = "cnp" + std::to_string(i);
    policy.subject = RandomSelector(random);
    if (Chance(random, 4)) policy.default_deny_ingress = Chance(random, 2);
    RandomRules(random, false, policy.ingress);
    RandomRules(random, false, policy.egress);
    if (Chance(random, 3)) RandomRules(random, true, policy.ingress_deny);
    if (Chance(random, 3)) RandomRules(random, true, policy.egress_deny);
    world.cilium_policies.push_back(policy);
  }
  return world;
}

Question RandomQuestion(RandomStream& random, const World& world) {
  const auto pick_end = [&] {
    End end;
    const std::uint32_t kind = random.Below(8);
    if (kind == 0) {
      end.node = &world.nodes[random.Below(static_cast<std::uint32_t>(world.nodes.size()))];
    } else if (kind == 1) {
      end.outside = &world.outside[random.Below(static_cast<std::uint32_t>(world.outside.size()))];
    } else {
      end.pod = &world.pods[random.Below(static_cast<std::uint32_t>(world.pods.size()))];
    }
    return end;
  };
  Question question;
  question.from = pick_end();
  question.to = pick_end();
  question.protocol = Pick(random, kProtocols);
  if (Chance(random, 2)) question.protocol = "TCP";
  question.port = PickNumber(random) + (Chance(random, 4) ? static_cast<int>(random.Below(30)) : 0);
  if (question.protocol == "TCP" && Chance(random, 2)) {
    question.method = Chance(random, 2) ? "GET" : "PUT";
    question.path = Chance(random, 2) ? "/a/1" : "/b";
  }
  return question;
}

std::string ToYaml(const World& world) {
  std::string text;
  for (const auto& [name, labels] : world.namespaces) {
    text += "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: \"" + name + "\", labels: {";
    for (const auto& [key, value] : labels) text += '"' + key + "\": \"" + value + "\", ";
    text += "}}\n";
  }
  for (const Pod& pod : world.pods) {
    text += "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + pod.name + ", namespace: \"" +
            pod.ns + "\", labels: {";
    for (const auto& [key, value] : pod.labels) text += key + ": " + value + ", ";
    text += "}}\nspec: {nodeName: " + pod.node + ", containers: [{name: c, ports: [";
    for (const NamedPort& port : pod.ports) {
      text += "{name: " + port.name + ", protocol: " + port.protocol +
              ", containerPort: " + std::to_string(port.port) + "}, ";
    }
    text += "]}]}\nstatus: {podIP: " + AddressText(pod.ip) + "}\n";
  }
  for (const NetworkPolicy& policy : world.network_policies) {
    text += "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " +
            policy.name + ", namespace: \"" + policy.ns +
            "\"}\nspec:\n  podSelector: " + SelectorText(policy.subject) + "\n  policyTypes: [";
    for (const std::string& type : policy.types) text += type + ", ";
    text += "]\n  ingress: " + NpRulesText(policy.ingress, "from") +
            "\n  egress: " + NpRulesText(policy.egress, "to") + '\n';
  }
  for (const CiliumPolicy& policy : world.cilium_policies) {
    text += "---\napiVersion: cilium.io/v2\nkind: Cilium";
    text += policy.ns.empty() ? "Clusterwide" : "";
    text += "NetworkPolicy\nmetadata: {name: " + policy.name;
    if (!policy.ns.empty()) text += ", namespace: \"" + policy.ns + '"';
    text += "}\nspec:\n  endpointSelector: " + SelectorText(policy.subject) + '\n';
    if (policy.default_deny_ingress) {
      text += std::string("  enableDefaultDeny: {ingress: ") +
              (*policy.default_deny_ingress ? "true" : "false") + "}\n";
    }
    text += "  ingress: " + CnpRulesText(policy.ingress, "from") +
            "\n  ingressDeny: " + CnpRulesText(policy.ingress_deny, "from") +
            "\n  egress: " + CnpRulesText(policy.egress, "to") +
            "\n  egressDeny: " + CnpRulesText(policy.egress_deny, "to") + '\n';
  }
  return text;
}

}  // namespace cnisim::oracle

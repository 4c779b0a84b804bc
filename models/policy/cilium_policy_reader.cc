// CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <re2/re2.h>

#include "models/cluster/labels.h"
#include "models/document/spelling.h"
#include "models/policy/internal/reader_support.h"

namespace cnisim::policy::internal {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::Quote;
using document::UnknownKeys;
using document::Value;

constexpr std::size_t kMaxPortsOfRule = 40;  // the API's own bound
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kMaxExpandedPeers = 100'000;  // of a rule, each toPorts entry counted apart
constexpr std::string_view kCiliumNamespaceKey = "io.kubernetes.pod.namespace";
constexpr std::string_view kCiliumNamespaceLabels = "io.cilium.k8s.namespace.labels.";
constexpr std::string_view kClusterKey = "io.cilium.k8s.policy.cluster";
constexpr std::string_view kServiceAccountKey = "io.cilium.k8s.policy.serviceaccount";

constexpr std::array<std::pair<std::string_view, Entity>, 13> kEntities = {{
    {"all", Entity::kAll},
    {"cluster", Entity::kCluster},
    {"world", Entity::kWorld},
    {"world-ipv4", Entity::kWorldIpv4},
    {"world-ipv6", Entity::kWorldIpv6},
    {"host", Entity::kHost},
    {"remote-node", Entity::kRemoteNode},
    {"kube-apiserver", Entity::kKubeApiserver},
    {"health", Entity::kHealth},
    {"ingress", Entity::kIngress},
    {"init", Entity::kInit},
    {"unmanaged", Entity::kUnmanaged},
    {"none", Entity::kNone},
}};

std::optional<Entity> FindEntity(std::string_view name) {
  for (const auto& [known, entity] : kEntities) {
    if (known == name) return entity;
  }
  return std::nullopt;
}

struct Section {
  std::string_view key;
  Direction direction;
  Action action;
};
constexpr std::array<Section, 4> kSections = {{
    {"ingress", Direction::kIngress, Action::kAllow},
    {"ingressDeny", Direction::kIngress, Action::kDeny},
    {"egress", Direction::kEgress, Action::kAllow},
    {"egressDeny", Direction::kEgress, Action::kDeny},
}};

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsNameCharacter(char c, bool pattern) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
         (pattern && c == '*');
}

// `*` stays inside one label, `**.` in front stands for one label or more, `*` alone is any name.
std::string NamePatternExpression(std::string_view pattern) {
  if (pattern == "*") return ".*";
  constexpr std::string_view kLabelCharacters = "[-a-z0-9_]";
  std::string expression;
  if (pattern.substr(0, 3) == "**.") {
    expression = "([-a-z0-9_]+[.])+";
    pattern.remove_prefix(3);
  }
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*') {
      if (i > 0 && pattern[i - 1] == '*') continue;
      expression += std::string(kLabelCharacters) + '*';
    } else if (pattern[i] == '.') {
      expression += "[.]";
    } else {
      expression += pattern[i];
    }
  }
  return expression;
}

class CiliumPolicyReader {
 public:
  CiliumPolicyReader(const cluster::ManifestObject& object, PolicyKind kind,
                     const Referred& referred, Diagnostics& diagnostics)
      : object_(object), kind_(kind), referred_(referred), diagnostics_(diagnostics) {}

  std::vector<Policy> Read() {
    const std::size_t errors = diagnostics_.error_count();
    ObjectReader root(*object_.value, diagnostics_, UnknownKeys::kNotModelled);
    for (const char* key : {"apiVersion", "kind", "metadata", "status"}) root.Ignore(key);
    const Value* spec = root.Map("spec");
    const auto* specs = ListOf(root, "specs");
    if (spec == nullptr && specs == nullptr) root.Error("a policy needs spec or specs");
    if (spec != nullptr) ReadSpec(*spec);
    if (specs != nullptr) {
      for (const Value& value : *specs) ReadSpec(value);
    }
    root.Finish();
    // One wrong rule and the agent takes none of the policy.
    if (diagnostics_.error_count() > errors) return {};
    return std::move(policies_);
  }

 private:
  bool clusterwide() const { return kind_ == PolicyKind::kCiliumClusterwideNetworkPolicy; }

  void ReadSpec(const Value& spec) {
    ObjectReader reader(spec, diagnostics_, UnknownKeys::kNotModelled);
    Policy policy;
    policy.kind = kind_;
    policy.ns = clusterwide() ? "" : object_.ns;
    policy.name = object_.name;
    policy.spec = static_cast<int>(policies_.size());
    policy.where = object_.where();
    for (const char* key : {"description", "labels", "log"}) reader.Ignore(key);
    const Value* subject = reader.Map("endpointSelector");
    const Value* nodes = reader.Map("nodeSelector");
    if (subject == nullptr && nodes == nullptr) {
      reader.Error("missing key 'endpointSelector'", "endpointSelector: {} means every pod");
    }
    if (subject != nullptr && nodes != nullptr) {
      reader.Error("endpointSelector and nodeSelector exclude each other");
    }
    if (subject != nullptr) policy.subject = ReadSubject(*subject);
    for (const Section& section : kSections) ReadSection(reader, section, policy);
    ReadDefaultDeny(reader, policy);
    if (nodes != nullptr && subject == nullptr) {
      diagnostics_.NotModelled(*nodes);  // policies of the host firewall
      reader.Finish();
      return;
    }
    reader.Finish();
    policies_.push_back(std::move(policy));
  }

  void ReadSection(ObjectReader& reader, const Section& section, Policy& policy) {
    const auto* rules = ListOf(reader, section.key);
    if (rules == nullptr) return;
    if (!rules->empty()) {
      (section.direction == Direction::kIngress ? policy.ingress : policy.egress) = true;
    }
    int index = 0;
    for (const Value& value : *rules) ReadRule(value, section, index++, policy);
  }

  void ReadDefaultDeny(ObjectReader& reader, Policy& policy) {
    const Value* value = reader.Map("enableDefaultDeny");
    if (value == nullptr) return;
    ObjectReader body(*value, diagnostics_, UnknownKeys::kNotModelled);
    policy.default_deny_ingress = body.Boolean("ingress");
    policy.default_deny_egress = body.Boolean("egress");
    body.Finish();
  }

  // Adds a Cilium selector's requirements under our keys; false if it can match nothing we know.
  bool AddRequirements(const cluster::LabelSelector& labels, const Value& value,
                       Selector& selector) {
    bool known = true;
    for (cluster::LabelRequirement requirement : labels.requirements) {
      std::string_view key = requirement.key;
      for (const std::string_view source : {"k8s:", "any:", "k8s.", "any."}) {
        if (key.substr(0, source.size()) == source) {
          key.remove_prefix(source.size());
          break;
        }
      }
      if (key == kClusterKey) continue;  // one cluster: its name is whatever it says
      if (key == kServiceAccountKey || key.substr(0, 5) == "cidr:" || key.substr(0, 5) == "fqdn:") {
        diagnostics_.Warning(value, "labels of " + Quote(key) + " are not modelled",
                             "the selector is taken to match nothing");
        known = false;
        continue;
      }
      if (key == kCiliumNamespaceKey) {
        requirement.key = kNamespaceKey;
      } else if (key.substr(0, kCiliumNamespaceLabels.size()) == kCiliumNamespaceLabels) {
        requirement.key = std::string(kNamespaceLabelPrefix) +
                          std::string(key.substr(kCiliumNamespaceLabels.size()));
      } else {
        requirement.key = std::string(key);
      }
      cluster::LabelSelector one;
      one.requirements.push_back(std::move(requirement));
      selector.Add(one);
    }
    return known;
  }

  static bool NamesNamespace(const Selector& selector) {
    return std::any_of(selector.terms.begin(), selector.terms.end(), [](const LabelTerm& term) {
      return term.key.substr(0, kNamespaceKey.size()) == kNamespaceKey;
    });
  }

  Selector ReadSubject(const Value& value) {
    Selector selector;
    if (!clusterwide()) selector.Add(kNamespaceKey, LabelTerm::kIn, {object_.ns});
    const auto labels =
        cluster::ReadLabelSelector(value, diagnostics_, cluster::LabelSyntax::kCilium);
    if (!AddRequirements(labels, value, selector)) MatchNothing(selector);
    return selector;
  }

  static void MatchNothing(Selector& selector) {
    auto nothing = std::make_shared<LabelExpression>();
    nothing->kind = LabelExpression::kFalse;
    selector.expression = std::move(nothing);
  }

  // "reserved:host" and its like, which a selector may name as a label.
  std::optional<Entity> ReservedEntity(const cluster::LabelSelector& labels) {
    if (labels.requirements.size() != 1) return std::nullopt;
    std::string_view key = labels.requirements.front().key;
    constexpr std::string_view kReserved = "reserved:";
    if (key.substr(0, kReserved.size()) != kReserved) return std::nullopt;
    return FindEntity(key.substr(kReserved.size()));
  }

  void ReadEndpoints(const Value& value, Rule& rule) {
    const auto labels =
        cluster::ReadLabelSelector(value, diagnostics_, cluster::LabelSyntax::kCilium);
    if (const auto entity = ReservedEntity(labels)) {
      rule.peers.push_back({*entity, value.where()});
      return;
    }
    Selector selector;
    if (!AddRequirements(labels, value, selector)) return;
    if (!clusterwide() && !NamesNamespace(selector)) {
      selector.Add(kNamespaceKey, LabelTerm::kIn, {object_.ns});
    }
    rule.peers.push_back({std::move(selector), value.where()});
  }

  void ReadCidrSet(const Value& value, Rule& rule) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
    if (!reader.valid()) return;
    const Value* cidr = reader.Get("cidr");
    const Value* group = reader.Get("cidrGroupRef");
    const Value* except = reader.Sequence("except");
    reader.NotModelled("cidrGroupSelector");
    reader.Finish();
    std::vector<net::Cidr> holes;
    if (except != nullptr) {
      for (const Value& entry : except->items()) {
        if (const auto hole = ReadCidr(entry, diagnostics_)) holes.push_back(*hole);
      }
    }
    if (cidr != nullptr && group != nullptr) {
      diagnostics_.Error(value, "cidr and cidrGroupRef exclude each other");
      return;
    }
    if (cidr != nullptr) {
      const auto block = ReadCidr(*cidr, diagnostics_, /*bare_address=*/true);
      if (!block) return;
      for (const net::Cidr& hole : holes) {
        if (!block->Contains(hole)) {
          diagnostics_.Error(*except, hole.ToString() + " is no part of " + block->ToString(),
                             "except may only take from its own cidr");
        }
      }
      rule.peers.push_back({CidrMatch{*block, std::move(holes)}, value.where()});
      return;
    }
    if (group == nullptr) return;
    const auto found = referred_.cidr_groups.find(group->text());
    if (found == referred_.cidr_groups.end()) {
      diagnostics_.Warning(*group, "there is no CiliumCIDRGroup " + Quote(group->text()),
                           "the rule matches no address of it");
      return;
    }
    // Groups are named from many places, and each takes their members along.
    if (rule.peers.size() + found->second.size() * (1 + holes.size()) > kMaxExpandedPeers) {
      diagnostics_.Error(*group, "CiliumCIDRGroup " + Quote(group->text()) +
                                     " takes the rule past " + std::to_string(kMaxExpandedPeers) +
                                     " prefixes, exceptions counted");
      return;
    }
    for (const net::Cidr& block : found->second) {
      rule.peers.push_back({CidrMatch{block, holes}, value.where()});
    }
  }

  void ReadEntity(const Value& value, Rule& rule) {
    if (const auto entity = FindEntity(value.text())) {
      rule.peers.push_back({*entity, value.where()});
      return;
    }
    std::vector<std::string> names;
    for (const auto& [name, entity] : kEntities) names.emplace_back(name);
    diagnostics_.Error(value, "unknown entity " + value.Describe(),
                       document::SpellingHint(value.text(), names));
  }

  std::optional<NameMatch> ReadName(const Value& value) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kError);
    if (!reader.valid()) return std::nullopt;
    const Value* name = reader.Get("matchName");
    const Value* pattern = reader.Get("matchPattern");
    reader.Finish();
    if ((name == nullptr) == (pattern == nullptr)) {
      diagnostics_.Error(value, "expected either matchName or matchPattern");
      return std::nullopt;
    }
    const Value& text = name != nullptr ? *name : *pattern;
    NameMatch match;
    match.text = LowerCase(text.text());
    if (match.text.size() > 1 && match.text.back() == '.') match.text.pop_back();
    match.pattern = pattern != nullptr;
    if (!text.is_scalar() || match.text.empty() || match.text.size() > kMaxNameBytes ||
        !std::all_of(match.text.begin(), match.text.end(),
                     [&](char c) { return IsNameCharacter(c, match.pattern); })) {
      diagnostics_.Error(text, std::string("expected a DNS name") +
                                   (match.pattern ? " with '*' in it" : "") + ", found " +
                                   text.Describe());
      return std::nullopt;
    }
    if (match.pattern) {
      match.expression = CompilePattern(NamePatternExpression(match.text), text, diagnostics_);
      if (match.expression == nullptr) return std::nullopt;
    }
    return match;
  }

  void ReadServicePeer(const Value& value, Rule& rule) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
    if (!reader.valid()) return;
    ServiceMatch match;
    if (const Value* service = reader.Map("k8sService")) {
      ObjectReader body(*service, diagnostics_, UnknownKeys::kNotModelled);
      match.name = body.RequireString("serviceName").value_or("");
      match.ns = body.String("namespace").value_or(object_.ns);
      body.Finish();
    } else if (const Value* selector = reader.Map("k8sServiceSelector")) {
      ObjectReader body(*selector, diagnostics_, UnknownKeys::kNotModelled);
      match.ns = body.String("namespace").value_or(clusterwide() ? "" : object_.ns);
      if (const Value* labels = body.RequireMap("selector")) {
        match.selector = cluster::ReadLabelSelector(*labels, diagnostics_);
      }
      body.Finish();
      diagnostics_.NotModelled(*selector);  // a Service's own labels are not kept
      reader.Finish();
      return;
    } else {
      reader.Error("expected k8sService or k8sServiceSelector");
    }
    reader.Finish();
    if (!match.name.empty()) rule.peers.push_back({std::move(match), value.where()});
  }

  // Reads one peer field; true if it is there at all.
  template <class ReadItem>
  bool ReadPeerField(ObjectReader& reader, const std::string& key, std::string& first_field,
                     ReadItem read_item) {
    const auto* list = ListOf(reader, key);
    if (list == nullptr) return false;
    if (!list->empty()) {
      if (!first_field.empty()) {
        reader.Error("a rule with both " + first_field + " and " + key,
                     "write two rules: either may match");
      }
      first_field = key;
    }
    for (const Value& item : *list) read_item(item);
    return true;
  }

  bool ReadPeers(ObjectReader& reader, const Section& section, Rule& rule) {
    const bool ingress = section.direction == Direction::kIngress;
    const std::string prefix = ingress ? "from" : "to";
    std::string first;
    bool any = false;
    any |= ReadPeerField(reader, prefix + "Endpoints", first,
                         [&](const Value& item) { ReadEndpoints(item, rule); });
    any |= ReadPeerField(reader, prefix + "CIDR", first, [&](const Value& item) {
      if (const auto block = ReadCidr(item, diagnostics_, /*bare_address=*/true)) {
        rule.peers.push_back({CidrMatch{*block, {}}, item.where()});
      }
    });
    any |= ReadPeerField(reader, prefix + "CIDRSet", first,
                         [&](const Value& item) { ReadCidrSet(item, rule); });
    any |= ReadPeerField(reader, prefix + "Entities", first,
                         [&](const Value& item) { ReadEntity(item, rule); });
    if (!ingress) {
      any |= ReadPeerField(reader, "toServices", first,
                           [&](const Value& item) { ReadServicePeer(item, rule); });
      if (section.action == Action::kAllow) {
        any |= ReadPeerField(reader, "toFQDNs", first, [&](const Value& item) {
          if (auto name = ReadName(item)) rule.peers.push_back({std::move(*name), item.where()});
        });
      } else if (const Value* names = reader.Get("toFQDNs")) {
        diagnostics_.Error(*names, "toFQDNs in a deny rule", "deny rules know no DNS names");
      }
    }
    for (const std::string& field : {prefix + "Nodes", prefix + "Groups", prefix + "Requires"}) {
      if (const Value* value = reader.Sequence(field)) {
        diagnostics_.Warning(*value, field + " is not modelled", "it is taken to match nobody");
        any = true;
      }
    }
    return any;
  }

  void ReadRule(const Value& value, const Section& section, int index, Policy& policy) {
    Rule rule;
    rule.direction = section.direction;
    rule.action = section.action;
    rule.section = section.key;
    rule.index = index;
    rule.where = value.where();
    if (value.is_null()) {  // `-` alone, as `- {}`: isolates and allows nothing
      rule.any_peer = false;
      policy.rules.push_back(std::move(rule));
      return;
    }
    ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
    if (!reader.valid()) return;
    const bool peers = ReadPeers(reader, section, rule);
    const auto* to_ports = ListOf(reader, "toPorts");
    const auto* icmps = ListOf(reader, "icmps");
    reader.NotModelled("authentication");
    reader.Finish();
    const bool ports = to_ports != nullptr && !to_ports->empty();
    const bool icmp = icmps != nullptr && !icmps->empty();
    if (ports && icmp) reader.Error("a rule with both toPorts and icmps", "write two rules");
    rule.any_peer = !peers && (ports || icmp);
    if (icmp) {
      rule.any_port = false;
      PortMatch match;
      match.protocols = kIcmpBit;
      match.where = icmps->front().where();
      rule.ports.push_back(std::move(match));
    }
    if (!ports) {
      policy.rules.push_back(std::move(rule));
      return;
    }
    // Each entry keeps the peers: two long lists would multiply.
    if (rule.peers.size() * to_ports->size() > kMaxExpandedPeers) {
      reader.Error(std::to_string(rule.peers.size()) + " peers under " +
                       std::to_string(to_ports->size()) + " toPorts entries in one rule; at most " +
                       std::to_string(kMaxExpandedPeers) + " pairs are read",
                   "put the ports into fewer entries");
      return;
    }
    for (const Value& entry : *to_ports) {
      Rule one = rule;
      ReadPortRule(entry, section, one);
      policy.rules.push_back(std::move(one));
    }
  }

  void ReadPortRule(const Value& value, const Section& section, Rule& rule) {
    if (value.is_null()) return;
    ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
    if (!reader.valid()) return;
    if (const auto* ports = ListOf(reader, "ports")) {
      if (ports->size() > kMaxPortsOfRule) {
        reader.Error(std::to_string(ports->size()) + " ports in one toPorts entry",
                     "Cilium takes at most " + std::to_string(kMaxPortsOfRule) +
                         "; use several entries, or endPort");
      }
      for (const Value& port : *ports) ReadPort(port, rule);
      rule.any_port = ports->empty();
    }
    if (const Value* rules = reader.Map("rules")) {
      if (section.action == Action::kDeny) {
        diagnostics_.Error(*rules, "L7 rules in a deny rule",
                           "deny whole ports, or allow the requests that may pass");
      } else {
        ReadL7(*rules, section, rule);
      }
    }
    for (const char* key : {"terminatingTLS", "originatingTLS", "serverNames", "listener"}) {
      reader.NotModelled(key);
    }
    reader.Finish();
  }

  void ReadPort(const Value& value, Rule& rule) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
    if (!reader.valid()) return;
    PortMatch match;
    match.where = value.where();
    match.protocols = kTransportProtocols;
    if (const Value* protocol = reader.Get("protocol")) ReadPortProtocol(*protocol, match);
    if (const Value* port = reader.Get("port")) {
      if (const auto number = ParseWhole(port->text(), 0, 65535)) {
        match.first = static_cast<std::uint16_t>(*number);
      } else if (port->is_scalar() && IsPortName(port->text())) {
        match.name = std::string(port->text());
      } else {
        diagnostics_.Error(
            *port, "expected a port from 0 to 65535 or a port's name, found " + port->Describe());
      }
    }
    if (const Value* end = reader.Get("endPort")) {
      const auto number = ParseWhole(end->text(), 0, 65535);
      if (!number) {
        diagnostics_.Error(*end, "expected a port from 0 to 65535, found " + end->Describe());
      } else if (*number > 0 && !match.name.empty()) {
        diagnostics_.Error(*end, "endPort without a numeric port");
      } else if (*number > 0 && *number < match.first) {
        diagnostics_.Error(*end, "endPort " + std::to_string(*number) + " is below port " +
                                     std::to_string(match.first));
      } else if (*number > 0 && match.first > 0) {
        match.end_port = static_cast<std::uint16_t>(*number);
      }
    }
    reader.Finish();
    rule.ports.push_back(std::move(match));
  }

  void ReadPortProtocol(const Value& value, PortMatch& match) {
    const std::string_view text = value.text();
    if (text == "ANY" || text.empty()) return;
    if (text == "TCP") {
      match.protocols = kTcpBit;
    } else if (text == "UDP") {
      match.protocols = kUdpBit;
    } else if (text == "SCTP") {
      match.protocols = kSctpBit;
    } else if (text == "ICMP" || text == "ICMPV6") {
      match.protocols = kIcmpBit;
    } else {
      diagnostics_.Error(value, "expected TCP, UDP, SCTP or ANY, found " + value.Describe());
    }
  }

  void ReadL7(const Value& value, const Section& section, Rule& rule) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
    if (!reader.valid()) return;
    const auto* http = ListOf(reader, "http");
    const auto* dns = ListOf(reader, "dns");
    const Value* kafka = reader.Sequence("kafka");
    const Value* other = reader.Get("l7proto");
    reader.NotModelled("l7");
    reader.Finish();
    const int kinds = (http != nullptr ? 1 : 0) + (dns != nullptr ? 1 : 0) +
                      (kafka != nullptr ? 1 : 0) + (other != nullptr ? 1 : 0);
    if (kinds > 1) reader.Error("one toPorts entry with rules for two L7 protocols");
    rule.l7 = kinds > 0;
    if (http != nullptr) {
      CheckL7Ports(value, rule, "http");
      for (const Value& item : *http) ReadHttp(item, rule);
      if (http->empty()) rule.l7 = false;
    }
    if (dns != nullptr) {
      if (section.direction == Direction::kIngress) {
        reader.Error("DNS rules on ingress", "they stand under egress, where names are asked for");
      }
      for (const Value& item : *dns) {
        if (auto name = ReadName(item)) rule.dns.push_back(std::move(*name));
      }
      if (dns->empty()) rule.l7 = false;
    }
    for (const Value* unread : {kafka, other}) {
      if (unread == nullptr) continue;
      diagnostics_.NotModelled(*unread);
      rule.l7_other = true;
    }
  }

  void CheckL7Ports(const Value& value, const Rule& rule, std::string_view parser) {
    for (const PortMatch& port : rule.ports) {
      if ((port.protocols & kTcpBit) == 0) {
        diagnostics_.Error(value, std::string(parser) + " rules on a port that is not TCP");
      } else if (port.every_port()) {
        diagnostics_.Error(value, std::string(parser) + " rules need a port",
                           "name the ports that speak it");
      }
    }
    if (rule.ports.empty()) {
      diagnostics_.Error(value, std::string(parser) + " rules need a port",
                         "name the ports that speak it");
    }
  }

  void ReadHttp(const Value& value, Rule& rule) {
    HttpMatch match;
    match.where = value.where();
    if (!value.is_null()) {
      ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
      if (!reader.valid()) return;
      ReadPattern(reader, "method", match.method, match.method_expression);
      ReadPattern(reader, "path", match.path, match.path_expression);
      ReadPattern(reader, "host", match.host, match.host_expression);
      if (const auto* headers = ListOf(reader, "headers")) {
        for (const Value& header : *headers) ReadHeader(header, match);
      }
      if (const auto* headers = ListOf(reader, "headerMatches")) {
        for (const Value& header : *headers) ReadHeaderMatch(header, match);
      }
      reader.Finish();
    }
    rule.http.push_back(std::move(match));
  }

  void ReadPattern(ObjectReader& reader, std::string_view key, std::string& text,
                   std::shared_ptr<const re2::RE2>& expression) {
    const Value* value = reader.Get(key);
    if (value == nullptr) return;
    if (!value->is_scalar()) {
      diagnostics_.Error(*value, "expected a pattern, found " + value->Describe());
      return;
    }
    text = std::string(value->text());
    if (!text.empty()) expression = CompilePattern(text, *value, diagnostics_);
  }

  // "X-Team: store", or "X-Team store": the name ends at the first colon or space.
  void ReadHeader(const Value& value, HttpMatch& match) {
    const std::string_view text = value.text();
    if (!value.is_scalar() || text.empty()) {
      diagnostics_.Error(value, "expected a header as text, found " + value.Describe(),
                         "write it as \"X-Team: store\"");
      return;
    }
    const std::size_t end = text.find_first_of(": ");
    HeaderMatch header{LowerCase(text.substr(0, end)), std::nullopt};
    if (end != std::string_view::npos) {
      const std::size_t start = text.find_first_not_of(": ", end);
      if (start != std::string_view::npos) header.value = std::string(text.substr(start));
    }
    match.headers.push_back(std::move(header));
  }

  void ReadHeaderMatch(const Value& value, HttpMatch& match) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
    if (!reader.valid()) return;
    HeaderMatch header;
    header.name = LowerCase(reader.RequireString("name").value_or(""));
    header.value = reader.String("value");
    reader.NotModelled("mismatch");
    reader.NotModelled("secret");
    reader.Finish();
    match.headers.push_back(std::move(header));
  }

  const cluster::ManifestObject& object_;
  PolicyKind kind_;
  const Referred& referred_;
  Diagnostics& diagnostics_;
  std::vector<Policy> policies_;
};

}  // namespace

void ReadCiliumPolicy(const cluster::ManifestObject& object, PolicyKind kind,
                      const Referred& referred, Diagnostics& diagnostics, PolicySet& out) {
  for (Policy& policy : CiliumPolicyReader(object, kind, referred, diagnostics).Read()) {
    out.policies.push_back(std::move(policy));
  }
}

}  // namespace cnisim::policy::internal

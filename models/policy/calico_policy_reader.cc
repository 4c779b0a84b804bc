// Calico's own NetworkPolicy and GlobalNetworkPolicy, for pods.

#include <algorithm>
#include <string>
#include <utility>

#include "models/document/spelling.h"
#include "models/policy/internal/reader_support.h"

namespace cnisim::policy::internal {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

class CalicoPolicyReader {
 public:
  CalicoPolicyReader(const cluster::ManifestObject& object, PolicyKind kind,
                     const Referred& referred, Diagnostics& diagnostics)
      : object_(object), kind_(kind), referred_(referred), diagnostics_(diagnostics) {}

  std::optional<Policy> Read() {
    const std::size_t errors = diagnostics_.error_count();
    policy_.kind = kind_;
    policy_.ns = global() ? "" : object_.ns;
    policy_.name = object_.name;
    policy_.where = object_.where();
    ObjectReader root(*object_.value, diagnostics_, UnknownKeys::kNotModelled);
    for (const char* key : {"apiVersion", "kind", "metadata"}) root.Ignore(key);
    if (const Value* spec = root.RequireMap("spec")) ReadSpec(*spec);
    root.Finish();
    if (diagnostics_.error_count() > errors || host_only_) return std::nullopt;
    return std::move(policy_);
  }

 private:
  bool global() const { return kind_ == PolicyKind::kCalicoGlobalNetworkPolicy; }

  void ReadSpec(const Value& spec) {
    ObjectReader reader(spec, diagnostics_, UnknownKeys::kNotModelled);
    policy_.tier = reader.String("tier").value_or("default");
    policy_.order = reader.Number("order", -1e15, 1e15);
    if (!global()) policy_.subject.Add(kNamespaceKey, LabelTerm::kIn, {policy_.ns});
    AddSelector(reader, "selector", "", policy_.subject);
    if (global()) {
      AddSelector(reader, "namespaceSelector", kNamespaceLabelPrefix, policy_.subject);
    }
    for (const char* key : {"doNotTrack", "preDNAT"}) {
      if (const Value* value = reader.Get(key)) {
        if (value->text() == "true") {
          diagnostics_.NotModelled(*value);
          host_only_ = true;  // such policies act on host endpoints only
        }
      }
    }
    for (const char* key : {"applyOnForward", "serviceAccountSelector", "performanceHints"}) {
      reader.NotModelled(key);
    }
    const std::size_t ingress = ReadRules(reader, Direction::kIngress);
    const std::size_t egress = ReadRules(reader, Direction::kEgress);
    const auto* types = ListOf(reader, "types", 2);
    if (types == nullptr || types->empty()) {
      policy_.ingress = ingress > 0 || egress == 0;
      policy_.egress = egress > 0;
    } else {
      for (const Value& type : *types) {
        if (type.text() == "Ingress") {
          policy_.ingress = true;
        } else if (type.text() == "Egress") {
          policy_.egress = true;
        } else {
          diagnostics_.Error(type, "expected Ingress or Egress, found " + type.Describe());
        }
      }
    }
    reader.Finish();
  }

  // Adds a selector's conditions; false when it is there and wrong.
  bool AddSelector(ObjectReader& reader, std::string_view key, std::string_view prefix,
                   Selector& selector) {
    const Value* value = reader.Get(key);
    if (value == nullptr) return true;
    const auto parsed = ParseCalicoSelector(*value, prefix, diagnostics_);
    if (!parsed) return false;
    selector.terms.insert(selector.terms.end(), parsed->terms.begin(), parsed->terms.end());
    if (parsed->expression == nullptr) return true;
    if (selector.expression == nullptr) {
      selector.expression = parsed->expression;
      return true;
    }
    auto both = std::make_shared<LabelExpression>();
    both->kind = LabelExpression::kAnd;
    both->operands = {selector.expression, parsed->expression};
    selector.expression = std::move(both);
    return true;
  }

  std::size_t ReadRules(ObjectReader& reader, Direction direction) {
    const bool ingress = direction == Direction::kIngress;
    const auto* rules = ListOf(reader, ingress ? "ingress" : "egress");
    if (rules == nullptr) return 0;
    int index = 0;
    for (const Value& value : *rules) ReadRule(value, direction, index++);
    return rules->size();
  }

  void ReadRule(const Value& value, Direction direction, int index) {
    const bool ingress = direction == Direction::kIngress;
    ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
    if (!reader.valid()) return;
    Rule rule;
    rule.direction = direction;
    rule.section = ingress ? "ingress" : "egress";
    rule.index = index;
    rule.where = value.where();
    const auto action = reader.Choice<Action>("action", {{"Allow", Action::kAllow},
                                                         {"Deny", Action::kDeny},
                                                         {"Pass", Action::kPass},
                                                         {"Log", Action::kLog}});
    if (!action && reader.Get("action") == nullptr) {
      reader.Error("missing key 'action'", "Allow, Deny, Pass or Log");
    }
    rule.action = action.value_or(Action::kAllow);
    rule.protocols = ReadProtocols(reader, "protocol").value_or(kEveryProtocol);
    if (const auto excluded = ReadProtocols(reader, "notProtocol")) {
      rule.protocols = static_cast<ProtocolSet>(rule.protocols & ~*excluded);
    }
    for (const char* key : {"http", "icmp", "notICMP", "ipVersion", "metadata"}) {
      if (const Value* extra = reader.Get(key)) {
        diagnostics_.NotModelled(*extra);
        if (std::string_view(key) != "metadata") rule.undecidable = true;
      }
    }
    EntityMatch peer;
    const Value* source = reader.Map("source");
    const Value* destination = reader.Map("destination");
    if (source != nullptr) {
      ReadEntity(*source, /*destination=*/false, ingress ? peer : rule.local, rule);
    }
    if (destination != nullptr) {
      ReadEntity(*destination, /*destination=*/true, ingress ? rule.local : peer, rule);
    }
    reader.Finish();
    if (!peer.empty()) {
      rule.any_peer = false;
      AddPeers(std::move(peer), value, rule);
    }
    policy_.rules.push_back(std::move(rule));
  }

  // A selector also finds the prefixes of network sets.
  void AddPeers(EntityMatch peer, const Value& value, Rule& rule) {
    if (peer.pods && peer.nets.empty()) {
      EntityMatch sets;
      for (const NetworkSet& set : referred_.network_sets) {
        if (!peer.pods->Matches(set.composite)) continue;
        sets.nets.insert(sets.nets.end(), set.nets.begin(), set.nets.end());
      }
      if (!sets.nets.empty()) {
        sets.not_nets = peer.not_nets;
        rule.peers.push_back({std::move(sets), value.where()});
      }
    }
    rule.peers.push_back({std::move(peer), value.where()});
  }

  std::optional<ProtocolSet> ReadProtocols(ObjectReader& reader, std::string_view key) {
    const Value* value = reader.Get(key);
    if (value == nullptr) return std::nullopt;
    const std::string_view text = value->text();
    if (text == "TCP" || text == "6") return kTcpBit;
    if (text == "UDP" || text == "17") return kUdpBit;
    if (text == "SCTP" || text == "132") return kSctpBit;
    if (text == "ICMP" || text == "ICMPv6" || text == "1" || text == "58") return kIcmpBit;
    if (text == "UDPLite" || ParseWhole(text, 0, 255)) return ProtocolSet{0};
    diagnostics_.Error(*value, "expected a protocol, found " + value->Describe(),
                       "TCP, UDP, SCTP, ICMP, ICMPv6, UDPLite or a number");
    return std::nullopt;
  }

  std::vector<net::Cidr> ReadNets(ObjectReader& reader, std::string_view key) {
    std::vector<net::Cidr> nets;
    if (const auto* list = ListOf(reader, key)) {
      for (const Value& entry : *list) {
        if (const auto cidr = ReadCidr(entry, diagnostics_, /*bare_address=*/true)) {
          nets.push_back(*cidr);
        }
      }
    }
    return nets;
  }

  void ReadEntity(const Value& value, bool destination, EntityMatch& match, Rule& rule) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kNotModelled);
    match.nets = ReadNets(reader, "nets");
    match.not_nets = ReadNets(reader, "notNets");
    Selector selector;
    const bool namespaces = reader.Get("namespaceSelector") != nullptr;
    const bool pods = reader.Get("selector") != nullptr;
    bool right = AddSelector(reader, "selector", "", selector);
    right = AddSelector(reader, "namespaceSelector", kNamespaceLabelPrefix, selector) && right;
    if (right && (pods || namespaces)) {
      // In a namespaced policy a selector alone stays in its namespace.
      if (!global() && !namespaces) selector.Add(kNamespaceKey, LabelTerm::kIn, {policy_.ns});
      match.pods = std::move(selector);
    }
    if (const Value* negated = reader.Get("notSelector")) {
      match.not_pods = ParseCalicoSelector(*negated, "", diagnostics_);
    }
    if (destination) {
      ReadPorts(reader, "ports", rule.ports);
      rule.any_port = rule.ports.empty();
      ReadPorts(reader, "notPorts", rule.not_ports);
    } else {
      Undecidable(reader, "ports", rule);
      Undecidable(reader, "notPorts", rule);
    }
    Undecidable(reader, "serviceAccounts", rule);
    Undecidable(reader, "services", rule);
    reader.Finish();
  }

  // A condition that cannot be decided here: the rule is taken to match nothing, and that is said.
  void Undecidable(ObjectReader& reader, std::string_view key, Rule& rule) {
    const Value* value = reader.Get(key);
    if (value == nullptr) return;
    diagnostics_.Warning(*value, std::string(key) + " of this end is not modelled",
                         "the rule is taken to match nothing");
    rule.undecidable = true;
  }

  void ReadPorts(ObjectReader& reader, std::string_view key, std::vector<PortMatch>& out) {
    const auto* list = ListOf(reader, key);
    if (list == nullptr) return;
    for (const Value& value : *list) {
      PortMatch match;
      match.where = value.where();
      match.protocols = kTransportProtocols;
      const std::string_view text = value.text();
      const std::size_t colon = text.find(':');
      if (const auto number = ParseWhole(text, 1, 65535)) {
        match.first = static_cast<std::uint16_t>(*number);
      } else if (colon != std::string_view::npos) {
        const auto first = ParseWhole(text.substr(0, colon), 1, 65535);
        const auto last = ParseWhole(text.substr(colon + 1), 1, 65535);
        if (!first || !last || *last < *first) {
          diagnostics_.Error(value, "expected a range of ports, found " + value.Describe(),
                             "write it as \"8000:8099\"");
          continue;
        }
        match.first = static_cast<std::uint16_t>(*first);
        match.end_port = static_cast<std::uint16_t>(*last);
      } else if (value.is_scalar() && !text.empty()) {
        match.name = std::string(text);
      } else {
        diagnostics_.Error(value, "expected a port, found " + value.Describe(),
                           "a number, a range as \"8000:8099\", or a port's name");
        continue;
      }
      out.push_back(std::move(match));
    }
  }

  const cluster::ManifestObject& object_;
  PolicyKind kind_;
  const Referred& referred_;
  Diagnostics& diagnostics_;
  Policy policy_;
  bool host_only_ = false;
};

}  // namespace

void ReadCalicoPolicy(const cluster::ManifestObject& object, PolicyKind kind,
                      const Referred& referred, Diagnostics& diagnostics, PolicySet& out) {
  if (auto policy = CalicoPolicyReader(object, kind, referred, diagnostics).Read()) {
    out.policies.push_back(std::move(*policy));
  }
}

}  // namespace cnisim::policy::internal

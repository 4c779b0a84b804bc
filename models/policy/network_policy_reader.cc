// networking.k8s.io/v1 NetworkPolicy.  Its schema is closed, as the API server has it: an unknown
// key is an error, since a misspelt one would change who may talk to whom.

#include <string>
#include <utility>

#include "models/cluster/labels.h"
#include "models/document/spelling.h"
#include "models/policy/internal/reader_support.h"

namespace cnisim::policy::internal {
namespace {

using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

class NetworkPolicyReader {
 public:
  NetworkPolicyReader(const cluster::ManifestObject& object, Diagnostics& diagnostics)
      : object_(object), diagnostics_(diagnostics) {}

  std::optional<Policy> Read() {
    const std::size_t errors = diagnostics_.error_count();
    policy_.kind = PolicyKind::kNetworkPolicy;
    policy_.ns = object_.ns;
    policy_.name = object_.name;
    policy_.where = object_.where();
    ObjectReader root(*object_.value, diagnostics_, UnknownKeys::kNotModelled);
    for (const char* key : {"apiVersion", "kind", "metadata", "status"}) root.Ignore(key);
    if (const Value* spec = root.RequireMap("spec")) ReadSpec(*spec);
    root.Finish();
    if (diagnostics_.error_count() > errors) return std::nullopt;
    return std::move(policy_);
  }

 private:
  void ReadSpec(const Value& spec) {
    ObjectReader reader(spec, diagnostics_, UnknownKeys::kError);
    policy_.subject.Add(kNamespaceKey, LabelTerm::kIn, {policy_.ns});
    const Value* selector = spec.Find("podSelector");
    if (selector != nullptr && selector->is_null()) {
      reader.Ignore("podSelector");  // `podSelector:` with nothing behind it is the empty selector
    } else if ((selector = reader.RequireMap("podSelector")) != nullptr) {
      policy_.subject.Add(cluster::ReadLabelSelector(*selector, diagnostics_));
    }
    const std::size_t ingress_rules = ReadRules(reader, Direction::kIngress);
    const std::size_t egress_rules = ReadRules(reader, Direction::kEgress);
    ReadPolicyTypes(reader, egress_rules);
    policy_.stray_ingress = !policy_.ingress && ingress_rules > 0;
    policy_.stray_egress = !policy_.egress && egress_rules > 0;
    reader.Finish();
  }

  void ReadPolicyTypes(ObjectReader& reader, std::size_t egress_rules) {
    const auto* types = ListOf(reader, "policyTypes", 2);
    if (types == nullptr || types->empty()) {
      policy_.ingress = true;
      policy_.egress = egress_rules > 0;
      return;
    }
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

  std::size_t ReadRules(ObjectReader& reader, Direction direction) {
    const bool ingress = direction == Direction::kIngress;
    const auto* rules = ListOf(reader, ingress ? "ingress" : "egress");
    if (rules == nullptr) return 0;
    int index = 0;
    for (const Value& value : *rules) {
      Rule rule;
      rule.direction = direction;
      rule.section = ingress ? "ingress" : "egress";
      rule.index = index++;
      rule.where = value.where();
      // `- {}` and `-` alike: no condition.
      if (!value.is_null()) {
        ObjectReader body(value, diagnostics_, UnknownKeys::kError);
        if (const auto* peers = ListOf(body, ingress ? "from" : "to")) {
          for (const Value& peer : *peers) ReadPeer(peer, rule);
          rule.any_peer = peers->empty();
        }
        if (const auto* ports = ListOf(body, "ports")) {
          for (const Value& port : *ports) ReadPort(port, rule);
          rule.any_port = ports->empty();
        }
        body.Finish();
      }
      policy_.rules.push_back(std::move(rule));
    }
    return rules->size();
  }

  void ReadPeer(const Value& value, Rule& rule) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kError);
    if (!reader.valid()) return;
    const Value* block = reader.Map("ipBlock");
    const Value* pods = Present(reader, "podSelector");
    const Value* namespaces = Present(reader, "namespaceSelector");
    reader.Finish();
    if (block != nullptr && (pods != nullptr || namespaces != nullptr)) {
      diagnostics_.Error(value, "ipBlock stands beside a selector",
                         "write them as two entries of the list: either may match");
      return;
    }
    Peer peer;
    peer.where = value.where();
    if (block != nullptr) {
      std::optional<CidrMatch> match = ReadBlock(*block);
      if (!match) return;
      peer.match = std::move(*match);
    } else if (pods != nullptr || namespaces != nullptr) {
      Selector selector;
      if (namespaces == nullptr) {
        selector.Add(kNamespaceKey, LabelTerm::kIn, {policy_.ns});
      } else {
        selector.Add(cluster::ReadLabelSelector(*namespaces, diagnostics_), kNamespaceLabelPrefix);
      }
      if (pods != nullptr) selector.Add(cluster::ReadLabelSelector(*pods, diagnostics_));
      peer.match = std::move(selector);
    } else {
      diagnostics_.Error(value, "a peer without podSelector, namespaceSelector or ipBlock",
                         "podSelector: {} means every pod of the namespace");
      return;
    }
    rule.peers.push_back(std::move(peer));
  }

  // `podSelector:` with nothing behind it counts as absent, as the API server reads null.
  static const Value* Present(ObjectReader& reader, std::string_view key) {
    return reader.Map(key);
  }

  std::optional<CidrMatch> ReadBlock(const Value& value) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kError);
    const Value* cidr = reader.Require("cidr");
    const auto* except = ListOf(reader, "except");
    reader.Finish();
    if (cidr == nullptr) return std::nullopt;
    const std::optional<net::Cidr> block = ReadCidr(*cidr, diagnostics_);
    if (!block) return std::nullopt;
    CidrMatch match{*block, {}};
    if (except == nullptr) return match;
    for (const Value& entry : *except) {
      const std::optional<net::Cidr> hole = ReadCidr(entry, diagnostics_);
      if (!hole) continue;
      if (!block->Contains(*hole) || *hole == *block) {
        diagnostics_.Error(entry, hole->ToString() + " is no part of " + block->ToString(),
                           "except may only take from its own cidr");
        continue;
      }
      match.except.push_back(*hole);
    }
    return match;
  }

  void ReadPort(const Value& value, Rule& rule) {
    ObjectReader reader(value, diagnostics_, UnknownKeys::kError);
    if (!reader.valid()) return;
    PortMatch match;
    match.where = value.where();
    if (const Value* protocol = reader.Get("protocol")) {
      match.protocols = ReadProtocol(*protocol, diagnostics_).value_or(kTcpBit);
    }
    const Value* port = reader.Get("port");
    if (port != nullptr) ReadPortNumber(*port, match);
    if (const Value* end = reader.Get("endPort")) {
      if (port == nullptr || !match.name.empty()) {
        diagnostics_.Error(*end, "endPort without a numeric port");
      } else if (const auto number = ParseWhole(end->text(), 1, 65535); !number) {
        diagnostics_.Error(*end, "expected a port from 1 to 65535, found " + end->Describe());
      } else if (*number < match.first) {
        diagnostics_.Error(*end, "endPort " + std::to_string(*number) + " is below port " +
                                     std::to_string(match.first));
      } else {
        match.end_port = static_cast<std::uint16_t>(*number);
      }
    }
    reader.Finish();
    rule.ports.push_back(std::move(match));
  }

  void ReadPortNumber(const Value& port, PortMatch& match) {
    if (port.scalar_type() == document::ScalarType::kInteger) {
      if (const auto number = ParseWhole(port.text(), 1, 65535)) {
        match.first = static_cast<std::uint16_t>(*number);
        return;
      }
    } else if (port.is_scalar() && IsPortName(port.text())) {
      match.name = std::string(port.text());
      return;
    }
    const bool quoted_number = port.is_scalar() && ParseWhole(port.text(), 1, 65535);
    diagnostics_.Error(port,
                       "expected a port from 1 to 65535 or a port's name, found " + port.Describe(),
                       quoted_number ? "write the number without quotes" : "");
  }

  const cluster::ManifestObject& object_;
  Diagnostics& diagnostics_;
  Policy policy_;
};

}  // namespace

void ReadNetworkPolicy(const cluster::ManifestObject& object, Diagnostics& diagnostics,
                       PolicySet& out) {
  if (auto policy = NetworkPolicyReader(object, diagnostics).Read()) {
    out.policies.push_back(std::move(*policy));
  }
}

}  // namespace cnisim::policy::internal

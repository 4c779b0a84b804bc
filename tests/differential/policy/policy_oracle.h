#pragma once

/// @file
/// A deliberately slow answer to "may this flow pass?": it walks the policies as their API text
/// describes them, one rule, one peer and one label after another.  It shares no code with
/// models/policy and is meant to be read beside the documentation.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cnisim::oracle {

using Labels = std::map<std::string, std::string>;

struct Expression {
  std::string key;
  std::string op;  // In, NotIn, Exists, DoesNotExist
  std::vector<std::string> values;
};

struct Selector {
  Labels labels;
  std::vector<Expression> expressions;
};

struct Block {
  std::uint32_t base = 0;
  int length = 0;
};

struct NamedPort {
  std::string name;
  std::string protocol;
  int port = 0;
};

struct Port {
  std::string protocol;  // "" when absent
  int port = 0;          // 0 when absent
  std::string name;
  int end_port = 0;
};

struct Pod {
  std::string ns;
  std::string name;
  Labels labels;
  std::vector<NamedPort> ports;
  std::uint32_t ip = 0;
  std::string node;
};

struct Place {  // a node or somebody outside
  std::string name;
  std::uint32_t ip = 0;
};

struct NpPeer {
  std::optional<Selector> pods;
  std::optional<Selector> namespaces;
  std::optional<Block> block;
  std::vector<Block> except;
};

struct NpRule {
  std::vector<NpPeer> peers;
  std::vector<Port> ports;
};

struct NetworkPolicy {
  std::string ns;
  std::string name;
  Selector subject;
  std::vector<std::string> types;  // empty when absent
  std::vector<NpRule> ingress;
  std::vector<NpRule> egress;
};

struct CnpHttp {
  std::string method;       // literal
  std::string path_prefix;  // matches what begins with it
};

struct CnpRule {
  // Which peer field is there: "", Endpoints, CIDRSet, Entities.
  std::string field;
  std::vector<Selector> endpoints;
  std::vector<std::pair<Block, std::vector<Block>>> blocks;
  std::vector<std::string> entities;
  std::vector<Port> ports;  // none: no toPorts
  std::vector<CnpHttp> http;
};

struct CiliumPolicy {
  std::string ns;  // "" clusterwide
  std::string name;
  Selector subject;
  std::optional<bool> default_deny_ingress;
  std::vector<CnpRule> ingress, ingress_deny, egress, egress_deny;
};

struct World {
  std::map<std::string, Labels> namespaces;
  std::vector<Pod> pods;
  std::vector<Place> nodes;
  std::vector<Place> outside;
  std::vector<NetworkPolicy> network_policies;
  std::vector<CiliumPolicy> cilium_policies;
};

struct End {
  const Pod* pod = nullptr;
  const Place* node = nullptr;
  const Place* outside = nullptr;
};

struct Question {
  End from;
  End to;
  std::string protocol;
  int port = 0;
  std::string method;  // "" when the flow is no request
  std::string path;
};

/// @param engine   azure-npm, calico or cilium
/// @param version  17 stands for Cilium 1.17
/// "allow", "deny" or "forbidden".
std::string Answer(const World& world, const Question& question, const std::string& engine,
                   int version);

}  // namespace cnisim::oracle

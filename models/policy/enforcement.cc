#include "models/policy/enforcement.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "models/policy/internal/evaluator_state.h"
#include "models/policy/internal/structures.h"

namespace cnisim::policy {
namespace {

using internal::ClassSet;
using internal::CompiledPeer;
using internal::CompiledPolicy;
using internal::CompiledPort;
using internal::CompiledRule;

constexpr std::uint32_t kUnmanagedIdentity = 3;
constexpr std::uint32_t kHealthIdentity = 4;
constexpr std::uint32_t kInitIdentity = 5;
constexpr std::uint32_t kRemoteNodeIdentity = 6;
constexpr std::uint32_t kKubeApiserverIdentity = 7;
constexpr std::uint32_t kIngressIdentity = 8;
constexpr std::array<std::uint32_t, 7> kClusterIdentities = {
    kHostIdentity,       kUnmanagedIdentity,     kHealthIdentity, kInitIdentity,
    kRemoteNodeIdentity, kKubeApiserverIdentity, kIngressIdentity};
constexpr std::uint32_t kWorldIpv4Identity = 9;
constexpr std::uint32_t kWorldIpv6Identity = 10;

// Before this release a map had an entry for each port.
constexpr Version kCiliumPortBlocks{1, 17};

using Identities = std::set<std::uint32_t>;

// A port as the map has it.
struct MapPort {
  ProtocolSet protocol = 0;
  std::uint16_t port = 0;
  std::uint8_t bits = 0;

  friend auto operator<=>(const MapPort&, const MapPort&) = default;
};

bool Covers(const MapPort& wide, const MapPort& narrow) {
  if (wide.protocol != 0 && wide.protocol != narrow.protocol) return false;
  if (wide.bits > narrow.bits) return false;
  if (wide.bits == 0) return true;
  const int shift = 16 - wide.bits;
  return (wide.port >> shift) == (narrow.port >> shift);
}

// Entries of one direction while they are collected: port -> identity -> goes to the proxy.
using AllowTable = std::map<MapPort, std::map<std::uint32_t, bool>>;
using DenyTable = std::map<MapPort, Identities>;

std::string ParserOf(const Rule& rule) {
  if (!rule.http.empty()) return "http";
  return rule.dns.empty() ? "other" : "dns";
}

}  // namespace

std::vector<net::Cidr> Subtract(const net::Cidr& cidr, const std::vector<net::Cidr>& holes) {
  // Each half is asked about its own holes only, so a hole is met once a bit of its length.
  std::vector<net::Cidr> own;
  std::copy_if(holes.begin(), holes.end(), std::back_inserter(own),
               [&](const net::Cidr& hole) { return hole.Overlaps(cidr); });
  if (own.empty()) return {cidr};
  const bool gone = std::any_of(own.begin(), own.end(),
                                [&](const net::Cidr& hole) { return hole.Contains(cidr); });
  if (gone) return {};
  std::vector<net::Cidr> rest;
  for (const std::uint64_t half : {std::uint64_t{0}, std::uint64_t{1}}) {
    for (const net::Cidr& part : Subtract(cidr.Subnet(cidr.length() + 1, half), own)) {
      rest.push_back(part);
    }
  }
  return rest;
}

Enforcement::Enforcement(const Evaluator& evaluator) : state_(evaluator.state()) {
  NumberIdentities();
  if (state_.settings.engine == Engine::kCilium) NumberPrefixes();
}

// One identity a set of labels in a namespace, whatever the ports.
void Enforcement::NumberIdentities() {
  const auto& classes = state_.classes.all();
  std::map<cluster::Labels, std::uint32_t> known;
  identity_of_class_.assign(classes.size(), kHostIdentity);
  for (std::size_t id = 0; id < classes.size(); ++id) {
    if (classes[id].host_network || classes[id].pods == 0) continue;
    const auto [entry, added] = known.emplace(
        classes[id].composite, kFirstPodIdentity + static_cast<std::uint32_t>(known.size()));
    identity_of_class_[id] = entry->second;
  }
  identities_ = static_cast<std::uint32_t>(known.size());
}

// One identity a prefix that any policy allows or denies.
void Enforcement::NumberPrefixes() {
  std::set<net::Cidr> prefixes;
  const auto& state = state_;
  for (const CompiledPolicy& policy : state.compiled->all()) {
    for (const auto* rules : {&policy.ingress, &policy.egress}) {
      for (const CompiledRule& rule : *rules) {
        for (const CompiledPeer& peer : rule.peers) {
          if (peer.kind == CompiledPeer::kCidr) {
            for (const net::Cidr& part : Subtract(peer.cidr->cidr, peer.cidr->except)) {
              prefixes.insert(part);
            }
          } else if (peer.kind == CompiledPeer::kName) {
            for (const ExternalView& external : state.view.externals) {
              if (std::none_of(external.names.begin(), external.names.end(),
                               [&](const auto& name) { return peer.name->Matches(name); })) {
                continue;
              }
              for (const net::IpAddress& address : external.ips) {
                prefixes.insert(net::Cidr(address, net::AddressBits(address.family())));
              }
            }
          }
        }
      }
    }
  }
  std::uint32_t next = kFirstCidrIdentity;
  for (const net::Cidr& prefix : prefixes) cidr_identities_.emplace(prefix, next++);
}

namespace {

// Collects one direction of one class's map.
class MapBuilder {
 public:
  MapBuilder(const Evaluator::State& state, const std::vector<std::uint32_t>& identity_of_class,
             const std::map<net::Cidr, std::uint32_t>& cidr_identities, std::uint32_t pod_class,
             Direction direction)
      : state_(state),
        identity_of_class_(identity_of_class),
        cidr_identities_(cidr_identities),
        pod_class_(pod_class),
        direction_(direction) {}

  void Build(std::vector<PolicyMapEntry>& out, std::set<std::string>* redirects) {
    bool isolated = false;
    for (const std::uint32_t number : state_.compiled->PoliciesOf(pod_class_, direction_)) {
      const CompiledPolicy& policy = state_.compiled->all()[number];
      isolated = isolated || policy.isolates(direction_);
      for (const CompiledRule& rule : policy.rules(direction_)) Add(rule, redirects);
    }
    if (!isolated) allow_[{}][kAnyIdentity] = false;
    if (direction_ == Direction::kIngress) allow_[{}].emplace(kHostIdentity, false);
    Emit(out);
  }

 private:
  void Add(const CompiledRule& rule, std::set<std::string>* redirects) {
    const std::set<MapPort> ports = PortsOf(rule);
    if (ports.empty()) return;
    const Identities identities = IdentitiesOf(rule);
    for (const MapPort& port : ports) {
      if (rule.rule->action == Action::kDeny) {
        deny_[port].insert(identities.begin(), identities.end());
        continue;
      }
      for (const std::uint32_t identity : identities) {
        const auto [entry, added] = allow_[port].emplace(identity, rule.rule->l7);
        // A plain rule for the same peer and port switches the proxy off.
        if (!added && !rule.rule->l7) entry->second = false;
      }
      if (rule.rule->l7 && redirects != nullptr && !identities.empty()) {
        redirects->insert(std::string(ToString(direction_)) + '/' + std::to_string(port.protocol) +
                          '/' + std::to_string(port.port) + '/' + ParserOf(*rule.rule));
      }
    }
  }

  std::set<MapPort> PortsOf(const CompiledRule& rule) const {
    std::set<MapPort> ports;
    if (rule.rule->any_port) {
      ports.insert(MapPort{});
      return ports;
    }
    for (const CompiledPort& port : rule.ports) {
      if (port.first == 0 && port.name == nullptr &&
          (port.protocols & kTransportProtocols) == kTransportProtocols) {
        ports.insert(MapPort{});
        continue;
      }
      for (const ProtocolSet protocol : {kTcpBit, kUdpBit, kSctpBit, kIcmpBit}) {
        if ((port.protocols & protocol) == 0) continue;
        if (protocol == kSctpBit && !state_.settings.sctp) continue;
        AddPort(port, protocol, ports);
      }
    }
    return ports;
  }

  void AddPort(const CompiledPort& port, ProtocolSet protocol, std::set<MapPort>& ports) const {
    if (port.name != nullptr) {
      for (const std::uint16_t number : NumbersOf(*port.name, protocol)) {
        ports.insert({protocol, number, 16});
      }
    } else if (port.first == 0) {
      ports.insert({protocol, 0, 0});
    } else if (state_.settings.AtLeast(kCiliumPortBlocks)) {
      for (const internal::PortBlock& block : internal::BlocksOf(port.first, port.last)) {
        ports.insert({protocol, block.port, block.bits});
      }
    } else {
      for (std::uint32_t number = port.first; number <= port.last; ++number) {
        ports.insert({protocol, static_cast<std::uint16_t>(number), 16});
      }
    }
  }

  // What a port's name stands for: on the pod itself, or on egress in the whole cluster.
  std::vector<std::uint16_t> NumbersOf(const std::string& name, ProtocolSet protocol) const {
    std::vector<std::uint16_t> numbers;
    if (direction_ == Direction::kIngress) {
      for (const cluster::ContainerPort& port : state_.classes.all()[pod_class_].ports) {
        if (port.name == name && BitOf(port.protocol) == protocol) {
          numbers.push_back(port.port);
          break;
        }
      }
      return numbers;
    }
    for (const auto& [key, known] : state_.named_ports) {
      if (key.first != name || BitOf(key.second) != protocol || known.size() != 1) continue;
      numbers.push_back(known.begin()->first);
    }
    return numbers;
  }

  Identities IdentitiesOf(const CompiledRule& rule) const {
    if (rule.rule->any_peer) return {kAnyIdentity};
    Identities identities;
    for (const CompiledPeer& peer : rule.peers) AddPeer(peer, identities);
    return identities;
  }

  void AddClasses(const ClassSet& classes, Identities& identities) const {
    for (auto id = classes.find_first(); id != ClassSet::npos; id = classes.find_next(id)) {
      if (state_.classes.all()[id].pods > 0) identities.insert(identity_of_class_[id]);
    }
  }

  void AddPrefixes(const net::Cidr& within, Identities& identities) const {
    for (auto it = cidr_identities_.lower_bound(within); it != cidr_identities_.end(); ++it) {
      if (!within.Contains(it->first)) break;
      identities.insert(it->second);
    }
  }

  void AddPeer(const CompiledPeer& peer, Identities& identities) const {
    switch (peer.kind) {
      case CompiledPeer::kSelector:
        AddClasses(state_.compiled->selectors().classes(peer.selector), identities);
        break;
      case CompiledPeer::kCidr:
        for (const net::Cidr& part : Subtract(peer.cidr->cidr, peer.cidr->except)) {
          AddPrefixes(part, identities);
        }
        break;
      case CompiledPeer::kEntity:
        AddEntity(peer.entity, identities);
        break;
      case CompiledPeer::kName:
        AddName(*peer.name, identities);
        break;
      case CompiledPeer::kEntityMatch:
        break;  // Calico's
    }
  }

  void AddName(const NameMatch& name, Identities& identities) const {
    for (const ExternalView& external : state_.view.externals) {
      if (std::none_of(external.names.begin(), external.names.end(),
                       [&](const auto& candidate) { return name.Matches(candidate); })) {
        continue;
      }
      for (const net::IpAddress& address : external.ips) {
        const auto found =
            cidr_identities_.find(net::Cidr(address, net::AddressBits(address.family())));
        if (found != cidr_identities_.end()) identities.insert(found->second);
      }
    }
  }

  void AddEntity(Entity entity, Identities& identities) const {
    switch (entity) {
      case Entity::kAll:
        identities.insert(kAnyIdentity);
        break;
      case Entity::kCluster:
        identities.insert(kClusterIdentities.begin(), kClusterIdentities.end());
        for (const std::uint32_t identity : identity_of_class_) identities.insert(identity);
        break;
      case Entity::kWorld:
        // Prefixes lie in the world, and so does what DNS names lead to.
        identities.insert(kWorldIdentity);
        for (const auto& [prefix, identity] : cidr_identities_) identities.insert(identity);
        break;
      case Entity::kWorldIpv4:
        identities.insert(kWorldIpv4Identity);
        break;
      case Entity::kWorldIpv6:
        identities.insert(kWorldIpv6Identity);
        break;
      case Entity::kHost:
        identities.insert(kHostIdentity);
        break;
      case Entity::kRemoteNode:
        identities.insert(kRemoteNodeIdentity);
        break;
      case Entity::kKubeApiserver:
        identities.insert(kKubeApiserverIdentity);
        break;
      case Entity::kHealth:
        identities.insert(kHealthIdentity);
        break;
      case Entity::kIngress:
        identities.insert(kIngressIdentity);
        break;
      case Entity::kInit:
        identities.insert(kInitIdentity);
        break;
      case Entity::kUnmanaged:
        identities.insert(kUnmanagedIdentity);
        break;
      case Entity::kNone:
        break;
    }
  }

  bool Denied(std::uint32_t identity, const MapPort& port) const {
    return std::any_of(deny_.begin(), deny_.end(), [&](const auto& entry) {
      return Covers(entry.first, port) &&
             (entry.second.count(identity) > 0 || entry.second.count(kAnyIdentity) > 0);
    });
  }

  void Emit(std::vector<PolicyMapEntry>& out) const {
    for (const auto& [port, identities] : allow_) {
      const auto any = identities.find(kAnyIdentity);
      for (const auto& [identity, proxy] : identities) {
        // What everybody may do on a port needs no entry of its own.
        const bool repeats = port.bits > 0 && any != identities.end() && identity != kAnyIdentity &&
                             any->second == proxy && !proxy;
        if (repeats || Denied(identity, port)) continue;
        out.push_back({direction_, identity, port.protocol, port.port, port.bits, false, proxy});
      }
    }
    for (const auto& [port, identities] : deny_) {
      for (const std::uint32_t identity : identities) {
        out.push_back({direction_, identity, port.protocol, port.port, port.bits, true, false});
      }
    }
  }

  const Evaluator::State& state_;
  const std::vector<std::uint32_t>& identity_of_class_;
  const std::map<net::Cidr, std::uint32_t>& cidr_identities_;
  std::uint32_t pod_class_;
  Direction direction_;
  AllowTable allow_;
  DenyTable deny_;
};

}  // namespace

std::vector<PolicyMapEntry> Enforcement::MapOfClass(std::uint32_t pod_class) const {
  std::vector<PolicyMapEntry> entries;
  const auto& state = state_;
  if (state.settings.engine != Engine::kCilium) return entries;
  if (state.classes.all()[pod_class].host_network) return entries;
  for (const Direction direction : {Direction::kIngress, Direction::kEgress}) {
    MapBuilder(state, identity_of_class_, cidr_identities_, pod_class, direction)
        .Build(entries, nullptr);
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::vector<PolicyMapEntry> Enforcement::PolicyMapOf(std::uint32_t pod) const {
  return MapOfClass(state_.class_of_pod[pod]);
}

std::uint32_t Enforcement::IdentityOf(std::uint32_t pod) const {
  return identity_of_class_[state_.class_of_pod[pod]];
}

EndpointPolicyLoad Enforcement::LoadOf(std::uint32_t pod) const {
  return LoadOfClass(state_.class_of_pod[pod]);
}

EndpointPolicyLoad Enforcement::LoadOfClass(std::uint32_t pod_class) const {
  EndpointPolicyLoad load;
  const auto& state = state_;
  if (state.settings.engine == Engine::kNone || state.classes.all()[pod_class].host_network) {
    return load;
  }
  const auto& ingress = state.compiled->PoliciesOf(pod_class, Direction::kIngress);
  const auto& egress = state.compiled->PoliciesOf(pod_class, Direction::kEgress);
  load.policies_ingress = static_cast<std::uint32_t>(ingress.size());
  load.policies_egress = static_cast<std::uint32_t>(egress.size());
  switch (state.settings.engine) {
    case Engine::kNone:
      break;
    case Engine::kCilium: {
      std::set<std::string> redirects;
      std::vector<PolicyMapEntry> entries;
      for (const Direction direction : {Direction::kIngress, Direction::kEgress}) {
        MapBuilder(state, identity_of_class_, cidr_identities_, pod_class, direction)
            .Build(entries, &redirects);
      }
      load.map_entries = entries.size();
      load.redirects = static_cast<std::uint32_t>(redirects.size());
      break;
    }
    case Engine::kCalico: {
      const Limits& limits = state.limits;
      load.rules = limits.calico_to_workload_rules + limits.calico_from_workload_rules;
      for (const auto* numbers : {&ingress, &egress}) {
        std::set<std::uint32_t> tiers;
        for (const std::uint32_t number : *numbers) {
          tiers.insert(state.compiled->all()[number].tier);
        }
        load.rules +=
            tiers.size() * limits.calico_tier_rules + numbers->size() * limits.calico_policy_rules;
      }
      break;
    }
    case Engine::kAzureNpm:
      // Chains of policies that select the pod; they stand on every node.
      for (const auto* numbers : {&ingress, &egress}) {
        const bool in = numbers == &ingress;
        for (const std::uint32_t number : *numbers) {
          const auto& policy = state.compiled->all()[number];
          load.rules += 2;  // the jump, and the drop at the chain's end
          for (const CompiledRule& rule :
               policy.rules(in ? Direction::kIngress : Direction::kEgress)) {
            load.rules += internal::RenderForNpm(rule).rules;
          }
        }
      }
      break;
  }
  return load;
}

void Enforcement::SummarizeCilium(EnforcementSummary& summary) const {
  const auto& state = state_;
  summary.identities = identities_;
  summary.cidr_identities = cidr_identities_.size();
  std::string most;
  std::vector<EndpointPolicyLoad> loads(state.classes.size());
  std::vector<bool> counted(state.classes.size(), false);
  for (std::uint32_t pod = 0; pod < state.view.pods.size(); ++pod) {
    if (state.removed[pod] || state.view.pods[pod].host_network) continue;
    const std::uint32_t id = state.class_of_pod[pod];
    if (!counted[id]) {
      loads[id] = LoadOfClass(id);
      counted[id] = true;
    }
    summary.map_entries_total += loads[id].map_entries * state.view.pods[pod].replicas;
    summary.redirects += std::uint64_t{loads[id].redirects} * state.view.pods[pod].replicas;
    if (loads[id].map_entries > summary.map_entries_most) {
      summary.map_entries_most = loads[id].map_entries;
      most = state.view.pods[pod].ToString();
    }
  }
  summary.limits.push_back(
      {state.limits.cilium_policy_map_entries, summary.map_entries_most, most});
  summary.limits.push_back({state.limits.cilium_identities, summary.identities, {}});
}

void Enforcement::SummarizeNpm(EnforcementSummary& summary) const {
  const auto& state = state_;
  std::set<std::string> sets;
  std::map<std::string, std::uint64_t> members;
  std::uint64_t pods = 0;
  for (const internal::PodClass& pod_class : state.classes.all()) {
    if (pod_class.host_network || pod_class.pods == 0) continue;
    pods += pod_class.pods;
    members["ns-" + pod_class.ns] += pod_class.pods;
    for (const auto& [key, value] : pod_class.labels) {
      members["podlabel-" + key] += pod_class.pods;
      members["podlabel-" + key + ':' + value] += pod_class.pods;
    }
    for (const cluster::ContainerPort& port : pod_class.ports) {
      if (!port.name.empty()) members["namedport:" + port.name] += pod_class.pods;
    }
  }
  for (const cluster::Namespace& ns : state.view.namespaces) {
    for (const auto& [key, value] : ns.labels) {
      ++members["nslabel-" + key];
      ++members["nslabel-" + key + ':' + value];
    }
  }
  summary.chains = state.limits.npm_base_chains;
  summary.rules = state.limits.npm_base_rules;
  for (const CompiledPolicy& policy : state.compiled->all()) {
    for (const Direction direction : {Direction::kIngress, Direction::kEgress}) {
      if (!policy.applies(direction)) continue;
      ++summary.chains;
      summary.rules += 2;
      for (const CompiledRule& rule : policy.rules(direction)) {
        summary.rules += internal::RenderForNpm(rule).rules;
        int block = 0;
        for (const CompiledPeer& peer : rule.peers) {
          if (peer.kind == CompiledPeer::kCidr) {
            const std::string name = "cidr-" + policy.policy->ToString() + '-' +
                                     rule.rule->section + std::to_string(rule.rule->index) + '-' +
                                     std::to_string(block++);
            members[name] = 1 + peer.cidr->except.size();
          } else if (peer.kind == CompiledPeer::kSelector) {
            for (const LabelTerm& term :
                 state.compiled->selectors().selector(peer.selector).terms) {
              // Several values of one key: a list of the values' sets.
              if (term.values.size() > 1)
                members["nestedlabel-" + term.ToString()] = term.values.size();
            }
          }
        }
      }
    }
    for (const LabelTerm& term : state.compiled->selectors().selector(policy.subject).terms) {
      if (term.values.size() > 1) members["nestedlabel-" + term.ToString()] = term.values.size();
    }
  }
  std::string most;
  for (const auto& [name, count] : members) {
    if (count > summary.ipset_members_most) {
      summary.ipset_members_most = count;
      most = name;
    }
  }
  summary.ipsets = members.size();
  summary.limits.push_back({state.limits.npm_ipset_members, summary.ipset_members_most, most});
  summary.limits.push_back({state.limits.npm_nodes, state.view.nodes.size(), {}});
  summary.limits.push_back({state.limits.npm_pods, pods, {}});
}

void Enforcement::SummarizeCalico(EnforcementSummary& summary) const {
  const auto& state = state_;
  std::map<std::string, std::uint64_t> sets;  // name -> members
  const auto add_selector = [&](std::uint32_t number) {
    std::uint64_t members = 0;
    const ClassSet& classes = state.compiled->selectors().classes(number);
    for (auto id = classes.find_first(); id != ClassSet::npos; id = classes.find_next(id)) {
      members += state.classes.all()[id].pods;
    }
    sets["selector " + std::to_string(number)] = members;
  };
  for (const CompiledPolicy& policy : state.compiled->all()) {
    for (const Direction direction : {Direction::kIngress, Direction::kEgress}) {
      if (!policy.applies(direction)) continue;
      ++summary.chains;
      for (const CompiledRule& rule : policy.rules(direction)) {
        summary.rules += internal::RenderForCalico(rule, state.limits).rules;
        for (const CompiledPeer& peer : rule.peers) {
          if (peer.kind == CompiledPeer::kSelector) add_selector(peer.selector);
          if (peer.kind == CompiledPeer::kEntityMatch) {
            if (peer.match->pods) add_selector(peer.selector);
            if (peer.match->not_pods) add_selector(peer.not_selector);
          }
        }
        for (const CompiledPort& port : rule.ports) {
          if (port.name == nullptr) continue;
          std::uint64_t members = 0;
          for (const internal::PodClass& pod_class : state.classes.all()) {
            for (const cluster::ContainerPort& named : pod_class.ports) {
              if (named.name == *port.name && (BitOf(named.protocol) & port.protocols) != 0) {
                members += pod_class.pods;
              }
            }
          }
          sets["port " + std::to_string(port.protocols) + ' ' + *port.name] = members;
        }
      }
    }
  }
  for (const auto& [name, members] : sets) {
    summary.ipset_members_most = std::max(summary.ipset_members_most, members);
  }
  summary.ipsets = sets.size();
  for (std::uint32_t id = 0; id < state.classes.size(); ++id) {
    if (state.classes.all()[id].pods == 0) continue;
    summary.endpoint_rules_most = std::max(summary.endpoint_rules_most, LoadOfClass(id).rules);
  }
  summary.limits.push_back({state.limits.calico_ipset_members, summary.ipset_members_most, {}});
}

EnforcementSummary Enforcement::Summarize() const {
  EnforcementSummary summary;
  const auto& state = state_;
  summary.policies = state.compiled->all().size();
  summary.policies_ignored = state.policies.policies.size() - summary.policies;
  switch (state.settings.engine) {
    case Engine::kNone:
      break;
    case Engine::kAzureNpm:
      SummarizeNpm(summary);
      break;
    case Engine::kCalico:
      SummarizeCalico(summary);
      break;
    case Engine::kCilium:
      SummarizeCilium(summary);
      break;
  }
  return summary;
}

EndpointPolicyLoad Evaluator::Load(std::uint32_t pod) const {
  State& state = *state_;
  const std::lock_guard lock(state.load_mutex);
  if (!state.enforcement) {
    state.enforcement = std::make_unique<const Enforcement>(*this);
    state.load_of_class.assign(state.classes.size(), std::nullopt);
  }
  std::optional<EndpointPolicyLoad>& load = state.load_of_class[ClassOf(pod)];
  if (!load) load = state.enforcement->LoadOf(pod);
  return *load;
}

}  // namespace cnisim::policy

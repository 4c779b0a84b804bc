#include "models/policy/internal/compiled_policies.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace cnisim::policy::internal {
namespace {

// Releases that brought a feature: what came before drops the field.
constexpr Version kKubernetesEndPort{1, 22};
constexpr Version kCiliumEndPortOfNetworkPolicy{1, 17};
constexpr Version kCiliumEndPort{1, 16};
constexpr Version kCiliumDefaultDenySwitch{1, 16};
constexpr Version kCiliumServicesWithSelector{1, 17};

// Where Calico puts a NetworkPolicy among its own policies.
constexpr double kCalicoOrderOfNetworkPolicy = 1000;
constexpr double kCalicoOrderOfDefaultTier = 1'000'000;

bool KnowsEndPort(const Policy& policy, const Settings& settings) {
  if (policy.kind == PolicyKind::kNetworkPolicy) {
    if (settings.kubernetes < kKubernetesEndPort) return false;
    return settings.engine != Engine::kCilium || settings.AtLeast(kCiliumEndPortOfNetworkPolicy);
  }
  return settings.engine != Engine::kCilium || settings.AtLeast(kCiliumEndPort);
}

std::vector<CompiledPort> CompilePorts(const std::vector<PortMatch>& ports, bool end_ports) {
  std::vector<CompiledPort> compiled;
  for (const PortMatch& port : ports) {
    CompiledPort one;
    one.protocols = port.protocols;
    one.first = port.first;
    one.last = end_ports && port.end_port ? *port.end_port : port.first;
    if (!port.name.empty()) one.name = &port.name;
    compiled.push_back(one);
  }
  return compiled;
}

class RuleCompiler {
 public:
  RuleCompiler(const Settings& settings, const std::vector<cluster::Service>& services,
               const PodClasses& classes, SelectorTable& selectors, SelectorTable* old)
      : settings_(settings),
        services_(services),
        classes_(classes),
        selectors_(selectors),
        old_(old) {}

  std::uint32_t Number(const Selector& selector) {
    return selectors_.Add(selector, classes_, old_);
  }

  CompiledRule Compile(const Rule& rule, bool end_ports) {
    CompiledRule compiled;
    compiled.rule = &rule;
    compiled.ports = CompilePorts(rule.ports, end_ports);
    compiled.not_ports = CompilePorts(rule.not_ports, end_ports);
    for (const Peer& peer : rule.peers) AddPeer(peer, compiled);
    if (!rule.local.empty()) compiled.local = CompileMatch(rule.local);
    return compiled;
  }

 private:
  CompiledPeer CompileMatch(const EntityMatch& match) {
    CompiledPeer peer;
    peer.kind = CompiledPeer::kEntityMatch;
    peer.match = &match;
    if (match.pods) peer.selector = Number(*match.pods);
    if (match.not_pods) peer.not_selector = Number(*match.not_pods);
    return peer;
  }

  void AddPeer(const Peer& source, CompiledRule& rule) {
    CompiledPeer peer;
    if (const auto* selector = std::get_if<Selector>(&source.match)) {
      peer.kind = CompiledPeer::kSelector;
      peer.selector = Number(*selector);
    } else if (const auto* cidr = std::get_if<CidrMatch>(&source.match)) {
      peer.kind = CompiledPeer::kCidr;
      peer.cidr = cidr;
    } else if (const auto* entity = std::get_if<Entity>(&source.match)) {
      peer.kind = CompiledPeer::kEntity;
      peer.entity = *entity;
    } else if (const auto* name = std::get_if<NameMatch>(&source.match)) {
      if (!settings_.l7_proxy) return;  // no DNS proxy, so no address is ever learned
      peer.kind = CompiledPeer::kName;
      peer.name = name;
    } else if (const auto* service = std::get_if<ServiceMatch>(&source.match)) {
      AddService(*service, rule);
      return;
    } else if (const auto* match = std::get_if<EntityMatch>(&source.match)) {
      peer = CompileMatch(*match);
    }
    rule.peers.push_back(peer);
  }

  void AddService(const ServiceMatch& match, CompiledRule& rule) {
    if (!settings_.AtLeast(kCiliumServicesWithSelector)) return;
    for (const cluster::Service& service : services_) {
      if (service.name != match.name || service.ns != match.ns || service.selector.empty()) {
        continue;
      }
      Selector selector;
      selector.Add(kNamespaceKey, LabelTerm::kIn, {service.ns});
      for (const auto& [key, value] : service.selector) {
        selector.Add(key, LabelTerm::kIn, {value});
      }
      CompiledPeer peer;
      peer.kind = CompiledPeer::kSelector;
      peer.selector = Number(selector);
      rule.peers.push_back(peer);
    }
  }

  const Settings& settings_;
  const std::vector<cluster::Service>& services_;
  const PodClasses& classes_;
  SelectorTable& selectors_;
  SelectorTable* old_;
};

void DecideIsolation(const Policy& policy, const Settings& settings, CompiledPolicy& compiled) {
  bool ingress = policy.ingress;
  bool egress = policy.egress;
  if (policy.kind == PolicyKind::kNetworkPolicy && settings.engine == Engine::kCilium) {
    // Cilium makes a rule of every entry, whatever policyTypes lists.
    ingress = ingress || policy.stray_ingress;
    egress = egress || policy.stray_egress;
  }
  compiled.applies_ingress = compiled.isolates_ingress = ingress;
  compiled.applies_egress = compiled.isolates_egress = egress;
  if (settings.engine == Engine::kCilium && settings.AtLeast(kCiliumDefaultDenySwitch)) {
    compiled.isolates_ingress = policy.default_deny_ingress.value_or(ingress);
    compiled.isolates_egress = policy.default_deny_egress.value_or(egress);
    compiled.applies_ingress = ingress || compiled.isolates_ingress;
    compiled.applies_egress = egress || compiled.isolates_egress;
  }
}

}  // namespace

bool EngineReads(Engine engine, PolicyKind kind) {
  switch (engine) {
    case Engine::kNone:
      return false;
    case Engine::kAzureNpm:
      return kind == PolicyKind::kNetworkPolicy;
    case Engine::kCalico:
      return kind == PolicyKind::kNetworkPolicy || kind == PolicyKind::kCalicoNetworkPolicy ||
             kind == PolicyKind::kCalicoGlobalNetworkPolicy;
    case Engine::kCilium:
      return kind == PolicyKind::kNetworkPolicy || kind == PolicyKind::kCiliumNetworkPolicy ||
             kind == PolicyKind::kCiliumClusterwideNetworkPolicy;
  }
  return false;
}

std::string_view RefusalOf(const Policy& policy, const Settings& settings) {
  if (settings.engine != Engine::kCilium || settings.l7_proxy) return {};
  const bool l7 = std::any_of(policy.rules.begin(), policy.rules.end(),
                              [](const Rule& rule) { return rule.l7; });
  return l7 ? "the agent refuses L7 rules while its L7 proxy is off" : std::string_view();
}

CompiledPolicies::CompiledPolicies(const PolicySet& policies, const Settings& settings,
                                   const std::vector<cluster::Service>& services,
                                   const PodClasses& classes, SelectorTable* old_selectors) {
  RuleCompiler compiler(settings, services, classes, selectors_, old_selectors);
  for (const Policy& policy : policies.policies) {
    if (!EngineReads(settings.engine, policy.kind)) continue;
    if (!RefusalOf(policy, settings).empty()) continue;
    CompiledPolicy compiled;
    compiled.policy = &policy;
    compiled.subject = compiler.Number(policy.subject);
    DecideIsolation(policy, settings, compiled);
    const bool end_ports = KnowsEndPort(policy, settings);
    for (const Rule& rule : policy.rules) {
      if (rule.undecidable) continue;
      const bool ingress = rule.direction == Direction::kIngress;
      if (ingress ? !compiled.applies_ingress : !compiled.applies_egress) continue;
      compiled.has_deny = compiled.has_deny || rule.action == Action::kDeny;
      (ingress ? compiled.ingress : compiled.egress).push_back(compiler.Compile(rule, end_ports));
    }
    policies_.push_back(std::move(compiled));
  }
  if (settings.engine == Engine::kCalico) OrderCalicoTiers(policies);
  ingress_.resize(classes.size());
  egress_.resize(classes.size());
  for (std::uint32_t number = 0; number < policies_.size(); ++number) {
    const ClassSet& subjects = selectors_.classes(policies_[number].subject);
    for (auto id = subjects.find_first(); id != ClassSet::npos; id = subjects.find_next(id)) {
      if (policies_[number].applies_ingress) ingress_[id].push_back(number);
      if (policies_[number].applies_egress) egress_[id].push_back(number);
    }
  }
}

void CompiledPolicies::OrderCalicoTiers(const PolicySet& policies) {
  constexpr double kLast = std::numeric_limits<double>::infinity();
  const auto tier_key = [&](const std::string& name) {
    double order = name == "default" ? kCalicoOrderOfDefaultTier : kLast;
    for (const Tier& tier : policies.tiers) {
      if (tier.name == name) order = tier.order.value_or(order);
    }
    return std::pair(order, name);
  };
  const auto key = [&](const CompiledPolicy& compiled) {
    const Policy& policy = *compiled.policy;
    const bool kubernetes = policy.kind == PolicyKind::kNetworkPolicy;
    return std::tuple(tier_key(policy.tier),
                      kubernetes ? kCalicoOrderOfNetworkPolicy : policy.order.value_or(kLast),
                      (kubernetes ? "knp.default." : policy.tier + '.') + policy.name, policy.ns);
  };
  std::stable_sort(
      policies_.begin(), policies_.end(),
      [&](const CompiledPolicy& a, const CompiledPolicy& b) { return key(a) < key(b); });
  const std::string* previous = nullptr;
  for (CompiledPolicy& compiled : policies_) {
    const std::string& name = compiled.policy->tier;
    if (previous == nullptr || *previous != name) {
      tier_passes_.push_back(
          std::any_of(policies.tiers.begin(), policies.tiers.end(),
                      [&](const Tier& tier) { return tier.name == name && tier.default_pass; }));
    }
    previous = &name;
    compiled.tier = static_cast<std::uint32_t>(tier_passes_.size() - 1);
  }
}

void CompiledPolicies::RefreshClass(std::uint32_t id, const PodClasses& classes) {
  selectors_.Refresh(id, classes);
  if (ingress_.size() <= id) {
    ingress_.resize(id + 1);
    egress_.resize(id + 1);
  }
  ingress_[id].clear();
  egress_[id].clear();
  for (std::uint32_t number = 0; number < policies_.size(); ++number) {
    if (!selectors_.Matches(policies_[number].subject, id)) continue;
    if (policies_[number].applies_ingress) ingress_[id].push_back(number);
    if (policies_[number].applies_egress) egress_[id].push_back(number);
  }
}

}  // namespace cnisim::policy::internal

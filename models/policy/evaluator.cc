#include "models/policy/evaluator.h"

#include <algorithm>

#include "models/policy/internal/evaluator_state.h"
#include "sim/base/check.h"

namespace cnisim::policy {
namespace {

const cluster::Labels kNoLabels;

// The pod's port that a Service's port leads to; 0 if there is none.
std::uint16_t TargetOf(const cluster::Service& service, std::uint16_t port,
                       cluster::Protocol protocol, const PodView* backend) {
  for (const cluster::ServicePort& candidate : service.ports) {
    if (candidate.protocol != protocol) continue;
    if (candidate.port != port && (candidate.node_port == 0 || candidate.node_port != port)) {
      continue;
    }
    if (candidate.target_port.name.empty()) {
      return candidate.target_port.number != 0 ? candidate.target_port.number : candidate.port;
    }
    if (backend == nullptr) return 0;
    for (const cluster::ContainerPort& named : backend->ports) {
      if (named.name == candidate.target_port.name && named.protocol == protocol) {
        return named.port;
      }
    }
    return 0;
  }
  return 0;
}

}  // namespace

Evaluator::State::State(ClusterView the_view, PolicySet the_policies, Settings the_settings,
                        Limits the_limits)
    : view(std::move(the_view)),
      policies(std::move(the_policies)),
      settings(std::move(the_settings)),
      limits(std::move(the_limits)) {
  for (std::size_t i = 0; i < view.namespaces.size(); ++i) {
    namespace_index[view.namespaces[i].name] = i;
  }
  for (std::uint32_t i = 0; i < view.nodes.size(); ++i) {
    node_index[view.nodes[i].name] = i;
    by_name["node/" + view.nodes[i].name] = Endpoint::Node(i);
  }
  for (std::uint32_t i = 0; i < view.externals.size(); ++i) {
    by_name["world/" + view.externals[i].name] = Endpoint::External(i);
  }
  class_of_pod.resize(view.pods.size());
  removed.resize(view.pods.size(), false);
  for (std::uint32_t pod = 0; pod < view.pods.size(); ++pod) AddPod(pod);
  CompilePolicies();
  Changed();
}

const cluster::Labels& Evaluator::State::NamespaceLabels(std::string_view ns) const {
  const auto found = namespace_index.find(ns);
  return found == namespace_index.end() ? kNoLabels : view.namespaces[found->second].labels;
}

void Evaluator::State::AddPod(std::uint32_t pod) {
  const PodView& source = view.pods[pod];
  internal::PodClass prototype;
  prototype.ns = source.ns;
  for (const auto& [key, value] : source.labels) {
    if (settings.engine != Engine::kCilium || limits.IsIdentityLabel(key)) {
      prototype.labels.emplace(key, value);
    }
  }
  prototype.ports = source.ports;
  prototype.host_network = source.host_network;
  bool added = false;
  const std::uint32_t id = classes.Find(std::move(prototype), NamespaceLabels(source.ns), added);
  classes.AddPods(id, source.replicas);
  class_of_pod[pod] = id;
  by_name[source.ToString()] = Endpoint::Pod(pod);
  if (!source.host_network) {
    for (const cluster::ContainerPort& port : source.ports) {
      if (!port.name.empty()) ++named_ports[{port.name, port.protocol}][port.port];
    }
  }
  if (added && compiled) compiled->RefreshClass(id, classes);
}

void Evaluator::State::ForgetPod(std::uint32_t pod) {
  const PodView& source = view.pods[pod];
  classes.RemovePods(class_of_pod[pod], source.replicas);
  if (source.host_network) return;
  for (const cluster::ContainerPort& port : source.ports) {
    if (port.name.empty()) continue;
    const auto entry = named_ports.find({port.name, port.protocol});
    const auto number = entry->second.find(port.port);
    if (--number->second == 0) entry->second.erase(number);
  }
}

void Evaluator::State::CompilePolicies() {
  std::optional<internal::CompiledPolicies> old = std::move(compiled);
  compiled.emplace(policies, settings, view.services, classes, old ? &old->selectors() : nullptr);
}

void Evaluator::State::Changed() {
  CompileDnsRules();
  enforcement.reset();
}

void Evaluator::State::CompileDnsRules() {
  dns_of_node.clear();
  if (settings.engine != Engine::kCilium || !settings.l7_proxy) return;
  const bool any =
      std::any_of(policies.policies.begin(), policies.policies.end(), [](const Policy& policy) {
        return std::any_of(policy.rules.begin(), policy.rules.end(),
                           [](const Rule& rule) { return !rule.dns.empty(); });
      });
  if (!any) return;
  for (std::uint32_t pod = 0; pod < view.pods.size(); ++pod) {
    if (removed[pod] || view.pods[pod].host_network) continue;
    auto& names = dns_of_node[view.pods[pod].node];
    for (const std::uint32_t number : compiled->PoliciesOf(class_of_pod[pod], Direction::kEgress)) {
      for (const internal::CompiledRule& rule : compiled->all()[number].egress) {
        for (const NameMatch& name : rule.rule->dns) {
          if (std::find(names.begin(), names.end(), &name) == names.end()) names.push_back(&name);
        }
      }
    }
  }
}

Party Evaluator::State::Resolve(Endpoint endpoint) const {
  Party party;
  party.kind = endpoint.kind;
  switch (endpoint.kind) {
    case Endpoint::kPod: {
      CNISIM_CHECK(endpoint.index < view.pods.size(), "a flow names a pod that exists");
      const PodView& pod = view.pods[endpoint.index];
      party.pod = endpoint.index;
      party.pod_class = class_of_pod[endpoint.index];
      party.node = &pod.node;
      party.ips = &pod.ips;
      if (!pod.host_network) return party;
      party.kind = Endpoint::kNode;
      const auto node = node_index.find(pod.node);
      if (node != node_index.end()) party.ips = &view.nodes[node->second].ips;
      return party;
    }
    case Endpoint::kNode:
      CNISIM_CHECK(endpoint.index < view.nodes.size(), "a flow names a node that exists");
      party.node = &view.nodes[endpoint.index].name;
      party.ips = &view.nodes[endpoint.index].ips;
      return party;
    case Endpoint::kExternal:
      CNISIM_CHECK(endpoint.index < view.externals.size(),
                   "a flow names an external endpoint that exists");
      party.external = &view.externals[endpoint.index];
      party.ips = &party.external->ips;
      return party;
  }
  return party;
}

Evaluator::Evaluator(ClusterView view, PolicySet policies, Settings settings, Limits limits)
    : state_(std::make_unique<State>(std::move(view), std::move(policies), std::move(settings),
                                     std::move(limits))) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

const ClusterView& Evaluator::view() const { return state_->view; }
const PolicySet& Evaluator::policies() const { return state_->policies; }
const Settings& Evaluator::settings() const { return state_->settings; }
const Limits& Evaluator::limits() const { return state_->limits; }

bool Evaluator::Reads(PolicyKind kind) const {
  return internal::EngineReads(state_->settings.engine, kind);
}
bool Evaluator::IsRemoved(std::uint32_t pod) const { return state_->removed[pod]; }
std::uint32_t Evaluator::ClassOf(std::uint32_t pod) const { return state_->class_of_pod[pod]; }
std::uint32_t Evaluator::class_count() const { return state_->classes.size(); }

std::optional<Endpoint> Evaluator::Find(std::string_view name) const {
  const auto found = state_->by_name.find(std::string(name));
  if (found == state_->by_name.end()) return std::nullopt;
  return found->second;
}

std::string Evaluator::NameOf(Endpoint endpoint) const {
  switch (endpoint.kind) {
    case Endpoint::kPod:
      return state_->view.pods[endpoint.index].ToString();
    case Endpoint::kNode:
      return "node/" + state_->view.nodes[endpoint.index].name;
    case Endpoint::kExternal:
      return "world/" + state_->view.externals[endpoint.index].name;
  }
  return {};
}

std::optional<std::uint32_t> Evaluator::FindService(std::string_view ns,
                                                    std::string_view name) const {
  const auto& services = state_->view.services;
  for (std::uint32_t i = 0; i < services.size(); ++i) {
    if (services[i].ns == ns && services[i].name == name) return i;
  }
  return std::nullopt;
}

Verdict Evaluator::Evaluate(const Flow& flow) const {
  const State& state = *state_;
  Party source = state.Resolve(flow.source);
  const Party destination = state.Resolve(flow.destination);
  Verdict verdict;
  verdict.port = flow.port;
  if (flow.service) {
    const PodView* backend = flow.destination.kind == Endpoint::kPod
                                 ? &state.view.pods[flow.destination.index]
                                 : nullptr;
    verdict.port = TargetOf(state.view.services[*flow.service], flow.port, flow.protocol, backend);
    if (verdict.port == 0) {
      verdict.outcome = verdict.egress.outcome = Outcome::kDeny;
      verdict.egress.reason = Reason::kNoTarget;
      return verdict;
    }
  }
  if (flow.source == flow.destination) {
    verdict.egress.reason = verdict.ingress.reason = Reason::kSamePod;
    return verdict;
  }
  Probe probe{Direction::kEgress,
              source,
              destination,
              flow.protocol,
              verdict.port,
              flow.http ? &*flow.http : nullptr,
              flow.dns_query ? &*flow.dns_query : nullptr};
  verdict.egress = state.Decide(probe);
  verdict.outcome = verdict.egress.outcome;
  if (verdict.outcome != Outcome::kAllow) return verdict;

  if (flow.entry == Entry::kNodeCluster) {
    if (state.settings.engine == Engine::kAzureNpm) {
      verdict.ingress.reason = Reason::kUnchecked;
      return verdict;
    }
    // Behind the node's SNAT the pod's own node sees the node that took the packet, not the client;
    // on one node policies come before SNAT, and Cilium carries the client's identity along.
    if (state.settings.engine == Engine::kCalico) {
      const std::string* entry =
          flow.entry_node ? &state.view.nodes[*flow.entry_node].name : nullptr;
      if (entry == nullptr || destination.node == nullptr || *entry != *destination.node) {
        source = Party{};
        source.kind = Endpoint::kNode;
        source.node = entry;
        if (flow.entry_node) source.ips = &state.view.nodes[*flow.entry_node].ips;
      }
    }
  }
  probe.direction = Direction::kIngress;
  probe.subject = destination;
  probe.peer = source;
  verdict.ingress = state.Decide(probe);
  verdict.outcome = verdict.ingress.outcome;
  return verdict;
}

void Evaluator::ApplyNamespace(const cluster::Namespace& ns) {
  State& state = *state_;
  const auto found = state.namespace_index.find(ns.name);
  if (found == state.namespace_index.end()) {
    state.namespace_index[ns.name] = state.view.namespaces.size();
    state.view.namespaces.push_back(ns);
  } else {
    state.view.namespaces[found->second] = ns;
  }
  for (const std::uint32_t id : state.classes.Relabel(ns.name, ns.labels)) {
    state.compiled->RefreshClass(id, state.classes);
  }
  state.Changed();
}

std::uint32_t Evaluator::ApplyPod(const PodView& pod) {
  State& state = *state_;
  const auto found = state.by_name.find(pod.ToString());
  std::uint32_t index = 0;
  if (found == state.by_name.end()) {
    index = static_cast<std::uint32_t>(state.view.pods.size());
    state.view.pods.push_back(pod);
    state.class_of_pod.push_back(0);
    state.removed.push_back(false);
  } else {
    index = found->second.index;
    state.ForgetPod(index);
    state.view.pods[index] = pod;
  }
  state.AddPod(index);
  state.Changed();
  return index;
}

void Evaluator::RemovePod(std::string_view ns, std::string_view name) {
  State& state = *state_;
  const auto found = state.by_name.find(std::string(ns) + '/' + std::string(name));
  if (found == state.by_name.end()) return;
  state.ForgetPod(found->second.index);
  state.removed[found->second.index] = true;
  state.by_name.erase(found);
  state.Changed();
}

void Evaluator::ApplyPolicies(const PolicySet& changed) {
  state_->policies.Apply(changed);
  state_->CompilePolicies();
  state_->Changed();
}

void Evaluator::RemovePolicy(PolicyKind kind, std::string_view ns, std::string_view name) {
  if (state_->policies.Remove(kind, ns, name) == 0) return;
  state_->CompilePolicies();
  state_->Changed();
}

}  // namespace cnisim::policy

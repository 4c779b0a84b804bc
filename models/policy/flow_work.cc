// What the first packet of a connection walks, for engines whose policies are rules.

#include "models/policy/internal/evaluator_state.h"
#include "models/policy/internal/structures.h"

namespace cnisim::policy {
namespace {

using internal::CompiledPolicy;
using internal::CompiledRule;
using internal::RenderedRule;

struct Walk {
  std::uint32_t policies = 0;
  std::uint32_t rules = 0;
  std::uint32_t sets = 0;
};

void AddRule(const RenderedRule& rendered, Walk& walk) {
  walk.rules += rendered.rules;
  walk.sets += rendered.sets;
}

// Calico: the policies of this end in order, each with its rules, up to the one that decides.
Walk WalkCalico(const Evaluator::State& state, const Probe& probe) {
  Walk walk;
  for (const std::uint32_t number :
       state.compiled->PoliciesOf(probe.subject.pod_class, probe.direction)) {
    ++walk.policies;
    for (const CompiledRule& rule : state.compiled->all()[number].rules(probe.direction)) {
      AddRule(internal::RenderForCalico(rule, state.limits), walk);
      if (rule.rule->action != Action::kLog && state.RuleMatches(rule, probe)) return walk;
    }
  }
  return walk;
}

// Azure NPM: every policy of the cluster has a jump, taken by the pods that it selects.
Walk WalkNpm(const Evaluator::State& state, const Probe& probe) {
  Walk walk;
  const auto& selectors = state.compiled->selectors();
  for (const CompiledPolicy& policy : state.compiled->all()) {
    if (!policy.applies(probe.direction)) continue;
    ++walk.policies;
    walk.sets += static_cast<std::uint32_t>(selectors.selector(policy.subject).terms.size());
    if (!selectors.Matches(policy.subject, probe.subject.pod_class)) continue;
    for (const CompiledRule& rule : policy.rules(probe.direction)) {
      AddRule(internal::RenderForNpm(rule), walk);
      if (state.RuleMatches(rule, probe)) return walk;
    }
    ++walk.rules;  // marked to be dropped, unless a later policy lets it pass
  }
  return walk;
}

}  // namespace

FlowWork Evaluator::Work(const Flow& flow) const {
  const State& state = *state_;
  const Verdict verdict = Evaluate(flow);
  FlowWork work;
  work.policed_egress = verdict.egress.isolated;
  work.policed_ingress = verdict.ingress.isolated;
  work.l7_egress = verdict.egress.proxy;
  work.l7_ingress = verdict.ingress.proxy;
  const Engine engine = state.settings.engine;
  if (engine != Engine::kAzureNpm && engine != Engine::kCalico) return work;
  if (engine == Engine::kAzureNpm) work.base_rules = state.limits.npm_base_rules;

  Probe probe{Direction::kEgress,
              state.Resolve(flow.source),
              state.Resolve(flow.destination),
              flow.protocol,
              verdict.port,
              nullptr,
              nullptr};
  const auto walk = [&] {
    if (probe.subject.kind != Endpoint::kPod) return Walk{};
    return engine == Engine::kCalico ? WalkCalico(state, probe) : WalkNpm(state, probe);
  };
  const Walk egress = walk();
  work.policies_egress = egress.policies;
  work.rules_egress = egress.rules;
  work.sets_egress = egress.sets;
  if (verdict.egress.outcome != Outcome::kAllow) return work;
  if (verdict.ingress.reason == Reason::kUnchecked) return work;
  std::swap(probe.subject, probe.peer);
  probe.direction = Direction::kIngress;
  const Walk ingress = walk();
  work.policies_ingress = ingress.policies;
  work.rules_ingress = ingress.rules;
  work.sets_ingress = ingress.sets;
  return work;
}

}  // namespace cnisim::policy

#include "models/datapath/flow_facts.h"

#include <algorithm>
#include <iterator>

#include "sim/base/check.h"

namespace cnisim::datapath {
namespace {

constexpr std::string_view kFalseTrue[] = {"false", "true"};
// In the order of CutBy.
constexpr std::string_view kCutBy[] = {"nobody", "node", "fabric"};
constexpr std::string_view kExternalPolicy[] = {"cluster", "local"};
constexpr std::string_view kProtocol[] = {"tcp", "udp"};
// In the order of ServiceAccess.
constexpr std::string_view kService[] = {"none", "cluster-ip", "node-port", "load-balancer"};

constexpr SwitchDefinition kFacts[] = {
    {"cut_by", "who cuts packets that are too large for their way", kCutBy},
    {"external_policy", "externalTrafficPolicy of the Service", kExternalPolicy},
    {"l7_egress", "the client's policy sends the flow to a proxy", kFalseTrue},
    {"l7_ingress", "the server's policy sends the flow to a proxy", kFalseTrue},
    {"policed_egress", "a policy selects the client", kFalseTrue},
    {"policed_ingress", "a policy selects the server", kFalseTrue},
    {"protocol", "transport protocol", kProtocol},
    {"same_node", "both ends are on one node", kFalseTrue},
    {"service", "how the client names the server", kService},
};

std::string_view Word(bool value) { return kFalseTrue[value ? 1 : 0]; }

}  // namespace

std::span<const SwitchDefinition> FlowFactVocabulary() { return kFacts; }

const SwitchDefinition* FindConditionName(std::string_view name) {
  if (const SwitchDefinition* found = FindSwitch(name)) return found;
  const auto* found = std::find_if(std::begin(kFacts), std::end(kFacts),
                                   [&](const SwitchDefinition& fact) { return fact.name == name; });
  return found == std::end(kFacts) ? nullptr : found;
}

std::string_view FlowFact(const FlowClass& flow, std::string_view name) {
  if (name == "cut_by") return kCutBy[static_cast<std::size_t>(flow.cut_by)];
  if (name == "external_policy") return kExternalPolicy[flow.external_policy_local ? 1 : 0];
  if (name == "l7_egress") return Word(flow.l7_egress);
  if (name == "l7_ingress") return Word(flow.l7_ingress);
  if (name == "policed_egress") return Word(flow.policed_egress);
  if (name == "policed_ingress") return Word(flow.policed_ingress);
  if (name == "protocol") return kProtocol[static_cast<std::size_t>(flow.protocol)];
  if (name == "same_node") return Word(OnOneNode(flow.path));
  CNISIM_CHECK(name == "service", "a flow fact was asked for that the vocabulary lacks");
  return kService[static_cast<std::size_t>(flow.service)];
}

std::string_view ConditionValue(const Switches& switches, const FlowClass& flow,
                                std::string_view name) {
  return FindSwitch(name) != nullptr ? SwitchValue(switches, name) : FlowFact(flow, name);
}

}  // namespace cnisim::datapath

#include "models/datapath/flow_class.h"

#include <algorithm>
#include <iterator>

#include "sim/base/check.h"

namespace cnisim::datapath {
namespace {

constexpr std::string_view kPathNames[kPathKinds] = {
    "pod_to_pod_same_node",   "pod_to_pod_cross_node",  "host_to_pod_same_node",
    "host_to_pod_cross_node", "pod_to_host_cross_node", "host_to_host_cross_node",
    "pod_to_external",        "external_to_pod",        "external_to_pod_via_node",
};

struct CountWord {
  std::string_view name;
  std::string_view meaning;
};

// In the order of Count.
constexpr CountWord kCountWords[kCounts] = {
    {"one", "once"},
    {"service_rules_before_match", "rules of KUBE-SERVICES up to the match"},
    {"service_rules_all", "all rules of KUBE-SERVICES"},
    {"node_port_rules", "rules of KUBE-NODEPORTS up to the match"},
    {"service_chain_rules", "rules of the Service's chains"},
    {"service_random_rules", "rules with a random draw"},
    {"affinity_rules", "rules for client affinity"},
    {"masquerade_marks", "marks for SNAT"},
    {"policies_egress", "policies on the client"},
    {"policies_ingress", "policies on the server"},
    {"policy_rules_egress", "policy rules on the client"},
    {"policy_rules_ingress", "policy rules on the server"},
    {"policy_sets_egress", "ipset tests on the client"},
    {"policy_sets_ingress", "ipset tests on the server"},
    {"namespace_rules", "rules of Azure NPM's base chains"},
    {"node_rules", "rules that every packet walks"},
};

}  // namespace

std::string_view Name(PathKind path) { return kPathNames[static_cast<std::size_t>(path)]; }

std::optional<PathKind> FindPathKind(std::string_view name) {
  const auto* found = std::find(std::begin(kPathNames), std::end(kPathNames), name);
  if (found == std::end(kPathNames)) return std::nullopt;
  return static_cast<PathKind>(found - std::begin(kPathNames));
}

std::string_view Name(Count count) { return kCountWords[static_cast<std::size_t>(count)].name; }

std::optional<Count> FindCount(std::string_view name) {
  const auto* found = std::find_if(std::begin(kCountWords), std::end(kCountWords),
                                   [&](const CountWord& word) { return word.name == name; });
  if (found == std::end(kCountWords)) return std::nullopt;
  return static_cast<Count>(found - std::begin(kCountWords));
}

std::string_view Meaning(Count count) {
  return kCountWords[static_cast<std::size_t>(count)].meaning;
}

void Counts::Set(Count count, double value) {
  CNISIM_CHECK(count != Count::kOne && value >= 0, "a structure count is not negative");
  values_[static_cast<std::size_t>(count)] = value;
}

bool OnOneNode(PathKind path) {
  return path == PathKind::kPodToPodSameNode || path == PathKind::kHostToPodSameNode;
}

}  // namespace cnisim::datapath

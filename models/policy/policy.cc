#include "models/policy/policy.h"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

namespace cnisim::policy {
namespace {

bool SameObject(const Policy& a, const Policy& b) {
  return a.kind == b.kind && a.ns == b.ns && a.name == b.name;
}

}  // namespace

std::string_view ToString(PolicyKind kind) {
  switch (kind) {
    case PolicyKind::kNetworkPolicy:
      return "NetworkPolicy";
    case PolicyKind::kCiliumNetworkPolicy:
      return "CiliumNetworkPolicy";
    case PolicyKind::kCiliumClusterwideNetworkPolicy:
      return "CiliumClusterwideNetworkPolicy";
    case PolicyKind::kCalicoNetworkPolicy:
      return "Calico NetworkPolicy";
    case PolicyKind::kCalicoGlobalNetworkPolicy:
      return "Calico GlobalNetworkPolicy";
  }
  return "";
}

std::string_view ToString(Direction direction) {
  return direction == Direction::kIngress ? "ingress" : "egress";
}

std::string_view ToString(Entity entity) {
  switch (entity) {
    case Entity::kAll:
      return "all";
    case Entity::kCluster:
      return "cluster";
    case Entity::kWorld:
      return "world";
    case Entity::kWorldIpv4:
      return "world-ipv4";
    case Entity::kWorldIpv6:
      return "world-ipv6";
    case Entity::kHost:
      return "host";
    case Entity::kRemoteNode:
      return "remote-node";
    case Entity::kKubeApiserver:
      return "kube-apiserver";
    case Entity::kHealth:
      return "health";
    case Entity::kIngress:
      return "ingress";
    case Entity::kInit:
      return "init";
    case Entity::kUnmanaged:
      return "unmanaged";
    case Entity::kNone:
      return "none";
  }
  return "";
}

ProtocolSet BitOf(cluster::Protocol protocol) {
  switch (protocol) {
    case cluster::Protocol::kTcp:
      return kTcpBit;
    case cluster::Protocol::kUdp:
      return kUdpBit;
    case cluster::Protocol::kSctp:
      return kSctpBit;
  }
  return 0;
}

bool CidrMatch::Contains(const net::IpAddress& address) const {
  return cidr.Contains(address) &&
         std::none_of(except.begin(), except.end(),
                      [&](const net::Cidr& hole) { return hole.Contains(address); });
}

bool NameMatch::Matches(std::string_view name) const {
  if (!pattern) return name == text;
  return re2::RE2::FullMatch(re2::StringPiece(name.data(), name.size()), *expression);
}

std::string Policy::ToString() const {
  std::string text(policy::ToString(kind));
  text += ' ';
  if (!ns.empty()) text += ns + '/';
  return text + name;
}

void PolicySet::Apply(const PolicySet& other) {
  std::vector<bool> done(other.policies.size(), false);
  for (std::size_t i = 0; i < other.policies.size(); ++i) {
    if (done[i]) continue;
    std::vector<Policy> specs;
    for (std::size_t j = i; j < other.policies.size(); ++j) {
      if (!SameObject(other.policies[i], other.policies[j])) continue;
      done[j] = true;
      specs.push_back(other.policies[j]);
    }
    const auto old = std::find_if(policies.begin(), policies.end(), [&](const Policy& policy) {
      return SameObject(policy, specs.front());
    });
    const auto position = old - policies.begin();
    Remove(specs.front().kind, specs.front().ns, specs.front().name);
    policies.insert(policies.begin() + position, specs.begin(), specs.end());
  }
  for (const Tier& tier : other.tiers) {
    const auto old = std::find_if(tiers.begin(), tiers.end(),
                                  [&](const Tier& known) { return known.name == tier.name; });
    if (old == tiers.end()) {
      tiers.push_back(tier);
    } else {
      *old = tier;
    }
  }
}

std::size_t PolicySet::Remove(PolicyKind kind, std::string_view ns, std::string_view name) {
  return std::erase_if(policies, [&](const Policy& policy) {
    return policy.kind == kind && policy.ns == ns && policy.name == name;
  });
}

std::optional<PolicyKind> FindPolicyKind(std::string_view group, std::string_view kind) {
  if (group == "networking.k8s.io" && kind == "NetworkPolicy") return PolicyKind::kNetworkPolicy;
  if (group == "cilium.io") {
    if (kind == "CiliumNetworkPolicy") return PolicyKind::kCiliumNetworkPolicy;
    if (kind == "CiliumClusterwideNetworkPolicy") {
      return PolicyKind::kCiliumClusterwideNetworkPolicy;
    }
  }
  if (group == "projectcalico.org" || group == "crd.projectcalico.org") {
    if (kind == "NetworkPolicy") return PolicyKind::kCalicoNetworkPolicy;
    if (kind == "GlobalNetworkPolicy") return PolicyKind::kCalicoGlobalNetworkPolicy;
  }
  return std::nullopt;
}

}  // namespace cnisim::policy

// Finds the policy objects of a set of manifests and hands each to the reader of its kind.

#include <array>
#include <utility>

#include "models/document/object_reader.h"
#include "models/document/spelling.h"
#include "models/policy/internal/reader_support.h"
#include "models/policy/policy.h"

namespace cnisim::policy {
namespace {

using cluster::ManifestObject;
using document::Diagnostics;
using document::ObjectReader;
using document::UnknownKeys;
using document::Value;

bool IsCalicoGroup(std::string_view group) {
  return group == "projectcalico.org" || group == "crd.projectcalico.org";
}

std::vector<net::Cidr> ReadPrefixes(const Value& spec, std::string_view key,
                                    Diagnostics& diagnostics) {
  std::vector<net::Cidr> prefixes;
  ObjectReader reader(spec, diagnostics, UnknownKeys::kNotModelled);
  if (const auto* list = internal::ListOf(reader, key)) {
    for (const Value& entry : *list) {
      if (auto cidr = internal::ReadCidr(entry, diagnostics, /*bare_address=*/true)) {
        prefixes.push_back(*cidr);
      }
    }
  }
  reader.Finish();
  return prefixes;
}

Tier ReadTier(const ManifestObject& object, Diagnostics& diagnostics) {
  Tier tier;
  tier.name = object.name;
  const Value* spec = object.value->Find("spec");
  if (spec == nullptr || spec->is_null()) return tier;
  ObjectReader reader(*spec, diagnostics, UnknownKeys::kNotModelled);
  tier.order = reader.Number("order", -1e15, 1e15);
  tier.default_pass =
      reader.Choice<bool>("defaultAction", {{"Deny", false}, {"Pass", true}}).value_or(false);
  reader.Finish();
  return tier;
}

internal::Referred ReadReferred(const cluster::ManifestSet& manifests, Diagnostics& diagnostics,
                                PolicySet& out) {
  internal::Referred referred;
  for (const ManifestObject& object : manifests.objects()) {
    const Value* spec = object.value->Find("spec");
    if (object.group() == "cilium.io" && object.kind == "CiliumCIDRGroup") {
      if (spec == nullptr) continue;
      referred.cidr_groups[object.name] = ReadPrefixes(*spec, "externalCIDRs", diagnostics);
    } else if (IsCalicoGroup(object.group()) &&
               (object.kind == "GlobalNetworkSet" || object.kind == "NetworkSet")) {
      if (spec == nullptr) continue;
      internal::NetworkSet set;
      if (const Value* labels = object.value->At({"metadata", "labels"})) {
        if (labels->is_map()) set.composite = cluster::ReadLabels(*labels, diagnostics);
      }
      if (object.kind == "NetworkSet") set.composite.emplace(kNamespaceKey, object.ns);
      set.nets = ReadPrefixes(*spec, "nets", diagnostics);
      referred.network_sets.push_back(std::move(set));
    } else if (IsCalicoGroup(object.group()) && object.kind == "Tier") {
      out.tiers.push_back(ReadTier(object, diagnostics));
    }
  }
  return referred;
}

}  // namespace

PolicySet ReadPolicies(const cluster::ManifestSet& manifests, Diagnostics& diagnostics) {
  PolicySet set;
  const internal::Referred referred = ReadReferred(manifests, diagnostics, set);
  for (const ManifestObject& object : manifests.objects()) {
    if (object.kind == "AdminNetworkPolicy" || object.kind == "BaselineAdminNetworkPolicy" ||
        (object.group() == "policy.networking.k8s.io" && object.kind == "ClusterNetworkPolicy")) {
      diagnostics.Warning(*object.value, object.ToString() + " is read, not modelled",
                          "none of the engines compared here is taken to enforce it");
      continue;
    }
    const std::optional<PolicyKind> kind = FindPolicyKind(object.group(), object.kind);
    if (!kind) continue;
    if (set.policies.size() >= kMaxPolicies) {
      diagnostics.Error(*object.value, "more than " + std::to_string(kMaxPolicies) + " policies");
      break;
    }
    switch (*kind) {
      case PolicyKind::kNetworkPolicy:
        internal::ReadNetworkPolicy(object, diagnostics, set);
        break;
      case PolicyKind::kCiliumNetworkPolicy:
      case PolicyKind::kCiliumClusterwideNetworkPolicy:
        internal::ReadCiliumPolicy(object, *kind, referred, diagnostics, set);
        break;
      case PolicyKind::kCalicoNetworkPolicy:
      case PolicyKind::kCalicoGlobalNetworkPolicy:
        internal::ReadCalicoPolicy(object, *kind, referred, diagnostics, set);
        break;
    }
  }
  return set;
}

}  // namespace cnisim::policy

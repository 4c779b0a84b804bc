#pragma once

/// @file
/// Clusters and policies of the tests, from texts.

#include <string>
#include <string_view>

#include "models/cluster/manifest_set.h"
#include "models/cluster/objects.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/policy/cluster_view.h"
#include "models/policy/evaluator.h"
#include "models/policy/policy.h"
#include "models/policy/settings.h"

namespace cnisim::policy {

inline Limits CatalogLimits() {
  document::Diagnostics diagnostics;
  return Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics), diagnostics);
}

/// Policies of a text; what is wrong with it goes to `messages`.
inline PolicySet PoliciesOf(std::string_view text, std::string* messages = nullptr) {
  document::Diagnostics diagnostics;
  cluster::ManifestSet manifests;
  manifests.AddText(text, "p.yaml", diagnostics);
  PolicySet set = ReadPolicies(manifests, diagnostics);
  if (messages != nullptr) *messages = diagnostics.ToString();
  return set;
}

/// Four workloads: shop/web (3 replicas), shop/api with ports http and metrics, shop/db, ops/prom.
inline ClusterView ShopView() {
  ClusterView view;
  view.namespaces = {
      {"ops", {{"kubernetes.io/metadata.name", "ops"}, {"team", "platform"}}, {}},
      {"shop", {{"kubernetes.io/metadata.name", "shop"}, {"team", "store"}}, {}},
  };
  view.nodes = {{"node-a", {*net::IpAddress::Parse("10.240.0.4")}},
                {"node-b", {*net::IpAddress::Parse("10.240.0.5")}}};
  const auto pod = [](std::string ns, std::string name, std::string ip, std::string node) {
    PodView one;
    one.ns = std::move(ns);
    one.name = name;
    one.labels = {{"app", name}};
    one.ips = {*net::IpAddress::Parse(ip)};
    one.node = std::move(node);
    one.workload = one.ToString();
    return one;
  };
  view.pods = {
      pod("shop", "web", "10.244.0.10", "node-a"), pod("shop", "api", "10.244.1.10", "node-b"),
      pod("shop", "db", "10.244.0.11", "node-a"), pod("ops", "prom", "10.244.0.30", "node-a")};
  view.pods[0].replicas = 3;
  view.pods[1].ports = {{"http", cluster::Protocol::kTcp, 8080},
                        {"metrics", cluster::Protocol::kTcp, 9090}};
  return view;
}

inline Settings CiliumSettings(int minor) {
  Settings settings;
  settings.engine = Engine::kCilium;
  settings.version = {1, minor};
  return settings;
}

}  // namespace cnisim::policy

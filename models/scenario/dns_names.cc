#include "models/scenario/dns_names.h"

#include <algorithm>

namespace cnisim::scenario {
namespace {

constexpr std::string_view kClusterDomain = "cluster.local";
constexpr std::string_view kServiceDomain = ".svc.cluster.local";

}  // namespace

std::vector<std::string> SearchList(std::string_view ns, const std::vector<std::string>& node) {
  std::vector<std::string> list{std::string(ns) + std::string(kServiceDomain),
                                std::string(kServiceDomain.substr(1)), std::string(kClusterDomain)};
  list.insert(list.end(), node.begin(), node.end());
  return list;
}

std::vector<std::string> ExpandName(std::string_view name, int ndots,
                                    const std::vector<std::string>& search) {
  if (name.ends_with('.')) return {std::string(name.substr(0, name.size() - 1))};
  const bool first = std::count(name.begin(), name.end(), '.') >= ndots;
  std::vector<std::string> names;
  if (first) names.emplace_back(name);
  for (const std::string& domain : search) names.push_back(std::string(name) + '.' + domain);
  if (!first) names.emplace_back(name);
  return names;
}

bool IsClusterName(std::string_view name) {
  return name == kClusterDomain || name.ends_with('.' + std::string(kClusterDomain));
}

bool IsServiceName(const cluster::Cluster& cluster, std::string_view name) {
  if (!name.ends_with(kServiceDomain)) return false;
  name.remove_suffix(kServiceDomain.size());
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return false;
  return cluster.FindService(name.substr(dot + 1), name.substr(0, dot)) != nullptr;
}

std::string WrittenName(const Scenario& scenario, std::string_view ns, const Party& to) {
  switch (to.kind) {
    case Party::Kind::kService:
      return to.ns == ns ? to.name : to.name + '.' + to.ns;
    case Party::Kind::kExternal: {
      const ExternalSpec* external = scenario.FindExternal(to.name);
      return external == nullptr ? "" : external->host;
    }
    case Party::Kind::kWorkload:
      break;
  }
  return "";
}

}  // namespace cnisim::scenario

#include "analysis/connectivity/matrix.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace cnisim::connectivity {
namespace {

using policy::CidrMatch;
using policy::Endpoint;
using policy::Engine;
using policy::Evaluator;
using policy::Flow;

// Prefixes that policies name: pods of one class differ if one is inside and another is not.
std::vector<CidrMatch> PrefixesOf(const Evaluator& evaluator) {
  std::vector<CidrMatch> prefixes;
  if (evaluator.settings().engine == Engine::kCilium) return prefixes;
  for (const policy::Policy& one : evaluator.policies().policies) {
    if (!evaluator.Reads(one.kind)) continue;
    for (const policy::Rule& rule : one.rules) {
      const auto add = [&](const policy::EntityMatch& match) {
        for (const auto* nets : {&match.nets, &match.not_nets}) {
          for (const net::Cidr& cidr : *nets) prefixes.push_back({cidr, {}});
        }
      };
      add(rule.local);
      for (const policy::Peer& peer : rule.peers) {
        if (const auto* cidr = std::get_if<CidrMatch>(&peer.match)) prefixes.push_back(*cidr);
        if (const auto* match = std::get_if<policy::EntityMatch>(&peer.match)) add(*match);
      }
    }
  }
  const auto key = [](const CidrMatch& match) { return std::tie(match.cidr, match.except); };
  std::sort(prefixes.begin(), prefixes.end(),
            [&](const CidrMatch& a, const CidrMatch& b) { return key(a) < key(b); });
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  return prefixes;
}

std::vector<bool> InsideOf(const std::vector<CidrMatch>& prefixes, const policy::PodView& pod) {
  std::vector<bool> inside;
  inside.reserve(prefixes.size());
  for (const CidrMatch& prefix : prefixes) {
    inside.push_back(
        std::any_of(pod.ips.begin(), pod.ips.end(),
                    [&](const net::IpAddress& address) { return prefix.Contains(address); }));
  }
  return inside;
}

std::vector<PortProbe> PortsOf(const policy::PodView& pod, const MatrixOptions& options) {
  if (options.port) return {*options.port};
  std::vector<PortProbe> ports;
  for (const cluster::ContainerPort& port : pod.ports) {
    const PortProbe probe{port.protocol, port.port};
    if (std::find(ports.begin(), ports.end(), probe) == ports.end()) ports.push_back(probe);
  }
  if (ports.empty()) ports.push_back({cluster::Protocol::kTcp, kAnyPort});
  return ports;
}

Cell Ask(const Evaluator& evaluator, const Group& source, const Group& destination) {
  Cell cell;
  Flow flow;
  flow.source = source.example;
  flow.destination = destination.example;
  for (const PortProbe& probe : destination.ports) {
    flow.protocol = probe.protocol;
    flow.port = probe.port;
    const policy::Verdict verdict = evaluator.Evaluate(flow);
    ++cell.asked;
    if (!verdict.allowed()) continue;
    ++cell.allowed;
    cell.l7 = cell.l7 || verdict.egress.proxy || verdict.ingress.proxy;
  }
  return cell;
}

}  // namespace

std::string PortProbe::ToString() const {
  std::string text = std::to_string(port);
  if (protocol != cluster::Protocol::kTcp) {
    text += '/';
    text += cluster::ToString(protocol);
  }
  return text;
}

std::vector<Group> GroupsOf(const Evaluator& evaluator, const MatrixOptions& options) {
  const policy::ClusterView& view = evaluator.view();
  const std::vector<CidrMatch> prefixes = PrefixesOf(evaluator);
  // Rules by DNS name and host-network pods depend on the node; others do not.
  std::map<std::tuple<std::string, std::uint32_t, std::vector<bool>, std::string>, std::size_t>
      known;
  std::map<std::string, int> parts;
  std::vector<Group> groups;
  std::vector<std::uint32_t> order;
  for (std::uint32_t pod = 0; pod < view.pods.size(); ++pod) {
    if (!evaluator.IsRemoved(pod)) order.push_back(pod);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(view.pods[a].ns, view.pods[a].name) <
           std::tie(view.pods[b].ns, view.pods[b].name);
  });
  for (const std::uint32_t pod : order) {
    const policy::PodView& one = view.pods[pod];
    const bool alone = options.grouping == Grouping::kPod || one.workload.empty();
    const std::string name = alone ? one.ToString() : one.workload;
    const auto [entry, added] =
        known.emplace(std::tuple(name, evaluator.ClassOf(pod), InsideOf(prefixes, one),
                                 one.host_network ? one.node : std::string()),
                      groups.size());
    if (!added) {
      groups[entry->second].pods += one.replicas;
      continue;
    }
    const int part = ++parts[name];
    groups.push_back({part == 1 ? name : name + " (" + std::to_string(part) + ')',
                      Endpoint::Pod(pod), one.replicas, PortsOf(one, options)});
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.name < b.name; });
  for (std::uint32_t i = 0; i < view.externals.size(); ++i) {
    groups.push_back({"world/" + view.externals[i].name,
                      Endpoint::External(i),
                      0,
                      {options.port.value_or(PortProbe{cluster::Protocol::kTcp, 443})}});
  }
  return groups;
}

Matrix BuildMatrix(const Evaluator& evaluator, const MatrixOptions& options) {
  Matrix matrix;
  matrix.groups_ = GroupsOf(evaluator, options);
  const std::size_t size = matrix.groups_.size();
  matrix.cells_.resize(size * size);
  tbb::task_arena arena(static_cast<int>(std::max(1U, options.threads)));
  arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, size), [&](const auto& rows) {
      for (std::size_t source = rows.begin(); source != rows.end(); ++source) {
        for (std::size_t destination = 0; destination < size; ++destination) {
          if (source == destination) continue;
          matrix.cells_[source * size + destination] =
              Ask(evaluator, matrix.groups_[source], matrix.groups_[destination]);
        }
      }
    });
  });
  return matrix;
}

std::uint64_t Matrix::pairs() const { return groups_.size() * (groups_.size() - 1); }

std::uint64_t Matrix::pairs_allowed() const {
  return static_cast<std::uint64_t>(
      std::count_if(cells_.begin(), cells_.end(),
                    [](const Cell& cell) { return cell.asked > 0 && cell.allowed == cell.asked; }));
}

std::uint64_t Matrix::pairs_partly() const {
  return static_cast<std::uint64_t>(std::count_if(
      cells_.begin(), cells_.end(),
      [](const Cell& cell) { return cell.allowed > 0 && cell.allowed < cell.asked; }));
}

}  // namespace cnisim::connectivity

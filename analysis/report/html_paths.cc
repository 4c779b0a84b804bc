#include "analysis/report/html_paths.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/report/metric_text.h"
#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using experiment::ConfigurationResult;
using experiment::CostSpan;
using experiment::MetricResult;
using experiment::PathResult;
using experiment::ResultDocument;
using experiment::StageResult;
using nlohmann::json;

constexpr double kNanos = 1e9;

bool HasPaths(const ResultDocument& document) {
  return std::any_of(document.configurations.begin(), document.configurations.end(),
                     [](const ConfigurationResult& c) { return !c.paths.empty(); });
}

const PathResult* PathOf(const ConfigurationResult& configuration, const std::string& from,
                         const std::string& to) {
  for (const PathResult& path : configuration.paths) {
    if (path.from == from && path.to == to) return &path;
  }
  return nullptr;
}

/// Stage -> cores of a node: what each answered request or call pays on its path, times their rate.
std::map<std::string, double> CoresByStage(const ConfigurationResult& configuration) {
  std::map<std::string, double> cores;
  if (configuration.nodes == 0) return cores;
  for (const PathResult& path : configuration.paths) {
    const MetricResult* rate = configuration.Find("throughput", path.from, path.to);
    if (rate == nullptr || !rate->defined()) continue;
    for (const StageResult& stage : path.stages) {
      if (stage.paid_by == "latency") continue;
      const double ns = path.reuses_connection ? stage.exchange_ns : stage.opening_ns;
      cores[stage.stage] += rate->value * ns / kNanos / static_cast<double>(configuration.nodes);
    }
  }
  return cores;
}

struct StageKey {
  std::string node;
  std::string stage;
  std::string paid_by;
  friend bool operator==(const StageKey& a, const StageKey& b) {
    return a.node == b.node && a.stage == b.stage && a.paid_by == b.paid_by;
  }
};

/// Stages of all paths in one order that keeps each path's own as far as they agree.
std::vector<StageKey> MergeStages(const std::vector<const PathResult*>& paths) {
  std::vector<StageKey> merged;
  for (const PathResult* path : paths) {
    if (path == nullptr) continue;
    std::size_t after = 0;
    for (const StageResult& stage : path->stages) {
      const StageKey key{stage.node, stage.stage, stage.paid_by};
      const auto found = std::find(merged.begin(), merged.end(), key);
      if (found != merged.end()) {
        after = static_cast<std::size_t>(found - merged.begin()) + 1;
      } else {
        merged.insert(merged.begin() + static_cast<std::ptrdiff_t>(after), key);
        ++after;
      }
    }
  }
  return merged;
}

const StageResult* Find(const PathResult& path, const StageKey& key) {
  for (const StageResult& stage : path.stages) {
    if (stage.node == key.node && stage.stage == key.stage && stage.paid_by == key.paid_by) {
      return &stage;
    }
  }
  return nullptr;
}

std::string DoesOf(const ResultDocument& document, const std::string& stage) {
  for (const auto& source : document.cost_sources) {
    if (source.stage == stage) {
      return source.status == "assumed" ? source.does + " (assumed)" : source.does;
    }
  }
  return "";
}

/// One flow's stages, a column a configuration, then the sums.
HtmlTable SideBySide(const ResultDocument& document, const std::string& from, const std::string& to,
                     bool opening) {
  const auto cost = [&](const StageResult& stage) {
    return opening ? stage.opening_ns : stage.exchange_ns;
  };
  HtmlTable table{fmt::format("{} -> {}: {}", from, to,
                              opening ? "opening a connection, up to the first reply"
                                      : "a request and its reply on an open connection"),
                  {"stage"},
                  {}};
  std::vector<const PathResult*> paths;
  for (const ConfigurationResult& configuration : document.configurations) {
    table.header.push_back(configuration.name);
    paths.push_back(PathOf(configuration, from, to));
  }
  for (const StageKey& key : MergeStages(paths)) {
    std::vector<HtmlCell> row = {{fmt::format("{} {}: {}", key.node, key.paid_by, key.stage), true,
                                  DoesOf(document, key.stage)}};
    bool any = false;
    for (const PathResult* path : paths) {
      const StageResult* stage = path == nullptr ? nullptr : Find(*path, key);
      const bool pays = stage != nullptr && cost(*stage) > 0;
      any |= pays;
      row.push_back({pays ? Duration(cost(*stage)) : "-"});
    }
    if (any) table.rows.push_back(std::move(row));
  }
  const auto total = [&](const char* name, const char* note, auto span_of) {
    std::vector<HtmlCell> row = {{name, true, note, true}};
    for (const PathResult* path : paths) {
      if (path == nullptr) {
        row.push_back({"-"});
        continue;
      }
      const CostSpan& span = span_of(*path);
      row.push_back({Duration(span.typical), false,
                     fmt::format("{} to {}", Duration(span.low), Duration(span.high)), true});
    }
    table.rows.push_back(std::move(row));
  };
  total("CPU in all", "with the ends of the costs' ranges",
        [&](const PathResult& path) -> const CostSpan& {
          return opening ? path.opening_cpu : path.exchange_cpu;
        });
  total("time until the reply", "fabric and waiting included, without queueing",
        [&](const PathResult& path) -> const CostSpan& {
          return opening ? path.opening : path.exchange;
        });
  return table;
}

/// From and to of every flow that has a path, in the order of the document.
std::vector<std::pair<std::string, std::string>> FlowsWithPaths(const ResultDocument& document) {
  std::vector<std::pair<std::string, std::string>> flows;
  for (const ConfigurationResult& configuration : document.configurations) {
    for (const PathResult& path : configuration.paths) {
      std::pair<std::string, std::string> flow(path.from, path.to);
      if (std::find(flows.begin(), flows.end(), flow) == flows.end()) flows.push_back(flow);
    }
  }
  return flows;
}

}  // namespace

void AddCpuByStage(const ResultDocument& document, HtmlPage& page) {
  if (!HasPaths(document)) return;
  constexpr std::size_t kShown = 9;
  std::vector<std::map<std::string, double>> cores;
  std::map<std::string, std::pair<double, double>> range;  // stage -> least and most
  std::set<std::string> stages;
  for (const ConfigurationResult& configuration : document.configurations) {
    cores.push_back(CoresByStage(configuration));
    for (const auto& [stage, value] : cores.back()) stages.insert(stage);
  }
  for (const std::string& stage : stages) {
    double least = cores.front().count(stage) ? cores.front().at(stage) : 0;
    double most = least;
    for (const auto& of : cores) {
      const double value = of.count(stage) ? of.at(stage) : 0;
      least = std::min(least, value);
      most = std::max(most, value);
    }
    range[stage] = {least, most};
  }
  // Those in which the configurations differ most are shown apart.
  std::vector<std::string> order(stages.begin(), stages.end());
  const bool compared = document.configurations.size() > 1;
  std::stable_sort(order.begin(), order.end(), [&](const std::string& a, const std::string& b) {
    const auto weight = [&](const std::string& stage) {
      return compared ? range[stage].second - range[stage].first : range[stage].second;
    };
    return weight(a) > weight(b);
  });
  std::vector<std::string> shown(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, order.size())));
  const bool rest = order.size() > shown.size();
  const std::string others = compared ? "other stages, in which they differ less" : "other stages";

  json points = json::array();
  json groups = json::array();
  HtmlTable values{"Network CPU of a node by stage, cores", {"stage"}, {}};
  for (const ConfigurationResult& configuration : document.configurations) {
    groups.push_back(configuration.name);
    values.header.push_back(configuration.name);
  }
  for (std::size_t i = 0; i < document.configurations.size(); ++i) {
    double left = 0;
    for (const auto& [stage, value] : cores[i]) {
      if (std::find(shown.begin(), shown.end(), stage) == shown.end()) left += value;
    }
    const auto add = [&](const std::string& series, double value) {
      points.push_back({{"group", document.configurations[i].name},
                        {"series", series},
                        {"value", value},
                        {"text", ThreeDigits(value) + " cores"}});
    };
    for (const std::string& stage : shown)
      add(stage, cores[i].count(stage) ? cores[i].at(stage) : 0);
    if (rest) add(others, left);
  }
  for (const std::string& stage : order) {
    std::vector<HtmlCell> row = {{stage, true, DoesOf(document, stage)}};
    for (const auto& of : cores) {
      row.push_back({of.count(stage) ? ThreeDigits(of.at(stage)) : "-"});
    }
    values.rows.push_back(std::move(row));
  }
  std::vector<HtmlCell> sums = {{"all stages", true, "", true}};
  std::vector<HtmlCell> simulated = {
      {"as simulated", true, "with openings, other ways and retries", true}};
  for (std::size_t i = 0; i < cores.size(); ++i) {
    double sum = 0;
    for (const auto& [stage, value] : cores[i]) sum += value;
    sums.push_back({ThreeDigits(sum), false, "", true});
    const MetricResult* metric = document.configurations[i].Find("network_cores");
    simulated.push_back({metric == nullptr || !metric->defined() ? "-" : ThreeDigits(metric->value),
                         false, "", true});
  }
  values.rows.push_back(std::move(sums));
  values.rows.push_back(std::move(simulated));
  if (rest) shown.push_back(others);
  const int rest_at = rest ? static_cast<int>(shown.size()) - 1 : -1;
  page.Figure(
      "Network CPU of a node by stage: answered requests and calls times what each pays on "
      "its likeliest path",
      {{"kind", "stacked"},
       {"groups", groups},
       {"series", shown},
       {"rest", rest_at},
       {"points", points},
       {"x", {{"label", "cores"}}},
       {"description", "network CPU of a node by stage of the path, by configuration"}},
      values);
}

void AddPaths(const ResultDocument& document, HtmlPage& page) {
  if (!HasPaths(document)) return;
  constexpr std::size_t kMostFlows = 12;
  page.Section("paths", "Stage by stage");
  page.Paragraph(
      "What one request and its reply pay on the likeliest path, all packets together and nobody "
      "waiting: who pays, then the stage. cnisim explain shows every message, its ranges and its "
      "sources.");
  const auto flows = FlowsWithPaths(document);
  const std::size_t count = std::min(kMostFlows, flows.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [from, to] = flows[i];
    const std::string name = fmt::format("{} -> {}", from, to);
    if (i == 0) {
      page.Table(SideBySide(document, from, to, /*opening=*/false));
    } else {
      page.FoldedTable(name, SideBySide(document, from, to, /*opening=*/false));
    }
    page.FoldedTable(name + ", opening a connection",
                     SideBySide(document, from, to, /*opening=*/true));
  }
  if (count < flows.size()) {
    page.Paragraph(
        fmt::format("{} more flows have paths; results.json holds them, and cnisim "
                    "explain --from A --to B shows one.",
                    flows.size() - count));
  }
}

}  // namespace cnisim::report

#include "analysis/report/html_report.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/report/assets.h"
#include "analysis/report/findings.h"
#include "analysis/report/html_page.h"
#include "analysis/report/metric_text.h"
#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using experiment::ComparisonResult;
using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::TrafficResult;
using nlohmann::json;

constexpr double kNanosPerMicro = 1e3;

std::string Asset(std::string_view name) {
  for (const document::EmbeddedFile& file : EmbeddedAssets()) {
    if (file.path == name) return std::string(file.text);
  }
  return {};
}

std::vector<std::string> NamesOf(const ResultDocument& document) {
  std::vector<std::string> names;
  for (const ConfigurationResult& configuration : document.configurations) {
    names.push_back(configuration.name);
  }
  return names;
}

/// The configurations' rows of one table: `cells` fills what stands behind the name.
template <class Cells>
HtmlTable ByConfiguration(const ResultDocument& document, std::string caption,
                          std::vector<std::string> header, Cells cells) {
  header.insert(header.begin(), "configuration");
  HtmlTable table{std::move(caption), std::move(header), {}};
  for (const ConfigurationResult& configuration : document.configurations) {
    std::vector<HtmlCell> row = {{configuration.name, true}};
    for (HtmlCell& cell : cells(configuration)) row.push_back(std::move(cell));
    table.rows.push_back(std::move(row));
  }
  return table;
}

void AddAnswer(const ResultDocument& document, HtmlPage& page) {
  page.Section("answer", "The answer");
  for (const std::string& sentence : Findings(document)) page.Paragraph(sentence, "answer");
  for (const TrafficResult& traffic : document.configurations.front().traffic) {
    const auto cells = [&](const ConfigurationResult& configuration) {
      const auto find = [&](std::string_view metric) {
        return configuration.Find(metric, traffic.from, traffic.to);
      };
      const std::string binds =
          configuration.binds + (configuration.saturated ? " (past its limit)" : "");
      return std::vector<HtmlCell>{{ValueText(configuration.Find("vnet_addresses"))},
                                   {ValueText(find("latency.p50"))},
                                   {ValueText(find("latency.p99"))},
                                   {ValueText(find("throughput"))},
                                   {ValueText(find("errors"))},
                                   {ValueText(configuration.Find("network_cores"))},
                                   {Count(LostPackets(configuration))},
                                   {binds.empty() ? "-" : binds, true}};
    };
    page.Table(ByConfiguration(document, WayOf(traffic),
                               {"VNet addresses", "p50", "p99", "answered", "errors",
                                "network CPU a node", "packets lost", "binds first"},
                               cells));
  }
}

json Axis(std::string label, bool log = false) {
  return {{"label", std::move(label)}, {"log", log}};
}

void AddQuantileChart(const ResultDocument& document, const TrafficResult& traffic,
                      std::string_view metric, std::string_view title, HtmlPage& page) {
  json points = json::array();
  for (const ConfigurationResult& configuration : document.configurations) {
    const MetricResult* result = configuration.Find(metric, traffic.from, traffic.to);
    if (result == nullptr || !result->defined()) continue;
    const bool known = !std::isnan(result->low);
    points.push_back({{"group", configuration.name},
                      {"value", result->value / kNanosPerMicro},
                      {"low", (known ? result->low : result->value) / kNanosPerMicro},
                      {"high", (known ? result->high : result->value) / kNanosPerMicro},
                      {"text", WithUnit(*result, result->value)}});
  }
  if (points.empty()) return;
  const std::string caption = fmt::format("{}, {}", title, WayOf(traffic));
  const auto cells = [&](const ConfigurationResult& configuration) {
    const MetricResult* result = configuration.Find(metric, traffic.from, traffic.to);
    if (result == nullptr || !result->defined()) return std::vector<HtmlCell>{{"-"}, {"-"}, {"-"}};
    return std::vector<HtmlCell>{{WithUnit(*result, result->value)},
                                 {RangeText(*result, result->low, result->high)},
                                 {RangeText(*result, result->model_low, result->model_high)}};
  };
  page.Figure(
      caption + ", with 95 % intervals",
      {{"kind", "intervals"},
       {"groups", NamesOf(document)},
       {"points", points},
       {"x", Axis("us")},
       {"description", caption + " by configuration"}},
      ByConfiguration(document, caption, {"value", "95 % by chance", "range of the model"}, cells));
}

void AddDistributionChart(const ResultDocument& document, std::size_t traffic, HtmlPage& page) {
  const std::string way = WayOf(document.configurations.front().traffic[traffic]);
  json points = json::array();
  HtmlTable values{"Latency by share of requests, " + way, {"configuration"}, {}};
  for (const ConfigurationResult& configuration : document.configurations) {
    std::vector<HtmlCell> row = {{configuration.name, true}};
    for (const auto& [share, ns] : configuration.traffic[traffic].latency) {
      points.push_back({{"series", configuration.name},
                        {"x", ns / kNanosPerMicro},
                        {"y", share},
                        {"low", share},
                        {"high", share}});
    }
    for (const double wanted : {0.5, 0.75, 0.9, 0.95, 0.99, 0.999}) {
      const auto& latency = configuration.traffic[traffic].latency;
      const auto at = std::find_if(latency.begin(), latency.end(),
                                   [&](const auto& point) { return point.first >= wanted; });
      row.push_back({at == latency.end() ? "-" : Duration(at->second)});
    }
    values.rows.push_back(std::move(row));
  }
  if (points.empty()) return;
  for (const char* share : {"50 %", "75 %", "90 %", "95 %", "99 %", "99.9 %"}) {
    values.header.emplace_back(share);
  }
  page.Figure("Share of requests answered within a time, " + way,
              {{"kind", "ecdf"},
               {"series", NamesOf(document)},
               {"points", points},
               {"x", Axis("us (logarithmic)", /*log=*/true)},
               {"y", Axis("answered")},
               {"description", "cumulative distribution of latency by configuration, " + way}},
              values);
}

void AddLatency(const ResultDocument& document, HtmlPage& page) {
  page.Section("latency", "Latency");
  const auto& traffic = document.configurations.front().traffic;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    if (traffic[i].kind == "stream") continue;
    AddQuantileChart(document, traffic[i], "latency.p50", "Median latency", page);
    AddQuantileChart(document, traffic[i], "latency.p99", "99th percentile", page);
    AddQuantileChart(document, traffic[i], "network_latency.p50", "Median without the applications",
                     page);
    AddDistributionChart(document, i, page);
  }
}

constexpr std::pair<std::string_view, std::string_view> kCpuParts[] = {
    {"cpu.application", "applications"},
    {"cpu.task", "system calls"},
    {"cpu.softirq", "softirq"},
    {"cpu.proxy", "proxy"},
};

void AddCpu(const ResultDocument& document, HtmlPage& page) {
  json points = json::array();
  std::vector<std::string> series;
  for (const auto& [metric, name] : kCpuParts) {
    series.emplace_back(name);
    for (const ConfigurationResult& configuration : document.configurations) {
      const MetricResult* result = configuration.Find(metric);
      if (result == nullptr || !result->defined()) continue;
      points.push_back({{"group", configuration.name},
                        {"series", name},
                        {"value", result->value},
                        {"text", WithUnit(*result, result->value)}});
    }
  }
  if (points.empty()) return;
  page.Section("cpu", "CPU");
  const auto cells = [](const ConfigurationResult& configuration) {
    std::vector<HtmlCell> row;
    for (const auto& [metric, name] : kCpuParts)
      row.push_back({ValueText(configuration.Find(metric))});
    return row;
  };
  page.Figure("CPU of a node, mean over nodes",
              {{"kind", "stacked"},
               {"groups", NamesOf(document)},
               {"series", series},
               {"points", points},
               {"x", Axis("cores")},
               {"description", "CPU cores of a node by what they do, by configuration"}},
              ByConfiguration(document, "CPU of a node, mean over nodes", series, cells));
}

void AddAddresses(const ResultDocument& document, HtmlPage& page) {
  page.Section("addresses", "VNet addresses");
  HtmlTable table{"Addresses taken in each subnet",
                  {"configuration", "subnet", "prefix", "usable", "taken", "share"},
                  {}};
  for (const ConfigurationResult& configuration : document.configurations) {
    for (const experiment::SubnetResult& subnet : configuration.subnets) {
      const double share = subnet.usable == 0 ? 0
                                              : static_cast<double>(subnet.taken) /
                                                    static_cast<double>(subnet.usable);
      table.rows.push_back({{configuration.name, true},
                            {subnet.name, true},
                            {subnet.prefix, true},
                            {Count(subnet.usable)},
                            {Count(subnet.taken)},
                            {Percent(share)}});
    }
  }
  page.Table(table);
}

void AddLimits(const ResultDocument& document, HtmlPage& page) {
  page.Section("limits", "What limits each choice");
  HtmlTable table{
      "Load of every kind of resource",
      {"configuration", "resource", "busiest", "busy", "mean of all", "mean wait", "packets lost"},
      {}};
  for (const ConfigurationResult& configuration : document.configurations) {
    for (const experiment::ResourceResult& resource : configuration.resources) {
      const bool binds = resource.kind == configuration.binds;
      table.rows.push_back({{configuration.name, true},
                            {resource.kind + (binds ? " (binds first)" : ""), true},
                            {resource.busiest, true},
                            {Percent(resource.busy_max)},
                            {Percent(resource.busy_mean)},
                            {Duration(resource.wait_ns)},
                            {Count(resource.drops)}});
    }
  }
  page.Table(table);

  HtmlTable lost{"What did not succeed", {"configuration", "where", "reason", "count"}, {}};
  for (const ConfigurationResult& configuration : document.configurations) {
    for (const auto& [reason, count] : configuration.drops) {
      lost.rows.push_back(
          {{configuration.name, true}, {"packets", true}, {reason, true}, {Count(count)}});
    }
    for (const auto* flows : {&configuration.traffic, &configuration.calls}) {
      for (const TrafficResult& flow : *flows) {
        for (const auto& [reason, count] : flow.failed) {
          lost.rows.push_back(
              {{configuration.name, true}, {WayOf(flow), true}, {reason, true}, {Count(count)}});
        }
      }
    }
  }
  if (lost.rows.empty()) {
    page.Paragraph("Nothing was dropped, denied or timed out.");
  } else {
    page.Table(lost);
  }
}

void AddCalls(const ResultDocument& document, HtmlPage& page) {
  if (document.configurations.front().calls.empty()) return;
  page.Section("calls", "Calls inside the cluster");
  HtmlTable table{"Latency of each call",
                  {"configuration", "call", "p50", "p99", "network p50", "answered", "errors"},
                  {}};
  for (const ConfigurationResult& configuration : document.configurations) {
    for (const TrafficResult& call : configuration.calls) {
      const auto find = [&](std::string_view metric) {
        return ValueText(configuration.Find(metric, call.from, call.to));
      };
      table.rows.push_back({{configuration.name, true},
                            {WayOf(call), true},
                            {find("latency.p50")},
                            {find("latency.p99")},
                            {find("network_latency.p50")},
                            {find("throughput")},
                            {find("errors")}});
    }
  }
  page.FoldedTable(fmt::format("All {} rows", table.rows.size()), table);
}

void AddDifferences(const ResultDocument& document, HtmlPage& page) {
  if (document.comparisons.empty()) return;
  page.Section("differences", "Differences");
  page.Paragraph(
      "A difference counts only where it is beyond chance (paired replications, corrected for the "
      "number of comparisons) and beyond the model's error (all costs drawn from their ranges).");
  HtmlTable table{"Every pair of configurations",
                  {"pair", "metric", "difference", "95 % by chance", "verdict"},
                  {}};
  for (const ComparisonResult& comparison : document.comparisons) {
    const ConfigurationResult* first = document.Find(comparison.first);
    const MetricResult* metric =
        first == nullptr ? nullptr : first->Find(comparison.metric, comparison.from, comparison.to);
    if (metric == nullptr) continue;
    const auto signed_text = [&](double value) {
      return (value < 0 ? "-" : "+") + WithUnit(*metric, std::abs(value));
    };
    table.rows.push_back(
        {{fmt::format("{} against {}", comparison.second, comparison.first), true},
         {comparison.metric, true},
         {signed_text(comparison.difference)},
         {fmt::format("{} to {}", signed_text(comparison.low), signed_text(comparison.high))},
         {std::string(Name(comparison.verdict)), true}});
  }
  page.FoldedTable(fmt::format("All {} comparisons", table.rows.size()), table);
}

void AddAssumptions(const ResultDocument& document, HtmlPage& page) {
  page.Section("assumptions", "Assumptions and warnings");
  std::set<std::string> assumed;
  for (const ConfigurationResult& configuration : document.configurations) {
    assumed.insert(configuration.assumed_costs.begin(), configuration.assumed_costs.end());
  }
  if (!assumed.empty()) {
    page.Paragraph(
        fmt::format("Costs in use that no measurement supports (cnisim catalog cost NAME says "
                    "why): {}.",
                    AndList({assumed.begin(), assumed.end()}, assumed.size())));
  }
  std::vector<std::string> lines;
  for (const auto& warning : document.warnings) lines.push_back(WarningText(warning));
  for (const auto& entry : document.not_modelled) lines.push_back(NotModelledText(entry));
  if (lines.empty()) {
    page.Paragraph("No warnings.");
  } else {
    page.List(lines);
  }
}

void AddReproduction(const ResultDocument& document, const HtmlOptions& options, HtmlPage& page) {
  page.Section("reproduce", "How to reproduce");
  if (!options.command.empty()) page.Code(options.command);
  page.List(
      {fmt::format("program: cnisim {}", document.program_version),
       fmt::format("scenario: {}, hash {}", document.scenario_file, document.scenario_hash),
       fmt::format("catalog: hash {}{}", document.catalog_hash,
                   document.catalog_overlaid ? ", with files laid over it" : ""),
       fmt::format("seed {}, {} replications of {} after {} of warm-up, {} draws of the costs",
                   document.seed, document.replications,
                   Duration(static_cast<double>(document.duration_ns)),
                   Duration(static_cast<double>(document.warm_up_ns)), document.cost_draws)});
}

}  // namespace

std::string HtmlReport(const ResultDocument& document, const HtmlOptions& options) {
  HtmlPage page;
  AddAnswer(document, page);
  AddLatency(document, page);
  AddCpu(document, page);
  AddAddresses(document, page);
  AddLimits(document, page);
  AddCalls(document, page);
  AddDifferences(document, page);
  AddAssumptions(document, page);
  AddReproduction(document, options, page);
  return page.Render(document.scenario_name + ": what each CNI costs", Asset("report.css"),
                     options.charts ? Asset("charts.js") : "");
}

}  // namespace cnisim::report

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
#include "analysis/report/comparison_text.h"
#include "analysis/report/findings.h"
#include "analysis/report/html_addresses.h"
#include "analysis/report/html_page.h"
#include "analysis/report/html_paths.h"
#include "analysis/report/html_sweep.h"
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

HtmlCell WithErrors(const MetricResult* metric) {
  return {ValueText(metric), false, ErrorText(metric)};
}

HtmlCell CellOf(const Remark& remark) { return {remark.text, true, remark.note, remark.alarming}; }

void AddAnswer(const ResultDocument& document, HtmlPage& page) {
  page.Section("answer", "The answer");
  for (const std::string& sentence : Findings(document)) page.Paragraph(sentence, "answer");
  const bool compared = document.configurations.size() > 1;
  for (const TrafficResult& traffic : document.configurations.front().traffic) {
    const bool stream = traffic.kind == "stream";
    // What belongs to the cluster as a whole stands in the first table.
    const bool first = &traffic == &document.configurations.front().traffic.front();
    std::vector<std::string> header;
    if (first) header.emplace_back("VNet addresses");
    if (stream) {
      header.emplace_back("goodput");
    } else {
      header.insert(header.end(), {"p50", "p99"});
      if (compared) header.emplace_back("p99 against the lowest");
      header.emplace_back("answered");
    }
    if (first) {
      header.insert(header.end(), {"network CPU a node", "binds first", "changes that fit"});
    }
    const auto cells = [&](const ConfigurationResult& configuration) {
      const auto find = [&](std::string_view metric) {
        return configuration.Find(metric, traffic.from, traffic.to);
      };
      std::vector<HtmlCell> row;
      if (first) row.push_back({ValueText(configuration.Find("vnet_addresses"))});
      if (stream) {
        row.push_back(WithErrors(find("goodput")));
      } else {
        row.push_back(WithErrors(find("latency.p50")));
        row.push_back(WithErrors(find("latency.p99")));
        if (compared)
          row.push_back({AgainstLowest(document, "latency.p99", traffic, configuration), true});
        row.push_back(
            {ValueText(find("throughput")), false, Losses(configuration, traffic, first)});
      }
      if (!first) return row;
      row.push_back(WithErrors(configuration.Find("network_cores")));
      row.push_back(CellOf(BindingRemark(configuration)));
      row.push_back(CellOf(FitRemark(configuration)));
      return row;
    };
    page.Table(ByConfiguration(document, WayOf(traffic), header, cells));
  }
  page.Paragraph(
      "Below a figure: its 95 % interval by chance, from independent replications, then how far "
      "draws of all costs from their ranges move it, at least the error of the validation. A "
      "difference counts only beyond both. Changes "
      "that fit: "
      "the scenario's timeline, or else an upgrade of every pool, in the addresses and limits "
      "there "
      "are.",
      "soft");
}

json Axis(std::string label, bool log = false) {
  return {{"label", std::move(label)}, {"log", log}};
}

/// The unit of a time axis whose largest value is `ns`.
struct Scale {
  const char* unit;
  double ns;
};
Scale ScaleFor(double ns) {
  if (ns >= 2e9) return {"s", 1e9};
  if (ns >= 2e6) return {"ms", 1e6};
  return {"us", 1e3};
}

json Scaled(double value, double scale) {
  return std::isfinite(value) ? json(value / scale) : json(nullptr);
}

void AddQuantileChart(const ResultDocument& document, const TrafficResult& traffic,
                      std::string_view metric, std::string_view title, HtmlPage& page) {
  double largest = 0;
  for (const ConfigurationResult& configuration : document.configurations) {
    const MetricResult* result = configuration.Find(metric, traffic.from, traffic.to);
    if (result != nullptr && result->defined()) largest = std::max(largest, result->value);
  }
  if (largest == 0) return;
  const Scale scale = ScaleFor(largest);
  json points = json::array();
  for (const ConfigurationResult& configuration : document.configurations) {
    const MetricResult* result = configuration.Find(metric, traffic.from, traffic.to);
    if (result == nullptr || !result->defined()) continue;
    points.push_back({{"group", configuration.name},
                      {"value", Scaled(result->value, scale.ns)},
                      {"low", Scaled(result->low, scale.ns)},
                      {"high", Scaled(result->high, scale.ns)},
                      {"model_low", Scaled(result->model_low, scale.ns)},
                      {"model_high", Scaled(result->model_high, scale.ns)},
                      {"text", WithUnit(*result, result->value)}});
  }
  const std::string caption = fmt::format("{}, {}", title, WayOf(traffic));
  const auto cells = [&](const ConfigurationResult& configuration) {
    const MetricResult* result = configuration.Find(metric, traffic.from, traffic.to);
    if (result == nullptr || !result->defined()) return std::vector<HtmlCell>{{"-"}, {"-"}, {"-"}};
    return std::vector<HtmlCell>{{WithUnit(*result, result->value)},
                                 {RangeText(*result, result->low, result->high)},
                                 {RangeText(*result, result->model_low, result->model_high)}};
  };
  page.Figure(
      caption,
      {{"kind", "intervals"},
       {"groups", NamesOf(document)},
       {"points", points},
       {"x", Axis(scale.unit)},
       {"description", caption + " by configuration, with intervals"}},
      ByConfiguration(document, caption, {"value", "95 % by chance", "range of the model"}, cells));
}

/// How far every configuration lies above the lowest, from paired replications: what both
/// uncertainties have in common cancels out.
void AddDifferenceChart(const ResultDocument& document, const TrafficResult& traffic,
                        std::string_view metric, std::string_view title, HtmlPage& page) {
  const int lowest = LowestOf(document, metric, traffic.from, traffic.to);
  if (lowest < 0 || document.configurations.size() < 2) return;
  const ConfigurationResult& best = document.configurations[static_cast<std::size_t>(lowest)];
  const MetricResult& any = *best.Find(metric, traffic.from, traffic.to);
  struct Row {
    std::string name;
    double value, low, high, model_low, model_high;
    std::string verdict;
  };
  std::vector<Row> rows;
  double largest = 0;
  for (const ConfigurationResult& configuration : document.configurations) {
    const ComparisonResult* c =
        document.FindComparison(metric, traffic.from, traffic.to, best.name, configuration.name);
    if (&configuration == &best || c == nullptr) continue;
    Row row{configuration.name,
            c->difference,
            c->low,
            c->high,
            c->model_low,
            c->model_high,
            AgainstLowest(document, metric, traffic, configuration)};
    if (c->first != best.name) {
      row = {row.name,        -row.value,     -row.high,  -row.low,
             -row.model_high, -row.model_low, row.verdict};
    }
    largest = std::max(largest, std::abs(row.value));
    rows.push_back(row);
  }
  if (rows.empty()) return;
  const Scale scale = ScaleFor(largest);
  const auto signed_text = [&](double ns) {
    return std::isfinite(ns) ? (ns < 0 ? "-" : "+") + WithUnit(any, std::abs(ns))
                             : std::string("-");
  };
  const auto range = [&](double low, double high) {
    return std::isfinite(low) && std::isfinite(high)
               ? fmt::format("{} to {}", signed_text(low), signed_text(high))
               : std::string("-");
  };
  json points = json::array();
  json groups = json::array();
  const std::string caption = fmt::format("{} above {}, {}", title, best.name, WayOf(traffic));
  HtmlTable values{
      caption,
      {"configuration", "difference", "95 % by chance", "range of the model", "verdict"},
      {}};
  for (const Row& row : rows) {
    groups.push_back(row.name);
    points.push_back({{"group", row.name},
                      {"value", Scaled(row.value, scale.ns)},
                      {"low", Scaled(row.low, scale.ns)},
                      {"high", Scaled(row.high, scale.ns)},
                      {"model_low", Scaled(row.model_low, scale.ns)},
                      {"model_high", Scaled(row.model_high, scale.ns)},
                      {"text", signed_text(row.value)}});
    values.rows.push_back({{row.name, true},
                           {signed_text(row.value)},
                           {range(row.low, row.high)},
                           {range(row.model_low, row.model_high)},
                           {row.verdict, true}});
  }
  page.Figure(caption,
              {{"kind", "intervals"},
               {"zero", true},
               {"groups", groups},
               {"points", points},
               {"x", Axis(scale.unit)},
               {"description", caption + ", with intervals"}},
              values);
}

void AddDistributionChart(const ResultDocument& document, std::size_t traffic, HtmlPage& page) {
  const std::string way = WayOf(document.configurations.front().traffic[traffic]);
  double largest = 0;
  for (const ConfigurationResult& configuration : document.configurations) {
    const auto& latency = configuration.traffic[traffic].latency;
    if (!latency.empty()) largest = std::max(largest, latency.back().ns);
  }
  if (largest == 0) return;
  const Scale scale = ScaleFor(largest);
  json points = json::array();
  HtmlTable values{"Latency by share of requests, " + way, {"configuration"}, {}};
  for (const ConfigurationResult& configuration : document.configurations) {
    const auto& latency = configuration.traffic[traffic].latency;
    std::vector<HtmlCell> row = {{configuration.name, true}};
    for (const experiment::DistributionPoint& point : latency) {
      if (point.ns <= 0) continue;  // no place on a logarithmic axis
      points.push_back({{"series", configuration.name},
                        {"x", point.ns / scale.ns},
                        {"y", point.share},
                        {"low", Scaled(std::max(point.low, 1.0), scale.ns)},
                        {"high", Scaled(point.high, scale.ns)}});
    }
    for (const double wanted : {0.5, 0.75, 0.9, 0.95, 0.99, 0.999}) {
      const auto at = std::find_if(latency.begin(), latency.end(),
                                   [&](const auto& point) { return point.share >= wanted; });
      const bool known = at != latency.end() && std::isfinite(at->low);
      row.push_back(
          {at == latency.end() ? "-" : Duration(at->ns), false,
           known ? fmt::format("{} to {}", Duration(std::max(0.0, at->low)), Duration(at->high))
                 : ""});
    }
    values.rows.push_back(std::move(row));
  }
  for (const char* share : {"50 %", "75 %", "90 %", "95 %", "99 %", "99.9 %"}) {
    values.header.emplace_back(share);
  }
  page.Figure("Share of requests answered within a time, " + way,
              {{"kind", "ecdf"},
               {"series", NamesOf(document)},
               {"points", points},
               {"x", Axis(std::string(scale.unit) + ", logarithmic", /*log=*/true)},
               {"y", Axis("% answered")},
               {"description", "cumulative distribution of latency by configuration, " + way}},
              values);
}

void AddLatency(const ResultDocument& document, HtmlPage& page) {
  page.Section("latency", "Latency");
  page.Paragraph(
      "Thick bars and bands: 95 % by chance. Thin bars: where the ranges of all costs may move a "
      "figure; they move all configurations together, so differences are shown apart, from pairs "
      "of replications with the same random numbers and costs.");
  const auto& traffic = document.configurations.front().traffic;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    if (traffic[i].kind == "stream") continue;
    if (traffic.size() > 1) page.Subsection(WayOf(traffic[i]));
    AddDistributionChart(document, i, page);
    AddQuantileChart(document, traffic[i], "latency.p99", "99th percentile", page);
    AddDifferenceChart(document, traffic[i], "latency.p99", "99th percentile", page);
    AddQuantileChart(document, traffic[i], "latency.p50", "Median", page);
    AddQuantileChart(document, traffic[i], "network_latency.p50",
                     "The network's part of the median", page);
  }
}

/// What is answered (or carried) a second, stacked by source of traffic.
void AddThroughput(const ResultDocument& document, HtmlPage& page) {
  page.Section("throughput", "Throughput");
  for (const bool streams : {false, true}) {
    const std::string_view metric = streams ? "goodput" : "throughput";
    const double scale = streams ? 1e9 : 1;
    json points = json::array();
    std::vector<std::string> series;
    for (const TrafficResult& traffic : document.configurations.front().traffic) {
      if ((traffic.kind == "stream") == streams) series.push_back(WayOf(traffic));
    }
    if (series.empty()) continue;
    for (const ConfigurationResult& configuration : document.configurations) {
      for (const TrafficResult& traffic : configuration.traffic) {
        const MetricResult* result = configuration.Find(metric, traffic.from, traffic.to);
        if ((traffic.kind == "stream") != streams || result == nullptr || !result->defined())
          continue;
        points.push_back({{"group", configuration.name},
                          {"series", WayOf(traffic)},
                          {"value", result->value / scale},
                          {"text", WithUnit(*result, result->value)}});
      }
    }
    if (points.empty()) continue;
    const auto cells = [&](const ConfigurationResult& configuration) {
      std::vector<HtmlCell> row;
      for (const TrafficResult& traffic : configuration.traffic) {
        if ((traffic.kind == "stream") != streams) continue;
        row.push_back(WithErrors(configuration.Find(metric, traffic.from, traffic.to)));
      }
      return row;
    };
    const std::string title =
        streams ? "Payload carried, by stream" : "Requests answered, by source";
    page.Figure(title,
                {{"kind", "stacked"},
                 {"groups", NamesOf(document)},
                 {"series", series},
                 {"points", points},
                 {"x", Axis(streams ? "Gbit/s" : "requests a second")},
                 {"description", title + ", by configuration"}},
                ByConfiguration(document, title, series, cells));
  }
}

constexpr std::pair<std::string_view, std::string_view> kCpuParts[] = {
    {"cpu.application", "applications"},
    {"cpu.task", "system calls"},
    {"cpu.softirq", "softirq"},
    {"cpu.proxy", "proxy"},
};

/// "17 nodes, 42 pods, 11 Services, Kubernetes 1.30; 7 configurations, 10 replications of 2 s".
std::string Simulated(const ResultDocument& document) {
  const ConfigurationResult& any = document.configurations.front();
  return fmt::format("{}, {}, {}, Kubernetes {}; {}, {} of {}. Simulated, not measured.",
                     CountOf(any.nodes, "node"), CountOf(any.pods, "pod"),
                     CountOf(document.services, "Service"), document.kubernetes,
                     CountOf(document.configurations.size(), "configuration"),
                     CountOf(document.replications, "replication"),
                     Duration(static_cast<double>(document.duration_ns)));
}

void AddCpu(const ResultDocument& document, HtmlPage& page) {
  json points = json::array();
  std::vector<std::string> series;
  for (const auto& [metric, name] : kCpuParts) {
    const std::string_view of = metric;
    const bool used = std::any_of(document.configurations.begin(), document.configurations.end(),
                                  [of](const ConfigurationResult& configuration) {
                                    const MetricResult* result = configuration.Find(of);
                                    return result != nullptr && result->value > 0;
                                  });
    if (!used) continue;
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
  page.Section("cpu", "CPU");
  const auto cells = [&](const ConfigurationResult& configuration) {
    std::vector<HtmlCell> row;
    for (const auto& [metric, name] : kCpuParts) {
      if (std::find(series.begin(), series.end(), name) == series.end()) continue;
      row.push_back(WithErrors(configuration.Find(metric)));
    }
    return row;
  };
  if (!points.empty()) {
    page.Figure("CPU of a node by who works, mean over nodes",
                {{"kind", "stacked"},
                 {"groups", NamesOf(document)},
                 {"series", series},
                 {"points", points},
                 {"x", Axis("cores")},
                 {"description", "CPU cores of a node by what they do, by configuration"}},
                ByConfiguration(document, "CPU of a node, mean over nodes", series, cells));
  }
  AddCpuByStage(document, page);
}

std::vector<NamedAddressPlan> PlansOf(const ResultDocument& document) {
  std::vector<NamedAddressPlan> plans;
  for (const ConfigurationResult& configuration : document.configurations) {
    if (configuration.addresses) plans.push_back({configuration.name, &*configuration.addresses});
  }
  return plans;
}

void AddAddresses(const ResultDocument& document, HtmlPage& page) {
  page.Section("addresses", "Addresses");
  HtmlTable table{"VNet addresses taken in each subnet at the start",
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
  AddAddressTimelines(PlansOf(document), page);
}

void AddLimits(const ResultDocument& document, HtmlPage& page) {
  page.Section("limits", "What limits each choice");
  // A column a kind of resource: what is asked first is which of them is busiest where.
  std::vector<std::string> kinds;
  for (const ConfigurationResult& configuration : document.configurations) {
    for (const experiment::ResourceResult& resource : configuration.resources) {
      const bool known = std::find(kinds.begin(), kinds.end(), resource.kind) != kinds.end();
      if (!known && resource.busy_max > 0) kinds.push_back(resource.kind);
    }
  }
  HtmlTable table{"How busy the busiest resource of each kind is", {"configuration"}, {}};
  table.header.insert(table.header.end(), kinds.begin(), kinds.end());
  HtmlTable all{"Load of every kind of resource",
                {"configuration", "resource", "busiest", "busy", "mean of all", "mean wait",
                 "share of latency", "packets lost"},
                {}};
  for (const ConfigurationResult& configuration : document.configurations) {
    std::vector<HtmlCell> row = {{configuration.name, true}};
    for (const std::string& kind : kinds) {
      HtmlCell cell{"-"};
      for (const experiment::ResourceResult& resource : configuration.resources) {
        if (resource.kind != kind) continue;
        const bool binds = kind == configuration.binds;
        cell = {Percent(std::min(1.0, resource.busy_max)), false,
                resource.busiest + (binds ? ", binds first" : ""), binds};
      }
      row.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
    for (const experiment::ResourceResult& resource : configuration.resources) {
      all.rows.push_back({{configuration.name, true},
                          {resource.kind, true},
                          {resource.busiest, true},
                          {Percent(resource.busy_max)},
                          {Percent(resource.busy_mean)},
                          {Duration(resource.wait_ns)},
                          {std::isnan(resource.wait_share) ? "-" : Percent(resource.wait_share)},
                          {Count(resource.drops)}});
    }
  }
  page.Table(table);
  page.FoldedTable("Means, waits and drops of all resources", all);

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

void AddPolicyCost(const ResultDocument& document, HtmlPage& page) {
  const MetricResult* policies = document.configurations.front().Find("policies");
  if (policies == nullptr || policies->value == 0) return;
  page.Section("policies", "What policies cost");
  page.Paragraph(
      "What the policies add to a packet, on the path that pays most, and the work of the busiest "
      "node when a policy changes that selects all of its pods. Of engines that write rules that "
      "work is an upper bound: all their rules are counted, and they write the changed ones only.");
  const auto cell = [](const ConfigurationResult& configuration, std::string_view metric,
                       std::string_view sign) {
    const MetricResult* result = configuration.Find(metric);
    if (result == nullptr || !result->defined() || result->value == 0) return HtmlCell{"-"};
    return HtmlCell{std::string(sign) + WithUnit(*result, result->value)};
  };
  constexpr std::pair<std::string_view, std::string_view> kColumns[] = {
      {"policies_enforced", ""}, {"policy_map_entries", ""},
      {"policy_rules", ""},      {"policy_first_packet", "+"},
      {"policy_packet", "+"},    {"policy_update", ""},
      {"denials", ""},
  };
  page.Table(ByConfiguration(document, fmt::format("Of {} policies", Count(document.policies)),
                             {"enforced", "map entries a pod", "rules a pod", "first packet",
                              "later packet", "a change, a node", "denied"},
                             [&](const ConfigurationResult& configuration) {
                               std::vector<HtmlCell> row;
                               for (const auto& [metric, sign] : kColumns) {
                                 row.push_back(cell(configuration, metric, sign));
                               }
                               return row;
                             }));
  for (const auto& [metric, title] :
       {std::pair("policy_first_packet", "Added to a first packet"),
        std::pair("policy_packet", "Added to a later packet"),
        std::pair("policy_update", "Work of a change on the busiest node")}) {
    double largest = 0;
    for (const ConfigurationResult& configuration : document.configurations) {
      const MetricResult* result = configuration.Find(metric);
      if (result != nullptr && result->defined()) largest = std::max(largest, result->value);
    }
    if (largest <= 0) continue;
    const Scale scale = ScaleFor(largest);
    json points = json::array();
    HtmlTable values{title, {"configuration", "time"}, {}};
    for (const ConfigurationResult& configuration : document.configurations) {
      const MetricResult* result = configuration.Find(metric);
      const double value = result == nullptr || !result->defined() ? 0 : result->value;
      points.push_back({{"group", configuration.name},
                        {"series", title},
                        {"value", value / scale.ns},
                        {"text", Duration(value)}});
      values.rows.push_back({{configuration.name, true}, {Duration(value)}});
    }
    page.Figure(title,
                {{"kind", "stacked"},
                 {"groups", NamesOf(document)},
                 {"series", {title}},
                 {"points", points},
                 {"x", Axis(scale.unit)},
                 {"description", std::string(title) + ", by configuration"}},
                values);
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

void AddLookups(const ResultDocument& document, HtmlPage& page) {
  HtmlTable table{
      "What finding addresses takes",
      {"configuration", "flow", "queries each", "mean", "p50", "p99", "of latency", "failed"},
      {}};
  for (const ConfigurationResult& configuration : document.configurations) {
    for (const auto* flows : {&configuration.traffic, &configuration.calls}) {
      for (const TrafficResult& flow : *flows) {
        if (!flow.lookup) continue;
        const auto find = [&](std::string_view metric) {
          return ValueText(configuration.Find(metric, flow.from, flow.to));
        };
        table.rows.push_back({{configuration.name, true},
                              {WayOf(flow), true},
                              {ThreeDigits(flow.lookup->queries)},
                              {Duration(flow.lookup->mean_ns)},
                              {find("lookup.p50")},
                              {find("lookup.p99")},
                              {Percent(flow.lookup->share)},
                              {Count(FailedLookups(flow))}});
      }
    }
  }
  if (table.rows.empty()) return;
  page.Section("lookups", "Look-ups");
  page.Paragraph(
      "Part of the latency above. Mean: failed ones too; of latency: of the time that requests "
      "take; "
      "p50 and p99: of those that found an address.");
  page.Table(table);
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
  page.Section("assumptions", "Assumptions, sources and warnings");
  std::set<std::string> assumed;
  for (const ConfigurationResult& configuration : document.configurations) {
    assumed.insert(configuration.assumed_costs.begin(), configuration.assumed_costs.end());
  }
  if (assumed.empty()) {
    page.Paragraph("Every cost in use is measured or derived from a measurement.");
  } else {
    HtmlTable table{"Costs in use that no measurement supports", {"cost", "what it is", "why"}, {}};
    for (const std::string& name : assumed) {
      std::vector<HtmlCell> row = {{name, true}, {"", true}, {"cnisim catalog cost " + name, true}};
      for (const auto& source : document.cost_sources) {
        if (source.stage != name) continue;
        row[1].text = source.does;
        row[2].text = source.where;
      }
      table.rows.push_back(std::move(row));
    }
    page.Table(table);
  }
  if (!document.cost_sources.empty()) {
    HtmlTable table{
        "Where the cost of each stage comes from", {"stage", "status", "source", "there"}, {}};
    for (const auto& source : document.cost_sources) {
      table.rows.push_back({{source.stage, true, source.does},
                            {source.status, true},
                            {source.title.empty() ? "none" : source.title, true},
                            {source.where, true}});
    }
    page.FoldedTable(fmt::format("Sources of all {} stages", document.cost_sources.size()), table);
  }
  page.Subsection("Warnings");
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
  page.List({fmt::format("program: cnisim {}", document.program_version),
             fmt::format("scenario: {}, hash {}", document.scenario_file, document.scenario_hash),
             fmt::format("catalog: hash {}{}", document.catalog_hash,
                         document.catalog_overlaid ? ", with files laid over it" : ""),
             fmt::format("seed {}, {} of {} after {}, {} draws of the costs", document.seed,
                         CountOf(document.replications, "replication"),
                         Duration(static_cast<double>(document.duration_ns)), WarmUpText(document),
                         document.cost_draws)});
}

}  // namespace

std::string HtmlReport(const ResultDocument& document, const HtmlOptions& options) {
  HtmlPage page;
  page.Lead(Simulated(document));
  AddAnswer(document, page);
  AddLimits(document, page);
  AddLatency(document, page);
  AddThroughput(document, page);
  AddCpu(document, page);
  AddAddresses(document, page);
  AddSweep(document, page);
  AddPolicyCost(document, page);
  AddPaths(document, page);
  AddLookups(document, page);
  AddCalls(document, page);
  AddEvents(PlansOf(document), page);
  AddDifferences(document, page);
  AddAssumptions(document, page);
  AddReproduction(document, options, page);
  return page.Render(document.scenario_name + ": what each CNI costs", EmbeddedAsset("report.css"),
                     options.charts ? EmbeddedAsset("charts.js") : "");
}

}  // namespace cnisim::report

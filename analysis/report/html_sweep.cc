#include "analysis/report/html_sweep.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/report/comparison_text.h"
#include "analysis/report/metric_text.h"
#include "analysis/report/sweep_curves.h"
#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::SweepPointResult;
using experiment::TrafficResult;
using nlohmann::json;

/// A metric over the sweep.
struct Plot {
  std::string metric;
  std::string title;
  std::string label;
  double scale = 1;
};

void AddPlot(const ResultDocument& document, const SweepCurves& curves, const SweepPanel& panel,
             const TrafficResult& traffic, const Plot& plot, HtmlPage& page) {
  const std::string& parameter = curves.parameter;
  json drawn = json::array();
  json marks = json::array();
  json series = json::array();
  const std::string title = fmt::format("{} by {}, {}{}", plot.title, parameter, WayOf(traffic),
                                        panel.others.empty() ? "" : " (" + panel.others + ")");
  HtmlTable values{title, {parameter, "configuration", plot.title, "95 % by chance", "binds"}, {}};
  for (const ConfigurationResult& any : document.configurations) {
    const Curve curve = curves.Of(panel, any.name);
    if (curve.empty()) continue;
    series.push_back(any.name);
    bool limit_marked = false;
    for (const CurvePoint& point : curve) {
      const MetricResult* result = point.configuration->Find(plot.metric, traffic.from, traffic.to);
      const bool known = result != nullptr && result->defined();
      const Remark binds = BindingRemark(*point.configuration);
      values.rows.push_back({{point.label},
                             {any.name, true},
                             {ValueText(result)},
                             {known ? RangeText(*result, result->low, result->high) : "-"},
                             {binds.text, true, binds.note, binds.alarming}});
      if (!known) continue;
      json entry = {{"series", any.name}, {"x", point.x}, {"y", result->value / plot.scale}};
      if (std::isfinite(result->low)) {
        entry["low"] = std::max(0.0, result->low / plot.scale);
        entry["high"] = result->high / plot.scale;
      }
      drawn.push_back(std::move(entry));
      if (point.configuration->saturated && !limit_marked) {
        limit_marked = true;
        marks.push_back(
            {{"series", any.name},
             {"x", point.x},
             {"y", result->value / plot.scale},
             {"label", point.configuration->binds},
             {"text", any.name + ": " + point.configuration->binds + " past its limit"}});
      }
    }
    if (plot.metric != "latency.p99") continue;
    if (const auto knee = curves.KneeIn(curve, plot.metric, traffic)) {
      const MetricResult* at =
          curve[*knee].configuration->Find(plot.metric, traffic.from, traffic.to);
      marks.push_back({{"series", any.name},
                       {"x", curve[*knee].x},
                       {"y", at->value / plot.scale},
                       {"label", "knee"},
                       {"text", any.name + ": p99 bends here"}});
    }
  }
  if (drawn.empty()) return;
  page.Figure(title,
              {{"kind", "lines"},
               {"series", series},
               {"points", drawn},
               {"marks", marks},
               {"above", true},
               {"x", {{"label", parameter}, {"log", curves.logarithmic}}},
               {"y", {{"label", plot.label}}},
               {"description", title + ", by configuration"}},
              values);
}

/// Every point and configuration, for sweeps that no curve can show.
void AddTable(const ResultDocument& document, const TrafficResult& traffic, HtmlPage& page) {
  HtmlTable table{"Every point of the sweep, " + WayOf(traffic), document.sweep_parameters, {}};
  table.header.insert(table.header.end(), {"configuration", "p50", "p99", "answered", "errors",
                                           "network CPU a node", "binds"});
  for (const SweepPointResult& point : document.sweep) {
    for (const ConfigurationResult& configuration : point.configurations) {
      std::vector<HtmlCell> row;
      for (const std::string& value : point.values) row.push_back({value});
      const auto find = [&](std::string_view metric) {
        return configuration.Find(metric, traffic.from, traffic.to);
      };
      const auto with_errors = [](const MetricResult* metric) {
        return HtmlCell{ValueText(metric), false, ErrorText(metric)};
      };
      const Remark binds = BindingRemark(configuration);
      row.push_back({configuration.name, true});
      row.push_back(with_errors(find("latency.p50")));
      row.push_back(with_errors(find("latency.p99")));
      row.push_back(with_errors(find("throughput")));
      row.push_back({ValueText(find("errors"))});
      row.push_back(with_errors(configuration.Find("network_cores")));
      row.push_back({binds.text, true, binds.note, binds.alarming});
      table.rows.push_back(std::move(row));
    }
  }
  page.FoldedTable(fmt::format("All {} rows, {}", table.rows.size(), WayOf(traffic)), table);
}

/// A time axis that fits the largest p99.
std::pair<const char*, double> UnitOfLatency(const ResultDocument& document,
                                             const TrafficResult& traffic) {
  double largest = 0;
  for (const SweepPointResult& point : document.sweep) {
    for (const ConfigurationResult& configuration : point.configurations) {
      const MetricResult* p99 = configuration.Find("latency.p99", traffic.from, traffic.to);
      if (p99 != nullptr && p99->defined()) largest = std::max(largest, p99->value);
    }
  }
  if (largest >= 2e9) return {"s", 1e9};
  return largest >= 2e6 ? std::pair("ms", 1e6) : std::pair("us", 1e3);
}

/// What one kind of traffic does in one panel.
void AddPanel(const ResultDocument& document, const SweepCurves& curves, const SweepPanel& panel,
              const TrafficResult& traffic, HtmlPage& page) {
  const auto add = [&](const Plot& plot) { AddPlot(document, curves, panel, traffic, plot, page); };
  if (traffic.kind == "stream") {
    add({"goodput", "goodput", "Gbit/s", 1e9});
    return;
  }
  page.Subsection(WayOf(traffic) + (panel.others.empty() ? "" : ", " + panel.others));
  page.List(KneeSentences(document, curves, panel, traffic));
  const auto [unit, scale] = UnitOfLatency(document, traffic);
  add({"latency.p99", "p99", unit, scale});
  add({"throughput", "answered", "requests a second", 1});
}

}  // namespace

void AddSweep(const ResultDocument& document, HtmlPage& page) {
  if (document.sweep.empty()) return;
  constexpr std::size_t kMostPanels = 6;
  page.Section("sweep", "Over the sweep");
  SweepCurves curves = CurvesOf(document);
  std::erase_if(curves.panels, [](const SweepPanel& panel) { return panel.points.size() < 2; });
  const std::size_t all = curves.panels.size();
  if (all > kMostPanels) curves.panels.resize(kMostPanels);
  for (const TrafficResult& traffic : document.configurations.front().traffic) {
    for (const SweepPanel& panel : curves.panels) {
      AddPanel(document, curves, panel, traffic, page);
    }
    AddTable(document, traffic, page);
  }
  if (all > kMostPanels) {
    page.Paragraph(
        fmt::format("Curves of the first {} of {} combinations are drawn; the tables hold all.",
                    kMostPanels, all));
  }
}

}  // namespace cnisim::report

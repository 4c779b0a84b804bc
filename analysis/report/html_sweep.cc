#include "analysis/report/html_sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/report/comparison_text.h"
#include "analysis/report/metric_text.h"
#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::SweepPointResult;
using experiment::TrafficResult;
using nlohmann::json;

constexpr double kLogarithmic =
    20;  // from this ratio of largest to smallest an axis is logarithmic

/// What follows the number of a value: "/s".
std::string_view UnitOf(std::string_view value) {
  const std::size_t end = value.find_first_not_of("0123456789.eE+-");
  return end == std::string_view::npos ? std::string_view() : value.substr(end);
}

/// Whether all values of a parameter are numbers of one unit, and at least two differ.
bool IsNumeric(const ResultDocument& document, std::size_t parameter) {
  std::set<double> numbers;
  std::set<std::string_view> units;
  for (const SweepPointResult& point : document.sweep) {
    const auto number = SweepNumber(point.values[parameter]);
    if (!number) return false;
    numbers.insert(*number);
    units.insert(UnitOf(point.values[parameter]));
  }
  return numbers.size() >= 2 && units.size() == 1;
}

/// The parameter that curves run along: of those with numbers the one with most values.
std::optional<std::size_t> AxisOf(const ResultDocument& document) {
  std::optional<std::size_t> best;
  std::size_t most = 1;
  for (std::size_t i = 0; i < document.sweep_parameters.size(); ++i) {
    if (!IsNumeric(document, i)) continue;
    std::set<std::string> values;
    for (const SweepPointResult& point : document.sweep) values.insert(point.values[i]);
    if (values.size() > most) {
      best = i;
      most = values.size();
    }
  }
  return best;
}

/// "rate=500/s, replicas=3" of the parameters beside `axis`; empty if there is none.
std::string OthersOf(const ResultDocument& document, const SweepPointResult& point,
                     std::size_t axis) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < point.values.size(); ++i) {
    if (i != axis) parts.push_back(document.sweep_parameters[i] + "=" + point.values[i]);
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

const ConfigurationResult* In(const SweepPointResult& point, const std::string& name) {
  for (const ConfigurationResult& configuration : point.configurations) {
    if (configuration.name == name) return &configuration;
  }
  return nullptr;
}

struct CurvePoint {
  double x = 0;
  std::string label;  ///< the value as the scenario says it
  const ConfigurationResult* configuration = nullptr;
};
/// Points of one configuration that differ in the axis only, ascending.
using Curve = std::vector<CurvePoint>;

Curve CurveOf(const std::vector<const SweepPointResult*>& points, std::size_t axis,
              const std::string& name) {
  Curve curve;
  for (const SweepPointResult* point : points) {
    const ConfigurationResult* configuration = In(*point, name);
    if (configuration == nullptr) continue;
    curve.push_back({*SweepNumber(point->values[axis]), point->values[axis], configuration});
  }
  std::stable_sort(curve.begin(), curve.end(),
                   [](const CurvePoint& a, const CurvePoint& b) { return a.x < b.x; });
  return curve;
}

/// Where the curve of a metric bends; undefined figures end it.
std::optional<std::size_t> KneeOfMetric(const Curve& curve, std::string_view metric,
                                        const TrafficResult& traffic, bool logarithmic) {
  std::vector<double> xs;
  std::vector<double> ys;
  for (const CurvePoint& point : curve) {
    const MetricResult* result = point.configuration->Find(metric, traffic.from, traffic.to);
    if (result == nullptr || !result->defined()) break;
    xs.push_back(logarithmic ? std::log(point.x) : point.x);
    ys.push_back(result->value);
  }
  return KneeOf(xs, ys);
}

/// "cilium: p99 bends at services=1000 (3.1 ms); past its limit from services=10000: softirq."
std::string SentenceOf(const std::string& name, const std::string& parameter, const Curve& curve,
                       std::string_view metric, const TrafficResult& traffic, bool logarithmic) {
  std::string text;
  if (const auto knee = KneeOfMetric(curve, metric, traffic, logarithmic)) {
    const CurvePoint& point = curve[*knee];
    text = fmt::format("p99 bends at {}={} ({})", parameter, point.label,
                       ValueText(point.configuration->Find(metric, traffic.from, traffic.to)));
  }
  const auto over = std::find_if(curve.begin(), curve.end(), [](const CurvePoint& point) {
    return point.configuration->saturated;
  });
  if (over != curve.end()) {
    text += fmt::format("{}past its limit from {}={}: {}", text.empty() ? "" : "; ", parameter,
                        over->label, over->configuration->binds);
  }
  if (text.empty()) {
    text = curve.back().configuration->binds.empty()
               ? "no knee and no limit in sight"
               : fmt::format("no knee; nearest to its limit at the end: {}, {}",
                             curve.back().configuration->binds,
                             BindingRemark(*curve.back().configuration).note);
  }
  return name + ": " + text + ".";
}

struct Panel {
  std::string metric;
  std::string title;
  std::string label;
  double scale = 1;
};

void AddPanel(const ResultDocument& document, std::size_t axis, const TrafficResult& traffic,
              const Panel& panel, const std::string& others,
              const std::vector<const SweepPointResult*>& points, bool logarithmic,
              HtmlPage& page) {
  const std::string& parameter = document.sweep_parameters[axis];
  json drawn = json::array();
  json marks = json::array();
  json series = json::array();
  const std::string title = fmt::format("{} by {}, {}{}", panel.title, parameter, WayOf(traffic),
                                        others.empty() ? "" : " (" + others + ")");
  HtmlTable values{title, {parameter, "configuration", panel.title, "95 % by chance", "binds"}, {}};
  for (const ConfigurationResult& any : document.configurations) {
    const Curve curve = CurveOf(points, axis, any.name);
    if (curve.empty()) continue;
    series.push_back(any.name);
    bool limit_marked = false;
    for (const CurvePoint& point : curve) {
      const MetricResult* result =
          point.configuration->Find(panel.metric, traffic.from, traffic.to);
      const bool known = result != nullptr && result->defined();
      const Remark binds = BindingRemark(*point.configuration);
      values.rows.push_back({{point.label},
                             {any.name, true},
                             {ValueText(result)},
                             {known ? RangeText(*result, result->low, result->high) : "-"},
                             {binds.text, true, binds.note, binds.alarming}});
      if (!known) continue;
      json entry = {{"series", any.name}, {"x", point.x}, {"y", result->value / panel.scale}};
      if (std::isfinite(result->low)) {
        entry["low"] = std::max(0.0, result->low / panel.scale);
        entry["high"] = result->high / panel.scale;
      }
      drawn.push_back(std::move(entry));
      if (point.configuration->saturated && !limit_marked) {
        limit_marked = true;
        marks.push_back(
            {{"series", any.name},
             {"x", point.x},
             {"y", result->value / panel.scale},
             {"label", point.configuration->binds},
             {"text", any.name + ": " + point.configuration->binds + " past its limit"}});
      }
    }
    if (panel.metric != "latency.p99") continue;
    if (const auto knee = KneeOfMetric(curve, panel.metric, traffic, logarithmic)) {
      const MetricResult* at =
          curve[*knee].configuration->Find(panel.metric, traffic.from, traffic.to);
      marks.push_back({{"series", any.name},
                       {"x", curve[*knee].x},
                       {"y", at->value / panel.scale},
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
               {"x", {{"label", parameter}, {"log", logarithmic}}},
               {"y", {{"label", panel.label}}},
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

}  // namespace

std::optional<double> SweepNumber(std::string_view value) {
  const std::string text(value.substr(0, value.find_first_not_of("0123456789.eE+-")));
  if (text.empty()) return std::nullopt;
  try {
    std::size_t used = 0;
    const double number = std::stod(text, &used);
    if (used != text.size()) return std::nullopt;
    return number;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<std::size_t> KneeOf(const std::vector<double>& xs, const std::vector<double>& ys) {
  constexpr double kRise = 1.5;
  constexpr double kBend = 0.2;
  if (xs.size() < 3 || ys.front() <= 0 || ys.back() < kRise * ys.front()) return std::nullopt;
  const double width = xs.back() - xs.front();
  const double height = ys.back() - ys.front();
  if (width <= 0) return std::nullopt;
  std::size_t knee = 0;
  double deepest = kBend;
  for (std::size_t i = 1; i + 1 < xs.size(); ++i) {
    const double below = (xs[i] - xs.front()) / width - (ys[i] - ys.front()) / height;
    if (below > deepest) {
      deepest = below;
      knee = i;
    }
  }
  if (knee == 0) return std::nullopt;
  return knee;
}

void AddSweep(const ResultDocument& document, HtmlPage& page) {
  if (document.sweep.empty()) return;
  constexpr std::size_t kMostPanels = 6;
  page.Section("sweep", "Over the sweep");
  const std::optional<std::size_t> axis = AxisOf(document);
  // Points that differ in the axis only belong to one panel.
  std::vector<std::pair<std::string, std::vector<const SweepPointResult*>>> panels;
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  if (axis) {
    for (const SweepPointResult& point : document.sweep) {
      const std::string others = OthersOf(document, point, *axis);
      auto panel = std::find_if(panels.begin(), panels.end(),
                                [&](const auto& known) { return known.first == others; });
      if (panel == panels.end()) panel = panels.insert(panel, {others, {}});
      panel->second.push_back(&point);
      const double x = *SweepNumber(point.values[*axis]);
      least = std::min(least, x);
      most = std::max(most, x);
    }
  }
  const bool logarithmic = least > 0 && most / least >= kLogarithmic;
  for (const TrafficResult& traffic : document.configurations.front().traffic) {
    const bool stream = traffic.kind == "stream";
    const auto [unit, scale] = UnitOfLatency(document, traffic);
    std::size_t shown = 0;
    for (const auto& [others, points] : panels) {
      if (points.size() < 2 || ++shown > kMostPanels) continue;
      if (!stream) {
        std::vector<std::string> sentences;
        for (const ConfigurationResult& any : document.configurations) {
          const Curve curve = CurveOf(points, *axis, any.name);
          if (curve.empty()) continue;
          sentences.push_back(SentenceOf(any.name, document.sweep_parameters[*axis], curve,
                                         "latency.p99", traffic, logarithmic));
        }
        page.Subsection(WayOf(traffic) + (others.empty() ? "" : ", " + others));
        page.List(sentences);
        AddPanel(document, *axis, traffic, {"latency.p99", "p99", unit, scale}, others, points,
                 logarithmic, page);
        AddPanel(document, *axis, traffic, {"throughput", "answered", "requests a second", 1},
                 others, points, logarithmic, page);
      } else {
        AddPanel(document, *axis, traffic, {"goodput", "goodput", "Gbit/s", 1e9}, others, points,
                 logarithmic, page);
      }
    }
    AddTable(document, traffic, page);
  }
  if (panels.size() > kMostPanels) {
    page.Paragraph(
        fmt::format("Curves of the first {} of {} combinations are drawn; the tables "
                    "hold all.",
                    kMostPanels, panels.size()));
  }
}

}  // namespace cnisim::report

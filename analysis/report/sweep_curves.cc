#include "analysis/report/sweep_curves.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "analysis/report/comparison_text.h"
#include "analysis/report/metric_text.h"

namespace cnisim::report {
namespace {

using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::SweepPointResult;
using experiment::TrafficResult;

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

/// Whether the axis spans so much that it is best drawn by its logarithm.
bool SpansMuch(const std::vector<SweepPointResult>& points, std::size_t axis) {
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  for (const SweepPointResult& point : points) {
    const double x = *SweepNumber(point.values[axis]);
    least = std::min(least, x);
    most = std::max(most, x);
  }
  return least > 0 && most / least >= kLogarithmic;
}

/// "cilium: p99 bends at services=1000 (3.1 ms); past its limit from services=10000: softirq."
std::string KneeSentence(const SweepCurves& curves, const std::string& name, const Curve& curve,
                         const TrafficResult& traffic) {
  constexpr std::string_view kMetric = "latency.p99";
  std::string text;
  if (const auto knee = curves.KneeIn(curve, kMetric, traffic)) {
    const CurvePoint& point = curve[*knee];
    text = fmt::format("p99 bends at {}={} ({})", curves.parameter, point.label,
                       ValueText(point.configuration->Find(kMetric, traffic.from, traffic.to)));
  }
  const auto over = std::find_if(curve.begin(), curve.end(), [](const CurvePoint& point) {
    return point.configuration->saturated;
  });
  if (over != curve.end()) {
    text += fmt::format("{}past its limit from {}={}: {}", text.empty() ? "" : "; ",
                        curves.parameter, over->label, over->configuration->binds);
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

Curve SweepCurves::Of(const SweepPanel& panel, const std::string& configuration) const {
  Curve curve;
  for (const SweepPointResult* point : panel.points) {
    const ConfigurationResult* result = In(*point, configuration);
    if (result == nullptr) continue;
    curve.push_back({*SweepNumber(point->values[axis]), point->values[axis], result});
  }
  std::stable_sort(curve.begin(), curve.end(),
                   [](const CurvePoint& a, const CurvePoint& b) { return a.x < b.x; });
  return curve;
}

std::optional<std::size_t> SweepCurves::KneeIn(const Curve& curve, std::string_view metric,
                                               const TrafficResult& traffic) const {
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

SweepCurves CurvesOf(const ResultDocument& document) {
  SweepCurves curves;
  const std::optional<std::size_t> axis = AxisOf(document);
  if (!axis) return curves;
  curves.axis = *axis;
  curves.parameter = document.sweep_parameters[*axis];
  curves.logarithmic = SpansMuch(document.sweep, *axis);
  for (const SweepPointResult& point : document.sweep) {
    const std::string others = OthersOf(document, point, *axis);
    auto panel = std::find_if(curves.panels.begin(), curves.panels.end(),
                              [&](const SweepPanel& known) { return known.others == others; });
    if (panel == curves.panels.end()) panel = curves.panels.insert(panel, {others, {}});
    panel->points.push_back(&point);
  }
  return curves;
}

std::vector<std::string> KneeSentences(const ResultDocument& document, const SweepCurves& curves,
                                       const SweepPanel& panel, const TrafficResult& traffic) {
  std::vector<std::string> sentences;
  if (traffic.kind == "stream" || panel.points.size() < 2) return sentences;
  for (const ConfigurationResult& any : document.configurations) {
    const Curve curve = curves.Of(panel, any.name);
    if (!curve.empty()) sentences.push_back(KneeSentence(curves, any.name, curve, traffic));
  }
  return sentences;
}

}  // namespace cnisim::report

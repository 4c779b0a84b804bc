#include "analysis/budget/metric_kind.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "models/document/quantities.h"

namespace cnisim::budget {
namespace {

using experiment::MetricResult;

constexpr std::string_view kPeakAddresses = "vnet_addresses.peak";

/// At most four significant digits, without an exponent.
std::string Short(double value) {
  const double size = std::abs(value);
  int decimals = 0;
  for (double limit = 999.95; decimals < 6 && size < limit && value != 0; limit /= 10) ++decimals;
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

std::string Scaled(double value, double step, const std::array<std::string_view, 4>& units) {
  std::size_t unit = 0;
  while (unit + 1 < units.size() && std::abs(value) >= step) {
    value /= step;
    ++unit;
  }
  return fmt::format("{} {}", Short(value), units[unit]);
}

}  // namespace

bool HigherIsBetter(std::string_view metric) {
  return metric == "throughput" || metric == "goodput" || metric == "pods";
}

std::string_view ResultName(std::string_view budget_metric) {
  return budget_metric == kPeakAddresses ? "vnet_addresses" : budget_metric;
}

std::optional<double> ParseBound(std::string_view text, const MetricResult& metric) {
  if (metric.unit == "ns") {
    const auto time = document::ParseDuration(text);
    return time ? std::optional(static_cast<double>(time->nanos())) : std::nullopt;
  }
  if (metric.unit == "1/s") {
    if (const auto rate = document::ParsePerSecond(text)) return *rate;
    // None a second is none in any unit.
    return text == "0" ? std::optional(0.0) : std::nullopt;
  }
  if (metric.unit == "bit/s") {
    const auto rate = document::ParseRate(text);
    return rate ? std::optional(static_cast<double>(rate->value())) : std::nullopt;
  }
  if (metric.unit == "1") {
    if (const auto share = document::ParsePercentage(text)) return *share;
  }
  return document::ParseNumber(text);
}

std::string_view BoundForm(const MetricResult& metric) {
  if (metric.unit == "ns") return "a time, as 5ms";
  if (metric.unit == "1/s") return "a rate, as 900/s";
  if (metric.unit == "bit/s") return "a rate, as 1.5Gbps";
  if (metric.unit == "1") return "a share, as 2% or 0.02";
  return "a number";
}

std::string FigureText(std::string_view unit, double value) {
  if (unit == "ns") return Scaled(value, 1000, {"ns", "us", "ms", "s"});
  if (unit == "bit/s") return Scaled(value, 1000, {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"});
  if (unit == "1/s") return Short(value) + "/s";
  if (unit == "1") return Short(100 * value) + " %";
  if (unit == "count") return fmt::format("{:.0f}", value);
  return fmt::format("{} {}", Short(value), unit);
}

std::vector<std::string> BudgetMetrics(const experiment::ResultDocument& document) {
  std::set<std::string> names{std::string(kPeakAddresses)};
  for (const experiment::ConfigurationResult& configuration : document.configurations) {
    for (const MetricResult& metric : configuration.metrics) names.insert(metric.metric);
  }
  return {names.begin(), names.end()};
}

}  // namespace cnisim::budget

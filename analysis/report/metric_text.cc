#include "analysis/report/metric_text.h"

#include <cmath>

#include <fmt/format.h>

#include "analysis/report/text.h"
#include "models/workload/traffic_record.h"

namespace cnisim::report {

std::string WithUnit(const experiment::MetricResult& metric, double value) {
  if (metric.unit == "ns") return Duration(value);
  if (metric.unit == "bit/s") return BitRate(value);
  if (metric.unit == "1/s") return ThreeDigits(value) + "/s";
  if (metric.unit == "1") return Percent(value);
  if (metric.unit == "count") return Count(static_cast<std::uint64_t>(std::llround(value)));
  return ThreeDigits(value) + (metric.unit.empty() ? "" : " " + metric.unit);
}

std::string ValueText(const experiment::MetricResult* metric) {
  return metric == nullptr || !metric->defined() ? "-" : WithUnit(*metric, metric->value);
}

std::string RangeText(const experiment::MetricResult& metric, double low, double high) {
  if (std::isnan(low) || std::isnan(high)) return "-";
  return fmt::format("{} to {}", WithUnit(metric, low), WithUnit(metric, high));
}

std::string WayOf(const experiment::TrafficResult& traffic) {
  return traffic.from + " -> " + traffic.to;
}

std::uint64_t FailedLookups(const experiment::TrafficResult& traffic) {
  const std::string_view name = workload::Name(workload::FailureReason::kLookup);
  for (const auto& [reason, count] : traffic.failed) {
    if (reason == name) return count;
  }
  return 0;
}

std::string WarmUpText(const experiment::ResultDocument& document) {
  std::string text =
      Duration(static_cast<double>(document.warm_up_ns)) + std::string(" of warm-up");
  if (!document.warm_up_rule) return text;
  const experiment::WarmUpRule& rule = *document.warm_up_rule;
  text += fmt::format(" ({}{}", rule.name, rule.settled ? "" : " found none long enough");
  if (!rule.longest.empty()) text += ", for " + rule.longest;
  return text + ")";
}

std::string WarningText(const experiment::WarningResult& warning) {
  std::string text = warning.file;
  if (warning.line > 0) text += fmt::format(":{}", warning.line);
  if (!text.empty()) text += ": ";
  text += warning.message;
  if (!warning.field.empty()) text += " in " + warning.field;
  return text + (warning.hint.empty() ? "" : " (" + warning.hint + ")");
}

std::string NotModelledText(const experiment::NotModelledResult& entry) {
  return fmt::format("read, not modelled: {}{}, first at {}", entry.key_path,
                     entry.count > 1 ? fmt::format(" ({} times)", entry.count) : "", entry.first);
}

}  // namespace cnisim::report

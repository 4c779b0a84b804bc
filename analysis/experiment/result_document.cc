#include "analysis/experiment/result_document.h"

#include <fmt/format.h>

namespace cnisim::experiment {

namespace {

std::uint64_t Sum(const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  std::uint64_t total = 0;
  for (const auto& [name, count] : counts) total += count;
  return total;
}

}  // namespace

std::uint64_t TrafficResult::total_failed() const { return Sum(failed); }

std::uint64_t ConfigurationResult::total_drops() const { return Sum(drops); }

const MetricResult* ConfigurationResult::Find(std::string_view metric, std::string_view from,
                                              std::string_view to) const {
  for (const MetricResult& result : metrics) {
    if (result.metric == metric && result.from == from && result.to == to) return &result;
  }
  return nullptr;
}

const ConfigurationResult* ResultDocument::Find(std::string_view configuration) const {
  for (const ConfigurationResult& result : configurations) {
    if (result.name == configuration) return &result;
  }
  return nullptr;
}

const ComparisonResult* ResultDocument::FindComparison(std::string_view metric,
                                                       std::string_view from, std::string_view to,
                                                       std::string_view one,
                                                       std::string_view other) const {
  for (const ComparisonResult& result : comparisons) {
    if (result.metric != metric || result.from != from || result.to != to) continue;
    if ((result.first == one && result.second == other) ||
        (result.first == other && result.second == one)) {
      return &result;
    }
  }
  return nullptr;
}

std::string_view Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kLower:
      return "lower";
    case Verdict::kHigher:
      return "higher";
    case Verdict::kNotSignificant:
      return "not significant";
    case Verdict::kWithinModelError:
      return "within model error";
  }
  return "";
}

std::string ResultDocument::LabelOf(const SweepPointResult& point) const {
  std::string label;
  for (std::size_t i = 0; i < sweep_parameters.size() && i < point.values.size(); ++i) {
    if (i > 0) label += ", ";
    label += sweep_parameters[i] + '=' + point.values[i];
  }
  return label;
}

ResultDocument AtPoint(const ResultDocument& document, const SweepPointResult& point) {
  ResultDocument at = document;
  at.sweep_parameters.clear();
  at.sweep.clear();
  at.services = point.services;
  at.policies = point.policies;
  at.replications = point.replications;
  at.warm_up_ns = point.warm_up_ns;
  at.warm_up_rule = point.warm_up_rule;
  at.duration_ns = point.duration_ns;
  at.configurations = point.configurations;
  at.comparisons = point.comparisons;
  return at;
}

std::string HexDigest(std::uint64_t digest) { return fmt::format("{:016x}", digest); }

}  // namespace cnisim::experiment

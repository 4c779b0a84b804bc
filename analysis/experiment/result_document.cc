#include "analysis/experiment/result_document.h"

#include <fmt/format.h>

namespace cnisim::experiment {

std::uint64_t TrafficResult::total_failed() const {
  std::uint64_t total = 0;
  for (const auto& [reason, count] : failed) total += count;
  return total;
}

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

std::string HexDigest(std::uint64_t digest) { return fmt::format("{:016x}", digest); }

}  // namespace cnisim::experiment

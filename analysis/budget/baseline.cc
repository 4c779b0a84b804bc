#include "analysis/budget/baseline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "analysis/budget/metric_kind.h"
#include "analysis/stats/comparison.h"

namespace cnisim::budget {
namespace {

using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::TrafficResult;

constexpr double kLevel = 1 - stats::kConfidence;

/// Figures by chance that a gate looks at; the others say the same in more words.
constexpr std::array<std::string_view, 9> kGated{
    "latency.p50",   "latency.p99", "network_latency.p50",
    "throughput",    "goodput",     "errors",
    "network_cores", "drops",       "denials"};

bool IsGated(const ConfigurationResult& configuration, const MetricResult& metric) {
  if (metric.exact()) return true;
  if (std::find(kGated.begin(), kGated.end(), metric.metric) == kGated.end()) return false;
  return metric.from.empty() ||
         std::any_of(
             configuration.traffic.begin(), configuration.traffic.end(),
             [&](const TrafficResult& t) { return t.from == metric.from && t.to == metric.to; });
}

std::vector<double> Defined(const std::vector<double>& values) {
  std::vector<double> kept;
  for (const double value : values) {
    if (!std::isnan(value)) kept.push_back(value);
  }
  return kept;
}

/// Sets interval and p-value of after - before.
void Test(const MetricResult& before, const MetricResult& after, bool paired,
          RegressionResult& result) {
  const double change = after.value - before.value;
  result.low = result.high = change;
  if (before.exact() || after.exact() || std::isnan(change)) {
    result.p_value = change == 0 ? 1 : 0;  // nothing observed on one side only is a change too
    return;
  }
  const std::vector<double> first = Defined(before.replications);
  const std::vector<double> second = Defined(after.replications);
  if (first.empty() || second.empty()) return;
  const stats::Difference difference = paired && first.size() == second.size()
                                           ? stats::ComparePairs(first, second)
                                           : stats::CompareMeans(first, second);
  result.low = difference.difference.low();
  result.high = difference.difference.high();
  result.p_value = difference.p_value;
}

Change Judge(const RegressionResult& result, double tolerance) {
  const bool seen_before = !std::isnan(result.before);
  const bool seen_after = !std::isnan(result.after);
  if (!seen_before && !seen_after) return Change::kSame;
  if (!seen_after) return Change::kWorse;
  if (!seen_before) return Change::kBetter;
  if (result.p_value >= kLevel) return Change::kSame;
  const double change = result.after - result.before;
  if (std::abs(change) <= tolerance * std::abs(result.before)) return Change::kSame;
  return (change > 0) == HigherIsBetter(result.metric) ? Change::kBetter : Change::kWorse;
}

/// Configurations of the scenario as it stands, then those of every point of its sweep under a name
/// that says so, so that all figures are judged together.
std::vector<ConfigurationResult> AllConfigurations(const ResultDocument& document) {
  std::vector<ConfigurationResult> all = document.configurations;
  for (const experiment::SweepPointResult& point : document.sweep) {
    for (const ConfigurationResult& configuration : point.configurations) {
      all.push_back(configuration);
      all.back().name += " at " + document.LabelOf(point);
    }
  }
  return all;
}

const ConfigurationResult* FindIn(const std::vector<ConfigurationResult>& all,
                                  std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const ConfigurationResult& c) { return c.name == name; });
  return found == all.end() ? nullptr : &*found;
}

RegressionResult Frame(const ConfigurationResult& configuration, const MetricResult& before) {
  RegressionResult result;
  result.configuration = configuration.name;
  result.metric = before.metric;
  result.from = before.from;
  result.to = before.to;
  result.unit = before.unit;
  result.before = before.value;
  result.after = experiment::kUndefined;
  result.change = Change::kMissing;
  return result;
}

}  // namespace

std::vector<RegressionResult> CompareWithBaseline(const ResultDocument& current,
                                                  const ResultDocument& baseline,
                                                  const BaselineOptions& options) {
  const bool paired =
      current.seed == baseline.seed && current.replications == baseline.replications;
  std::vector<RegressionResult> results;
  std::vector<std::size_t> tested;  // results that were compared
  std::vector<std::size_t> by_chance;
  std::vector<double> p_values;
  const std::vector<ConfigurationResult> now_all = AllConfigurations(current);
  for (const ConfigurationResult& before : AllConfigurations(baseline)) {
    const ConfigurationResult* after = FindIn(now_all, before.name);
    for (const MetricResult& metric : before.metrics) {
      if (!IsGated(before, metric)) continue;
      results.push_back(Frame(before, metric));
      const MetricResult* now =
          after == nullptr ? nullptr : after->Find(metric.metric, metric.from, metric.to);
      if (now == nullptr) continue;
      RegressionResult& result = results.back();
      result.after = now->value;
      Test(metric, *now, paired, result);
      tested.push_back(results.size() - 1);
      if (metric.exact() || now->exact()) continue;
      by_chance.push_back(results.size() - 1);
      p_values.push_back(result.p_value);
    }
  }
  const std::vector<double> adjusted = stats::HolmAdjust(p_values);
  for (std::size_t i = 0; i < adjusted.size(); ++i) results[by_chance[i]].p_value = adjusted[i];
  for (const std::size_t i : tested) results[i].change = Judge(results[i], options.tolerance);
  return results;
}

std::vector<std::string> DifferencesFromBaseline(const ResultDocument& current,
                                                 const ResultDocument& baseline) {
  std::vector<std::string> sentences;
  const auto differ = [&](std::string_view what, const auto& before, const auto& after) {
    if (before != after) sentences.push_back(fmt::format("{}: {}, was {}", what, after, before));
  };
  differ("program", baseline.program_version, current.program_version);
  differ("catalog", baseline.catalog_hash, current.catalog_hash);
  differ("scenario", baseline.scenario_hash, current.scenario_hash);
  differ("seed", baseline.seed, current.seed);
  differ("replications", baseline.replications, current.replications);
  differ("warm-up in ns", baseline.warm_up_ns, current.warm_up_ns);
  differ("duration in ns", baseline.duration_ns, current.duration_ns);
  const std::vector<ConfigurationResult> before = AllConfigurations(baseline);
  for (const ConfigurationResult& configuration : AllConfigurations(current)) {
    if (FindIn(before, configuration.name) == nullptr) {
      sentences.push_back("configuration " + configuration.name + ": new");
    }
  }
  return sentences;
}

std::string WhyNoBaseline(const ResultDocument& current, const ResultDocument& baseline) {
  if (current.scenario_name != baseline.scenario_name) {
    return fmt::format("baseline of another scenario: it is of '{}', this is '{}'",
                       baseline.scenario_name, current.scenario_name);
  }
  const bool any_in_common =
      std::any_of(baseline.configurations.begin(), baseline.configurations.end(),
                  [&](const ConfigurationResult& configuration) {
                    return current.Find(configuration.name) != nullptr;
                  });
  return any_in_common ? "" : "baseline has no configuration of this scenario";
}

}  // namespace cnisim::budget

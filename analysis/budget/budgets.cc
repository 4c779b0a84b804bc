#include "analysis/budget/budgets.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>

#include "analysis/budget/metric_kind.h"
#include "analysis/stats/comparison.h"
#include "models/document/diagnostics.h"
#include "models/document/spelling.h"
#include "models/scenario/scenario.h"

namespace cnisim::budget {
namespace {

using document::Diagnostics;
using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::TrafficResult;
using scenario::Bound;
using scenario::BudgetSpec;

constexpr double kLevel = 1 - stats::kConfidence;

bool IsSource(const ConfigurationResult& configuration, const MetricResult& metric) {
  return std::any_of(
      configuration.traffic.begin(), configuration.traffic.end(),
      [&](const TrafficResult& t) { return t.from == metric.from && t.to == metric.to; });
}

/// The metrics of a configuration that a budget is about.
std::vector<const MetricResult*> MetricsOf(const BudgetSpec& budget,
                                           const ConfigurationResult& configuration) {
  std::vector<const MetricResult*> found;
  for (const MetricResult& metric : configuration.metrics) {
    if (metric.metric != ResultName(budget.metric)) continue;
    if (metric.from.empty()) {
      // A figure of the cluster, or of one subnet.
      if (metric.to == budget.subnet) found.push_back(&metric);
      continue;
    }
    if (!budget.from.empty() && metric.from != budget.from) continue;
    if (!budget.to.empty() && metric.to != budget.to) continue;
    // Calls inside the cluster are meant only when they are named.
    if (budget.from.empty() && budget.to.empty() && !IsSource(configuration, metric)) continue;
    found.push_back(&metric);
  }
  return found;
}

std::string_view Word(Bound bound) {
  switch (bound) {
    case Bound::kMax:
      return "max";
    case Bound::kMin:
      return "min";
    case Bound::kEquals:
      return "equals";
    case Bound::kBetterThan:
      return "better_than";
  }
  return "";
}

std::string FoundText(const MetricResult& metric) {
  if (!metric.defined()) return "nothing observed";
  std::string text = FigureText(metric.unit, metric.value);
  if (!metric.exact() && !std::isnan(metric.low)) {
    text += fmt::format(" (95 %: {} to {})", FigureText(metric.unit, metric.low),
                        FigureText(metric.unit, metric.high));
  }
  return text;
}

/// The interval, or the value where there is none.
std::pair<double, double> IntervalOf(const MetricResult& metric) {
  if (std::isnan(metric.low)) return {metric.value, metric.value};
  return {metric.low, metric.high};
}

Outcome HoldAgainst(Bound bound, double limit, const MetricResult& metric) {
  // No answer at all keeps no bound.
  if (!metric.defined()) return Outcome::kBroken;
  const auto [low, high] = IntervalOf(metric);
  switch (bound) {
    case Bound::kMax:
      return high <= limit ? Outcome::kMet : (low > limit ? Outcome::kBroken : Outcome::kUndecided);
    case Bound::kMin:
      return low >= limit ? Outcome::kMet : (high < limit ? Outcome::kBroken : Outcome::kUndecided);
    case Bound::kEquals:
    case Bound::kBetterThan:
      break;
  }
  if (limit < low || limit > high) return Outcome::kBroken;
  return low == high ? Outcome::kMet : Outcome::kUndecided;
}

/// Differences of two configurations that the costs may make, by draw.
std::pair<double, double> ModelBounds(const MetricResult& own, const MetricResult& other,
                                      double difference) {
  double low = difference;
  double high = difference;
  for (std::size_t k = 0; k < std::min(own.cost_draws.size(), other.cost_draws.size()); ++k) {
    const double move = own.cost_draws[k] - other.cost_draws[k];
    if (std::isnan(move)) continue;
    low = std::min(low, difference + move);
    high = std::max(high, difference + move);
  }
  return {low, high};
}

/// Is `own` better than `other`?
Outcome HoldAgainst(const MetricResult& own, const MetricResult& other) {
  if (!own.defined() || !other.defined()) return Outcome::kUndecided;
  double difference = own.value - other.value;
  double p_value = 0;
  if (!own.exact() && own.replications.size() == other.replications.size()) {
    const stats::Difference paired = stats::ComparePairs(other.replications, own.replications);
    difference = paired.difference.value;
    p_value = paired.p_value;
  }
  const auto [low, high] = ModelBounds(own, other, difference);
  const bool certain = p_value < kLevel && (low > 0 || high < 0);
  if (!certain) return own.exact() ? Outcome::kBroken : Outcome::kUndecided;  // exactly equal
  return (difference > 0) == HigherIsBetter(own.metric) ? Outcome::kMet : Outcome::kBroken;
}

std::string_view WithoutNamespace(std::string_view end) { return end.substr(end.find('/') + 1); }

/// Judges one budget under all its configurations.
class BudgetJudge {
 public:
  BudgetJudge(const BudgetSpec& budget, const ResultDocument& document, Diagnostics& diagnostics)
      : budget_(budget), document_(document), diagnostics_(diagnostics) {}

  void AddTo(std::vector<BudgetResult>& results) {
    if (!ResolveEnd(budget_.from) || !ResolveEnd(budget_.to)) return;
    bool any = false;
    for (const ConfigurationResult& configuration : document_.configurations) {
      if (!IsFor(configuration.name)) continue;
      for (const MetricResult* metric : MetricsOf(budget_, configuration)) {
        any = true;
        const std::optional<Outcome> outcome = Judge(*metric);
        if (!outcome) return;
        results.push_back(ResultFor(configuration, *metric, *outcome));
      }
    }
    if (!any) ComplainAboutMetric();
  }

 private:
  /// Puts the namespace before a name that is short; false if there are several, or none such.
  bool ResolveEnd(std::string& end) {
    if (end.empty()) return true;
    std::set<std::string> ends;
    for (const ConfigurationResult& configuration : document_.configurations) {
      for (const MetricResult& metric : configuration.metrics) {
        if (!metric.from.empty()) ends.insert({metric.from, metric.to});
      }
    }
    if (ends.contains(end)) return true;
    std::vector<std::string> meant;
    std::copy_if(ends.begin(), ends.end(), std::back_inserter(meant),
                 [&](const std::string& known) { return WithoutNamespace(known) == end; });
    if (meant.size() == 1) {
      end = meant.front();
      return true;
    }
    diagnostics_.Error(
        budget_.where, "budgets",
        meant.empty() ? fmt::format("no traffic and no call is from or to {}", document::Quote(end))
                      : fmt::format("{} namespaces have a {}", meant.size(), document::Quote(end)),
        document::SpellingHint(end, meant.empty() ? std::vector(ends.begin(), ends.end()) : meant));
    return false;
  }

  bool IsFor(const std::string& name) const {
    if (budget_.bound == Bound::kBetterThan && name == budget_.value) return false;
    return budget_.configurations.empty() ||
           std::find(budget_.configurations.begin(), budget_.configurations.end(), name) !=
               budget_.configurations.end();
  }

  /// nullopt if the bound makes no sense.
  std::optional<Outcome> Judge(const MetricResult& metric) {
    if (budget_.bound == Bound::kBetterThan) {
      const ConfigurationResult* other = document_.Find(budget_.value);
      const MetricResult* theirs =
          other == nullptr ? nullptr : other->Find(metric.metric, metric.from, metric.to);
      // Not among the configurations that were run.
      return theirs == nullptr ? Outcome::kUndecided : HoldAgainst(metric, *theirs);
    }
    const std::optional<double> limit = ParseBound(budget_.value, metric);
    if (!limit) {
      diagnostics_.Error(
          budget_.value_where, "budgets",
          fmt::format("{} is no bound for {}", document::Quote(budget_.value), budget_.metric),
          fmt::format("write {}", BoundForm(metric)));
      return std::nullopt;
    }
    return HoldAgainst(budget_.bound, *limit, metric);
  }

  BudgetResult ResultFor(const ConfigurationResult& configuration, const MetricResult& metric,
                         Outcome outcome) const {
    BudgetResult result;
    result.configuration = configuration.name;
    result.metric = budget_.metric;
    result.from = metric.from;
    result.to = metric.to;
    result.bound = fmt::format("{} {}", Word(budget_.bound), budget_.value);
    result.found = FoundText(metric);
    result.outcome = outcome;
    result.file = budget_.where.file;
    result.line = budget_.where.line;
    result.column = budget_.where.column;
    return result;
  }

  void ComplainAboutMetric() {
    const std::vector<std::string> known = BudgetMetrics(document_);
    if (std::find(known.begin(), known.end(), budget_.metric) == known.end()) {
      diagnostics_.Error(budget_.where, "budgets",
                         fmt::format("there is no metric {}", document::Quote(budget_.metric)),
                         document::SpellingHint(budget_.metric, known, /*max_known=*/60));
      return;
    }
    const bool selected = std::any_of(
        document_.configurations.begin(), document_.configurations.end(),
        [&](const ConfigurationResult& configuration) { return IsFor(configuration.name); });
    if (!selected) return;  // its configurations were left out of this run
    const std::string scope =
        budget_.subnet.empty()
            ? fmt::format("from {} to {}", budget_.from.empty() ? "any" : budget_.from,
                          budget_.to.empty() ? "any" : budget_.to)
            : "of subnet " + budget_.subnet;
    diagnostics_.Error(budget_.where, "budgets",
                       fmt::format("there is no {} {}", budget_.metric, scope));
  }

  BudgetSpec budget_;
  const ResultDocument& document_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::vector<BudgetResult> CheckBudgets(const std::vector<BudgetSpec>& budgets,
                                       const ResultDocument& document, Diagnostics& diagnostics) {
  std::vector<BudgetResult> results;
  for (const BudgetSpec& budget : budgets) {
    BudgetJudge(budget, document, diagnostics).AddTo(results);
  }
  return results;
}

void ReviewBudgets(const std::vector<BudgetSpec>& budgets, const ResultDocument& unmeasured,
                   Diagnostics& diagnostics) {
  static_cast<void>(CheckBudgets(budgets, unmeasured, diagnostics));
}

std::vector<BudgetResult> CheckAllBudgets(const std::vector<scenario::BudgetSpec>& budgets,
                                          const experiment::ResultDocument& document,
                                          document::Diagnostics& diagnostics) {
  std::vector<BudgetResult> results = CheckBudgets(budgets, document, diagnostics);
  if (budgets.empty()) return results;
  for (const experiment::SweepPointResult& point : document.sweep) {
    for (BudgetResult& result :
         CheckBudgets(budgets, experiment::AtPoint(document, point), diagnostics)) {
      result.configuration += " at " + document.LabelOf(point);
      results.push_back(std::move(result));
    }
  }
  return results;
}

}  // namespace cnisim::budget

#pragma once

/// @file
/// Metrics as budgets and baselines see them: which way is better, and how a bound is written.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/experiment/result_document.h"

namespace cnisim::budget {

/// True for what one wants more of: throughput, goodput, pods.
bool HigherIsBetter(std::string_view metric);

/// The name in results of what a budget may call by another: "vnet_addresses.peak" (of a cluster
/// that does not change it is what is taken).
std::string_view ResultName(std::string_view budget_metric);

/// A bound in the unit of `metric`: "5ms" for ns, "900/s", "1.5Gbps", "2%" or "0.02" for a share,
/// a plain number for cores and counts.  nullopt if it is none.
std::optional<double> ParseBound(std::string_view text, const experiment::MetricResult& metric);

/// What ParseBound() takes, for messages: "a time, as 5ms".
std::string_view BoundForm(const experiment::MetricResult& metric);

/// A value in the unit of the metric, for people.
std::string FigureText(std::string_view unit, double value);

/// Every name that a budget may use, sorted, given what the results hold.
std::vector<std::string> BudgetMetrics(const experiment::ResultDocument& document);

}  // namespace cnisim::budget

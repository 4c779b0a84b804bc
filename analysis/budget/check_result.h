#pragma once

/// @file
/// What a gate says: one line for each budget and configuration, one for each metric held against a
/// baseline.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/experiment/result_document.h"

namespace cnisim::budget {

enum class Outcome : std::uint8_t {
  kMet,
  kUndecided,  ///< the bound lies inside the interval, or the difference inside the model's error
  kBroken,
};
std::string_view Name(Outcome outcome);

/// A budget under one configuration.
struct BudgetResult {
  std::string configuration;
  std::string metric;  ///< as the budget names it
  std::string from;    ///< of the metric found
  std::string to;
  std::string bound;  ///< "max 5ms", "better_than kubenet"
  std::string found;  ///< "4.81 ms (95 %: 4.7 ms to 4.92 ms)"
  Outcome outcome = Outcome::kMet;
  std::string file;  ///< where the budget stands
  int line = 0;
  int column = 0;

  /// "latency.p99 external -> frontend under cilium", "vnet_addresses of nodes under kubenet".
  std::string Title() const;
};

enum class Change : std::uint8_t {
  kSame,  ///< no difference beyond chance and tolerance
  kBetter,
  kWorse,
  kMissing,  ///< in the baseline, and not any more
};
std::string_view Name(Change change);

/// A metric of one configuration against the baseline's.
struct RegressionResult {
  std::string configuration;
  std::string metric;
  std::string from;
  std::string to;
  std::string unit;
  double before = 0;
  double after = 0;
  double low = 0;  ///< 95 % interval of after - before; equal to it for exact figures
  double high = 0;
  double p_value = 1;  ///< adjusted for all metrics looked at (Holm); 0 for an exact change
  Change change = Change::kSame;

  std::string Title() const;
};

/// One scenario's check.
struct CheckResult {
  std::string scenario;
  std::string file;  ///< the scenario file as given
  std::vector<BudgetResult> budgets;
  std::vector<RegressionResult> regressions;
  /// What differs from the baseline beside the figures: program, catalog, scenario, measurement.
  std::vector<std::string> differences;
  /// What the scenario and the files that it names were warned about; fails no gate.
  std::vector<experiment::WarningResult> warnings;
  /// Why there is no answer at all; empty if there is one.
  std::string failure;

  /// No budget is broken and nothing got worse.
  bool passed() const;
};

}  // namespace cnisim::budget

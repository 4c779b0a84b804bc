#include "analysis/budget/check_result.h"

#include <algorithm>

#include <fmt/format.h>

namespace cnisim::budget {
namespace {

std::string TitleOf(const std::string& metric, const std::string& from, const std::string& to,
                    const std::string& configuration) {
  std::string scope;
  if (!from.empty()) {
    scope = fmt::format(" {} -> {}", from, to);
  } else if (!to.empty()) {
    scope = " of " + to;
  }
  return fmt::format("{}{} under {}", metric, scope, configuration);
}

}  // namespace

std::string_view Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kMet:
      return "met";
    case Outcome::kUndecided:
      return "undecided";
    case Outcome::kBroken:
      return "broken";
  }
  return "";
}

std::string_view Name(Change change) {
  switch (change) {
    case Change::kSame:
      return "same";
    case Change::kBetter:
      return "better";
    case Change::kWorse:
      return "worse";
    case Change::kMissing:
      return "missing";
  }
  return "";
}

std::string BudgetResult::Title() const { return TitleOf(metric, from, to, configuration); }

std::string RegressionResult::Title() const { return TitleOf(metric, from, to, configuration); }

bool CheckResult::passed() const {
  return failure.empty() &&
         std::none_of(budgets.begin(), budgets.end(),
                      [](const BudgetResult& b) { return b.outcome == Outcome::kBroken; }) &&
         std::none_of(regressions.begin(), regressions.end(), [](const RegressionResult& r) {
           return r.change == Change::kWorse || r.change == Change::kMissing;
         });
}

}  // namespace cnisim::budget

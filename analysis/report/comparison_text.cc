#include "analysis/report/comparison_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "analysis/report/findings.h"
#include "analysis/report/metric_text.h"
#include "analysis/report/text.h"

namespace cnisim::report {

using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::TrafficResult;

std::string ErrorText(const MetricResult* metric) {
  if (metric == nullptr || !metric->defined() || metric->exact() || metric->value == 0) return "";
  const auto part = [&](double low, double high) {
    const std::string share =
        Percent(std::max(high - metric->value, metric->value - low) / std::abs(metric->value));
    return share.front() == '<' ? share : "±" + share;
  };
  std::string text;
  if (!std::isnan(metric->low)) text = part(metric->low, metric->high);
  if (!std::isnan(metric->model_low)) {
    text += (text.empty() ? "" : ", ") + part(metric->model_low, metric->model_high);
  }
  return text;
}

std::string Losses(const ConfigurationResult& configuration, const TrafficResult& traffic,
                   bool in_all) {
  std::vector<std::string> parts;
  const MetricResult* errors = configuration.Find("errors", traffic.from, traffic.to);
  if (errors != nullptr && errors->defined() && errors->value > 0) {
    parts.push_back(Percent(errors->value) + " errors");
  }
  if (in_all && configuration.denied > 0)
    parts.push_back(Count(configuration.denied) + " denied in all");
  if (in_all && configuration.total_drops() > 0) {
    parts.push_back(CountOf(configuration.total_drops(), "packet") + " lost");
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string AgainstLowest(const ResultDocument& document, std::string_view metric,
                          const TrafficResult& traffic, const ConfigurationResult& configuration) {
  const int lowest = LowestOf(document, metric, traffic.from, traffic.to);
  const MetricResult* own = configuration.Find(metric, traffic.from, traffic.to);
  if (lowest < 0 || own == nullptr || !own->defined()) return "-";
  const ConfigurationResult& best = document.configurations[static_cast<std::size_t>(lowest)];
  if (&best == &configuration) return "lowest";
  const double best_value = best.Find(metric, traffic.from, traffic.to)->value;
  switch (
      VerdictAgainst(document, metric, traffic.from, traffic.to, best.name, configuration.name)) {
    case experiment::Verdict::kNotSignificant:
      return "not told from it";
    case experiment::Verdict::kWithinModelError:
      return "within model error";
    case experiment::Verdict::kLower:
      return "lower";  // of one that leaves requests unanswered
    case experiment::Verdict::kHigher:
      break;
  }
  return fmt::format("+{}", Percent(own->value / best_value - 1));
}

Remark BindingRemark(const ConfigurationResult& configuration) {
  for (const experiment::ResourceResult& resource : configuration.resources) {
    if (resource.kind != configuration.binds) continue;
    return {configuration.binds + (configuration.saturated ? ", past its limit" : ""),
            Percent(std::min(1.0, resource.busy_max)) + " busy", configuration.saturated};
  }
  return {"-", ""};
}

Remark FitRemark(const ConfigurationResult& configuration) {
  if (!configuration.addresses) return {"-", ""};
  const auto* failure = configuration.addresses->FirstFailure();
  if (failure == nullptr) return {"all", ""};
  return {"not the " + failure->name,
          fmt::format("{}, after {}", failure->binds, TimeText(failure->start_s)), true};
}

std::string TimeText(double seconds) {
  if (seconds >= 2 * 86'400) return fmt::format("{:.0f} d", std::floor(seconds / 86'400));
  if (seconds >= 2 * 3600) return fmt::format("{:.0f} h", std::floor(seconds / 3600));
  if (seconds >= 120) return fmt::format("{:.0f} min", std::floor(seconds / 60));
  return fmt::format("{:.0f} s", std::floor(seconds));
}

}  // namespace cnisim::report

#include "analysis/experiment/validation_errors.h"

#include <algorithm>
#include <cmath>

#include "models/document/object_reader.h"
#include "models/document/parser.h"

namespace cnisim::experiment {
namespace {

using document::ObjectReader;
using document::UnknownKeys;

// "latency.p99" and "network_latency.p50" are latencies, "network_cores" is CPU.
std::string_view KindOf(std::string_view metric) {
  if (metric.find("latency") != std::string_view::npos) return "latency";
  if (metric.find("cores") != std::string_view::npos) return "cpu";
  if (metric == "goodput") return "throughput";
  return metric == "throughput" ? "rate" : "";
}

void Widen(double value, double by, double& low, double& high) {
  low = std::isnan(low) ? value - by : std::min(low, value - by);
  high = std::isnan(high) ? value + by : std::max(high, value + by);
}

}  // namespace

ValidationErrors ValidationErrors::Load(const document::CatalogFiles& files,
                                        document::Diagnostics& diagnostics) {
  ValidationErrors errors;
  for (const document::CatalogFile* file : files.Below("validation/")) {
    const auto document = document::ParseDocument(file->text, file->origin, diagnostics);
    if (!document) continue;
    ObjectReader reader(document->root(), diagnostics, UnknownKeys::kError);
    if (const document::Value* list = reader.RequireSequence("errors")) {
      for (const document::Value& item : list->items()) {
        ObjectReader entry(item, diagnostics, UnknownKeys::kError);
        const std::string kind = entry.RequireString("kind").value_or("");
        const double error = entry.RequireNumber("error", 0, 10).value_or(0);
        entry.Ignore("rows");
        entry.Ignore("publications");
        entry.Finish();
        errors.by_kind_[kind] = error;
      }
    }
    reader.Finish();
  }
  return errors;
}

std::optional<double> ValidationErrors::For(std::string_view metric) const {
  const auto found = by_kind_.find(KindOf(metric));
  return found == by_kind_.end() ? std::nullopt : std::optional<double>(found->second);
}

void ValidationErrors::Apply(ResultDocument& document) const {
  for (ConfigurationResult& configuration : document.configurations) {
    for (MetricResult& metric : configuration.metrics) {
      const std::optional<double> error = For(metric.metric);
      if (!error || metric.exact() || !metric.defined()) continue;
      Widen(metric.value, *error * std::abs(metric.value), metric.model_low, metric.model_high);
    }
  }
  for (ComparisonResult& comparison : document.comparisons) {
    const std::optional<double> error = For(comparison.metric);
    if (!error || std::isnan(comparison.difference)) continue;
    Widen(comparison.difference, std::min(*error, 1.0) * std::abs(comparison.difference),
          comparison.model_low, comparison.model_high);
  }
}

}  // namespace cnisim::experiment

#include "analysis/export/results_csv.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

namespace cnisim::exporting {
namespace {

std::string Field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

/// Shortest that reads back; empty if undefined.
std::string Number(double value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return std::string(digits.data(), end);
}

std::string Line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += ',';
    line += fields[i];
  }
  return line + '\n';
}

}  // namespace

std::string ToCsv(const experiment::ResultDocument& document) {
  const bool swept = !document.sweep.empty();
  std::string text =
      "scenario,configuration,metric,from,to,unit,replication,value,low,high,model_low,"
      "model_high";
  text += swept ? ",point\n" : "\n";
  const auto add = [&](const experiment::ConfigurationResult& configuration,
                       const std::string& point) {
    for (const experiment::MetricResult& metric : configuration.metrics) {
      const auto line = [&](const std::string& replication, double value, double low, double high,
                            double model_low, double model_high) {
        std::vector<std::string> fields{Field(document.scenario_name),
                                        Field(configuration.name),
                                        Field(metric.metric),
                                        Field(metric.from),
                                        Field(metric.to),
                                        Field(metric.unit),
                                        replication,
                                        Number(value),
                                        Number(low),
                                        Number(high),
                                        Number(model_low),
                                        Number(model_high)};
        if (swept) fields.push_back(Field(point));
        text += Line(fields);
      };
      line("", metric.value, metric.low, metric.high, metric.model_low, metric.model_high);
      constexpr double kNone = experiment::kUndefined;
      for (std::size_t i = 0; i < metric.replications.size(); ++i) {
        line(std::to_string(i + 1), metric.replications[i], kNone, kNone, kNone, kNone);
      }
    }
  };
  for (const auto& configuration : document.configurations) add(configuration, "");
  for (const experiment::SweepPointResult& point : document.sweep) {
    for (const auto& configuration : point.configurations) {
      add(configuration, document.LabelOf(point));
    }
  }
  return text;
}

}  // namespace cnisim::exporting

#include "analysis/report/sweep_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "analysis/report/metric_text.h"
#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::SweepPointResult;
using experiment::TrafficResult;

constexpr std::size_t kWidth = 80;
constexpr std::size_t kNames = 20;

/// Half of the 95 % interval in percent of the value, rounded up: "±3%"; "" if unknown.
std::string Chance(const MetricResult* metric) {
  if (metric == nullptr || std::isnan(metric->low) || metric->value == 0) return "";
  const double share = (metric->high - metric->low) / 2 / std::abs(metric->value);
  const double percent = std::ceil(100 * share - 1e-9);
  return percent > 99 ? "±>99%" : fmt::format("±{:.0f}%", percent);
}

std::string Row(std::string_view name, std::string_view p50, std::string_view p99,
                std::string_view chance, std::string_view rate, std::string_view cores,
                std::string_view binds) {
  std::string line = "  " + PadRight(Shorten(name, kNames), kNames) + PadLeft(p50, 9) +
                     PadLeft(p99, 10) + PadLeft(chance, 6) + PadLeft(rate, 12) + PadLeft(cores, 9) +
                     "  " + std::string(binds);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string RowOf(const ConfigurationResult& configuration, const TrafficResult& traffic) {
  const auto find = [&](std::string_view metric) {
    return configuration.Find(metric, traffic.from, traffic.to);
  };
  const bool stream = traffic.kind == "stream";
  const MetricResult* cores = configuration.Find("network_cores");
  const std::string binds = configuration.binds + (configuration.saturated ? "!" : "");
  return Row(configuration.name, ValueText(find("latency.p50")), ValueText(find("latency.p99")),
             Chance(find("latency.p99")), ValueText(find(stream ? "goodput" : "throughput")),
             cores == nullptr ? "-" : ThreeDigits(cores->value), Shorten(binds, 10));
}

}  // namespace

std::string SweepText(const ResultDocument& document, bool color) {
  std::string text;
  for (const SweepPointResult& point : document.sweep) {
    if (point.configurations.empty()) continue;
    const std::string heading = Wrap(document.LabelOf(point), kWidth, "", "  ");
    text += color ? "\n\033[1m" + heading + "\033[0m" : "\n" + heading;
    const std::vector<TrafficResult>& sources = point.configurations.front().traffic;
    for (std::size_t s = 0; s < sources.size(); ++s) {
      const std::string way = sources.size() > 1 ? WayOf(sources[s]) : "";
      text += Row(way, "p50", "p99", "", sources[s].kind == "stream" ? "goodput" : "throughput",
                  "cores", "binds");
      for (const ConfigurationResult& configuration : point.configurations) {
        if (s < configuration.traffic.size()) {
          text += RowOf(configuration, configuration.traffic[s]);
        }
      }
    }
  }
  if (text.empty()) return text;
  return text + Wrap(
                    "cores: CPU spent on networking, mean of a node; ±: 95 % interval of p99 by "
                    "chance; !: saturated",
                    kWidth, "  ", "  ");
}

}  // namespace cnisim::report

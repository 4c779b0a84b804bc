#include "analysis/report/markdown_report.h"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "analysis/report/findings.h"
#include "analysis/report/metric_text.h"
#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::TrafficResult;

/// Text inside a table cell: a bar would end the cell, a bracket could begin a link or a tag.
std::string Cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("|\\`*_[]<>").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string Row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row += " " + Cell(cell) + " |";
  return row + "\n";
}

std::string WithInterval(const MetricResult* metric) {
  if (metric == nullptr || !metric->defined()) return "-";
  const std::string range = RangeText(*metric, metric->low, metric->high);
  return range == "-" ? WithUnit(*metric, metric->value)
                      : fmt::format("{} ({})", WithUnit(*metric, metric->value), range);
}

std::string TrafficTable(const ResultDocument& document, const TrafficResult& traffic) {
  std::string text = fmt::format("### {}\n\n", Cell(WayOf(traffic)));
  text += Row({"configuration", "VNet addresses", "p50 (95 %)", "p99 (95 %)", "answered", "errors",
               "network CPU a node", "packets lost", "binds first"});
  text += "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n";
  for (const ConfigurationResult& configuration : document.configurations) {
    const auto find = [&](std::string_view metric) {
      return configuration.Find(metric, traffic.from, traffic.to);
    };
    text += Row({configuration.name, ValueText(configuration.Find("vnet_addresses")),
                 WithInterval(find("latency.p50")), WithInterval(find("latency.p99")),
                 ValueText(find("throughput")), ValueText(find("errors")),
                 ValueText(configuration.Find("network_cores")), Count(LostPackets(configuration)),
                 configuration.binds + (configuration.saturated ? " (past its limit)" : "")});
  }
  return text + "\n";
}

std::string Warnings(const ResultDocument& document) {
  const std::size_t count = document.warnings.size() + document.not_modelled.size();
  if (count == 0) return "";
  std::string text = fmt::format("<details><summary>{} warnings</summary>\n\n", count);
  for (const auto& warning : document.warnings) text += "- " + Cell(WarningText(warning)) + "\n";
  for (const auto& entry : document.not_modelled) {
    text += "- " + Cell(NotModelledText(entry)) + "\n";
  }
  return text + "\n</details>\n\n";
}

}  // namespace

std::string MarkdownReport(const ResultDocument& document) {
  std::string text = fmt::format("## {}\n\n", Cell(document.scenario_name));
  for (const std::string& sentence : Findings(document)) text += Cell(sentence) + "\n\n";
  for (const TrafficResult& traffic : document.configurations.front().traffic) {
    text += TrafficTable(document, traffic);
  }
  text += Warnings(document);
  return text + fmt::format("cnisim {}, scenario {}, catalog {}, seed {}, {} replications of {}.\n",
                            document.program_version, document.scenario_hash, document.catalog_hash,
                            document.seed, document.replications,
                            Duration(static_cast<double>(document.duration_ns)));
}

}  // namespace cnisim::report

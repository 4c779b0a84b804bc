#include "analysis/report/markdown_report.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "analysis/report/comparison_text.h"
#include "analysis/report/findings.h"
#include "analysis/report/metric_text.h"
#include "analysis/report/sweep_curves.h"
#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::SweepPointResult;
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

/// "15.4 ms (±1 %, ±33 %)".
std::string WithErrors(const MetricResult* metric) {
  const std::string errors = ErrorText(metric);
  return ValueText(metric) + (errors.empty() ? "" : " (" + errors + ")");
}

std::string Words(const Remark& remark) {
  return remark.text + (remark.note.empty() ? "" : " (" + remark.note + ")");
}

/// Header and rule; the first column and those in `words` stand left.
std::string Header(const std::vector<std::string>& header, const std::vector<std::string>& words) {
  std::string rule = "|";
  for (const std::string& column : header) {
    const bool left =
        &column == &header.front() || std::find(words.begin(), words.end(), column) != words.end();
    rule += left ? " --- |" : " ---: |";
  }
  return Row(header) + rule + "\n";
}

std::string Folded(std::string_view summary, const std::string& text) {
  return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", summary, text);
}

/// What belongs to the cluster as a whole stands in the first table.
std::string TrafficTable(const ResultDocument& document, const TrafficResult& traffic, bool first) {
  const bool stream = traffic.kind == "stream";
  const bool compared = document.configurations.size() > 1 && !stream;
  std::vector<std::string> header = {"configuration"};
  if (first) header.emplace_back("VNet addresses");
  if (stream) {
    header.emplace_back("goodput");
  } else {
    header.insert(header.end(), {"p50", "p99"});
  }
  if (compared) header.emplace_back("p99 against the lowest");
  if (!stream) header.insert(header.end(), {"answered", "went wrong"});
  if (first) {
    header.insert(header.end(), {"network CPU a node", "binds first", "changes that fit"});
  }
  std::string text = fmt::format("### {}\n\n", Cell(WayOf(traffic)));
  text +=
      Header(header, {"p99 against the lowest", "went wrong", "binds first", "changes that fit"});
  for (const ConfigurationResult& configuration : document.configurations) {
    const auto find = [&](std::string_view metric) {
      return configuration.Find(metric, traffic.from, traffic.to);
    };
    std::vector<std::string> row = {configuration.name};
    if (first) row.push_back(ValueText(configuration.Find("vnet_addresses")));
    if (stream) {
      row.push_back(WithErrors(find("goodput")));
    } else {
      row.push_back(WithErrors(find("latency.p50")));
      row.push_back(WithErrors(find("latency.p99")));
    }
    if (compared) row.push_back(AgainstLowest(document, "latency.p99", traffic, configuration));
    if (!stream) {
      const std::string losses = Losses(configuration, traffic, first);
      row.push_back(ValueText(find("throughput")));
      row.push_back(losses.empty() ? "-" : losses);
    }
    if (first) {
      row.push_back(WithErrors(configuration.Find("network_cores")));
      row.push_back(Words(BindingRemark(configuration)));
      row.push_back(Words(FitRemark(configuration)));
    }
    text += Row(row);
  }
  return text + "\n";
}

/// Every point and configuration.
std::string SweepTable(const ResultDocument& document, const TrafficResult& traffic) {
  const bool stream = traffic.kind == "stream";
  std::vector<std::string> header = document.sweep_parameters;
  header.emplace_back("configuration");
  if (stream) {
    header.emplace_back("goodput");
  } else {
    header.insert(header.end(), {"p50", "p99", "answered", "errors"});
  }
  header.insert(header.end(), {"network CPU a node", "binds first"});
  std::string text = Header(header, {"configuration", "binds first"});
  std::size_t rows = 0;
  for (const SweepPointResult& point : document.sweep) {
    for (const ConfigurationResult& configuration : point.configurations) {
      const auto find = [&](std::string_view metric) {
        return configuration.Find(metric, traffic.from, traffic.to);
      };
      std::vector<std::string> row = point.values;
      row.push_back(configuration.name);
      if (stream) {
        row.push_back(WithErrors(find("goodput")));
      } else {
        row.insert(row.end(), {WithErrors(find("latency.p50")), WithErrors(find("latency.p99")),
                               ValueText(find("throughput")), ValueText(find("errors"))});
      }
      row.push_back(WithErrors(configuration.Find("network_cores")));
      row.push_back(Words(BindingRemark(configuration)));
      text += Row(row);
      ++rows;
    }
  }
  return Folded(fmt::format("All {} rows", rows), text);
}

/// Knees and limits, then the figures.
std::string Sweep(const ResultDocument& document) {
  if (document.sweep.empty()) return "";
  std::string text = "### Over the sweep\n\n";
  const SweepCurves curves = CurvesOf(document);
  const auto& sources = document.configurations.front().traffic;
  for (const TrafficResult& traffic : sources) {
    if (sources.size() > 1) text += "#### " + Cell(WayOf(traffic)) + "\n\n";
    for (const SweepPanel& panel : curves.panels) {
      const std::vector<std::string> sentences = KneeSentences(document, curves, panel, traffic);
      if (sentences.empty()) continue;
      if (!panel.others.empty()) text += Cell(panel.others) + ":\n\n";
      for (const std::string& sentence : sentences) text += "- " + Cell(sentence) + "\n";
      text += "\n";
    }
    text += SweepTable(document, traffic);
  }
  return text;
}

std::string Policies(const ResultDocument& document) {
  const MetricResult* policies = document.configurations.front().Find("policies");
  if (policies == nullptr || policies->value == 0) return "";
  std::string text = Header({"configuration", "enforced", "map entries a pod", "rules a pod",
                             "first packet", "later packet", "a change, a node"},
                            {});
  for (const ConfigurationResult& configuration : document.configurations) {
    std::vector<std::string> row = {configuration.name};
    for (const char* metric : {"policies_enforced", "policy_map_entries", "policy_rules",
                               "policy_first_packet", "policy_packet", "policy_update"}) {
      const MetricResult* result = configuration.Find(metric);
      row.push_back(result != nullptr && result->value == 0 ? "-" : ValueText(result));
    }
    text += Row(row);
  }
  return Folded(fmt::format("What the policies ({}) cost; a change of rules is an upper bound",
                            Count(document.policies)),
                text);
}

std::string Calls(const ResultDocument& document) {
  if (document.configurations.front().calls.empty()) return "";
  std::string text =
      Header({"call", "configuration", "p50", "p99", "answered", "errors"}, {"configuration"});
  for (std::size_t i = 0; i < document.configurations.front().calls.size(); ++i) {
    for (const ConfigurationResult& configuration : document.configurations) {
      const TrafficResult& call = configuration.calls[i];
      const auto find = [&](std::string_view metric) {
        return configuration.Find(metric, call.from, call.to);
      };
      text += Row({WayOf(call), configuration.name, WithErrors(find("latency.p50")),
                   WithErrors(find("latency.p99")), ValueText(find("throughput")),
                   ValueText(find("errors"))});
    }
  }
  return Folded("Calls inside the cluster", text);
}

std::string Assumed(const ResultDocument& document) {
  std::set<std::string> assumed;
  for (const ConfigurationResult& configuration : document.configurations) {
    assumed.insert(configuration.assumed_costs.begin(), configuration.assumed_costs.end());
  }
  if (assumed.empty()) return "";
  std::string text;
  for (const std::string& name : assumed) {
    text += "- `" + name + "`";
    for (const auto& source : document.cost_sources) {
      if (source.stage == name) text += ": " + Cell(source.does) + "; " + Cell(source.where);
    }
    text += "\n";
  }
  return Folded(fmt::format("{} in use without a measurement", CountOf(assumed.size(), "cost")),
                text);
}

std::string Warnings(const ResultDocument& document) {
  const std::size_t count = document.warnings.size() + document.not_modelled.size();
  if (count == 0) return "";
  std::string text;
  for (const auto& warning : document.warnings) text += "- " + Cell(WarningText(warning)) + "\n";
  for (const auto& entry : document.not_modelled) {
    text += "- " + Cell(NotModelledText(entry)) + "\n";
  }
  return Folded(CountOf(count, "warning"), text);
}

}  // namespace

std::string MarkdownReport(const ResultDocument& document) {
  std::string text = fmt::format("## {}\n\n", Cell(document.scenario_name));
  for (const std::string& sentence : Findings(document)) text += Cell(sentence) + "\n\n";
  const auto& sources = document.configurations.front().traffic;
  for (const TrafficResult& traffic : sources) {
    text += TrafficTable(document, traffic, &traffic == &sources.front());
  }
  text +=
      "In brackets: 95 % by chance, then how far the ranges of all costs move the figure. A "
      "difference counts only beyond both.\n\n";
  text += Sweep(document) + Policies(document) + Calls(document) + Assumed(document) +
          Warnings(document);
  return text +
         fmt::format(
             "cnisim {}, scenario {}, catalog {}, seed {}, {} of {} after {}. Simulated, not "
             "measured.\n",
             document.program_version, document.scenario_hash, document.catalog_hash, document.seed,
             CountOf(document.replications, "replication"),
             Duration(static_cast<double>(document.duration_ns)), WarmUpText(document));
}

}  // namespace cnisim::report

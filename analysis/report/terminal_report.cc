#include "analysis/report/terminal_report.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

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
using experiment::Verdict;

constexpr std::size_t kWidth = 80;
constexpr std::size_t kMostWarnings = 10;

// What stands behind a value that is not plainly different from the lowest one.
constexpr std::string_view kByChance = "=";
constexpr std::string_view kByModel = "~";

struct Style {
  bool color;

  std::string Bold(std::string_view text) const { return Code("1", text); }
  std::string Yellow(std::string_view text) const { return Code("33", text); }

 private:
  std::string Code(std::string_view code, std::string_view text) const {
    return color ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
  }
};

/// A right-aligned column of figures.
struct Column {
  std::string above;  ///< two lines of heading
  std::string below;
  std::size_t gap;  ///< blanks before it
};

/// A column of names, then columns of figures.
class ColumnTable {
 public:
  explicit ColumnTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// @pre cells.size() == number of columns
  void AddRow(std::string name, std::vector<std::string> cells) {
    names_.push_back(std::move(name));
    rows_.push_back(std::move(cells));
  }

  std::string ToString(const Style& style) const {
    std::vector<std::size_t> widths;
    std::size_t figures = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      widths.push_back(std::max(DisplayWidth(columns_[i].above), DisplayWidth(columns_[i].below)));
      for (const auto& cells : rows_) widths[i] = std::max(widths[i], DisplayWidth(cells[i]));
      figures += columns_[i].gap + widths[i];
    }
    std::size_t longest = 0;
    for (const std::string& name : names_) longest = std::max(longest, DisplayWidth(name));
    const std::size_t room = std::min(longest, kWidth > figures ? kWidth - figures : 0);

    std::string text;
    std::vector<std::string> above;
    std::vector<std::string> below;
    for (const Column& column : columns_) {
      above.push_back(column.above);
      below.push_back(column.below);
    }
    text += style.Bold(Line("", above, widths, room)) + '\n';
    text += style.Bold(Line("", below, widths, room)) + '\n';
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      text += Line(names_[r], rows_[r], widths, room) + '\n';
    }
    return text;
  }

 private:
  std::string Line(const std::string& name, const std::vector<std::string>& cells,
                   const std::vector<std::size_t>& widths, std::size_t room) const {
    // A name that leaves no room for the figures stands on a line of its own.
    std::string line = DisplayWidth(name) <= room
                           ? PadRight(name, room)
                           : Shorten(name, kWidth) + '\n' + std::string(room, ' ');
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += std::string(columns_[i].gap, ' ') + PadLeft(cells[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  }

  std::vector<Column> columns_;
  std::vector<std::string> names_;              // [row]
  std::vector<std::vector<std::string>> rows_;  // [row][column]
};

/// "±1%", whole percents rounded up; "±?" if unknown.
std::string RelativeBound(double value, double low, double high) {
  if (std::isnan(low) || std::isnan(high) || value == 0) return "±?";
  const double larger = std::max(value - low, high - value) / std::abs(value);
  const double percent = std::ceil(100 * larger - 1e-9);
  return percent > 99 ? "±>99%" : fmt::format("±{:.0f}%", percent);
}

/// A rate in at most five columns: "1000", "12.3k", "1.21M".
std::string ShortRate(double per_second) {
  if (per_second >= 999.5e3) return ThreeDigits(per_second / 1e6) + "M";
  if (per_second >= 9999.5) return ThreeDigits(per_second / 1e3) + "k";
  return per_second >= 99.5 ? fmt::format("{:.0f}", per_second) : ThreeDigits(per_second);
}

std::string ShortBitRate(double bits_per_second) {
  if (bits_per_second >= 999.5e6) return ThreeDigits(bits_per_second / 1e9) + "G";
  return ThreeDigits(bits_per_second / 1e6) + "M";
}

std::string ShortCount(std::uint64_t count) {
  return count < 100'000 ? std::to_string(count) : ShortRate(static_cast<double>(count));
}

struct LatencyUnit {
  double ns;
  std::string_view name;
};

/// One unit for the whole table: that of the lowest median.
LatencyUnit UnitFor(const ResultDocument& document, const TrafficResult& traffic) {
  double lowest = 0;
  for (const ConfigurationResult& configuration : document.configurations) {
    const MetricResult* p50 = configuration.Find("latency.p50", traffic.from, traffic.to);
    if (p50 == nullptr || !p50->defined()) continue;
    if (lowest == 0 || p50->value < lowest) lowest = p50->value;
  }
  if (lowest >= 1e9) return {1e9, "s"};
  if (lowest >= 1e6 || lowest == 0) return {1e6, "ms"};
  return {1e3, "us"};
}

/// Draws the table of one source of traffic.
class Comparison {
 public:
  Comparison(const ResultDocument& document, std::size_t traffic, bool with_configuration_columns)
      : document_(document),
        traffic_(document.configurations.front().traffic[traffic]),
        unit_(UnitFor(document, traffic_)),
        stream_(traffic_.kind == "stream"),
        whole_(with_configuration_columns) {}

  std::string ToString(const Style& style) {
    ColumnTable table(Columns());
    for (const ConfigurationResult& configuration : document_.configurations) {
      table.AddRow(configuration.name, Cells(configuration));
    }
    return table.ToString(style);
  }

  bool marked_by_chance() const { return by_chance_; }
  bool marked_by_model() const { return by_model_; }

 private:
  std::vector<Column> Columns() const {
    std::vector<Column> columns;
    if (whole_) columns.push_back({"VNet", "addr", 2});
    if (!stream_) {
      for (const char* quantile : {"p50", "p99"}) {
        // The mark behind the value is the blank before its bound.
        columns.push_back({quantile, std::string(unit_.name) + " ", 2});
        columns.push_back({"", "95%", 0});
      }
    } else {
      columns.push_back({"", "bit/s", 2});
      columns.push_back({"", "95%", 1});
    }
    columns.push_back({"", "model", 1});
    if (!stream_) columns.push_back({"done", "/s", 1});
    if (whole_) {
      columns.push_back({"net", "cores", 1});
      columns.push_back({"drops/", "denied", 1});
      columns.push_back({"binds", "first", 2});
    }
    return columns;
  }

  std::vector<std::string> Cells(const ConfigurationResult& configuration) {
    std::vector<std::string> cells;
    if (whole_) cells.push_back(Exact(configuration, "vnet_addresses"));
    if (stream_) {
      AddValue(configuration, "goodput", cells);
    } else {
      AddValue(configuration, "latency.p50", cells);
      AddValue(configuration, "latency.p99", cells);
    }
    const MetricResult* main =
        configuration.Find(stream_ ? "goodput" : "latency.p99", traffic_.from, traffic_.to);
    cells.push_back(main == nullptr || !main->defined() || document_.cost_draws == 0
                        ? "-"
                        : RelativeBound(main->value, main->model_low, main->model_high));
    if (!stream_) {
      const MetricResult* rate = configuration.Find("throughput", traffic_.from, traffic_.to);
      cells.push_back(rate == nullptr || !rate->defined() ? "-" : ShortRate(rate->value));
    }
    if (whole_) {
      const MetricResult* cores = configuration.Find("network_cores");
      cells.push_back(cores == nullptr || !cores->defined() ? "-" : ThreeDigits(cores->value));
      cells.push_back(Losses(configuration));
      cells.push_back(configuration.binds.empty()
                          ? "-"
                          : configuration.binds + (configuration.saturated ? "!" : ""));
    }
    return cells;
  }

  static std::string Exact(const ConfigurationResult& configuration, std::string_view metric) {
    const MetricResult* result = configuration.Find(metric);
    return result == nullptr ? "-" : fmt::format("{:.0f}", result->value);
  }

  static std::string Losses(const ConfigurationResult& configuration) {
    return ShortCount(configuration.total_drops()) + "/" + ShortCount(configuration.denied);
  }

  /// Two cells: the value with its mark, and what chance may have done to it.
  void AddValue(const ConfigurationResult& configuration, std::string_view metric,
                std::vector<std::string>& cells) {
    const MetricResult* result = configuration.Find(metric, traffic_.from, traffic_.to);
    if (result == nullptr || !result->defined()) {
      cells.insert(cells.end(), {"- ", ""});
      return;
    }
    cells.push_back(stream_ ? ShortBitRate(result->value)
                            : fmt::format("{}{}", ThreeDigits(result->value / unit_.ns),
                                          Mark(configuration, metric)));
    cells.push_back(RelativeBound(result->value, result->low, result->high));
  }

  std::string_view Mark(const ConfigurationResult& configuration, std::string_view metric) {
    const int lowest = LowestOf(document_, metric, traffic_.from, traffic_.to);
    const ConfigurationResult& best = document_.configurations[static_cast<std::size_t>(lowest)];
    if (&best == &configuration) return " ";
    switch (VerdictAgainst(document_, metric, traffic_.from, traffic_.to, best.name,
                           configuration.name)) {
      case Verdict::kNotSignificant:
        by_chance_ = true;
        return kByChance;
      case Verdict::kWithinModelError:
        by_model_ = true;
        return kByModel;
      case Verdict::kLower:
      case Verdict::kHigher:
        break;
    }
    return " ";
  }

  const ResultDocument& document_;
  const TrafficResult& traffic_;
  LatencyUnit unit_;
  bool stream_;
  bool whole_;
  bool by_chance_ = false;
  bool by_model_ = false;
};

/// "1,000 requests/s external -> frontend".
std::string Describe(const TrafficResult& traffic) {
  const std::string way = traffic.from + " -> " + traffic.to;
  if (traffic.kind == "requests") {
    return fmt::format("{} requests/s {}",
                       Count(static_cast<std::uint64_t>(std::llround(traffic.asked_rate))), way);
  }
  return fmt::format("{} {}", traffic.kind, way);
}

/// "62 pods", or "60 to 62 pods" where configurations differ.
std::string Range(const ResultDocument& document, std::uint64_t ConfigurationResult::*count,
                  std::string_view what) {
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;
  for (const ConfigurationResult& configuration : document.configurations) {
    least = std::min(least, configuration.*count);
    most = std::max(most, configuration.*count);
  }
  return least == most ? CountOf(most, what)
                       : fmt::format("{} to {}", Count(least), CountOf(most, what));
}

std::string Simulated(const ResultDocument& document, const Style& style) {
  std::vector<std::string> traffic;
  for (const TrafficResult& source : document.configurations.front().traffic) {
    traffic.push_back(Describe(source));
  }
  const std::string what =
      fmt::format("{}, {}, {}, Kubernetes {}; {}; {} x {}{}, seed {}",
                  Range(document, &ConfigurationResult::nodes, "node"),
                  Range(document, &ConfigurationResult::pods, "pod"),
                  CountOf(document.services, "Service"), document.kubernetes, AndList(traffic, 3),
                  document.replications, Duration(static_cast<double>(document.duration_ns)),
                  document.warm_up_rule ? " after " + WarmUpText(document) : "", document.seed);
  const std::string plain =
      Wrap(fmt::format("{}: {}", document.scenario_name, what), kWidth, "", "  ");
  return style.Bold(plain.substr(0, document.scenario_name.size())) +
         plain.substr(document.scenario_name.size());
}

std::string Legend(const ResultDocument& document, bool by_chance, bool by_model) {
  std::string text = fmt::format(
      "95%: chance ({} replications). model: how far {} draws of all costs from their "
      "ranges move p99, at least the error of the validation.",
      document.replications, document.cost_draws);
  if (document.cost_draws == 0) {
    text = fmt::format("95%: chance ({} replications). model: the error of the validation.",
                       document.replications);
  }
  if (by_chance) text += " =: not told from the lowest by chance.";
  if (by_model) text += " ~: within the model's error of it.";
  text += " net cores: CPU on networking, a node.";
  for (const ConfigurationResult& configuration : document.configurations) {
    if (!configuration.saturated) continue;
    text += " !: past its limit.";
    break;
  }
  return Wrap(text, kWidth, "  ", "  ");
}

/// What each engine pays for the policies; nothing where there are none.
std::string Policies(const ResultDocument& document, const Style& style) {
  const MetricResult* policies = document.configurations.front().Find("policies");
  if (policies == nullptr || policies->value == 0) return "";
  ColumnTable table({{"policies", "enforced", 2},
                     {"map entries", "a pod", 2},
                     {"rules", "a pod", 2},
                     {"first", "packet", 2},
                     {"later", "packet", 2},
                     {"a change", "a node", 2}});
  for (const ConfigurationResult& configuration : document.configurations) {
    const auto value = [&](std::string_view metric) {
      const MetricResult* result = configuration.Find(metric);
      return result == nullptr ? 0.0 : result->value;
    };
    const auto count = [&](std::string_view metric) {
      return value(metric) == 0 ? std::string("-") : fmt::format("{:.0f}", value(metric));
    };
    const auto time = [&](std::string_view metric, std::string_view sign) {
      return value(metric) == 0 ? std::string("-") : std::string(sign) + Duration(value(metric));
    };
    table.AddRow(
        configuration.name,
        {fmt::format("{:.0f}/{:.0f}", value("policies_enforced"), policies->value),
         count("policy_map_entries"), count("policy_rules"), time("policy_first_packet", "+"),
         time("policy_packet", "+"), time("policy_update", "")});
  }
  return "\n" + table.ToString(style) +
         Wrap(
             "What the policies add to a packet, on the path that pays most; a change: a policy "
             "that selects all pods of the busiest node; of engines that write rules an upper "
             "bound, "
             "since they write changed chains only.",
             kWidth, "  ", "  ");
}

/// A table of the look-ups of one flow, or nothing if they are less than `least` of the time.
std::string LookupsOf(const ResultDocument& document,
                      std::vector<TrafficResult> ConfigurationResult::*flows, std::size_t index,
                      double least, const Style& style) {
  ColumnTable table({{"queries", "each", 2},
                     {"", "mean", 2},
                     {"", "p50", 2},
                     {"", "p99", 2},
                     {"of", "latency", 2},
                     {"", "failed", 2}});
  bool any = false;
  for (const ConfigurationResult& configuration : document.configurations) {
    const TrafficResult& flow = (configuration.*flows)[index];
    if (!flow.lookup) {
      table.AddRow(configuration.name, {"-", "-", "-", "-", "-", "-"});
      continue;
    }
    any = any || flow.lookup->share >= least;
    const auto quantile = [&](std::string_view metric) {
      const MetricResult* result = configuration.Find(metric, flow.from, flow.to);
      return result == nullptr || !result->defined() ? std::string("-") : Duration(result->value);
    };
    table.AddRow(
        configuration.name,
        {ThreeDigits(flow.lookup->queries), Duration(flow.lookup->mean_ns), quantile("lookup.p50"),
         quantile("lookup.p99"), Percent(flow.lookup->share), Count(FailedLookups(flow))});
  }
  if (!any) return "";
  const TrafficResult& flow = (document.configurations.front().*flows)[index];
  return fmt::format("\nLook-ups of {} -> {}\n", flow.from, flow.to) + table.ToString(style);
}

/// What finding addresses takes; nothing where nobody looks names up.  Calls that hardly ever do,
/// since their connections stay open, are left to results.json.
std::string Lookups(const ResultDocument& document, const Style& style) {
  constexpr double kLeastOfCalls = 0.01;
  const ConfigurationResult& first = document.configurations.front();
  std::string text;
  for (std::size_t i = 0; i < first.traffic.size(); ++i) {
    text += LookupsOf(document, &ConfigurationResult::traffic, i, 0, style);
  }
  for (std::size_t i = 0; i < first.calls.size(); ++i) {
    text += LookupsOf(document, &ConfigurationResult::calls, i, kLeastOfCalls, style);
  }
  if (text.empty()) return "";
  return text +
         Wrap(
             "Part of the latency above. mean: failed ones too. of latency: of the time that "
             "requests take. p50, p99: those that found an address.",
             kWidth, "  ", "  ");
}

std::string Place(const experiment::WarningResult& warning) {
  if (warning.file.empty()) return "";
  if (warning.line == 0) return warning.file + ": ";
  return fmt::format("{}:{}: ", warning.file, warning.line);
}

std::string Warnings(const ResultDocument& document, const Style& style) {
  std::vector<std::string> lines;
  for (const experiment::WarningResult& warning : document.warnings) {
    std::string line = Place(warning) + warning.message;
    if (!warning.field.empty()) line += " in " + warning.field;
    if (!warning.hint.empty()) line += " (" + warning.hint + ")";
    lines.push_back(std::move(line));
  }
  for (const experiment::NotModelledResult& entry : document.not_modelled) {
    lines.push_back(fmt::format("read, not modelled: {}{}, first at {}", entry.key_path,
                                entry.count > 1 ? fmt::format(" ({} times)", entry.count) : "",
                                entry.first));
  }
  if (lines.empty()) return "";
  std::string text = "\n" + style.Yellow(fmt::format("Warnings ({})", lines.size())) + "\n";
  for (std::size_t i = 0; i < std::min(lines.size(), kMostWarnings); ++i) {
    text += Wrap(lines[i], kWidth, "- ", "  ");
  }
  if (lines.size() > kMostWarnings) {
    text += fmt::format("  and {} more in results.json\n", lines.size() - kMostWarnings);
  }
  return text;
}

std::string AssumedCosts(const ResultDocument& document) {
  std::set<std::string> stages;
  for (const ConfigurationResult& configuration : document.configurations) {
    stages.insert(configuration.assumed_costs.begin(), configuration.assumed_costs.end());
  }
  if (stages.empty()) return "";
  const std::string names =
      AndList(std::vector<std::string>(stages.begin(), stages.end()), /*most=*/8);
  return "\n" + Wrap(fmt::format("Costs in use without a measurement ({}): {}. "
                                 "'cnisim catalog cost NAME' says why.",
                                 stages.size(), names),
                     kWidth, "", "  ");
}

}  // namespace

std::string TerminalReport(const ResultDocument& document, const TerminalOptions& options) {
  const Style style{options.color};
  std::string text = Simulated(document, style) + "\n";
  bool by_chance = false;
  bool by_model = false;
  const std::vector<TrafficResult>& traffic = document.configurations.front().traffic;
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    if (traffic.size() > 1) text += (i > 0 ? "\n" : "") + Describe(traffic[i]) + "\n";
    Comparison comparison(document, i, /*with_configuration_columns=*/i == 0);
    text += comparison.ToString(style);
    by_chance |= comparison.marked_by_chance();
    by_model |= comparison.marked_by_model();
  }
  text += Legend(document, by_chance, by_model);
  text += Policies(document, style);
  text += Lookups(document, style);

  const std::vector<std::string> findings = Findings(document);
  if (!findings.empty()) text += '\n';
  for (const std::string& sentence : findings) text += Wrap(sentence, kWidth, "", "  ");

  text += Warnings(document, style);
  text += AssumedCosts(document);
  if (!options.files.empty()) {
    text += '\n' + Wrap("Written: " + AndList(options.files), kWidth, "", "  ");
  }
  return text;
}

}  // namespace cnisim::report

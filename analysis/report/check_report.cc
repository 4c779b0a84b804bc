#include "analysis/report/check_report.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/budget/metric_kind.h"
#include "analysis/report/metric_text.h"
#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using budget::BudgetResult;
using budget::Change;
using budget::CheckResult;
using budget::FigureText;
using budget::Outcome;
using budget::RegressionResult;

constexpr std::size_t kWidth = 80;

bool IsBad(const RegressionResult& regression) {
  return regression.change == Change::kWorse || regression.change == Change::kMissing;
}

std::size_t CountOf(const CheckResult& check, Outcome outcome) {
  return static_cast<std::size_t>(
      std::count_if(check.budgets.begin(), check.budgets.end(),
                    [&](const BudgetResult& b) { return b.outcome == outcome; }));
}

std::size_t CountOf(const CheckResult& check, Change change) {
  return static_cast<std::size_t>(
      std::count_if(check.regressions.begin(), check.regressions.end(),
                    [&](const RegressionResult& r) { return r.change == change; }));
}

std::string BudgetText(const BudgetResult& result) {
  return fmt::format("{}: {}, found {}", result.Title(), result.bound, result.found);
}

std::string FigureOrNothing(const RegressionResult& regression, double value) {
  return std::isnan(value) ? "nothing observed" : FigureText(regression.unit, value);
}

/// "2 of 5 budgets broken, 1 undecided; 1 of 60 figures worse than the baseline".
std::string Tally(const CheckResult& check) {
  std::string text;
  if (!check.budgets.empty()) {
    const std::size_t broken = CountOf(check, Outcome::kBroken);
    const std::size_t undecided = CountOf(check, Outcome::kUndecided);
    text = broken == 0 && undecided == 0
               ? fmt::format("{} {} kept", check.budgets.size(),
                             check.budgets.size() == 1 ? "budget" : "budgets")
               : fmt::format("{} of {} budgets broken, {} undecided", broken, check.budgets.size(),
                             undecided);
  }
  if (!check.regressions.empty()) {
    if (!text.empty()) text += "; ";
    const std::size_t bad = CountOf(check, Change::kWorse) + CountOf(check, Change::kMissing);
    const std::size_t better = CountOf(check, Change::kBetter);
    text += fmt::format("{} of {} figures worse than the baseline, {} better", bad,
                        check.regressions.size(), better);
  }
  return text.empty() ? "nothing to hold against: no budgets, no baseline" : text;
}

class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}

  std::string Paint(std::string_view code, std::string_view text) const {
    return color_ ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
  }

 private:
  bool color_;
};

std::string Lines(const CheckResult& check, const Painter& painter) {
  // Padded before it is painted: the codes have no width.
  const auto line = [&](std::string_view code, std::string_view word, const std::string& text) {
    const std::string wrapped = Wrap(text, kWidth, "            ", "            ");
    return "  " + painter.Paint(code, PadRight(word, 10)) + wrapped.substr(12);
  };
  std::string text;
  for (const BudgetResult& result : check.budgets) {
    if (result.outcome == Outcome::kBroken) text += line("31", "broken", BudgetText(result));
  }
  for (const RegressionResult& result : check.regressions) {
    if (!IsBad(result)) continue;
    text +=
        line("31", Name(result.change), fmt::format("{}: {}", result.Title(), ChangeText(result)));
  }
  for (const BudgetResult& result : check.budgets) {
    if (result.outcome == Outcome::kUndecided) text += line("33", "undecided", BudgetText(result));
  }
  for (const RegressionResult& result : check.regressions) {
    if (result.change != Change::kBetter) continue;
    text += line("32", "better", fmt::format("{}: {}", result.Title(), ChangeText(result)));
  }
  return text;
}

/// Text between tags and in attributes; control characters that XML 1.0 forbids are left out.
std::string XmlEscape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') escaped += c;
    }
  }
  return escaped;
}

std::string JunitCase(const std::string& group, const std::string& name, const std::string& failure,
                      const std::string& remark) {
  std::string text =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\"", XmlEscape(group), XmlEscape(name));
  if (failure.empty() && remark.empty()) return text + "/>\n";
  text += ">\n";
  if (!failure.empty()) {
    text += fmt::format("      <failure message=\"{0}\">{0}</failure>\n", XmlEscape(failure));
  }
  if (!remark.empty()) {
    text += fmt::format("      <system-out>{}</system-out>\n", XmlEscape(remark));
  }
  return text + "    </testcase>\n";
}

std::string JunitSuite(const CheckResult& check) {
  if (!check.failure.empty()) {
    return fmt::format(
        "  <testsuite name=\"{0}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n"
        "    <testcase classname=\"{0}\" name=\"the scenario runs\">\n"
        "      <error message=\"the scenario cannot be run\">{1}</error>\n"
        "    </testcase>\n"
        "  </testsuite>\n",
        XmlEscape(check.scenario), XmlEscape(check.failure));
  }
  std::string cases;
  std::size_t failures = 0;
  for (const BudgetResult& result : check.budgets) {
    const bool broken = result.outcome == Outcome::kBroken;
    failures += broken ? 1U : 0U;
    cases +=
        JunitCase(check.scenario + ".budgets", result.Title() + " " + result.bound,
                  broken ? BudgetText(result) : "",
                  result.outcome == Outcome::kUndecided ? "undecided: " + BudgetText(result) : "");
  }
  for (const RegressionResult& result : check.regressions) {
    failures += IsBad(result) ? 1U : 0U;
    cases += JunitCase(
        check.scenario + ".baseline", result.Title(),
        IsBad(result) ? fmt::format("{}: {}", Name(result.change), ChangeText(result)) : "", "");
  }
  return fmt::format(
             "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">\n",
             XmlEscape(check.scenario), check.budgets.size() + check.regressions.size(), failures) +
         cases + "  </testsuite>\n";
}

/// Values of a workflow command: data keeps no line break, properties no colon or comma either.
std::string GithubEscape(std::string_view text, bool property) {
  std::string escaped;
  for (const char c : text) {
    if (c == '%' || c == '\n' || c == '\r' || (property && (c == ':' || c == ','))) {
      escaped += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string GithubLine(std::string_view level, const std::string& file, int line,
                       const std::string& title, const std::string& message) {
  return fmt::format("::{} file={},line={},title={}::{}\n", level, GithubEscape(file, true),
                     std::max(1, line), GithubEscape(title, true), GithubEscape(message, false));
}

std::string MarkdownCell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("|\\`*_[]<>").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

nlohmann::ordered_json NumberOrNull(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace

std::string ChangeText(const RegressionResult& regression) {
  if (regression.change == Change::kMissing) return "not in these results any more";
  std::string text = fmt::format("{} -> {}", FigureOrNothing(regression, regression.before),
                                 FigureOrNothing(regression, regression.after));
  if (regression.before != 0 && std::isfinite(regression.before) &&
      std::isfinite(regression.after)) {
    text += fmt::format(" ({:+.1f} %)", 100 * (regression.after / regression.before - 1));
  }
  return text;
}

std::string CheckReport(const std::vector<CheckResult>& checks, bool color) {
  const Painter painter(color);
  std::string text;
  std::size_t failed = 0;
  for (const CheckResult& check : checks) {
    failed += check.passed() ? 0U : 1U;
    const std::string verdict =
        check.passed() ? painter.Paint("32", "passed") : painter.Paint("31", "FAILED");
    if (!check.failure.empty()) {
      text += fmt::format("{}  {}: cannot be run\n", verdict, check.scenario);
      continue;
    }
    // The escape codes have no width, so the line is wrapped without them.
    const std::string line =
        Wrap(fmt::format("{}: {}", check.scenario, Tally(check)), kWidth, "        ", "        ");
    text += verdict + "  " + line.substr(8);
    for (const std::string& difference : check.differences) {
      text += Wrap("differs from the baseline in " + difference, kWidth, "  ", "    ");
    }
    text += Lines(check, painter);
    // What fails is not buried under what does not: three, the rest by number.
    constexpr std::size_t kShown = 3;
    for (std::size_t i = 0; i < std::min(kShown, check.warnings.size()); ++i) {
      text += Wrap("warning: " + WarningText(check.warnings[i]), kWidth, "  ", "    ");
    }
    if (check.warnings.size() > kShown) {
      text += fmt::format("  {} in all; cnisim run shows them\n",
                          CountOf(check.warnings.size(), "warning"));
    }
  }
  if (checks.size() > 1) {
    text += fmt::format("\n{} scenarios: {} passed, {} failed\n", checks.size(),
                        checks.size() - failed, failed);
  }
  return text;
}

std::string CheckJunit(const std::vector<CheckResult>& checks) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cnisim check\">\n";
  for (const CheckResult& check : checks) text += JunitSuite(check);
  return text + "</testsuites>\n";
}

std::string CheckGithub(const std::vector<CheckResult>& checks) {
  std::string text;
  for (const CheckResult& check : checks) {
    if (!check.failure.empty()) {
      text += GithubLine("error", check.file, 1, "cnisim: " + check.scenario, check.failure);
    }
    for (const BudgetResult& result : check.budgets) {
      if (result.outcome == Outcome::kMet) continue;
      text += GithubLine(result.outcome == Outcome::kBroken ? "error" : "warning", result.file,
                         result.line, fmt::format("cnisim: budget {}", Name(result.outcome)),
                         BudgetText(result));
    }
    for (const experiment::WarningResult& warning : check.warnings) {
      experiment::WarningResult words = warning;
      words.file.clear();  // GitHub shows the place itself
      words.line = 0;
      text += GithubLine("warning", warning.file.empty() ? check.file : warning.file,
                         std::max(1, warning.line), "cnisim: scenario", WarningText(words));
    }
    for (const RegressionResult& result : check.regressions) {
      if (!IsBad(result)) continue;
      text += GithubLine("error", check.file, 1,
                         fmt::format("cnisim: {} against the baseline", Name(result.change)),
                         fmt::format("{}: {}", result.Title(), ChangeText(result)));
    }
  }
  return text;
}

std::string CheckMarkdown(const std::vector<CheckResult>& checks) {
  std::string text;
  for (const CheckResult& check : checks) {
    text += fmt::format("## {} `{}`: {}\n\n", check.passed() ? "Passed" : "Failed", check.scenario,
                        check.failure.empty() ? Tally(check) : "cannot be run");
    if (!check.failure.empty()) text += fmt::format("```\n{}\n```\n\n", check.failure);
    for (const std::string& difference : check.differences) {
      text += "- differs from the baseline in " + MarkdownCell(difference) + "\n";
    }
    if (!check.differences.empty()) text += "\n";
    std::string rows;
    for (const BudgetResult& result : check.budgets) {
      rows +=
          fmt::format("| {} | {} | {} | {} |\n", Name(result.outcome), MarkdownCell(result.Title()),
                      MarkdownCell(result.bound), MarkdownCell(result.found));
    }
    if (!rows.empty())
      text += "| budget | of | bound | found |\n| --- | --- | --- | --- |\n" + rows + "\n";
    rows.clear();
    for (const RegressionResult& result : check.regressions) {
      if (result.change == Change::kSame) continue;
      rows += fmt::format("| {} | {} | {} |\n", Name(result.change), MarkdownCell(result.Title()),
                          MarkdownCell(ChangeText(result)));
    }
    if (!rows.empty())
      text += "| against baseline | of | change |\n| --- | --- | --- |\n" + rows + "\n";
    if (!check.warnings.empty()) {
      text += fmt::format("<details><summary>{}</summary>\n\n",
                          CountOf(check.warnings.size(), "warning"));
      for (const experiment::WarningResult& warning : check.warnings) {
        text += "- " + MarkdownCell(WarningText(warning)) + "\n";
      }
      text += "\n</details>\n\n";
    }
  }
  return text;
}

std::string CheckJson(const std::vector<CheckResult>& checks) {
  nlohmann::ordered_json json;
  json["cnisim_check"] = 1;
  json["scenarios"] = nlohmann::ordered_json::array();
  for (const CheckResult& check : checks) {
    nlohmann::ordered_json one;
    one["scenario"] = check.scenario;
    one["file"] = check.file;
    one["passed"] = check.passed();
    if (!check.failure.empty()) one["failure"] = check.failure;
    one["budgets"] = nlohmann::ordered_json::array();
    for (const BudgetResult& result : check.budgets) {
      one["budgets"].push_back({{"outcome", Name(result.outcome)},
                                {"configuration", result.configuration},
                                {"metric", result.metric},
                                {"from", result.from},
                                {"to", result.to},
                                {"bound", result.bound},
                                {"found", result.found},
                                {"file", result.file},
                                {"line", result.line},
                                {"column", result.column}});
    }
    one["differences"] = check.differences;
    one["warnings"] = nlohmann::ordered_json::array();
    for (const experiment::WarningResult& warning : check.warnings) {
      one["warnings"].push_back({{"file", warning.file},
                                 {"line", warning.line},
                                 {"message", warning.message},
                                 {"hint", warning.hint}});
    }
    one["baseline"] = nlohmann::ordered_json::array();
    for (const RegressionResult& result : check.regressions) {
      one["baseline"].push_back({{"change", Name(result.change)},
                                 {"configuration", result.configuration},
                                 {"metric", result.metric},
                                 {"from", result.from},
                                 {"to", result.to},
                                 {"unit", result.unit},
                                 {"before", NumberOrNull(result.before)},
                                 {"after", NumberOrNull(result.after)},
                                 {"low", NumberOrNull(result.low)},
                                 {"high", NumberOrNull(result.high)},
                                 {"p_value", NumberOrNull(result.p_value)}});
    }
    json["scenarios"].push_back(std::move(one));
  }
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cnisim::report

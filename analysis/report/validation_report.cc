#include "analysis/report/validation_report.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using validation::Measurement;
using validation::PublicationScore;
using validation::RowClass;
using validation::Score;
using validation::ScoredRow;

std::vector<const ScoredRow*> WorstFirst(const Score& score) {
  std::vector<const ScoredRow*> rows;
  for (const ScoredRow& row : score.rows) {
    if (row.measurement->row_class == RowClass::kScored && row.simulated) rows.push_back(&row);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ScoredRow* a, const ScoredRow* b) { return a->error > b->error; });
  return rows;
}

std::map<RowClass, int> Classes(const Score& score) {
  std::map<RowClass, int> classes;
  for (const ScoredRow& row : score.rows) ++classes[row.measurement->row_class];
  return classes;
}

std::string Opening(const Score& score) {
  const std::map<RowClass, int> classes = Classes(score);
  const auto count = [&](RowClass row_class) {
    const auto found = classes.find(row_class);
    return found == classes.end() ? 0 : found->second;
  };
  return fmt::format(
      "{} measured values: {} scored, {} anchors that set a publication's machine, {} informative, "
      "{} not expressed. An error of 0.10 is about 10 %.",
      score.rows.size(), count(RowClass::kScored), count(RowClass::kAnchor),
      count(RowClass::kInformative), count(RowClass::kNotExpressed));
}

std::vector<std::string> Verdicts(const Score& score) {
  std::vector<std::string> lines;
  if (score.in_scope > 0) {
    lines.push_back(fmt::format(
        "{} of {} rows of the data paths in scope have a figure ({})", score.in_scope_scored,
        score.in_scope, Percent(static_cast<double>(score.in_scope_scored) / score.in_scope)));
    lines.push_back(fmt::format("median over publications of the median error: {:.3f}; CPU {:.3f}",
                                score.median_of_publications, score.median_of_publications_cpu));
    lines.push_back(fmt::format("90th percentile over rows: {:.3f}", score.p90_rows));
    lines.push_back(fmt::format("pairs of configurations in the measured order: {} of {} ({})",
                                score.pairs.right, score.pairs.pairs,
                                Percent(score.pairs.share())));
  }
  if (score.composed.rows > 0) {
    lines.push_back(fmt::format(
        "{} compositions of kernel stages that no fit used: mean error {:.3f}, worst {:.3f}, "
        "bias {:+.3f}",
        score.composed.rows, score.composed.mean, score.composed.worst, score.composed.bias));
  }
  return lines;
}

std::string Figure(double value) { return ThreeDigits(value); }

}  // namespace

std::string ValidationText(const Score& score) {
  constexpr std::size_t kRows = 12;
  std::string text = Wrap(Opening(score), 80, "", "") + "\n";
  for (const std::string& line : Verdicts(score)) text += Wrap(line, 80, "- ", "  ");
  text += fmt::format("\n{}{:>6}{:>8}{:>8}{:>8}{:>8}{:>8}\n", PadRight("publication", 28), "rows",
                      "scored", "median", "p90", "worst", "floor");
  for (const PublicationScore& one : score.publications) {
    text += fmt::format("{}{:>6}{:>8}{:>8.3f}{:>8.3f}{:>8.3f}{:>8.3f}\n",
                        PadRight(Shorten(one.name, 27), 28), one.rows, one.scored, one.median,
                        one.p90, one.worst, one.floor);
  }
  if (!score.leave_one_out.empty()) {
    text += fmt::format("\nFitted without the publication, median error (median {:.3f}):\n",
                        score.leave_one_out_median());
    for (const auto& [publication, median] : score.leave_one_out) {
      text += fmt::format("  {}{:>8.3f}\n", PadRight(publication, 28), median);
    }
  }
  text += "\nWorst rows:\n";
  const std::vector<const ScoredRow*> worst = WorstFirst(score);
  for (std::size_t i = 0; i < std::min(kRows, worst.size()); ++i) {
    const Measurement& row = *worst[i]->measurement;
    text += fmt::format("{} {:>6.3f}  {} measured, {} simulated {}\n",
                        PadRight(Shorten(row.id, 24), 24), worst[i]->error, Figure(row.value),
                        Figure(*worst[i]->simulated), Shorten(row.unit, 14));
    text += Wrap(row.metric + (row.stat.empty() ? "" : " " + row.stat) + ", " + row.configuration,
                 80, "    ", "    ");
  }
  return text;
}

std::string ValidationMarkdown(const Score& score) {
  std::string text =
      "# How far the model is from measurements\n\n"
      "Written by `cnisim validate`; [validation.md](validation.md) says how to read it.\n\n" +
      Opening(score) + "\n\n";
  for (const std::string& line : Verdicts(score)) text += "- " + line + "\n";
  text +=
      "\n| publication | rows | scored | median | p90 | worst | floor |\n"
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (const PublicationScore& one : score.publications) {
    text += fmt::format("| {} | {} | {} | {:.3f} | {:.3f} | {:.3f} | {:.3f} |\n", one.name,
                        one.rows, one.scored, one.median, one.p90, one.worst, one.floor);
  }
  text += "\n| kind | scored | median | p90 | floor |\n| --- | ---: | ---: | ---: | ---: |\n";
  for (const auto& [kind, one] : score.kinds) {
    text += fmt::format("| {} | {} | {:.3f} | {:.3f} | {:.3f} |\n", one.name, one.scored,
                        one.median, one.p90, one.floor);
  }
  text +=
      "\n## Every scored row, worst first\n\n"
      "| row | metric | configuration | measured | simulated | unit | error | floor |\n"
      "| --- | --- | --- | ---: | ---: | --- | ---: | ---: |\n";
  for (const ScoredRow* row : WorstFirst(score)) {
    const Measurement& about = *row->measurement;
    text += fmt::format("| {} | {} {} | {} | {} | {} | {} | {:.3f} | {:.3f} |\n", about.id,
                        about.metric, about.stat, about.configuration, Figure(about.value),
                        Figure(*row->simulated), about.unit, row->error, row->floor);
  }
  std::map<std::pair<std::string, std::string>, int> reasons;
  for (const ScoredRow& row : score.rows) {
    const RowClass row_class = row.measurement->row_class;
    if (row_class == RowClass::kInformative || row_class == RowClass::kNotExpressed) {
      ++reasons[{std::string(Name(row_class)), row.measurement->reason}];
    }
  }
  text += "\n## Rows without a score\n\n| class | reason | rows |\n| --- | --- | ---: |\n";
  for (const auto& [key, count] : reasons) {
    text += fmt::format("| {} | {} | {} |\n", key.first, key.second, count);
  }
  if (!score.leave_one_out.empty()) {
    text +=
        "\n## Each publication predicted by costs fitted without it\n\n"
        "| publication | median error |\n| --- | ---: |\n";
    for (const auto& [publication, median] : score.leave_one_out) {
      text += fmt::format("| {} | {:.3f} |\n", publication, median);
    }
    text += fmt::format("| median | {:.3f} |\n", score.leave_one_out_median());
  }
  return text;
}

nlohmann::ordered_json ValidationJson(const Score& score) {
  nlohmann::ordered_json json;
  json["summary"] = {{"in_scope", score.in_scope},
                     {"in_scope_scored", score.in_scope_scored},
                     {"median_of_publications", score.median_of_publications},
                     {"median_of_publications_cpu", score.median_of_publications_cpu},
                     {"p90_rows", score.p90_rows},
                     {"pairs", score.pairs.pairs},
                     {"pairs_in_order", score.pairs.right},
                     {"composed_rows", score.composed.rows},
                     {"composed_mean", score.composed.mean},
                     {"composed_worst", score.composed.worst}};
  json["publications"] = nlohmann::ordered_json::array();
  for (const PublicationScore& one : score.publications) {
    json["publications"].push_back({{"publication", one.name},
                                    {"rows", one.rows},
                                    {"scored", one.scored},
                                    {"median", one.median},
                                    {"p90", one.p90},
                                    {"worst", one.worst},
                                    {"floor", one.floor}});
  }
  for (const auto& [publication, median] : score.leave_one_out) {
    json["leave_one_out"][publication] = median;
  }
  json["rows"] = nlohmann::ordered_json::array();
  for (const ScoredRow& row : score.rows) {
    const Measurement& about = *row.measurement;
    nlohmann::ordered_json one{{"id", about.id},
                               {"publication", about.publication},
                               {"metric", about.metric},
                               {"stat", about.stat},
                               {"configuration", about.configuration},
                               {"unit", about.unit},
                               {"measured", about.value},
                               {"simulated", nullptr},
                               {"class", std::string(Name(about.row_class))},
                               {"reason", about.reason},
                               {"error", nullptr},
                               {"floor", row.floor}};
    if (row.simulated) one["simulated"] = *row.simulated;
    if (row.simulated && about.row_class == RowClass::kScored) one["error"] = row.error;
    json["rows"].push_back(std::move(one));
  }
  return json;
}

std::string ValidationErrorsYaml(const validation::Score& score) {
  std::string text =
      "# Written by `cnisim validate --errors`; do not edit. Median over publications of the "
      "median of\n"
      "# |ln(simulated / measured)|, by kind of figure.\n"
      "errors:\n";
  for (const auto& [kind, error] : score.kind_errors) {
    if (kind == validation::Kind::kCount || kind == validation::Kind::kOther) continue;
    text += fmt::format("  - {{kind: {}, error: {:.3f}, rows: {}, publications: {}}}\n", Name(kind),
                        error.error, error.rows, error.publications);
  }
  return text;
}

std::string FitText(const std::vector<validation::FittedClass>& classes,
                    const datapath::CostModel& costs) {
  std::string text;
  for (const validation::FittedClass& one : classes) {
    text += fmt::format("{}: {} measurements, median error {:.3f}, {} iterations{}\n", one.name,
                        one.rows, one.median_error, one.iterations,
                        one.converged ? "" : " (stopped before it converged)");
    text += fmt::format("  {}{:>10}{:>9}{:>18}{:>6}\n", PadRight("stage", 33), "ns", "+-", "range",
                        "rows");
    for (const validation::FittedStage& stage : one.stages) {
      const datapath::StageCost& cost = costs.At(stage.id);
      const bool bytes = cost.fixed.high <= cost.fixed.low;
      const datapath::CostRange& range = bytes ? cost.per_byte : cost.fixed;
      text +=
          fmt::format("  {}{:>10}{:>9}{:>18}{:>6}{}\n", PadRight(Shorten(stage.id, 32), 33),
                      ThreeDigits(bytes ? stage.per_byte_ns : stage.fixed_ns) + (bytes ? "/B" : ""),
                      std::isfinite(stage.error_ns) ? ThreeDigits(stage.error_ns) : "?",
                      ThreeDigits(range.low) + " .. " + ThreeDigits(range.high), stage.measurements,
                      stage.at_bound ? "  bound" : "");
    }
    text +=
        Wrap("nothing informs " + AndList(one.uninformed, one.uninformed.size()), 80, "  ", "  ") +
        "\n";
  }
  return text;
}

}  // namespace cnisim::report

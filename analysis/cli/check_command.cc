#include "analysis/cli/check_command.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <fmt/format.h>

#include "analysis/budget/baseline.h"
#include "analysis/budget/budgets.h"
#include "analysis/cli/invocation.h"
#include "analysis/cli/measure_options.h"
#include "analysis/cli/option_checks.h"
#include "analysis/cli/progress.h"
#include "analysis/cli/scenario_input.h"
#include "analysis/experiment/result_json.h"
#include "analysis/experiment/sweep_experiment.h"
#include "analysis/report/check_report.h"
#include "models/document/quantities.h"

namespace cnisim::cli {
namespace {

namespace fs = std::filesystem;

struct CheckOptions {
  std::vector<std::string> paths;
  std::string baseline;
  std::string tolerance = "0%";
  std::string junit;
  std::string markdown;
  bool github = false;
  MeasureOptions measure;
};

/// "error: …" for everything that is no diagnostic of a document.
ExitCode Refuse(const std::string& message, Invocation& invocation) {
  invocation.err.stream << "cnisim check: error: " << message << '\n';
  return ExitCode::kUserInput;
}

/// The scenarios meant: files as given, and those of each folder (not below it) that are scenarios.
std::vector<std::string> ScenarioFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(path, ignored)) {
      const std::string extension = entry.path().extension().string();
      if (entry.is_regular_file(ignored) && (extension == ".yaml" || extension == ".yml")) {
        found.push_back(entry.path().string());
      }
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

/// The baseline of a scenario: the file itself, or <folder>/<scenario name>/results.json.
std::string BaselineFile(const std::string& baseline, const std::string& scenario_name) {
  std::error_code ignored;
  if (!fs::is_directory(baseline, ignored)) return baseline;
  return (fs::path(baseline) / scenario_name / "results.json").string();
}

Result<experiment::ResultDocument, std::string> ReadBaseline(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return Failure{"cannot read baseline " + path};
  auto results = experiment::ParseResults(text.str());
  if (!results) return Failure{path + ": " + results.error()};
  return results;
}

std::string Trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// Runs one scenario and judges it; what goes wrong stays with it.
class Checker {
 public:
  Checker(const CheckOptions& options, Invocation& invocation)
      : options_(options), invocation_(invocation) {}

  budget::CheckResult Check(const std::string& path) {
    budget::CheckResult check;
    check.scenario = fs::path(path).stem().string();
    check.file = path;
    std::string problems;
    std::unique_ptr<LoadedScenario> loaded =
        ReadScenarioInput(path, invocation_.options.catalog, problems);
    if (loaded == nullptr) {
      check.failure = Trimmed(problems);
      return check;
    }
    check.scenario = loaded->scenario.name;
    const std::optional<experiment::ResultDocument> document = Run(*loaded);
    if (document) {
      check.warnings = document->warnings;
      check.budgets =
          budget::CheckAllBudgets(loaded->scenario.budgets, *document, loaded->diagnostics);
      AddBaseline(*document, check);
    }
    if (!document || loaded->diagnostics.has_errors()) {
      loaded->diagnostics.Print(check.failure);
      check.failure = Trimmed(check.failure);
    }
    return check;
  }

 private:
  std::optional<experiment::ResultDocument> Run(LoadedScenario& loaded) {
    experiment::ScenarioOptions experiment = options_.measure.ToExperiment(invocation_);
    experiment.review = [&](const experiment::ResultDocument& unmeasured,
                            document::Diagnostics& diagnostics) {
      budget::ReviewBudgets(loaded.scenario.budgets, unmeasured, diagnostics);
    };
    experiment::ExperimentTiming timing;
    ProgressLine progress(invocation_.err, loaded.scenario.name);
    experiment.progress = [&](const experiment::Progress& now) { progress.Update(now); };
    // Without a folder for results there is none to keep finished points of a sweep in.
    const fs::path folder =
        fs::path(invocation_.options.output.value_or("")) / loaded.scenario.name;
    const std::string kept =
        invocation_.options.output ? experiment::KeptPointsFolder(folder.string()) : "";
    std::optional<experiment::ResultDocument> document = experiment::RunExperiment(
        loaded.scenario, loaded.catalog, experiment, kept, loaded.diagnostics, timing);
    if (!document || kept.empty()) return document;
    const bool written =
        WriteResult((folder / "results.json").string(), ToJson(*document), invocation_);
    if (written) experiment::ForgetKeptPoints(kept);
    all_written_ &= written;
    return document;
  }

  void AddBaseline(const experiment::ResultDocument& document, budget::CheckResult& check) {
    if (options_.baseline.empty()) return;
    const std::string file = BaselineFile(options_.baseline, check.scenario);
    const auto baseline = ReadBaseline(file);
    if (!baseline) {
      check.failure = baseline.error();
      return;
    }
    if (const std::string why = budget::WhyNoBaseline(document, *baseline); !why.empty()) {
      check.failure = file + ": " + why;
      return;
    }
    budget::BaselineOptions baseline_options;
    baseline_options.tolerance = document::ParsePercentage(options_.tolerance).value();
    check.regressions = budget::CompareWithBaseline(document, *baseline, baseline_options);
    check.differences = budget::DifferencesFromBaseline(document, *baseline);
  }

 public:
  bool all_written() const { return all_written_; }

 private:
  const CheckOptions& options_;
  Invocation& invocation_;
  bool all_written_ = true;
};

ExitCode Check(const CheckOptions& options, Invocation& invocation) {
  const std::vector<std::string> files = ScenarioFiles(options.paths);
  if (files.empty()) return Refuse("no scenario (*.yaml) in the given folder", invocation);

  Checker checker(options, invocation);
  std::vector<budget::CheckResult> checks;
  for (const std::string& file : files) checks.push_back(checker.Check(file));

  bool written = checker.all_written();
  const auto write = [&](const std::string& path, const std::string& text) {
    if (!path.empty()) written &= WriteResult(path, text, invocation);
  };
  write(options.junit, report::CheckJunit(checks));
  write(options.markdown, report::CheckMarkdown(checks));
  write(invocation.options.json.value_or(""), report::CheckJson(checks));
  for (const budget::CheckResult& check : checks) {
    if (!check.failure.empty()) invocation.err.stream << check.failure << '\n';
  }
  if (!invocation.options.json_on_stdout()) {
    if (options.github) invocation.out.stream << report::CheckGithub(checks);
    invocation.out.stream << report::CheckReport(checks, invocation.out.color);
  }

  const auto broken_input = [](const budget::CheckResult& check) { return !check.failure.empty(); };
  if (!written || std::any_of(checks.begin(), checks.end(), broken_input)) {
    return ExitCode::kUserInput;
  }
  const bool passed = std::all_of(checks.begin(), checks.end(),
                                  [](const budget::CheckResult& check) { return check.passed(); });
  return passed ? ExitCode::kOk : ExitCode::kFinding;
}

}  // namespace

Action AddCheckCommand(CLI::App& command) {
  auto options = std::make_shared<CheckOptions>();
  command.add_option("SCENARIO", options->paths, "scenario files, or folders of them")
      ->required()
      ->expected(1, 1000);
  command
      .add_option("--baseline", options->baseline,
                  "earlier results.json, or a folder of <scenario>/results.json")
      ->type_name("PATH");
  command.add_option("--tolerance", options->tolerance, "change from the baseline that may be")
      ->type_name("PERCENT")
      ->check(PercentageText());
  options->measure.AddTo(command);
  command.add_option("--junit", options->junit, "write JUnit XML")->type_name("FILE");
  command.add_option("--markdown", options->markdown, "write a summary, as for a merge request")
      ->type_name("FILE");
  command.add_flag("--github", options->github, "print annotations for GitHub Actions");
  return [options](Invocation& invocation) { return Check(*options, invocation); };
}

}  // namespace cnisim::cli

#include "analysis/cli/run_command.h"

#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "analysis/budget/budgets.h"
#include "analysis/cli/invocation.h"
#include "analysis/cli/measure_options.h"
#include "analysis/cli/progress.h"
#include "analysis/cli/scenario_input.h"
#include "analysis/experiment/engine_profile.h"
#include "analysis/experiment/ramp.h"
#include "analysis/experiment/ramp_json.h"
#include "analysis/experiment/result_json.h"
#include "analysis/experiment/sweep_experiment.h"
#include "analysis/explain/result_paths.h"
#include "analysis/export/history.h"
#include "analysis/export/results_csv.h"
#include "analysis/plan/result_addresses.h"
#include "analysis/report/check_report.h"
#include "analysis/report/html_report.h"
#include "analysis/report/ramp_text.h"
#include "analysis/report/resources_text.h"
#include "analysis/report/sweep_text.h"
#include "analysis/report/terminal_report.h"

namespace cnisim::cli {
namespace {

struct RunOptions {
  std::string scenario;
  MeasureOptions measure;
  bool report = false;
  bool csv = false;
  bool profile = false;
  bool resources = false;
  std::string history;
  std::string ramp;
};

CLI::Validator RampRangeText() {
  return CLI::Validator(
      [](const std::string& text) {
        if (experiment::ParseRamp(text)) return std::string();
        return fmt::format("expected a rising range, as rate=100..100000, found '{}'", text);
      },
      "");
}

/// Keys of the scenario that stand for other commands.
void WarnOfUnused(LoadedScenario& loaded) {
  const auto warn = [&](const document::Value* value, const std::string& message) {
    if (value != nullptr) loaded.diagnostics.Warning(*value, message);
  };
  warn(
      loaded.scenario.timeline,
      "'run' simulates traffic on the cluster as it starts; the timeline moves its addresses only");
}

/// Writes what was asked for into `folder`; the names of the files go to `written`.
bool WriteFiles(const RunOptions& options, const experiment::ResultDocument& document,
                const experiment::ExperimentTiming& timing, const std::filesystem::path& folder,
                Invocation& invocation, std::vector<std::string>& written) {
  const auto write = [&](const char* name, const std::string& text) {
    const std::string path = (folder / name).string();
    written.push_back(path);
    return WriteResult(path, text, invocation);
  };
  if (!write("results.json", ToJson(document))) return false;
  if (options.report &&
      !write("report.html", report::HtmlReport(document, {invocation.command_line}))) {
    return false;
  }
  if (options.csv && !write("results.csv", exporting::ToCsv(document))) return false;
  return WriteResult((folder / "timing.json").string(), ToJson(timing), invocation);
}

bool Remember(const std::string& history, const experiment::ResultDocument& document,
              Invocation& invocation) {
  if (history.empty()) return true;
  const std::string now = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  const auto problem = exporting::AddToHistory(history, document, now);
  if (problem) invocation.err.stream << fmt::format("cnisim run: error: {}\n", *problem);
  return !problem;
}

/// What became of the scenario's budgets; empty if it has none.  `run` only tells, `check` judges.
std::string Budgets(LoadedScenario& loaded, const experiment::ResultDocument& document,
                    bool color) {
  if (loaded.scenario.budgets.empty()) return "";
  budget::CheckResult check;
  check.scenario = loaded.scenario.name;
  check.file = loaded.scenario.path;
  check.budgets = budget::CheckAllBudgets(loaded.scenario.budgets, document, loaded.diagnostics);
  return "\n" + report::CheckReport({check}, color);
}

std::string OutputFolder(const LoadedScenario& loaded, const Invocation& invocation) {
  return invocation.options.output.value_or("cnisim-out/" + loaded.scenario.name);
}

ExitCode RunRamp(const RunOptions& options, LoadedScenario& loaded, Invocation& invocation) {
  const experiment::ScenarioOptions common = options.measure.ToExperiment(invocation);
  experiment::RampOptions ramp;
  ramp.range = experiment::ParseRamp(options.ramp).value();
  ramp.configurations = common.configurations;
  ramp.seed = common.seed;
  ramp.warm_up = common.warm_up;
  ramp.duration = common.duration;
  ramp.threads = common.threads;
  const auto results =
      experiment::RunRamp(loaded.scenario, loaded.catalog, ramp, loaded.diagnostics);
  PrintDiagnostics(loaded.diagnostics, invocation);
  if (!results) return ExitCode::kUserInput;
  if (!invocation.writes) return ExitCode::kOk;
  const std::string folder = OutputFolder(loaded, invocation);
  const std::string path = (std::filesystem::path(folder) / "ramp.json").string();
  const std::string json =
      ToJson(experiment::ContextOf(loaded.scenario, loaded.catalog, ramp), *results);
  if (!WriteResult(path, json, invocation) ||
      (invocation.options.json && !WriteResult(*invocation.options.json, json, invocation))) {
    return ExitCode::kUserInput;
  }
  if (!invocation.options.json_on_stdout()) {
    invocation.out.stream << report::RampText(*results) << "\nWritten: " << path << "\n";
  }
  return ExitCode::kOk;
}

ExitCode Run(const RunOptions& options, Invocation& invocation) {
  const std::unique_ptr<LoadedScenario> loaded = LoadScenario(options.scenario, invocation);
  if (loaded == nullptr) return ExitCode::kUserInput;
  WarnOfUnused(*loaded);
  if (!options.ramp.empty() && loaded->scenario.sweep != nullptr) {
    loaded->diagnostics.Warning(
        *loaded->scenario.sweep,
        "--ramp simulates the scenario as it stands; the sweep is left out");
  }
  if (!options.ramp.empty()) return RunRamp(options, *loaded, invocation);

  const std::filesystem::path folder = OutputFolder(*loaded, invocation);
  const std::string kept = experiment::KeptPointsFolder(folder.string());
  experiment::ScenarioOptions experiment = options.measure.ToExperiment(invocation);
  experiment.review = [&](const experiment::ResultDocument& unmeasured,
                          document::Diagnostics& diagnostics) {
    budget::ReviewBudgets(loaded->scenario.budgets, unmeasured, diagnostics);
  };
  experiment::ExperimentTiming timing;
  experiment::EngineProfile profile;
  explain::ResultPaths paths(loaded->scenario, loaded->catalog);
  std::optional<experiment::ResultDocument> document;
  {
    ProgressLine progress(invocation.err, "running");
    experiment.progress = [&](const experiment::Progress& now) { progress.Update(now); };
    if (options.profile) experiment.profile = &profile;
    if (invocation.writes) {
      experiment.inspect = [&](const scenario::PreparedConfiguration& ready) {
        paths.Collect(ready);
      };
    }
    document = experiment::RunExperiment(loaded->scenario, loaded->catalog, experiment, kept,
                                         loaded->diagnostics, timing);
  }
  if (!document) {
    PrintDiagnostics(loaded->diagnostics, invocation);
    return ExitCode::kUserInput;
  }

  if (options.profile) invocation.err.stream << profile.ToText();
  if (!invocation.writes) return ExitCode::kOk;

  paths.AddTo(*document);
  plan::AddAddresses(loaded->scenario, loaded->catalog.limits, *document);
  const std::string budgets = Budgets(*loaded, *document, invocation.out.color);
  if (loaded->diagnostics.has_errors()) {
    PrintDiagnostics(loaded->diagnostics, invocation);
    return ExitCode::kUserInput;
  }

  report::TerminalOptions terminal;
  terminal.color = invocation.out.color;
  if (!WriteFiles(options, *document, timing, folder, invocation, terminal.files) ||
      (invocation.options.json &&
       !WriteResult(*invocation.options.json, ToJson(*document), invocation)) ||
      !Remember(options.history, *document, invocation)) {
    return ExitCode::kUserInput;
  }
  experiment::ForgetKeptPoints(kept);
  if (!invocation.options.json_on_stdout()) {
    invocation.out.stream << report::TerminalReport(*document, terminal)
                          << report::SweepText(*document, terminal.color)
                          << (options.resources ? report::ResourcesText(*document) : "") << budgets;
  }
  return ExitCode::kOk;
}

}  // namespace

Action AddRunCommand(CLI::App& command) {
  auto options = std::make_shared<RunOptions>();
  command.add_option("SCENARIO", options->scenario, "scenario file")->required();
  options->measure.AddTo(command);
  command.add_flag("--report", options->report, "write report.html too");
  command.add_flag("--profile", options->profile, "say where the engine's time went");
  command.add_flag("--resources", options->resources,
                   "show how busy each kind of resource is and what waits for it");
  command.add_flag("--csv", options->csv, "write results.csv too, a line for each figure");
  command
      .add_option("--history", options->history,
                  "SQLite file that remembers every run; add this one")
      ->type_name("FILE");
  command
      .add_option("--ramp", options->ramp,
                  "find the most that each configuration carries, as rate=100..100000")
      ->type_name("RANGE")
      ->check(RampRangeText())
      ->excludes("--report")
      ->excludes("--csv")
      ->excludes("--history")
      ->excludes("--replications")
      ->excludes("--precision")
      ->excludes("--cost-draws")
      ->excludes("--shuffle-ties")
      ->excludes("--no-fusing")
      ->excludes("--profile")
      ->excludes("--resources")
      ->excludes("--ranks");
  return [options](Invocation& invocation) { return Run(*options, invocation); };
}

}  // namespace cnisim::cli

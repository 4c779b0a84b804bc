#include "analysis/cli/run_command.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include <CLI/App.hpp>

#include "analysis/cli/invocation.h"
#include "analysis/cli/measure_options.h"
#include "analysis/cli/progress.h"
#include "analysis/cli/scenario_input.h"
#include "analysis/experiment/result_json.h"
#include "analysis/experiment/scenario_experiment.h"
#include "analysis/report/terminal_report.h"

namespace cnisim::cli {
namespace {

struct RunOptions {
  std::string scenario;
  MeasureOptions measure;
};

/// Keys of the scenario that stand for other commands.
void WarnOfUnused(LoadedScenario& loaded) {
  const auto warn = [&](const document::Value* value, const std::string& message) {
    if (value != nullptr) loaded.diagnostics.Warning(*value, message);
  };
  warn(loaded.scenario.timeline,
       "'run' simulates the cluster as it starts; the timeline is left out");
  warn(loaded.scenario.sweep, "'run' simulates the scenario as it stands; the sweep is left out");
}

ExitCode Run(const RunOptions& options, Invocation& invocation) {
  const std::unique_ptr<LoadedScenario> loaded = LoadScenario(options.scenario, invocation);
  if (loaded == nullptr) return ExitCode::kUserInput;
  WarnOfUnused(*loaded);

  experiment::ScenarioOptions experiment = options.measure.ToExperiment(invocation.options);
  experiment::ExperimentTiming timing;
  std::optional<experiment::ResultDocument> document;
  {
    ProgressLine progress(invocation.err, "running");
    experiment.progress = [&](int done, int total) { progress.Update(done, total); };
    document = experiment::RunScenario(loaded->scenario, loaded->catalog, experiment,
                                       loaded->diagnostics, timing);
  }
  if (!document) {
    PrintDiagnostics(loaded->diagnostics, invocation);
    return ExitCode::kUserInput;
  }

  const std::filesystem::path folder =
      invocation.options.output.value_or("cnisim-out/" + loaded->scenario.name);
  const std::string results = (folder / "results.json").string();
  const std::string json = ToJson(*document);
  if (!WriteResult(results, json, invocation) ||
      !WriteResult((folder / "timing.json").string(), ToJson(timing), invocation) ||
      (invocation.options.json && !WriteResult(*invocation.options.json, json, invocation))) {
    return ExitCode::kUserInput;
  }
  if (!invocation.options.json_on_stdout()) {
    report::TerminalOptions terminal;
    terminal.color = invocation.out.color;
    terminal.files = {results};
    invocation.out.stream << report::TerminalReport(*document, terminal);
  }
  return ExitCode::kOk;
}

}  // namespace

Action AddRunCommand(CLI::App& command) {
  auto options = std::make_shared<RunOptions>();
  command.add_option("SCENARIO", options->scenario, "scenario file")->required();
  options->measure.AddTo(command);
  return [options](Invocation& invocation) { return Run(*options, invocation); };
}

}  // namespace cnisim::cli

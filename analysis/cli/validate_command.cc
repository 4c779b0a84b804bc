#include "analysis/cli/validate_command.h"

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

#include "analysis/cli/invocation.h"
#include "analysis/cli/json_output.h"
#include "analysis/experiment/output_file.h"
#include "analysis/report/validation_report.h"
#include "analysis/validation/fit.h"
#include "analysis/validation/measurement.h"
#include "analysis/validation/score.h"
#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"

namespace cnisim::cli {
namespace {

struct ValidateOptions {
  std::vector<std::string> data;
  bool estimate = false;
  bool leave_one_out = false;
  std::optional<std::string> errors;
};

ExitCode Validate(const ValidateOptions& options, Invocation& invocation) {
  document::Diagnostics diagnostics;
  const scenario::Catalog catalog =
      scenario::Catalog::Load(invocation.options.catalog, diagnostics);
  validation::Lab lab(catalog.files, catalog.costs, diagnostics);
  const validation::MeasurementSet set =
      validation::LoadMeasurements(options.data, lab, diagnostics);
  invocation.err.stream << diagnostics.ToString();
  if (diagnostics.has_errors()) return ExitCode::kUserInput;
  const auto method =
      options.estimate ? validation::Method::kEstimate : validation::Method::kSimulate;
  validation::Score score = validation::Judge(
      set.measurements,
      validation::Figures(set.measurements,
                          validation::CatalogCosts(set.measurements, catalog.costs),
                          catalog.workload, method));
  if (options.leave_one_out) {
    score.leave_one_out =
        validation::LeaveOneOut(set.measurements, catalog.costs, catalog.workload);
  }
  if (!WriteJson(report::ValidationJson(score), invocation)) return ExitCode::kUserInput;
  const auto write = [&](const std::optional<std::string>& file, const std::string& text) {
    if (!file) return true;
    const auto wrong = experiment::WriteWholeFile(*file, text);
    if (wrong) invocation.err.stream << "cnisim validate: error: " << *wrong << "\n";
    return !wrong;
  };
  if (!write(invocation.options.output, report::ValidationMarkdown(score)) ||
      !write(options.errors, report::ValidationErrorsYaml(score))) {
    return ExitCode::kUserInput;
  }
  if (!invocation.options.json_on_stdout()) {
    invocation.out.stream << report::ValidationText(score);
  }
  return ExitCode::kOk;
}

}  // namespace

Action AddValidateCommand(CLI::App& command) {
  auto options = std::make_shared<ValidateOptions>();
  command.add_option("--data", options->data,
                     "measurements in either column format; default the program's own");
  command.add_flag("--estimate", options->estimate,
                   "closed forms in place of simulation, as the fit uses them");
  command.add_flag("--leave-one-out", options->leave_one_out,
                   "also fit without each publication in turn and predict it; takes a minute");
  command.add_option("--errors", options->errors,
                     "file for the errors that results take for the model's own");
  return [options](Invocation& invocation) { return Validate(*options, invocation); };
}

}  // namespace cnisim::cli

#include "analysis/cli/fit_command.h"

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>

#include "analysis/cli/invocation.h"
#include "analysis/experiment/output_file.h"
#include "analysis/report/validation_report.h"
#include "analysis/validation/fit.h"
#include "analysis/validation/measurement.h"
#include "models/datapath/cost_model.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "models/workload/defaults.h"

namespace cnisim::cli {
namespace {

// The catalog without what an earlier fit found: a fit begins with the sources' values.
document::CatalogFiles SourcesOf(const document::CatalogFiles& files) {
  std::vector<document::CatalogFile> kept;
  for (const document::CatalogFile& file : files.files()) {
    if (!file.path.starts_with("hardware/")) kept.push_back(file);
  }
  return document::CatalogFiles::FromFiles(std::move(kept));
}

ExitCode Fit(const std::vector<std::string>& data, Invocation& invocation) {
  document::Diagnostics diagnostics;
  const document::CatalogFiles files =
      SourcesOf(document::CatalogFiles::Load(invocation.options.catalog, diagnostics));
  const datapath::CostModel costs = datapath::CostModel::Load(files, diagnostics);
  const workload::Defaults defaults = workload::Defaults::Load(files, diagnostics);
  validation::Lab lab(files, costs, diagnostics);
  const validation::MeasurementSet set = validation::LoadMeasurements(data, lab, diagnostics);
  invocation.err.stream << diagnostics.ToString();
  if (diagnostics.has_errors()) return ExitCode::kUserInput;
  const std::vector<validation::FittedClass> classes =
      validation::FitAll(set.measurements, costs, defaults);
  const std::string file = invocation.options.output.value_or("costs.yaml");
  if (const auto wrong =
          experiment::WriteWholeFile(file, validation::FitYaml(classes, set.files))) {
    invocation.err.stream << "cnisim fit: error: " << *wrong << "\n";
    return ExitCode::kUserInput;
  }
  invocation.out.stream << report::FitText(classes, costs) << "costs: " << file << "\n";
  return ExitCode::kOk;
}

}  // namespace

Action AddFitCommand(CLI::App& command) {
  auto data = std::make_shared<std::vector<std::string>>();
  command.add_option("DATA", *data,
                     "measurements in either column format; default the program's own");
  return [data](Invocation& invocation) { return Fit(*data, invocation); };
}

}  // namespace cnisim::cli

#include "analysis/cli/scenario_input.h"

#include <ostream>
#include <utility>

#include "analysis/cli/invocation.h"
#include "analysis/experiment/output_file.h"
#include "models/scenario/scenario_reader.h"

namespace cnisim::cli {

std::unique_ptr<LoadedScenario> ReadScenarioInput(const std::string& path,
                                                  const std::optional<std::string>& catalog_overlay,
                                                  std::string& problems) {
  document::Diagnostics diagnostics;
  scenario::Catalog catalog = scenario::Catalog::Load(catalog_overlay, diagnostics);
  std::optional<scenario::Scenario> scenario;
  // Without a sound catalog every name in the scenario would look unknown.
  if (!diagnostics.has_errors()) scenario = scenario::ReadScenario(path, catalog, diagnostics);
  if (!scenario || diagnostics.has_errors()) {
    diagnostics.Print(problems);
    return nullptr;
  }
  return std::make_unique<LoadedScenario>(
      LoadedScenario{std::move(catalog), std::move(*scenario), std::move(diagnostics)});
}

std::unique_ptr<LoadedScenario> LoadScenario(const std::string& path, Invocation& invocation) {
  std::string problems;
  std::unique_ptr<LoadedScenario> loaded =
      ReadScenarioInput(path, invocation.options.catalog, problems);
  invocation.err.stream << problems;
  return loaded;
}

void PrintDiagnostics(const document::Diagnostics& diagnostics, Invocation& invocation) {
  std::string text;
  diagnostics.Print(text);
  invocation.err.stream << text;
}

bool WriteResult(const std::string& path, const std::string& text, Invocation& invocation) {
  if (!invocation.writes) return true;
  if (path == "-") {
    invocation.out.stream << text;
    return true;
  }
  if (const auto failure = experiment::WriteWholeFile(path, text)) {
    invocation.err.stream << "cnisim: error: " << *failure << '\n';
    return false;
  }
  return true;
}

}  // namespace cnisim::cli

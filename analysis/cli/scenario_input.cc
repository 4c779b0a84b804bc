#include "analysis/cli/scenario_input.h"

#include <ostream>
#include <utility>

#include <fmt/format.h>

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

void PrintDiagnosticsAfter(std::size_t of_scenario, const document::Diagnostics& diagnostics,
                           Invocation& invocation) {
  if (of_scenario == 0 || diagnostics.has_errors()) {
    PrintDiagnostics(diagnostics, invocation);
    return;
  }
  std::ostream& err = invocation.err.stream;
  err << fmt::format("cnisim: the scenario has {} warning{}, which `cnisim run` shows\n",
                     of_scenario, of_scenario == 1 ? "" : "s");
  const auto& all = diagnostics.list();
  for (std::size_t i = of_scenario; i < all.size(); ++i) err << diagnostics.Render(all[i]);
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

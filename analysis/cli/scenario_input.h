#pragma once

/// @file
/// What most commands begin with: the catalog and the scenario, or all that is wrong with them.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario.h"

namespace cnisim::cli {

struct Invocation;

struct LoadedScenario {
  scenario::Catalog catalog;
  scenario::Scenario scenario;
  document::Diagnostics diagnostics;  ///< warnings so far
};

/// Reads both.  On a mistake returns nullptr, and `problems` holds every message.
std::unique_ptr<LoadedScenario> ReadScenarioInput(const std::string& path,
                                                  const std::optional<std::string>& catalog_overlay,
                                                  std::string& problems);

/// The same for a command.  On a mistake prints every message to standard error and returns
/// nullptr; the command then ends with ExitCode::kUserInput.
std::unique_ptr<LoadedScenario> LoadScenario(const std::string& path, Invocation& invocation);

/// Prints all diagnostics to standard error.
void PrintDiagnostics(const document::Diagnostics& diagnostics, Invocation& invocation);

/// For commands that answer one question about a scenario: the first `of_scenario` diagnostics are
/// what `cnisim run` says of the scenario anyway, so without an error they are only counted.
void PrintDiagnosticsAfter(std::size_t of_scenario, const document::Diagnostics& diagnostics,
                           Invocation& invocation);

/// Writes `text` to `path`, "-" being standard output; says on standard error why it cannot.
bool WriteResult(const std::string& path, const std::string& text, Invocation& invocation);

}  // namespace cnisim::cli

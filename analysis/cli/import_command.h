#pragma once

/// @file
/// `cnisim import`: a scenario from the files that a team already holds.

#include "analysis/cli/command.h"

namespace cnisim::cli {

Action AddImportCommand(CLI::App& command);

}  // namespace cnisim::cli

#pragma once

/// @file
/// `cnisim run`: simulate a scenario's configurations and compare them.

#include "analysis/cli/command.h"

namespace cnisim::cli {

Action AddRunCommand(CLI::App& command);

}  // namespace cnisim::cli

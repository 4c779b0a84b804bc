#pragma once

/// @file
/// `cnisim check`: the gate.  Runs scenarios, holds their budgets and a baseline against the
/// results, and exits 1 if something is broken or got worse.

#include "analysis/cli/command.h"

namespace cnisim::cli {

Action AddCheckCommand(CLI::App& command);

}  // namespace cnisim::cli

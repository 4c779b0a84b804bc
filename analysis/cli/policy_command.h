#pragma once

/// @file
/// `cnisim policy`: who may talk to whom, why, what flips in a migration.

#include "analysis/cli/command.h"

namespace cnisim::cli {

Action AddPolicyCommand(CLI::App& command);

}  // namespace cnisim::cli

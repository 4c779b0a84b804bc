#pragma once

/// @file
/// `cnisim fit`: costs of stages from measurements.

#include "analysis/cli/command.h"

namespace cnisim::cli {

Action AddFitCommand(CLI::App& command);

}  // namespace cnisim::cli

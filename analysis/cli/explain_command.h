#pragma once

/// @file
/// `cnisim explain SCENARIO --from A --to B`: a path stage by stage.

#include "analysis/cli/command.h"

namespace cnisim::cli {

Action AddExplainCommand(CLI::App& command);

}  // namespace cnisim::cli

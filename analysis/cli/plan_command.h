#pragma once

/// @file
/// `cnisim plan`: addresses and limits, now and over time.

#include "analysis/cli/command.h"

namespace cnisim::cli {

Action AddPlanCommand(CLI::App& command);

}  // namespace cnisim::cli

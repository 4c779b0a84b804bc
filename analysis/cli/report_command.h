#pragma once

/// @file
/// `cnisim report`: draw results.json as one HTML page and as Markdown.

#include "analysis/cli/command.h"

namespace cnisim::cli {

Action AddReportCommand(CLI::App& command);

}  // namespace cnisim::cli

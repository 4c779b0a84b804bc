#pragma once

/// @file
/// `cnisim catalog [KIND] [NAME]`: what the program knows, with sources.

#include "analysis/cli/command.h"

namespace cnisim::cli {

Action AddCatalogCommand(CLI::App& command);

}  // namespace cnisim::cli

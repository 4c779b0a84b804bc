#pragma once

/// @file
/// `cnisim validate`: how far the model is from published and measured numbers.

#include "analysis/cli/command.h"

namespace cnisim::cli {

Action AddValidateCommand(CLI::App& command);

}  // namespace cnisim::cli

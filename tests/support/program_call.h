#pragma once

/// @file
/// The whole program, called inside a test: what it prints and the code that it ends with.

#include <string>
#include <vector>

#include "analysis/cli/exit_code.h"

namespace cnisim::test {

struct ProgramOutcome {
  cli::ExitCode code = cli::ExitCode::kOk;
  std::string out;
  std::string err;
};

/// `cnisim COMMAND... REST...`, away from any terminal.
ProgramOutcome CallProgram(std::vector<std::string> command, const std::vector<std::string>& rest);

}  // namespace cnisim::test

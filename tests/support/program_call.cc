#include "tests/support/program_call.h"

#include <sstream>

#include "analysis/cli/program.h"

namespace cnisim::test {

ProgramOutcome CallProgram(std::vector<std::string> command, const std::vector<std::string>& rest) {
  command.insert(command.end(), rest.begin(), rest.end());
  std::ostringstream out;
  std::ostringstream err;
  const cli::ExitCode code =
      cli::RunProgram(command, cli::Commands(), cli::Output{out}, cli::Output{err});
  return {code, out.str(), err.str()};
}

}  // namespace cnisim::test

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include "analysis/cli/program.h"

namespace {

// Nothing is lost by leaving at once: output files appear whole or not at all.
void LeaveInterrupted(int /*signal*/) {
  constexpr char kMessage[] = "\ncnisim: interrupted\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  _exit(static_cast<int>(cnisim::cli::ExitCode::kInterrupted));
}

cnisim::cli::Output Standard(std::ostream& stream, int descriptor) {
  const bool terminal = isatty(descriptor) == 1;
  const char* no_color = std::getenv("NO_COLOR");
  return {stream, terminal, terminal && (no_color == nullptr || *no_color == '\0')};
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, LeaveInterrupted);
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  cnisim::cli::ExitCode code = cnisim::cli::RunProgram(arguments, cnisim::cli::Commands(),
                                                       Standard(std::cout, STDOUT_FILENO),
                                                       Standard(std::cerr, STDERR_FILENO));
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "cnisim: error: cannot write to standard output\n";
    if (code == cnisim::cli::ExitCode::kOk) code = cnisim::cli::ExitCode::kUserInput;
  }
  return static_cast<int>(code);
}

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include "analysis/cli/program.h"
#include "sim/engine/ranks.h"

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

int NumberIn(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

// The number of this process among those that an MPI launcher started, if they are several.
std::optional<int> LaunchedRank() {
  if (NumberIn("OMPI_COMM_WORLD_SIZE", 1) > 1)
    return NumberIn("OMPI_COMM_WORLD_RANK", 0);                     // Open MPI
  if (NumberIn("PMI_SIZE", 1) > 1) return NumberIn("PMI_RANK", 0);  // MPICH, Slurm's PMI
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, LeaveInterrupted);
  std::ios::sync_with_stdio(false);
  if (const auto rank = LaunchedRank(); rank && !cnisim::engine::BuiltWithMpi()) {
    // Each of them would do all of the work.  One tells.
    if (*rank == 0) {
      std::cerr
          << "cnisim: error: built without MPI (-DCNISIM_MPI=ON), but started on several ranks\n";
    }
    return static_cast<int>(cnisim::cli::ExitCode::kUserInput);
  }
  const std::unique_ptr<cnisim::engine::Ranks> ranks = cnisim::engine::ConnectRanks(argc, argv);
  if (ranks != nullptr && ranks->rank() != 0) {  // rank 0 speaks for all
    std::cout.setstate(std::ios::badbit);
    std::cerr.setstate(std::ios::badbit);
  }
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  cnisim::cli::ExitCode code = cnisim::cli::RunProgram(
      arguments, cnisim::cli::Commands(), Standard(std::cout, STDOUT_FILENO),
      Standard(std::cerr, STDERR_FILENO), ranks.get());
  if (ranks != nullptr && code == cnisim::cli::ExitCode::kInternal) {
    std::_Exit(static_cast<int>(code));  // the launcher ends the others, who may wait
  }
  if (ranks != nullptr && ranks->rank() != 0) return 0;
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "cnisim: error: cannot write to standard output\n";
    if (code == cnisim::cli::ExitCode::kOk) code = cnisim::cli::ExitCode::kUserInput;
  }
  return static_cast<int>(code);
}

#pragma once

/// @file
/// A command of the program: one file pair, and one line in commands.cc.
///
///     Action AddRunCommand(CLI::App& command) {
///       auto options = std::make_shared<RunOptions>();
///       command.add_option("SCENARIO", options->scenario, "scenario file")->required();
///       command.add_flag("--quick", options->quick, "two replications only");
///       return [options](Invocation& invocation) { return Run(*options, invocation); };
///     }

#include <functional>
#include <span>
#include <string_view>

#include "analysis/cli/exit_code.h"

namespace CLI {
class App;
}

namespace cnisim::cli {

struct Invocation;

/// What a command does once the command line is understood.
using Action = std::function<ExitCode(Invocation&)>;

/// Which of the common options a command has.
enum CommonOption : unsigned {
  kOutputOption = 1U << 0,
  kJsonOption = 1U << 1,
  kSeedOption = 1U << 2,
  kThreadsOption = 1U << 3,
  kCatalogOption = 1U << 4,
  kUsesRanks = 1U << 5,  ///< no option: all MPI ranks run it; rank 0 alone runs the others
};

struct Command {
  std::string_view name;
  std::string_view summary;      ///< one line for the list of commands; lower case, no period
  std::string_view example;      ///< ends the command's --help; a line or more
  unsigned common;               ///< CommonOption bits
  std::string_view output_help;  ///< what -o names; empty without kOutputOption
  /// Adds the command's own options and says what it does.
  Action (*add)(CLI::App& command);
};

/// Every command, in the order of the help.
std::span<const Command> Commands();

}  // namespace cnisim::cli

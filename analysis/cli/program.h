#pragma once

/// @file
/// The program without its process: arguments in, text out, an exit code back.  Two of them may
/// run beside each other.

#include <span>
#include <string>
#include <string_view>

#include "analysis/cli/command.h"
#include "analysis/cli/exit_code.h"
#include "analysis/cli/invocation.h"

namespace cnisim::cli {

/// Runs one command line.
/// @param arguments  without the program's name
/// @param commands   what it may be asked for; Commands() in the program itself
/// @param ranks      that were started with it and get the same arguments; rank 0 writes files
ExitCode RunProgram(std::span<const std::string> arguments, std::span<const Command> commands,
                    Output out, Output err, engine::Ranks* ranks = nullptr);

/// `arguments` as a shell would have to read them: quoted where needed.
std::string ShellLine(std::span<const std::string> arguments);

}  // namespace cnisim::cli

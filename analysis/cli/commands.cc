#include <array>

#include "analysis/cli/command.h"

namespace cnisim::cli {

// One line a command: {name, summary, example, common options, what -o names, how to add it}.
constexpr std::array<Command, 0> kCommands = {};

std::span<const Command> Commands() { return kCommands; }

}  // namespace cnisim::cli

#include <array>

#include "analysis/cli/catalog_command.h"
#include "analysis/cli/command.h"

namespace cnisim::cli {

// One line a command: {name, summary, example, common options, what -o names, how to add it}.
constexpr std::array kCommands = {
    Command{"catalog", "show what the program knows, with sources",
            "cnisim catalog cost\ncnisim catalog cni byocni-calico", kJsonOption | kCatalogOption,
            "", AddCatalogCommand},
};

std::span<const Command> Commands() { return kCommands; }

}  // namespace cnisim::cli

#pragma once

/// @file
/// Cuts the shell (or PowerShell) text around `az` commands into commands and words, each with its
/// place.  Enough of a shell to read scripts as people paste them, not to run them: quotes, lines
/// joined by `\` or a backtick, comments, and variables that the same text sets to a plain value.

#include <string>
#include <string_view>
#include <vector>

#include "models/document/source_location.h"

namespace cnisim::cni {

struct ShellWord {
  std::string text;
  std::string unresolved;  ///< "$NAME" or "$(...)" as written, when its value is not known
  bool quoted = false;     ///< some part stood in quotes, so `--x` is a value and not a flag
  document::SourceLocation where;
};

using ShellCommand = std::vector<ShellWord>;  ///< never empty

/// Commands of `text`, in order.
/// @param start  where the first character of `text` stands
/// @param one_place  give every word the place `start`: the text's own lines are not the file's
std::vector<ShellCommand> SplitCommands(std::string_view text,
                                        const document::SourceLocation& start, bool one_place);

}  // namespace cnisim::cni

#pragma once

/// @file
/// Files that appear whole or not at all.

#include <optional>
#include <string>
#include <string_view>

namespace cnisim::experiment {

/// Writes `text` to `path`, making its folder if need be: first to a temporary name in the same
/// folder, then renamed, so that whoever reads `path` sees the old or the new file and never a
/// part; leftovers of processes that were killed meanwhile go.  What exists and is no regular file
/// (a pipe, /dev/null) is written to directly.
/// @return nothing, or why it failed: "cannot write out/results.json: No space left on device"
[[nodiscard]] std::optional<std::string> WriteWholeFile(const std::string& path,
                                                        std::string_view text);

}  // namespace cnisim::experiment

#pragma once

/// @file
/// A file that remembers every run: SQLite, to be asked for trends.
///
///     sqlite3 runs.db "select run, value from metric natural join configuration
///                      where configuration = 'kubenet' and metric = 'latency.p99' order by run"

#include <optional>
#include <string>

#include "analysis/experiment/result_document.h"

namespace cnisim::exporting {

/// Adds a run to the history file `path`, which is made if need be: tables run, configuration,
/// metric and event (drops, failures and warnings).  All of it or nothing; several processes may
/// add at the same time.
/// @param now  when it ran, "2024-05-01T12:00:00Z"
/// @return nothing, or why it failed
[[nodiscard]] std::optional<std::string> AddToHistory(const std::string& path,
                                                      const experiment::ResultDocument& document,
                                                      const std::string& now);

}  // namespace cnisim::exporting

#pragma once

/// @file
/// Results as one long table, for pandas and spreadsheets.

#include <string>

#include "analysis/experiment/result_document.h"

namespace cnisim::exporting {

/// A line for each metric of each configuration (columns: scenario, configuration, metric, from,
/// to, unit, replication, value, low, high, model_low, model_high), then one for each of its
/// replications, numbered from 1; the summary's replication is empty, as is what is undefined.
/// RFC 4180, but for line ends of one character.
std::string ToCsv(const experiment::ResultDocument& document);

}  // namespace cnisim::exporting

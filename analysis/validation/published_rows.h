#pragma once

/// @file
/// Published measurements: clusters and pairs of machines, as experiments on the catalog's CNIs.

#include "analysis/validation/measurement.h"
#include "analysis/validation/row.h"

namespace cnisim::validation {

/// Name of the class of hardware that these are predicted with.
inline constexpr std::string_view kServerHardware = "server";

/// The columns that the format has.
std::vector<std::string> PublishedColumns();

Measurement ReadPublishedRow(const Row& row, Lab& lab, document::Diagnostics& diagnostics);

}  // namespace cnisim::validation

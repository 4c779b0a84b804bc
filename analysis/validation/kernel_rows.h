#pragma once

/// @file
/// Measurements of the kernel's own pieces: chains of network namespaces with bridges, tunnels,
/// rules and programs on the way, as lists of the catalog's stages.

#include "analysis/validation/measurement.h"
#include "analysis/validation/row.h"

namespace cnisim::validation {

/// Name of the class of hardware that these were measured on.
inline constexpr std::string_view kLabHardware = "lab-vm";

/// The columns that the format has.
std::vector<std::string> KernelColumns();

Measurement ReadKernelRow(const Row& row, Lab& lab, document::Diagnostics& diagnostics);

}  // namespace cnisim::validation

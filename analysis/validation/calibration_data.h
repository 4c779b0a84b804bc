#pragma once

/// @file
/// The measurements of analysis/validation/data as they were embedded at build.

#include <span>

#include "models/document/embedded_files.h"

namespace cnisim::validation {

/// Every embedded file, sorted by name.
std::span<const document::EmbeddedFile> EmbeddedCalibrationFiles();

}  // namespace cnisim::validation

#pragma once

/// @file
/// What the HTML report carries with it, embedded at build: "charts.js" (empty if the charts could
/// not be bundled) and "report.css".

#include <span>

#include "models/document/embedded_files.h"

namespace cnisim::report {

std::span<const document::EmbeddedFile> EmbeddedAssets();

}  // namespace cnisim::report

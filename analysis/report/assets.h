#pragma once

/// @file
/// What the HTML report carries with it, embedded at build: "charts.js" (empty if the charts could
/// not be bundled) and "report.css".

#include <span>
#include <string>
#include <string_view>

#include "models/document/embedded_files.h"

namespace cnisim::report {

std::span<const document::EmbeddedFile> EmbeddedAssets();

/// One of them by name; empty if there is none.
inline std::string EmbeddedAsset(std::string_view name) {
  for (const document::EmbeddedFile& file : EmbeddedAssets()) {
    if (file.path == name) return std::string(file.text);
  }
  return {};
}

}  // namespace cnisim::report

#pragma once

/// @file
/// The catalog (models/catalog) as it was embedded at build.

#include <span>
#include <string_view>

namespace cnisim::document {

struct EmbeddedFile {
  std::string_view path;  ///< below models/catalog, e.g. "costs/encap.yaml"
  std::string_view text;
};

/// Every embedded file, sorted by path.
std::span<const EmbeddedFile> EmbeddedCatalogFiles();

}  // namespace cnisim::document

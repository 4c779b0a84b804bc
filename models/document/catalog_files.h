#pragma once

/// @file
/// The catalog's files (models/catalog): embedded at build, replaced or added to by an overlay
/// directory (`--catalog DIR`) with the same folders.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/value.h"

namespace cnisim::document {

struct CatalogFile {
  std::string path;  ///< below the catalog, "costs/encap.yaml"
  std::string text;
  std::string origin;     ///< name for locations: "catalog/costs/encap.yaml", or the overlay's file
  bool overlaid = false;  ///< it comes from the overlay directory
};

/// Fixed after loading; safe to read from several threads.
class CatalogFiles {
 public:
  /// The embedded files, with those of `overlay_dir` (*.yaml and *.csv, searched to any depth) on
  /// top.  A directory that cannot be read or has no such file, and a file outside the catalog's
  /// own folders, are errors in `diagnostics`.
  static CatalogFiles Load(const std::optional<std::string>& overlay_dir, Diagnostics& diagnostics);

  /// Files of a test or a tool, as given; sorted by path here.
  static CatalogFiles FromFiles(std::vector<CatalogFile> files);

  /// Sorted by path.
  const std::vector<CatalogFile>& files() const { return files_; }
  /// Files whose path begins with `prefix` ("costs/"), sorted by path.
  std::vector<const CatalogFile*> Below(std::string_view prefix) const;
  const CatalogFile* Find(std::string_view path) const;

  /// Hash over all paths and texts; equal exactly when the catalogs are.  Stands in results.
  std::uint64_t content_hash() const { return content_hash_; }

 private:
  explicit CatalogFiles(std::vector<CatalogFile> files);

  std::vector<CatalogFile> files_;
  std::uint64_t content_hash_ = 0;
};

/// The list in inputs/ignored_keys.yaml.
IgnoredKeys ReadIgnoredKeys(const CatalogFiles& catalog, Diagnostics& diagnostics);

}  // namespace cnisim::document

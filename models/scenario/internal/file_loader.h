#pragma once

/// @file
/// Loads the files that a scenario names, each once, and keeps their documents.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/source_location.h"
#include "models/document/value.h"

namespace cnisim::scenario::internal {

class FileLoader {
 public:
  explicit FileLoader(document::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // Paths are relative to the file that names them.

  /// Roots of a file's documents; empty after an error.  They live as long as the documents that
  /// TakeDocuments() hands over.
  std::vector<const document::Value*> Objects(std::string_view path,
                                              const document::SourceLocation& referred_from);

  /// A file's text, as it stands; lines of it can be shown by `diagnostics`.
  const std::string* Text(std::string_view path, const document::SourceLocation& referred_from);

  std::vector<document::Document> TakeDocuments();

  /// What all files read so far hold, by path, each headed by its length: for a hash.
  std::string Contents() const;

 private:
  document::Diagnostics& diagnostics_;
  std::map<std::string, std::vector<document::Document>> documents_;  // by resolved path
  std::map<std::string, std::string> texts_;                          // by resolved path
  std::map<std::string, std::string> contents_;                       // of both, likewise
};

}  // namespace cnisim::scenario::internal

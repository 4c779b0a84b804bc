#pragma once

/// @file
/// Reads YAML streams and JSON into trees of values (value.h).  Nothing is thrown: whatever is
/// wrong becomes a Diagnostic with its place.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.h"
#include "models/document/value.h"

namespace cnisim::document {

/// Bounds on what a text may ask for; passing one is an error that names it.
struct ParseLimits {
  std::size_t bytes = std::size_t{256} << 20;  ///< of the text
  std::size_t depth = 100;                     ///< of nested maps and sequences
  std::size_t nodes = 20'000'000;              ///< values in all documents of a text
  std::size_t alias_nodes = 200'000;           ///< values that aliases and merge keys add
};

/// All documents of a stream; empty ones (`---` with nothing behind it) are left out.  JSON is
/// read by the same parser.  After an error in the text the documents before it are returned.
/// @param file_name  stands in every location
std::vector<Document> ParseDocuments(std::string_view text, const std::string& file_name,
                                     Diagnostics& diagnostics, const ParseLimits& limits = {});

/// The one document of a text; an error when there is none or more than one.
std::optional<Document> ParseDocument(std::string_view text, const std::string& file_name,
                                      Diagnostics& diagnostics, const ParseLimits& limits = {});

/// A file's content; an error (at `referred_from` if given: the place that names the file) when it
/// cannot be read.
std::optional<std::string> ReadFile(const std::string& path, Diagnostics& diagnostics,
                                    const SourceLocation& referred_from = {});

/// `path` as seen from the folder of `from_file`; absolute paths stay as they are.
std::string ResolvePath(const std::string& path, const std::string& from_file);

}  // namespace cnisim::document

#pragma once

/// @file
/// A place in a text that a user gave us.

#include <string>

namespace cnisim::document {

/// File, line and column of a value or key; line and column count from 1, columns in bytes.
/// Line 0 means the file as a whole.
struct SourceLocation {
  std::string file;
  int line = 0;
  int column = 0;

  /// "scenario.yaml:14:5", "scenario.yaml" without a line, "" for no place at all.
  std::string ToString() const;

  friend bool operator==(const SourceLocation&, const SourceLocation&) = default;
};

}  // namespace cnisim::document

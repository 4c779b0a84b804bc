#pragma once

/// @file
/// Comma-separated values (RFC 4180) with a header line: rows as cells by column name.

#include <string>
#include <string_view>
#include <vector>

#include "models/document/diagnostics.h"

namespace cnisim::document {

struct CsvRow {
  int line = 0;                    ///< where the row begins, from 1
  std::vector<std::string> cells;  ///< [column]
};

/// Fixed after reading.
class CsvTable {
 public:
  /// Reads a table.  A row with another number of cells than the header, a quote that does not end
  /// and a missing header are errors; such a row is left out.  Empty lines are no rows.
  static CsvTable Parse(std::string_view text, const std::string& file_name,
                        Diagnostics& diagnostics);

  const std::vector<std::string>& columns() const { return columns_; }
  const std::vector<CsvRow>& rows() const { return rows_; }

  /// Index of a column, or -1.
  int ColumnIndex(std::string_view name) const;

  /// Reports every one of `names` that is no column, at the header.
  void RequireColumns(const std::vector<std::string>& names, Diagnostics& diagnostics) const;

  SourceLocation Where(const CsvRow& row) const;

 private:
  std::string file_;
  std::vector<std::string> columns_;
  std::vector<CsvRow> rows_;
};

}  // namespace cnisim::document

#pragma once

/// @file
/// A row of a CSV table by column name.

#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

#include "models/document/csv.h"

namespace cnisim::validation {

class Row {
 public:
  Row(const document::CsvTable& table, const document::CsvRow& row) : table_(table), row_(row) {}

  /// The cell, or "" if there is no such column.
  const std::string& operator[](std::string_view column) const {
    static const std::string kEmpty;
    const int index = table_.ColumnIndex(column);
    return index < 0 ? kEmpty : row_.cells[static_cast<std::size_t>(index)];
  }
  /// The cell as a number; `otherwise` if it is empty or something else.
  double Number(std::string_view column, double otherwise) const {
    const std::string& cell = (*this)[column];
    char* end = nullptr;
    const double value = std::strtod(cell.c_str(), &end);
    return cell.empty() || end != cell.c_str() + cell.size() || !std::isfinite(value) ? otherwise
                                                                                      : value;
  }
  int line() const { return row_.line; }
  document::SourceLocation where() const { return table_.Where(row_); }

 private:
  const document::CsvTable& table_;
  const document::CsvRow& row_;
};

}  // namespace cnisim::validation

#include "models/document/csv.h"

#include <algorithm>
#include <optional>

namespace cnisim::document {
namespace {

// One record from `at` on; moves `at` behind its line end and counts the lines that it spans.
// Nothing when a quote does not end.
std::optional<std::vector<std::string>> ReadRecord(std::string_view text, std::size_t& at,
                                                   int& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  while (at < text.size()) {
    const char c = text[at++];
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"') {
        cells.back() += c;
      } else if (at < text.size() && text[at] == '"') {
        cells.back() += '"';
        ++at;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c == '\n') {
      return cells;
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  ++line;
  if (quoted) return std::nullopt;
  return cells;
}

}  // namespace

CsvTable CsvTable::Parse(std::string_view text, const std::string& file_name,
                         Diagnostics& diagnostics) {
  CsvTable table;
  table.file_ = file_name;
  std::size_t at = 0;
  int line = 1;
  while (at < text.size()) {
    const int first_line = line;
    const auto cells = ReadRecord(text, at, line);
    const SourceLocation where{file_name, first_line, 1};
    if (!cells) {
      diagnostics.Error(where, "", "a quote is opened and not closed");
      break;
    }
    if (cells->size() == 1 && cells->front().empty()) continue;
    if (table.columns_.empty()) {
      table.columns_ = *cells;
    } else if (cells->size() != table.columns_.size()) {
      diagnostics.Error(where, "",
                        "the row has " + std::to_string(cells->size()) + " cells, the header has " +
                            std::to_string(table.columns_.size()));
    } else {
      table.rows_.push_back({first_line, *cells});
    }
  }
  if (table.columns_.empty()) {
    diagnostics.Error({file_name, 0, 0}, "", "the table has no header line");
  }
  return table;
}

int CsvTable::ColumnIndex(std::string_view name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  return found == columns_.end() ? -1 : static_cast<int>(found - columns_.begin());
}

void CsvTable::RequireColumns(const std::vector<std::string>& names,
                              Diagnostics& diagnostics) const {
  if (columns_.empty()) return;  // reported by Parse()
  for (const std::string& name : names) {
    if (ColumnIndex(name) < 0) {
      diagnostics.Error({file_, 1, 1}, "", "the table has no column '" + name + "'");
    }
  }
}

SourceLocation CsvTable::Where(const CsvRow& row) const { return {file_, row.line, 1}; }

}  // namespace cnisim::document

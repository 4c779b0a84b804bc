#include "models/azure/vm_size.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/document/csv.h"
#include "models/document/quantities.h"
#include "models/document/spelling.h"

namespace cnisim::azure {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Reads the cells of one row; what is no number is reported at the row.
class RowReader {
 public:
  RowReader(const document::CsvTable& table, const document::CsvRow& row,
            document::Diagnostics& diagnostics)
      : table_(table), row_(row), diagnostics_(diagnostics) {}

  const std::string& Text(std::string_view column) const {
    return row_.cells[static_cast<std::size_t>(table_.ColumnIndex(column))];
  }

  std::optional<double> Positive(std::string_view column) const {
    const std::string& text = Text(column);
    if (text.empty()) return std::nullopt;
    const std::optional<double> number = document::ParseNumber(text);
    if (number && *number > 0) return number;
    diagnostics_.Error(table_.Where(row_), std::string(column),
                       fmt::format("found {}, expected a positive number", document::Quote(text)));
    return std::nullopt;
  }

 private:
  const document::CsvTable& table_;
  const document::CsvRow& row_;
  document::Diagnostics& diagnostics_;
};

VmSize ReadSize(const RowReader& row) {
  constexpr double kMib = 1024.0 * 1024.0;
  VmSize size;
  size.name = row.Text("sku");
  size.series = row.Text("series");
  size.vcpus = static_cast<int>(row.Positive("vcpus").value_or(0));
  // Whole MiB: some sizes have 3.5 GiB, none a fraction of a MiB.
  size.memory = Bytes(std::llround(row.Positive("memory_gib").value_or(0) * 1024.0) *
                      static_cast<std::int64_t>(kMib));
  size.max_nics = static_cast<int>(row.Positive("max_nics").value_or(0));
  if (const std::optional<double> mbps = row.Positive("max_bandwidth_mbps")) {
    size.bandwidth = BitsPerSecond(std::llround(*mbps) * 1'000'000);
  }
  size.accelerated_networking = row.Text("accelerated_networking");
  size.notes = row.Text("notes");
  size.confidence = row.Text("confidence");
  size.source = row.Text("source");
  return size;
}

}  // namespace

VmSizeTable VmSizeTable::Load(const document::CatalogFiles& catalog,
                              document::Diagnostics& diagnostics) {
  const std::vector<std::string> columns{"sku",
                                         "series",
                                         "vcpus",
                                         "memory_gib",
                                         "max_nics",
                                         "max_bandwidth_mbps",
                                         "accelerated_networking",
                                         "notes",
                                         "confidence",
                                         "source"};
  VmSizeTable result;
  for (const document::CatalogFile* file : catalog.Below("skus/")) {
    const document::CsvTable table =
        document::CsvTable::Parse(file->text, file->origin, diagnostics);
    const std::size_t errors = diagnostics.error_count();
    table.RequireColumns(columns, diagnostics);
    if (table.columns().empty() || diagnostics.error_count() > errors) continue;
    for (const document::CsvRow& row : table.rows()) {
      VmSize size = ReadSize(RowReader(table, row, diagnostics));
      if (result.Find(size.name) != nullptr) {
        diagnostics.Error(table.Where(row), "sku",
                          fmt::format("size '{}' stands here twice", size.name));
        continue;
      }
      result.sizes_.push_back(std::move(size));
    }
  }
  return result;
}

const VmSize* VmSizeTable::Find(std::string_view name) const {
  const std::string wanted = Lower(name);
  const auto found = std::find_if(sizes_.begin(), sizes_.end(),
                                  [&](const VmSize& size) { return Lower(size.name) == wanted; });
  return found == sizes_.end() ? nullptr : &*found;
}

std::string VmSizeTable::Hint(std::string_view name) const {
  std::vector<std::string> names;
  for (const VmSize& size : sizes_) names.push_back(size.name);
  return document::SpellingHint(name, std::move(names), /*max_known=*/10);
}

}  // namespace cnisim::azure

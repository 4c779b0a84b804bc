#include "analysis/plan/address_vectors.h"

#include <algorithm>

#include <fmt/format.h>

#include "analysis/plan/internal/vector_functions.h"
#include "models/document/csv.h"
#include "models/document/spelling.h"

namespace cnisim::plan {
namespace {

// `a=1;b=2`; a value may hold anything but a semicolon.
bool ParseFields(std::string_view text, VectorFields& fields) {
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    const std::string_view pair = text.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    const auto [at, added] = fields.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    if (!added) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
  return true;
}

// Compares one row; appends what differs.
void CheckRow(const AddressVector& vector, const azure::Limits& limits, VectorReport& report) {
  const auto mismatch = [&](const std::string& field, const std::string& expected,
                            const std::string& found) {
    report.mismatches.push_back({vector.id, field, expected, found, vector.where});
  };
  const internal::VectorFunction* function = internal::FindVectorFunction(vector.function);
  if (function == nullptr) {
    mismatch("", "",
             fmt::format("unknown calculation {}; {}", document::Quote(vector.function),
                         document::SpellingHint(vector.function, VectorFunctions(), 5)));
    return;
  }
  internal::VectorInputs inputs(vector.inputs, vector.mode);
  const VectorFields results = (*function)(inputs, limits);
  for (const auto& [key, value] : vector.inputs) {
    if (!inputs.used(key)) inputs.Complain(fmt::format("input '{}' has no use here", key));
  }
  if (!inputs.complaint().empty()) {
    mismatch("", "", inputs.complaint());
    return;
  }
  for (const auto& [key, value] : vector.expected) {
    const auto found = results.find(key);
    if (found == results.end()) {
      mismatch(key, value, "nothing");
    } else if (found->second != value) {
      mismatch(key, value, found->second);
    }
  }
}

}  // namespace

std::vector<AddressVector> ReadAddressVectors(std::string_view text, const std::string& file_name,
                                              document::Diagnostics& diagnostics) {
  std::vector<AddressVector> vectors;
  const document::CsvTable table = document::CsvTable::Parse(text, file_name, diagnostics);
  const std::size_t errors = diagnostics.error_count();
  table.RequireColumns({"id", "mode", "inputs", "expected"}, diagnostics);
  if (table.columns().empty() || diagnostics.error_count() > errors) return vectors;
  const auto cell = [&](const document::CsvRow& row, std::string_view column) {
    const int index = table.ColumnIndex(column);
    return index < 0 ? std::string() : row.cells[static_cast<std::size_t>(index)];
  };
  for (const document::CsvRow& row : table.rows()) {
    AddressVector vector;
    vector.id = cell(row, "id");
    vector.mode = cell(row, "mode");
    vector.source = cell(row, "source");
    vector.where = table.Where(row);
    if (!ParseFields(cell(row, "inputs"), vector.inputs) ||
        !ParseFields(cell(row, "expected"), vector.expected)) {
      diagnostics.Error(vector.where, vector.id,
                        "inputs and expected are key=value pairs with semicolons between them");
      continue;
    }
    vector.function = vector.inputs["fn"];
    vector.inputs.erase("fn");
    if (vector.function.empty()) {
      diagnostics.Error(vector.where, vector.id, "inputs name no calculation (fn=...)");
      continue;
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

VectorReport CheckAddressVectors(const std::vector<AddressVector>& vectors,
                                 const azure::Limits& limits) {
  VectorReport report;
  for (const AddressVector& vector : vectors) {
    const std::size_t before = report.mismatches.size();
    ++report.rows;
    CheckRow(vector, limits, report);
    if (report.mismatches.size() == before) ++report.equal;
  }
  return report;
}

std::string ToText(const VectorReport& report) {
  std::string text;
  for (const VectorMismatch& mismatch : report.mismatches) {
    if (mismatch.field.empty()) {
      text += fmt::format("{}: {}: {}\n", mismatch.where.ToString(), mismatch.id, mismatch.found);
    } else {
      text += fmt::format("{}: {}: {} is {}, expected {}\n", mismatch.where.ToString(), mismatch.id,
                          mismatch.field, mismatch.found, mismatch.expected);
    }
  }
  return text + fmt::format("{} of {} rows equal\n", report.equal, report.rows);
}

}  // namespace cnisim::plan

#include "analysis/validation/measurement.h"

#include <array>
#include <iterator>
#include <set>
#include <span>
#include <string>

#include "analysis/validation/calibration_data.h"
#include "analysis/validation/kernel_rows.h"
#include "analysis/validation/published_rows.h"
#include "analysis/validation/row.h"
#include "models/document/csv.h"
#include "models/document/parser.h"

namespace cnisim::validation {

std::string_view Name(Kind kind) {
  constexpr std::array<std::string_view, 6> kNames{"latency", "rate",  "throughput",
                                                   "cpu",     "count", "other"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view Name(RowClass row_class) {
  constexpr std::array<std::string_view, 4> kNames{"scored", "anchor", "informative",
                                                   "not expressed"};
  return kNames[static_cast<std::size_t>(row_class)];
}

Lab::Lab(const document::CatalogFiles& files, const datapath::CostModel& costs,
         document::Diagnostics& diagnostics)
    : files_(files),
      costs_(costs),
      diagnostics_(diagnostics),
      fragments_(datapath::LoadCniFragments(files, diagnostics)) {}

Lab::Profile Lab::Cni(const std::string& name) {
  const auto [found, is_new] = cnis_.try_emplace(name);
  if (is_new) {
    auto profile = datapath::CniProfile::Load(files_, name, costs_, diagnostics_);
    if (profile) found->second = std::make_shared<datapath::CniProfile>(std::move(*profile));
  }
  return found->second;
}

Lab::Profile Lab::Made(const std::string& text, const document::SourceLocation& where) {
  const auto [found, is_new] = made_.try_emplace(text);
  if (is_new) {
    auto profile =
        datapath::CniProfile::Parse(text, where.ToString(), *fragments_, costs_, diagnostics_);
    if (profile) found->second = std::make_shared<datapath::CniProfile>(std::move(*profile));
  }
  return found->second;
}

std::vector<Measurement> ReadMeasurements(std::string_view text, const std::string& file_name,
                                          Lab& lab, document::Diagnostics& diagnostics) {
  std::vector<Measurement> measurements;
  const document::CsvTable table = document::CsvTable::Parse(text, file_name, diagnostics);
  if (table.columns().empty()) return measurements;
  const bool kernel = table.ColumnIndex("experiment") >= 0;
  const std::size_t errors_before = diagnostics.error_count();
  table.RequireColumns(kernel ? KernelColumns() : PublishedColumns(), diagnostics);
  if (diagnostics.error_count() > errors_before) return measurements;
  for (const document::CsvRow& cells : table.rows()) {
    const Row row(table, cells);
    measurements.push_back(kernel ? ReadKernelRow(row, lab, diagnostics)
                                  : ReadPublishedRow(row, lab, diagnostics));
  }
  return measurements;
}

namespace {

// Where a publication's metric has no anchor on some machine, its first row there becomes it.
void AppointAnchors(std::vector<Measurement>& measurements) {
  const auto key = [](const Measurement& row) {
    return row.publication + "|" + row.anchor.hardware + "|" + row.metric;
  };
  std::set<std::string> have;
  for (const Measurement& row : measurements) {
    if (row.row_class == RowClass::kAnchor) have.insert(key(row));
  }
  for (Measurement& row : measurements) {
    const bool needs = row.row_class == RowClass::kScored && !row.absolute && row.experiment;
    if (needs && have.insert(key(row)).second) row.row_class = RowClass::kAnchor;
  }
}

}  // namespace

MeasurementSet LoadMeasurements(const std::vector<std::string>& files, Lab& lab,
                                document::Diagnostics& diagnostics) {
  MeasurementSet set;
  const auto add = [&](std::string_view text, const std::string& name) {
    std::vector<Measurement> read = ReadMeasurements(text, name, lab, diagnostics);
    set.measurements.insert(set.measurements.end(), std::make_move_iterator(read.begin()),
                            std::make_move_iterator(read.end()));
    set.files.push_back(name.substr(name.rfind('/') + 1));
    AppointAnchors(set.measurements);
  };
  for (const std::string& file : files) {
    if (const auto text = document::ReadFile(file, diagnostics)) add(*text, file);
  }
  if (!files.empty()) return set;
  for (const std::string_view name : {"published_calibration.csv", "kernel_calibration.csv"}) {
    for (const document::EmbeddedFile& file : EmbeddedCalibrationFiles()) {
      if (file.path == name) add(file.text, std::string(name));
    }
  }
  return set;
}

}  // namespace cnisim::validation

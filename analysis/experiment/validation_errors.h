#pragma once

/// @file
/// How far the model was from measurements, by kind of metric (models/catalog/validation, written
/// by `cnisim validate`): the least that a result says of the model's own error.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/experiment/result_document.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"

namespace cnisim::experiment {

class ValidationErrors {
 public:
  /// Reads validation/*.yaml of the catalog.
  static ValidationErrors Load(const document::CatalogFiles& files,
                               document::Diagnostics& diagnostics);

  /// Of a metric such as "latency.p99", as a share of it; nothing if its kind was not measured.
  std::optional<double> For(std::string_view metric) const;

  /// Widens the model's bounds to at least the error: around a figure by its share, around a
  /// difference by the same share of the difference.  Measurements were held against each other
  /// inside a publication, so the error is one of ratios: what two configurations share has none.
  void Apply(ResultDocument& document) const;

 private:
  std::map<std::string, double, std::less<>> by_kind_;  // "latency", "rate", "throughput", "cpu"
};

}  // namespace cnisim::experiment

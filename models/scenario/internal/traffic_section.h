#pragma once

/// @file
/// Reads `externals:`, `calls:`, `work:`, `traffic:`, `background:` and `churn:` against the
/// objects of the applications.

#include "models/document/diagnostics.h"
#include "models/document/value.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario.h"

namespace cnisim::scenario::internal {

/// The sections as written; nullptr when absent.
struct TrafficSections {
  const document::Value* externals = nullptr;
  const document::Value* calls = nullptr;
  const document::Value* work = nullptr;
  const document::Value* traffic = nullptr;
  const document::Value* background = nullptr;
  const document::Value* churn = nullptr;
  /// All applications could be read.  If not, names that they would have are not complained about.
  bool applications_complete = true;
};

/// Fills externals, calls, work, traffic, background and churn of `scenario`, whose objects are
/// read already.
void ReadTraffic(const TrafficSections& sections, const Catalog& catalog, Scenario& scenario,
                 document::Diagnostics& diagnostics);

}  // namespace cnisim::scenario::internal

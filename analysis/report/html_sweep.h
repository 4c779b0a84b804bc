#pragma once

/// @file
/// The section of a report on the points of a sweep.

#include "analysis/experiment/result_document.h"
#include "analysis/report/html_page.h"

namespace cnisim::report {

/// A chart and a table for each source of traffic, and sentences on knees and limits; nothing
/// without a sweep.
void AddSweep(const experiment::ResultDocument& document, HtmlPage& page);

}  // namespace cnisim::report

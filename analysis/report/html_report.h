#pragma once

/// @file
/// One self-contained page: opens offline, prints, reads well in light and dark, on a phone and by
/// ear.  Every chart stands beside the table of its values, so the page says the same without its
/// script.

#include <string>

#include "analysis/experiment/result_document.h"

namespace cnisim::report {

struct HtmlOptions {
  std::string command;  ///< how to reproduce it, as typed; may be empty
  bool charts = true;   ///< false, or a build without them: tables only
};

/// The whole page.  The same document and options give the same bytes.
std::string HtmlReport(const experiment::ResultDocument& document, const HtmlOptions& options);

}  // namespace cnisim::report

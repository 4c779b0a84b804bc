#pragma once

/// @file
/// The comparison and what it means as GitHub-flavoured Markdown, for merge requests and
/// $GITHUB_STEP_SUMMARY.

#include <string>

#include "analysis/experiment/result_document.h"

namespace cnisim::report {

/// Findings, one table a source of traffic, what was lost, warnings.  Ends in a newline.
std::string MarkdownReport(const experiment::ResultDocument& document);

}  // namespace cnisim::report

#pragma once

/// @file
/// Explanations as text for a terminal (80 columns) and as Markdown.

#include <string>

#include "analysis/explain/path_explanation.h"

namespace cnisim::report {

/// One path: sections by message, sums, totals, numbered sources.
std::string ToText(const explain::PathExplanation& explanation);
/// Two paths: totals side by side and the stages that make the difference.
std::string ToText(const explain::PathComparison& comparison);

std::string ToMarkdown(const explain::PathExplanation& explanation);
std::string ToMarkdown(const explain::PathComparison& comparison);

}  // namespace cnisim::report

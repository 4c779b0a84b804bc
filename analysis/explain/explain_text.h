#pragma once

/// @file
/// Explanations as text for a terminal (80 columns) and as Markdown.

#include <string>

#include "analysis/explain/path_explanation.h"

namespace cnisim::explain {

/// A time with three significant digits: "22.5 ns", "1.23 us", "4.5 ms".
std::string FormatNanoseconds(double ns);

/// One path: sections by message, sums, totals, numbered sources.
std::string ToText(const PathExplanation& explanation);
/// Two paths: totals side by side and the stages that make the difference.
std::string ToText(const PathComparison& comparison);

std::string ToMarkdown(const PathExplanation& explanation);
std::string ToMarkdown(const PathComparison& comparison);

}  // namespace cnisim::explain

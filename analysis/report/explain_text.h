#pragma once

/// @file
/// Explanations as text for a terminal (80 columns) and as Markdown.

#include <string>
#include <vector>

#include "analysis/explain/path_explanation.h"

namespace cnisim::report {

/// One path: sections by message, sums, totals, numbered sources.
std::string ToText(const explain::PathExplanation& explanation);
/// Two paths: totals side by side and the stages that make the difference.
std::string ToText(const explain::PathComparison& comparison);

/// The other paths of the same two parties, a line each; empty if there are none.
std::string OtherPathsText(const std::vector<explain::PathExplanation>& others);
/// Several configurations' paths of the same two parties, a line each.
std::string OverviewText(const std::vector<explain::PathExplanation>& explanations);

std::string ToMarkdown(const explain::PathExplanation& explanation);
std::string ToMarkdown(const explain::PathComparison& comparison);

}  // namespace cnisim::report

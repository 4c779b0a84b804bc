#pragma once

/// @file
/// Where the network's CPU goes, stage by stage, and the paths of all configurations side by side.

#include "analysis/experiment/result_document.h"
#include "analysis/report/html_page.h"

namespace cnisim::report {

/// A chart of the network's CPU of a node by stage; nothing if the document has no paths.
void AddCpuByStage(const experiment::ResultDocument& document, HtmlPage& page);

/// The stages of each flow's path, a column a configuration; nothing if the document has no paths.
void AddPaths(const experiment::ResultDocument& document, HtmlPage& page);

}  // namespace cnisim::report

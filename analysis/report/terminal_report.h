#pragma once

/// @file
/// The first screen: what was simulated, the comparison, what it means, what to beware of, where
/// the rest is.  80 columns.

#include <string>
#include <vector>

#include "analysis/experiment/result_document.h"

namespace cnisim::report {

struct TerminalOptions {
  bool color = false;
  std::vector<std::string> files;  ///< what was written, in the order to name it
};

std::string TerminalReport(const experiment::ResultDocument& document,
                           const TerminalOptions& options);

}  // namespace cnisim::report

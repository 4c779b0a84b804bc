#pragma once

/// @file
/// What the traffic waits for, for the terminal: 80 columns, under each configuration a line for
/// each kind of resource, the one that binds first marked.

#include <string>

#include "analysis/experiment/result_document.h"

namespace cnisim::report {

std::string ResourcesText(const experiment::ResultDocument& document);

}  // namespace cnisim::report

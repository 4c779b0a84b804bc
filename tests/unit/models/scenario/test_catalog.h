#pragma once

/// @file
/// The embedded catalog, loaded once for all tests of a program, and places as tests print them.

#include <string>

#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"

namespace cnisim::scenario {

const Catalog& TestCatalog();

/// Path of a file below scenarios/.
std::string ScenarioPath(const std::string& name);

/// The rendered diagnostics, paths below scenarios/ without what stands before them.
std::string Messages(const document::Diagnostics& diagnostics);

}  // namespace cnisim::scenario

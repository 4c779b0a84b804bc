#pragma once

/// @file
/// Where the checkout is, for tests and benchmarks that read its files from any working directory.

#include <string>
#include <string_view>

namespace cnisim::test {

/// The path of a file that is named from the checkout's root, as in "scenarios/quickstart.yaml".
std::string SourcePath(std::string_view below_root);

}  // namespace cnisim::test

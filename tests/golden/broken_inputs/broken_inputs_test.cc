// Every scenario in tests/data/broken has a mistake, in itself or in a file that it names.  What
// the reader prints about it stands whole in the .expected file beside it.
//
// After a wording was changed on purpose: CNISIM_ACCEPT_GOLDEN=1
// build/bin/test_golden_broken_inputs, and review the difference.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario_reader.h"
#include "tests/support/source_path.h"

namespace cnisim::scenario {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = test::SourcePath("tests/data/broken");

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string ReadAll(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

const Catalog& EmbeddedCatalog() {
  static const Catalog catalog = [] {
    document::Diagnostics diagnostics;
    Catalog loaded = Catalog::Load(std::nullopt, diagnostics);
    EXPECT_EQ(diagnostics.ToString(), "");
    return loaded;
  }();
  return catalog;
}

class BrokenInputs : public ::testing::TestWithParam<std::string> {
 protected:
  // Paths in messages are then as a user in that folder sees them.
  void SetUp() override { fs::current_path(kFolder); }
};

TEST_P(BrokenInputs, SayWhatIsWrong) {
  document::Diagnostics diagnostics;
  EXPECT_FALSE(ReadScenario(GetParam() + ".yaml", EmbeddedCatalog(), diagnostics));
  EXPECT_TRUE(diagnostics.has_errors());
  const std::string expected_file = GetParam() + ".expected";
  if (std::getenv("CNISIM_ACCEPT_GOLDEN") != nullptr)
    std::ofstream(expected_file) << diagnostics.ToString();
  EXPECT_EQ(diagnostics.ToString(), ReadAll(expected_file));
}

INSTANTIATE_TEST_SUITE_P(All, BrokenInputs, ::testing::ValuesIn(Names()),
                         [](const auto& file) { return file.param; });

TEST(BrokenInputsFolder, HoldsAtLeastThirty) { EXPECT_GE(Names().size(), 30U); }

}  // namespace
}  // namespace cnisim::scenario

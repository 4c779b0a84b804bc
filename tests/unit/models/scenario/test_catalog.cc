#include "tests/unit/models/scenario/test_catalog.h"

#include <optional>

#include <gtest/gtest.h>

#include "tests/support/source_path.h"

namespace cnisim::scenario {
namespace {

Catalog LoadCatalog() {
  document::Diagnostics diagnostics;
  Catalog catalog = Catalog::Load(std::nullopt, diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  return catalog;
}

}  // namespace

const Catalog& TestCatalog() {
  static const Catalog catalog = LoadCatalog();
  return catalog;
}

std::string ScenarioPath(const std::string& name) { return test::SourcePath("scenarios/" + name); }

std::string Messages(const document::Diagnostics& diagnostics) {
  std::string text = diagnostics.ToString();
  const std::string folder = ScenarioPath("");
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
    text.erase(at, folder.size());
  }
  return text;
}

}  // namespace cnisim::scenario

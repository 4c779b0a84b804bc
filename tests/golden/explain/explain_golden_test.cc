/// The explanation of every path of every CNI, whole, as text.  A changed cost, stage or count
/// shows here as a diff. Accept new texts with:  CNISIM_ACCEPT_GOLDEN=1
/// build/bin/test_golden_explain

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/explain/path_explanation.h"
#include "analysis/report/explain_text.h"
#include "models/datapath/cni_profile.h"
#include "models/document/catalog_files.h"
#include "tests/support/explain_cases.h"
#include "tests/support/source_path.h"

namespace cnisim::explain {
namespace {

using test::ExplainCase;

std::string TextOf(const ExplainCase& golden) {
  document::Diagnostics diagnostics;
  const auto files = document::CatalogFiles::Load(std::nullopt, diagnostics);
  const auto costs = datapath::CostModel::Load(files, diagnostics);
  const auto profile = datapath::CniProfile::Load(files, golden.profile, costs, diagnostics);
  if (!profile) return diagnostics.ToString();
  PathQuestion question;
  question.configuration = golden.profile;
  question.client = "client";
  question.server = "server";
  question.profile = &*profile;
  question.switches = golden.switches;
  question.flow = golden.flow;
  question.costs = &costs;
  question.request = Bytes(300);
  question.reply = Bytes(2048);
  return report::ToText(Explain(question));
}

class ExplainGoldenOf : public ::testing::TestWithParam<ExplainCase> {};

TEST_P(ExplainGoldenOf, TextIsAsAccepted) {
  const std::filesystem::path path =
      test::SourcePath("tests/golden/explain/" + GetParam().name + ".txt");
  const std::string text = TextOf(GetParam());
  if (std::getenv("CNISIM_ACCEPT_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
    return;
  }
  std::ifstream in(path);
  std::ostringstream accepted;
  accepted << in.rdbuf();
  EXPECT_EQ(text, accepted.str()) << path;
}

TEST_P(ExplainGoldenOf, LinesFitEightyColumns) {
  std::istringstream in(TextOf(GetParam()));
  std::string line;
  while (std::getline(in, line)) EXPECT_LE(line.size(), 80U) << line;
}

// A text that nobody compares is not a test.
TEST(ExplainGolden, EveryTextHasItsPath) {
  std::set<std::string> names;
  for (const ExplainCase& golden : test::NamedPaths()) names.insert(golden.name);
  for (const auto& entry :
       std::filesystem::directory_iterator(test::SourcePath("tests/golden/explain"))) {
    if (entry.path().extension() != ".txt") continue;
    EXPECT_EQ(names.count(entry.path().stem().string()), 1U) << entry.path();
  }
}

std::string TestName(const ::testing::TestParamInfo<ExplainCase>& golden) {
  std::string name = golden.param.name;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Paths, ExplainGoldenOf, ::testing::ValuesIn(test::NamedPaths()), TestName);

}  // namespace
}  // namespace cnisim::explain

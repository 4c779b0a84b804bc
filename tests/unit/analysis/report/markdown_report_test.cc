#include "analysis/report/markdown_report.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/report/findings.h"
#include "tests/support/example_results.h"

namespace cnisim::report {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(MarkdownReportTest, RowsHaveAsManyCellsAsTheHeader) {
  auto document = testing_support::ExampleResults();
  testing_support::AddExampleContext(document);
  for (auto& configuration : document.configurations) {
    configuration.traffic.push_back(configuration.traffic.front());
    configuration.calls = configuration.traffic;
  }
  document.configurations.front().assumed_costs = {"vxlan_decap"};
  const std::string text = MarkdownReport(document);
  int rows = 0;
  int expected = 0;
  std::size_t begin = 0;
  std::string before;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.rfind("|", 0) == 0) {
      ++rows;
      int bars = 0;
      for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '|' && (i == 0 || line[i - 1] != '\\')) ++bars;
      }
      if (before.rfind("|", 0) != 0) expected = bars;  // a new table
      EXPECT_EQ(bars, expected) << line;
    }
    before = line;
  }
  // Heading, rule and a row for each of four configurations; calls in one table.
  EXPECT_EQ(rows, (2 + 4) + (2 + 4) + (2 + 2 * 4));
  EXPECT_THAT(text, HasSubstr("| not the upgrade of pool apps (subnet, after 2 h) |"));
  EXPECT_THAT(text, HasSubstr("- `vxlan_decap`: the header off; nobody measured it"));
}

TEST(MarkdownReportTest, BeginsWithNameAndFindings) {
  const auto document = testing_support::ExampleResults();
  std::string text = MarkdownReport(document);
  text.erase(std::remove(text.begin(), text.end(), '\\'), text.end());
  EXPECT_THAT(text, StartsWith("## " + document.scenario_name));
  ASSERT_FALSE(Findings(document).empty());
  for (const std::string& sentence : Findings(document)) EXPECT_THAT(text, HasSubstr(sentence));
}

TEST(MarkdownReportTest, NamesCannotBecomeMarkup) {
  auto document = testing_support::ExampleResults();
  document.configurations.front().name = "a|b<img>";
  EXPECT_THAT(MarkdownReport(document), HasSubstr("| a\\|b\\<img\\> |"));
}

}  // namespace
}  // namespace cnisim::report

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
  const std::string text = MarkdownReport(testing_support::ExampleResults());
  int rows = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.rfind("|", 0) != 0) continue;
    ++rows;
    int bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '|' && (i == 0 || line[i - 1] != '\\')) ++bars;
    }
    EXPECT_EQ(bars, 10) << line;
  }
  EXPECT_EQ(rows, 2 + 4);  // heading, rule, four configurations
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

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

TEST(MarkdownReportTest, ASweepHasItsKneesLimitsAndPoints) {
  const std::string text = MarkdownReport(testing_support::ExampleSweep());
  const std::size_t begin = text.find("### Over the sweep");
  ASSERT_NE(begin, std::string::npos);
  const std::string section = text.substr(begin, text.find("</details>", begin) - begin);
  EXPECT_THAT(section,
              StartsWith("### Over the sweep\n\n"
                         "- azure-node-subnet: p99 bends at rate=300/s (3.30 ms); past its limit "
                         "from rate=400/s: softirq.\n"
                         "- azure-overlay: no knee; nearest to its limit at the end: workers, 41 % "
                         "busy.\n\n"
                         "<details><summary>All 8 rows</summary>\n\n"
                         "| rate | configuration | p50 | p99 | answered | errors | "
                         "network CPU a node | binds first |\n"
                         "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n"
                         "| 100/s | azure-node-subnet | 1.00 ms ("));
  // Heading, rule, and two configurations at each of four points.
  EXPECT_EQ(std::count(section.begin(), section.end(), '\n'), 2 + 3 + 2 + (2 + 8) + 1);
  EXPECT_THAT(section, HasSubstr("\n| 400/s | azure-overlay | 1.00 ms ("));
}

TEST(MarkdownReportTest, AGridOfSweepsNamesItsOtherParameters) {
  auto document = testing_support::ExampleSweep();
  document.sweep_parameters = {"services", "rate"};
  for (auto& point : document.sweep) point.values.insert(point.values.begin(), "100");
  const std::string text = MarkdownReport(document);
  EXPECT_THAT(text, HasSubstr("\n\nservices=100:\n\n- azure-node-subnet: p99"));
  EXPECT_THAT(text, HasSubstr("| services | rate | configuration | p50 |"));
  EXPECT_THAT(text, HasSubstr("| 100 | 400/s | azure-overlay | "));
}

TEST(MarkdownReportTest, NoSweepNoSection) {
  EXPECT_EQ(MarkdownReport(testing_support::ExampleResults()).find("sweep"), std::string::npos);
}

TEST(MarkdownReportTest, NamesCannotBecomeMarkup) {
  auto document = testing_support::ExampleResults();
  document.configurations.front().name = "a|b<img>";
  EXPECT_THAT(MarkdownReport(document), HasSubstr("| a\\|b\\<img\\> |"));
}

}  // namespace
}  // namespace cnisim::report

#include "analysis/report/html_report.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/report/findings.h"
#include "analysis/report/html_page.h"
#include "tests/support/example_results.h"

namespace cnisim::report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string ChartsOf(const std::string& page) {
  const std::string open = "<script type=\"application/json\" id=\"charts\">";
  const std::size_t begin = page.find(open) + open.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

TEST(HtmlPageTest, TextCannotBecomeMarkup) {
  EXPECT_EQ(Escape("a<b & \"c\" 'd'>"), "a&lt;b &amp; &quot;c&quot; &#39;d&#39;&gt;");
  HtmlPage page;
  page.Section("x", "<script>alert(1)</script>");
  page.Figure("f", {{"text", "</script><b>"}}, {"caption", {"a"}, {}});
  const std::string html = page.Render("t", "", "draw()");
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, HasSubstr("[{\"text\":\"\\u003c/script>\\u003cb>\"}]"));
}

TEST(HtmlReportTest, OpensWithTheFindingsOfTheTerminal) {
  const auto document = testing_support::ExampleResults();
  const std::string page = HtmlReport(document, {});
  std::size_t at = page.find("<main");
  for (const std::string& sentence : Findings(document)) {
    const std::size_t found = page.find("<p class=\"answer\">" + Escape(sentence) + "</p>", at);
    ASSERT_NE(found, std::string::npos) << sentence;
    at = found;
  }
}

TEST(HtmlReportTest, RefersToNothingOutsideTheFile) {
  const std::string page = HtmlReport(testing_support::ExampleResults(), {"", /*charts=*/false});
  EXPECT_THAT(page, Not(testing::ContainsRegex("(src|href)=\"[^#d]")));
  EXPECT_THAT(page, Not(HasSubstr("url(")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
}

TEST(HtmlReportTest, EachFigureHasItsDataAndItsTable) {
  const std::string page = HtmlReport(testing_support::ExampleResults(), {});
  std::size_t figures = 0;
  for (std::size_t at = page.find("<figure data-chart"); at != std::string::npos;
       at = page.find("<figure data-chart", at + 1)) {
    ++figures;
    EXPECT_EQ(page.find("<details><summary>The values of this chart", at),
              page.find("<details>", at));
  }
  ASSERT_GT(figures, 0U);
  // Without node at build there is no script, and no data for it either.
  if (page.find("id=\"charts\"") == std::string::npos) return;
  const auto charts = nlohmann::json::parse(ChartsOf(page));
  EXPECT_EQ(charts.size(), figures);
  for (const auto& chart : charts) {
    EXPECT_TRUE(chart.contains("kind"));
    EXPECT_FALSE(chart.at("description").get<std::string>().empty());
    EXPECT_FALSE(chart.at("points").empty());
  }
}

TEST(HtmlReportTest, SameDocumentSameBytes) {
  EXPECT_EQ(HtmlReport(testing_support::ExampleResults(), {"cnisim run x.yaml"}),
            HtmlReport(testing_support::ExampleResults(), {"cnisim run x.yaml"}));
}

TEST(HtmlReportTest, SaysHowToReproduceIt) {
  const auto document = testing_support::ExampleResults();
  const std::string page = HtmlReport(document, {"cnisim run 'a & b.yaml' --seed 7"});
  EXPECT_THAT(page, HasSubstr("<code>cnisim run &#39;a &amp; b.yaml&#39; --seed 7</code>"));
  EXPECT_THAT(page, HasSubstr(document.scenario_hash));
  EXPECT_THAT(page, HasSubstr(document.catalog_hash));
}

}  // namespace
}  // namespace cnisim::report

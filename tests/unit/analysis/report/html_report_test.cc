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

experiment::ResultDocument WithContext() {
  experiment::ResultDocument document = testing_support::ExampleResults();
  testing_support::AddExampleContext(document);
  return document;
}

/// The chart whose description begins so.
nlohmann::json ChartOf(const std::string& page, const std::string& description) {
  for (const auto& chart : nlohmann::json::parse(ChartsOf(page))) {
    if (chart.at("description").get<std::string>().rfind(description, 0) == 0) return chart;
  }
  ADD_FAILURE() << "no chart: " << description;
  return {};
}

TEST(HtmlReportTest, AddressesOverTimeStandAgainstTheSizeOfTheSubnet) {
  const std::string page = HtmlReport(WithContext(), {});
  EXPECT_THAT(page, HasSubstr("Addresses held of subnet nodes, 1,019 in all"));
  if (page.find("id=\"charts\"") == std::string::npos) return;
  const auto chart = ChartOf(page, "Addresses held of subnet nodes");
  EXPECT_EQ(chart.at("limits"), nlohmann::json::parse(R"([{"y": 1019, "text": "size: 1,019"}])"));
  // Those that hold the same share a curve.
  EXPECT_EQ(chart.at("series"),
            nlohmann::json::parse(R"(["azure-node-subnet", "azure-overlay and 2 others"])"));
  ASSERT_EQ(chart.at("marks").size(), 1U);
  EXPECT_EQ(chart.at("marks")[0].at("x"), 120);  // minutes
  EXPECT_EQ(chart.at("marks")[0].at("y"), 1008);
}

TEST(HtmlReportTest, StagesStandSideBySideAndAddUp) {
  const std::string page = HtmlReport(WithContext(), {});
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">server softirq: vxlan_decap<small>the header off "
                              "(assumed)</small></th><td>100 ns</td><td>200 ns</td><td>300 ns</td>"
                              "<td>400 ns</td>"));
  if (page.find("id=\"charts\"") == std::string::npos) return;
  const auto chart = ChartOf(page, "network CPU of a node by stage");
  // 1000 requests/s x 2.1 us over 17 nodes; waiting is no CPU.
  double cores = 0;
  for (const auto& point : chart.at("points")) {
    if (point.at("group") == "azure-node-subnet") cores += point.at("value").get<double>();
    EXPECT_NE(point.at("series"), "wake_up");
  }
  EXPECT_NEAR(cores, 1000 * 2.1e-6 / 17, 1e-9);
}

TEST(HtmlReportTest, ShowsLookUpsWhereSomebodyLooksNamesUp) {
  auto document = testing_support::ExampleResults();
  EXPECT_THAT(HtmlReport(document, {}), Not(HasSubstr("What finding addresses takes")));
  document.configurations[0].traffic[0].lookup = {6000, 9.4, 1.89e9, 0.45, {}};
  const std::string page = HtmlReport(document, {});
  EXPECT_THAT(page, HasSubstr("What finding addresses takes"));
  EXPECT_THAT(page, HasSubstr("1.89 s"));
}

TEST(HtmlReportTest, NamesAssumedCostsAndTheirReasons) {
  experiment::ResultDocument document = WithContext();
  document.configurations[1].assumed_costs = {"vxlan_decap"};
  EXPECT_THAT(HtmlReport(document, {}), HasSubstr("<th scope=\"row\">vxlan_decap</th><td "
                                                  "class=\"text\">the header off</td><td "
                                                  "class=\"text\">nobody measured it</td>"));
}

TEST(HtmlReportTest, EventsSayWhatFailsAndWhy) {
  const std::string page = HtmlReport(WithContext(), {});
  EXPECT_THAT(page,
              HasSubstr("<strong>fails at aks-apps-surge-1: SubnetIsFull</strong><small>Subnet "
                        "nodes is full.</small>"));
}

TEST(HtmlReportTest, DifferencesAreThoseOfTheComparisons) {
  const auto document = testing_support::ExampleResults();
  const std::string page = HtmlReport(document, {});
  if (page.find("id=\"charts\"") == std::string::npos) return;
  const auto chart = ChartOf(page, "99th percentile above azure-node-subnet");
  ASSERT_EQ(chart.at("points").size(), document.configurations.size() - 1);
  for (const auto& point : chart.at("points")) {
    const std::string name = point.at("group");
    const double first =
        document.configurations[0].Find("latency.p99", "external", "frontend")->value;
    const double other = document.Find(name)->Find("latency.p99", "external", "frontend")->value;
    EXPECT_NEAR(point.at("value").get<double>(), (other - first) / 1e6, 1e-9) << name;
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

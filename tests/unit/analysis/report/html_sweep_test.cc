#include "analysis/report/html_sweep.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/report/html_report.h"
#include "tests/support/example_results.h"

namespace cnisim::report {
namespace {

using testing::HasSubstr;
using testing_support::ExampleSweep;

TEST(HtmlSweepTest, SaysWhereItBendsAndWhatBinds) {
  const std::string page = HtmlReport(ExampleSweep(), {});
  EXPECT_THAT(page, HasSubstr("<li>azure-node-subnet: p99 bends at rate=300/s (3.30 ms); past its "
                              "limit from rate=400/s: softirq.</li>"));
  EXPECT_THAT(page, HasSubstr("<li>azure-overlay: no knee; nearest to its limit at the end: "
                              "workers, 41 % busy.</li>"));
  EXPECT_THAT(page, HasSubstr("<summary>All 8 rows, external -&gt; frontend</summary>"));
}

TEST(HtmlSweepTest, CurvesHoldEveryPoint) {
  const std::string page = HtmlReport(ExampleSweep(), {});
  const std::string open = "<script type=\"application/json\" id=\"charts\">";
  if (page.find(open) == std::string::npos) return;  // built without node
  const std::size_t begin = page.find(open) + open.size();
  const auto charts =
      nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  for (const auto& chart : charts) {
    if (chart.at("description") != "p99 by rate, external -> frontend, by configuration") continue;
    EXPECT_EQ(chart.at("points").size(), 8U);
    EXPECT_EQ(chart.at("marks").size(), 2U);
    EXPECT_EQ(chart.at("marks")[0].at("label"), "softirq");
    EXPECT_EQ(chart.at("marks")[1].at("x"), 300);
    return;
  }
  FAIL() << "no such chart";
}

TEST(HtmlSweepTest, WordsMakeATableAndNoCurve) {
  experiment::ResultDocument document = ExampleSweep();
  document.sweep_parameters = {"latency"};
  int i = 0;
  for (auto& point : document.sweep)
    point.values = {i++ % 2 == 0 ? "azure-zonal" : "azure-regional"};
  const std::string page = HtmlReport(document, {});
  EXPECT_THAT(page, HasSubstr("All 8 rows"));
  EXPECT_THAT(page, testing::Not(HasSubstr("bends")));
}

}  // namespace
}  // namespace cnisim::report

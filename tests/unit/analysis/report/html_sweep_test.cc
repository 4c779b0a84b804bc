#include "analysis/report/html_sweep.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/report/html_report.h"
#include "tests/support/example_results.h"

namespace cnisim::report {
namespace {

using testing::HasSubstr;

TEST(SweepNumberTest, IsWhatAValueBeginsWith) {
  EXPECT_EQ(SweepNumber("500/s"), 500.0);
  EXPECT_EQ(SweepNumber("1e3"), 1000.0);
  EXPECT_EQ(SweepNumber("2.5ms"), 2.5);
  EXPECT_EQ(SweepNumber("cilium"), std::nullopt);
  EXPECT_EQ(SweepNumber(""), std::nullopt);
  EXPECT_EQ(SweepNumber("-"), std::nullopt);
}

TEST(KneeTest, AQueueHasOneAndALineHasNone) {
  // Time in an M/M/1 queue, 1 / (1 - load): from 0.1 to 0.9 the line rises by 1/0.9 - 1 = 8.89 over
  // 0.8, and the curve is farthest below it where 1 / (1 - load)^2 = 8.89 / 0.8, at load 0.70.
  std::vector<double> loads;
  std::vector<double> times;
  std::vector<double> lines;
  for (int i = 1; i <= 9; ++i) {
    loads.push_back(0.1 * i);
    times.push_back(1 / (1 - 0.1 * i));
    lines.push_back(1.0 * i);
  }
  EXPECT_EQ(KneeOf(loads, times), 6U);
  EXPECT_EQ(KneeOf(loads, lines), std::nullopt);
  EXPECT_EQ(KneeOf(loads, std::vector<double>(9, 3.0)), std::nullopt);
  EXPECT_EQ(KneeOf({1, 2}, {1, 9}), std::nullopt);
}

experiment::ResultDocument Swept() {
  experiment::ResultDocument document = testing_support::ExampleResults();
  document.sweep_parameters = {"rate"};
  // Flat, then steep, then past its limit.
  for (const auto& [value, p99] : {std::pair("100/s", 3e6), std::pair("200/s", 3.1e6),
                                   std::pair("300/s", 3.3e6), std::pair("400/s", 30e6)}) {
    experiment::SweepPointResult point;
    point.values = {value};
    const auto at = testing_support::ExampleResults(
        {{"azure-node-subnet", 947, 1e6, p99, 0.1, 0, "softirq", p99 > 10e6},
         {"azure-overlay", 17, 1e6, 3e6, 0.1}});
    point.configurations = at.configurations;
    point.comparisons = at.comparisons;
    document.sweep.push_back(point);
  }
  return document;
}

TEST(HtmlSweepTest, SaysWhereItBendsAndWhatBinds) {
  const std::string page = HtmlReport(Swept(), {});
  EXPECT_THAT(page, HasSubstr("<li>azure-node-subnet: p99 bends at rate=300/s (3.30 ms); past its "
                              "limit from rate=400/s: softirq.</li>"));
  EXPECT_THAT(page, HasSubstr("<li>azure-overlay: no knee; nearest to its limit at the end: "
                              "workers, 41 % busy.</li>"));
  EXPECT_THAT(page, HasSubstr("<summary>All 8 rows, external -&gt; frontend</summary>"));
}

TEST(HtmlSweepTest, CurvesHoldEveryPoint) {
  const std::string page = HtmlReport(Swept(), {});
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
  experiment::ResultDocument document = Swept();
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

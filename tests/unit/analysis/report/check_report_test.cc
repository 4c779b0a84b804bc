#include "analysis/report/check_report.h"

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

using budget::BudgetResult;
using budget::Change;
using budget::CheckResult;
using budget::Outcome;
using budget::RegressionResult;

BudgetResult Budget(const std::string& configuration, Outcome outcome) {
  return {configuration,
          "latency.p99",
          "external",
          "frontend",
          "max 5ms",
          "5.31 ms (95 %: 5.2 ms to 5.42 ms)",
          outcome,
          "shop.yaml",
          40,
          5};
}

std::vector<CheckResult> Checks() {
  CheckResult shop;
  shop.scenario = "shop";
  shop.file = "ci/shop.yaml";
  shop.budgets = {Budget("cilium", Outcome::kBroken), Budget("kubenet", Outcome::kUndecided),
                  Budget("azure-overlay", Outcome::kMet)};
  RegressionResult worse{"cilium", "network_cores", "", "", "cores", 0.1, 0.15, 0.04, 0.06,
                         0.001,    Change::kWorse};
  RegressionResult same = worse;
  same.configuration = "kubenet";
  same.after = 0.1;
  same.change = Change::kSame;
  shop.regressions = {worse, same};
  shop.differences = {"catalog: 00cc, was 00bb"};
  CheckResult broken;
  broken.scenario = "broken";
  broken.file = "ci/broken.yaml";
  broken.failure = "ci/broken.yaml:3:1: error: unknown key 'cillium'";
  CheckResult fine;
  fine.scenario = "fine";
  fine.file = "ci/fine.yaml";
  fine.budgets = {Budget("cilium", Outcome::kMet)};
  fine.warnings = {{"ci/fine.yaml", 17, 42, "", "AKS retires kubenet", "move to overlay"}};
  return {shop, broken, fine};
}

TEST(CheckReportTest, Terminal) {
  EXPECT_EQ(CheckReport(Checks(), /*color=*/false),
            R"text(FAILED  shop: 1 of 3 budgets broken, 1 undecided; 1 of 2 figures worse than the
        baseline, 0 better
  differs from the baseline in catalog: 00cc, was 00bb
  broken    latency.p99 external -> frontend under cilium: max 5ms, found 5.31
            ms (95 %: 5.2 ms to 5.42 ms)
  worse     network_cores under cilium: 0.1 cores -> 0.15 cores (+50.0 %)
  undecided latency.p99 external -> frontend under kubenet: max 5ms, found 5.31
            ms (95 %: 5.2 ms to 5.42 ms)
FAILED  broken: cannot be run
passed  fine: 1 budget kept
  warning: ci/fine.yaml:17: AKS retires kubenet (move to overlay)

3 scenarios: 1 passed, 2 failed
)text");
}

TEST(CheckReportTest, Junit) {
  EXPECT_EQ(CheckJunit(Checks()), R"text(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="cnisim check">
  <testsuite name="shop" tests="5" failures="2" errors="0" skipped="0">
    <testcase classname="shop.budgets" name="latency.p99 external -&gt; frontend under cilium max 5ms">
      <failure message="latency.p99 external -&gt; frontend under cilium: max 5ms, found 5.31 ms (95 %: 5.2 ms to 5.42 ms)">latency.p99 external -&gt; frontend under cilium: max 5ms, found 5.31 ms (95 %: 5.2 ms to 5.42 ms)</failure>
    </testcase>
    <testcase classname="shop.budgets" name="latency.p99 external -&gt; frontend under kubenet max 5ms">
      <system-out>undecided: latency.p99 external -&gt; frontend under kubenet: max 5ms, found 5.31 ms (95 %: 5.2 ms to 5.42 ms)</system-out>
    </testcase>
    <testcase classname="shop.budgets" name="latency.p99 external -&gt; frontend under azure-overlay max 5ms"/>
    <testcase classname="shop.baseline" name="network_cores under cilium">
      <failure message="worse: 0.1 cores -&gt; 0.15 cores (+50.0 %)">worse: 0.1 cores -&gt; 0.15 cores (+50.0 %)</failure>
    </testcase>
    <testcase classname="shop.baseline" name="network_cores under kubenet"/>
  </testsuite>
  <testsuite name="broken" tests="1" failures="0" errors="1" skipped="0">
    <testcase classname="broken" name="the scenario runs">
      <error message="the scenario cannot be run">ci/broken.yaml:3:1: error: unknown key 'cillium'</error>
    </testcase>
  </testsuite>
  <testsuite name="fine" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="fine.budgets" name="latency.p99 external -&gt; frontend under cilium max 5ms"/>
  </testsuite>
</testsuites>
)text");
}

TEST(CheckReportTest, Github) {
  EXPECT_EQ(
      CheckGithub(Checks()),
      R"text(::error file=shop.yaml,line=40,title=cnisim%3A budget broken::latency.p99 external -> frontend under cilium: max 5ms, found 5.31 ms (95 %25: 5.2 ms to 5.42 ms)
::warning file=shop.yaml,line=40,title=cnisim%3A budget undecided::latency.p99 external -> frontend under kubenet: max 5ms, found 5.31 ms (95 %25: 5.2 ms to 5.42 ms)
::error file=ci/shop.yaml,line=1,title=cnisim%3A worse against the baseline::network_cores under cilium: 0.1 cores -> 0.15 cores (+50.0 %25)
::error file=ci/broken.yaml,line=1,title=cnisim%3A broken::ci/broken.yaml:3:1: error: unknown key 'cillium'
::warning file=ci/fine.yaml,line=17,title=cnisim%3A scenario::AKS retires kubenet (move to overlay)
)text");
}

TEST(CheckReportTest, Markdown) {
  EXPECT_EQ(
      CheckMarkdown(Checks()),
      R"text(## Failed `shop`: 1 of 3 budgets broken, 1 undecided; 1 of 2 figures worse than the baseline, 0 better

- differs from the baseline in catalog: 00cc, was 00bb

| budget | of | bound | found |
| --- | --- | --- | --- |
| broken | latency.p99 external -\> frontend under cilium | max 5ms | 5.31 ms (95 %: 5.2 ms to 5.42 ms) |
| undecided | latency.p99 external -\> frontend under kubenet | max 5ms | 5.31 ms (95 %: 5.2 ms to 5.42 ms) |
| met | latency.p99 external -\> frontend under azure-overlay | max 5ms | 5.31 ms (95 %: 5.2 ms to 5.42 ms) |

| against baseline | of | change |
| --- | --- | --- |
| worse | network\_cores under cilium | 0.1 cores -\> 0.15 cores (+50.0 %) |

## Failed `broken`: cannot be run

```
ci/broken.yaml:3:1: error: unknown key 'cillium'
```

## Passed `fine`: 1 budget kept

| budget | of | bound | found |
| --- | --- | --- | --- |
| met | latency.p99 external -\> frontend under cilium | max 5ms | 5.31 ms (95 %: 5.2 ms to 5.42 ms) |

<details><summary>1 warning</summary>

- ci/fine.yaml:17: AKS retires kubenet (move to overlay)

</details>

)text");
}

TEST(CheckReportTest, Json) {
  const auto json = nlohmann::json::parse(CheckJson(Checks()));
  EXPECT_EQ(json["scenarios"].size(), 3U);
  EXPECT_EQ(json["scenarios"][0]["passed"], false);
  EXPECT_EQ(json["scenarios"][0]["budgets"][0]["outcome"], "broken");
  EXPECT_EQ(json["scenarios"][0]["baseline"][0]["after"], 0.15);
  EXPECT_EQ(json["scenarios"][1]["failure"], "ci/broken.yaml:3:1: error: unknown key 'cillium'");
  EXPECT_EQ(json["scenarios"][2]["passed"], true);
  EXPECT_EQ(json["scenarios"][2]["warnings"][0]["line"], 17);
}

TEST(CheckReportTest, NeverWiderThan80) {
  std::istringstream lines(CheckReport(Checks(), /*color=*/false));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 80U) << line;
}

TEST(CheckReportTest, OddNamesDoNotBreakTheForms) {
  std::vector<CheckResult> checks = Checks();
  checks[0].budgets[0].configuration = "a<b>&\"c\x01|`";
  checks[0].file = "a,b:c.yaml";
  EXPECT_NE(CheckJunit(checks).find("under a&lt;b&gt;&amp;&quot;c|` max 5ms"), std::string::npos);
  EXPECT_NE(CheckGithub(checks).find("file=a%2Cb%3Ac.yaml"), std::string::npos);
  EXPECT_NE(CheckMarkdown(checks).find("a\\<b\\>&\"c\x01\\|\\`"), std::string::npos);
}

}  // namespace
}  // namespace cnisim::report

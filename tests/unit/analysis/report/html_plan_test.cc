#include "analysis/report/html_plan.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/plan/result_addresses.h"
#include "analysis/report/html_page.h"
#include "analysis/report/plan_report.h"
#include "models/document/diagnostics.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario_reader.h"
#include "tests/support/source_path.h"

namespace cnisim::report {
namespace {

using testing::HasSubstr;

std::vector<plan::PlanResult> PlansOf(const std::string& name) {
  document::Diagnostics diagnostics;
  const scenario::Catalog catalog = scenario::Catalog::Load(std::nullopt, diagnostics);
  const auto scenario =
      scenario::ReadScenario(test::SourcePath("scenarios/plan/" + name), catalog, diagnostics);
  return plan::RunPlans(*scenario, catalog.limits, diagnostics);
}

// Every sentence is held against the plans: who fits, who fails first at what, and what is saved.
TEST(PlanSentencesTest, AreTrue) {
  for (const char* name : {"two-years-of-growth.yaml", "upgrade-that-stops.yaml",
                           "nodes-of-a-24.yaml", "move-to-overlay.yaml", "one-surge-node.yaml"}) {
    const auto results = PlansOf(name);
    ASSERT_FALSE(results.empty()) << name;
    std::string all;
    for (const std::string& sentence : PlanSentences(results)) all += sentence + "\n";
    std::size_t failing = 0;
    for (const plan::PlanResult& result : results) {
      const std::string& own = result.input.configuration;
      const plan::OperationRecord* failure = result.record.FirstFailure();
      const bool said_to_fail =
          all.find(own + ": ") == 0 || all.find("\n" + own + ": ") < all.size();
      EXPECT_EQ(said_to_fail, failure != nullptr) << name << ": " << own << "\n" << all;
      if (failure == nullptr) continue;
      ++failing;
      EXPECT_THAT(all, HasSubstr(own + ": " + failure->name + " fails after ")) << name;
      EXPECT_THAT(all, HasSubstr("what runs out: " + std::string(ToString(failure->binding))));
    }
    const bool said_to_fit = all.find("The whole plan fits under") != std::string::npos;
    EXPECT_EQ(said_to_fit, failing < results.size()) << name << "\n" << all;
  }
}

TEST(HtmlPlanTest, OpensWithTheSentencesAndHoldsEveryConfiguration) {
  const auto results = PlansOf("two-years-of-growth.yaml");
  const std::string page = HtmlPlan("growth", results, {"cnisim plan growth.yaml"});
  for (const std::string& sentence : PlanSentences(results)) {
    EXPECT_THAT(page, HasSubstr("<p class=\"answer\">" + Escape(sentence) + "</p>"));
  }
  for (const plan::PlanResult& result : results) {
    EXPECT_THAT(page, HasSubstr("<th scope=\"row\">" + result.input.configuration + "</th>"));
  }
  EXPECT_THAT(page, HasSubstr("<code>cnisim plan growth.yaml</code>"));
  EXPECT_THAT(page, testing::Not(testing::ContainsRegex("(src|href)=\"[^#d]")));
}

TEST(SummariseTest, KeepsPeaksAndDropsWhatDoesNotChange) {
  for (const plan::PlanResult& result : PlansOf("two-years-of-growth.yaml")) {
    const experiment::AddressPlanResult summary = plan::Summarise(result.record);
    EXPECT_EQ(summary.vnet_peak, result.record.vnet_peak);
    for (std::size_t pool = 0; pool < summary.pools.size(); ++pool) {
      std::uint64_t peak = 0;
      for (const auto& point : summary.timeline) peak = std::max(peak, point.held[pool]);
      EXPECT_EQ(peak, result.record.peak_held[pool]) << summary.pools[pool].name;
    }
    for (std::size_t i = 1; i < summary.timeline.size(); ++i) {
      EXPECT_NE(summary.timeline[i].held, summary.timeline[i - 1].held);
      EXPECT_GE(summary.timeline[i].at_s, summary.timeline[i - 1].at_s);
    }
    EXPECT_EQ(summary.operations.size(), result.record.operations.size());
  }
}

}  // namespace
}  // namespace cnisim::report

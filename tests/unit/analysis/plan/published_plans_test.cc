// The examples that AKS's documentation publishes, and what teams ask most, as whole scenarios:
// scenarios/plan, each figure checked.

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/plan/scenario_plan.h"
#include "models/document/parser.h"
#include "models/scenario/catalog.h"
#include "models/scenario/scenario_reader.h"
#include "tests/support/source_path.h"

namespace cnisim::plan {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class PublishedPlans : public testing::Test {
 protected:
  /// Plans scenarios/plan/NAME.yaml, its text changed by replacing `from` if given.
  std::vector<PlanResult> Plan(const std::string& name, const std::string& from = {},
                               const std::string& to = {}) {
    const std::string path = test::SourcePath("scenarios/plan/" + name + ".yaml");
    std::optional<std::string> text = document::ReadFile(path, diagnostics_);
    if (!text) return {};
    if (!from.empty()) {
      const std::size_t at = text->find(from);
      EXPECT_NE(at, std::string::npos) << from;
      text->replace(at, from.size(), to);
    }
    scenario_ = scenario::ReadScenarioText(*text, path, catalog_, diagnostics_);
    if (!scenario_) return {};
    std::vector<PlanResult> results = RunPlans(*scenario_, catalog_.limits, diagnostics_);
    EXPECT_FALSE(diagnostics_.has_errors()) << diagnostics_.ToString();
    return results;
  }

  static const OperationRecord& Find(const PlanResult& result, const std::string& name) {
    for (const OperationRecord& operation : result.record.operations) {
      if (operation.name == name) return operation;
    }
    ADD_FAILURE() << "no operation " << name;
    return result.record.operations.front();
  }

  document::Diagnostics diagnostics_;
  scenario::Catalog catalog_ = scenario::Catalog::Load(std::nullopt, diagnostics_);
  std::optional<scenario::Scenario> scenario_;
};

TEST_F(PublishedPlans, FiftyNodesWithOneSurgeNodeTake1581AddressesAndASlash21) {
  const auto results = Plan("one-surge-node");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].record.FirstFailure(), nullptr);
  EXPECT_EQ(results[0].record.vnet_now, 1'550u);
  EXPECT_EQ(results[0].record.vnet_peak, 1'581u);
  EXPECT_EQ(results[0].advice.prefixes[0].needed, 21);
}

TEST_F(PublishedPlans, ASlash24HoldsEightNodeSubnetNodesAnd251KubenetNodes) {
  const auto results = Plan("nodes-of-a-24");
  ASSERT_EQ(results.size(), 2u);
  EXPECT_FALSE(Find(results[0], "pool nodes to 8 nodes").failed);
  EXPECT_TRUE(Find(results[0], "pool nodes to 9 nodes").failed);
  EXPECT_EQ(Find(results[0], "pool nodes to 9 nodes").subject, "aks-nodes-8");
  EXPECT_FALSE(Find(results[1], "pool nodes to 251 nodes").failed);
  EXPECT_TRUE(Find(results[1], "pool nodes to 252 nodes").failed);
  EXPECT_EQ(Find(results[1], "pool nodes to 252 nodes").subject, "aks-nodes-251");
}

TEST_F(PublishedPlans, AutoscalerMaximaCountAgainstThePodRange) {
  const auto results = Plan("pod-range-and-autoscaler");
  ASSERT_EQ(results.size(), 1u);
  const OperationRecord* failure = results[0].record.FirstFailure();
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->name, "creation");
  EXPECT_TRUE(failure->before_start);
  EXPECT_EQ(failure->refusal.code, "InsufficientSubnetSize");
  EXPECT_THAT(failure->refusal.message,
              HasSubstr("Pre-allocated IPs 1280 exceeds IPs available 1024"));
  EXPECT_EQ(results[0].record.peak_nodes, 0u);  // nothing was made
  EXPECT_EQ(results[0].advice.prefixes[1].needed, 21);
  // Without an autoscaler the three nodes fit.
  const auto fixed = Plan("pod-range-and-autoscaler", ", min_count: 3, max_count: 5", "");
  EXPECT_EQ(fixed[0].record.FirstFailure(), nullptr);
}

TEST_F(PublishedPlans, AnUpgradeStopsAtTheNodeThatFindsTheSubnetFull) {
  const auto results = Plan("upgrade-that-stops");
  ASSERT_EQ(results.size(), 1u);
  const OperationRecord* failure = results[0].record.FirstFailure();
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->name, "upgrade of pool nodes");
  EXPECT_EQ(failure->subject, "aks-nodes-surge-2");
  EXPECT_EQ(failure->refusal.code, "SubnetIsFull");
  EXPECT_EQ(failure->refusal.message,
            "Subnet nodes with address prefix 10.224.0.0/23 does not have enough capacity for 31 "
            "IP addresses.");
  // The two surge nodes that were made stay.
  EXPECT_EQ(results[0].record.timeline.back().nodes, 16u);
  EXPECT_EQ(results[0].record.timeline.back().pools[0].held, 16u * 31u);
  ASSERT_EQ(results[0].advice.surges.size(), 1u);
  EXPECT_EQ(results[0].advice.surges[0].fits, 2);
  EXPECT_EQ(results[0].advice.prefixes[0].needed, 22);
  // Each advice, followed, carries the plan.
  EXPECT_EQ(Plan("upgrade-that-stops", "max_surge: 33%", "max_surge: 2")[0].record.FirstFailure(),
            nullptr);
  EXPECT_EQ(Plan("upgrade-that-stops", "10.224.0.0/23", "10.224.0.0/22")[0].record.FirstFailure(),
            nullptr);
}

TEST_F(PublishedPlans, AMoveToOverlayGivesThePodsAddressesBack) {
  const auto results = Plan("move-to-overlay");
  ASSERT_EQ(results.size(), 2u);
  const PlanResult& stay = results[0];
  EXPECT_EQ(stay.record.FirstFailure(), nullptr);
  EXPECT_EQ(stay.record.vnet_now, 3u * 31u + 14u * 51u);
  EXPECT_EQ(stay.record.vnet_peak, stay.record.vnet_now);
  // 17 nodes keep one address each; the upgrade adds 33 % of 14.
  EXPECT_EQ(Find(stay, "upgrade of pool apps").vnet_peak, 17u + 5u);
  // Blue-green: both pools at once.
  EXPECT_EQ(Find(stay, "pool apps2 for apps").vnet_peak, 17u + 8u);
  // From the move on, both configurations are the same cluster.
  EXPECT_EQ(stay.record.timeline.back().nodes, results[1].record.timeline.back().nodes);
  EXPECT_EQ(stay.record.timeline.back().pods, results[1].record.timeline.back().pods);
  EXPECT_THAT(stay.advice.prefixes.back().name, EndsWith("of overlay"));
  EXPECT_EQ(stay.advice.prefixes.back().needed, results[1].advice.prefixes.back().needed);
  // No pod is lost on the way.
  EXPECT_EQ(stay.record.timeline.back().pending_pods, 0u);
}

TEST_F(PublishedPlans, EachModeMeetsItsOwnLimitFirst) {
  const auto results = Plan("two-years-of-growth");
  ASSERT_EQ(results.size(), 4u);
  const auto binding = [](const PlanResult& result) {
    const OperationRecord* failure = result.record.FirstFailure();
    return failure == nullptr ? Binding::kNothing : failure->binding;
  };
  EXPECT_EQ(binding(results[0]), Binding::kSubnet);
  EXPECT_EQ(binding(results[1]), Binding::kNothing);
  EXPECT_EQ(binding(results[2]), Binding::kPodCidr);
  EXPECT_EQ(binding(results[3]), Binding::kSnatPorts);
  // /19 holds 32 blocks of /24: the 17th step is the first with 33 nodes (14 x 1.05^17 = 32.1).
  EXPECT_EQ(results[2].record.exhausted_at, SimTime::FromNanos(510LL * 86'400 * 1'000'000'000));
  // 64,000 ports of one address give 26 nodes 2,400 each, surge nodes of the pool (a third) among
  // them: growth ends with 19 nodes (19 + 7).  20 come with the seventh step (14 x 1.05^7 = 19.7),
  // before the third upgrade.
  EXPECT_EQ(results[3].record.exhausted_at, SimTime::FromNanos(210LL * 86'400 * 1'000'000'000));
  ASSERT_EQ(results[3].advice.surges.size(), 3u);
  EXPECT_EQ(results[3].advice.surges[0].fits, 10);  // beside 16 nodes
  EXPECT_EQ(results[3].advice.surges[1].fits, 8);   // beside 18
  EXPECT_EQ(results[3].advice.surges[2].blocked_by, "growth to 141 %");
  // 14 x 1.05^24 = 45.2: 46 nodes and 16 surge nodes, 148,800 ports.
  ASSERT_TRUE(results[3].advice.outbound_addresses);
  EXPECT_EQ(results[3].advice.outbound_addresses->now, 1);
  EXPECT_EQ(results[3].advice.outbound_addresses->needed, 3);
  EXPECT_EQ(results[2].advice.outbound_addresses.has_value(), false);
}

// The advised surge, taken, carries the upgrade that failed, growth and earlier upgrades included.
TEST_F(PublishedPlans, AnAdvisedSurgeHoldsWithGrowthAndSeveralUpgrades) {
  const std::string growth = "growth: {rate: 5%, every: 30d, for: 730d, start: 2027-01-01}";
  const std::string less = "growth: {rate: 1%, every: 30d, for: 150d}";
  const auto results = Plan("two-years-of-growth", growth, less);
  const PlanResult& before = results[0];
  ASSERT_NE(before.record.FirstFailure(), nullptr);
  EXPECT_EQ(before.record.FirstFailure()->name, "upgrade of pool apps");
  ASSERT_EQ(before.advice.surges.size(), 3u);
  int least = before.advice.surges[0].asked;
  for (const PlanAdvice::Surge& surge : before.advice.surges) {
    EXPECT_EQ(surge.blocked_by, "");
    least = std::min(least, surge.fits);
  }
  EXPECT_EQ(least, 1);  // 1,019 addresses hold 16 nodes of 61: 15 after growth, and one
  PlanInput fixed = before.input;
  for (lifecycle::Operation& operation : fixed.timeline.operations) {
    operation.max_surge = cluster::MaxSurge{least, 0};
  }
  EXPECT_EQ(RunPlan(fixed, catalog_.limits).FirstFailure(), nullptr);
}

TEST_F(PublishedPlans, ApiServersInTheVnetNeedASlash28) {
  const auto results = Plan("api-server-subnet");
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].record.FirstFailure(), nullptr);
  EXPECT_EQ(results[0].record.vnet_now, 3u + 1u);    // nodes and the private endpoint
  ASSERT_EQ(results[0].advice.prefixes.size(), 2u);  // it has no use for the other subnet
  const OperationRecord* failure = results[1].record.FirstFailure();
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->subject, "API servers");
  EXPECT_EQ(failure->refusal.code, "SubnetIsFull");
  EXPECT_EQ(results[1].advice.prefixes[1].name, "api");
  EXPECT_EQ(results[1].advice.prefixes[1].needed, 28);
  const auto fixed = Plan("api-server-subnet", "10.225.0.0/29", "10.225.0.0/28");
  EXPECT_EQ(fixed[1].record.FirstFailure(), nullptr);
  EXPECT_EQ(fixed[1].record.vnet_now, 3u + 9u);
}

TEST_F(PublishedPlans, ADayGoesUpAndDown) {
  const auto results =
      Plan("two-years-of-growth", "growth: {rate: 5%, every: 30d, for: 730d, start: 2027-01-01}",
           "growth: {diurnal: {low: 50%, high: 100%}, every: 6h, for: 2d}");
  const PlanRecord& overlay = results[2].record;
  EXPECT_EQ(Find(results[2], "growth to 50 %").failed, false);
  EXPECT_EQ(overlay.peak_nodes, 14u);  // at noon; the upgrades come at night's size, 7 and 3
  std::uint32_t least = 14;
  for (const TimelinePoint& point : overlay.timeline) {
    if (point.nodes > 0) least = std::min(least, point.nodes);
  }
  EXPECT_EQ(least, 7u);
}

TEST_F(PublishedPlans, MistakesAreErrors) {
  const auto mistake = [&](const std::string& name, const std::string& from,
                           const std::string& to) {
    diagnostics_ = {};
    const std::string path = test::SourcePath("scenarios/plan/" + name + ".yaml");
    std::string text = *document::ReadFile(path, diagnostics_);
    text.replace(text.find(from), from.size(), to);
    const auto scenario = scenario::ReadScenarioText(text, path, catalog_, diagnostics_);
    EXPECT_TRUE(scenario.has_value()) << diagnostics_.ToString();
    EXPECT_TRUE(RunPlans(*scenario, catalog_.limits, diagnostics_).empty());
    std::vector<std::string> errors;
    for (const document::Diagnostic& each : diagnostics_.list()) {
      if (each.severity == document::Severity::kError) errors.push_back(each.message);
    }
    return errors.empty() ? std::string() : errors.front();
  };
  EXPECT_EQ(mistake("move-to-overlay", "migrate: {configuration: overlay}",
                    "migrate: {configuration: overlai}"),
            "there is no configuration 'overlai'");
  EXPECT_EQ(mistake("move-to-overlay", "migrate: {configuration: overlay}",
                    "migrate: {configuration: stay}"),
            "AKS cannot move a cluster to 'stay' in place");
  EXPECT_EQ(mistake("move-to-overlay", "name: apps2", "name: apps"),
            "there is a pool 'apps' already");
  EXPECT_EQ(mistake("move-to-overlay", "nodes: 8, max_pods: 110",
                    "nodes: 8, max_pods: 110, subnet: none"),
            "there is no subnet 'none'");
}

}  // namespace
}  // namespace cnisim::plan

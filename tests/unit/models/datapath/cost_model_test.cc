#include "models/datapath/cost_model.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "models/datapath/compiler.h"
#include "models/document/catalog_files.h"
#include "models/document/diagnostics.h"
#include "tests/support/scratch_folder.h"

namespace cnisim::datapath {
namespace {

StageCost Chain() {
  StageCost cost;
  cost.fixed = {2, 2.5, 10};
  cost.fixed_ns = 2.5;
  cost.beyond = CostKnee{1000, {3, 4, 12}, 4};
  return cost;
}

// Up to 1000 rules at 2.5 ns, each one beyond at 4.
TEST(CostKnee, RulesBeyondTheCacheAreDearer) {
  const StageCost chain = Chain();
  EXPECT_EQ(chain.FixedFor(0), 0);
  EXPECT_EQ(chain.FixedFor(1000), 2500);
  EXPECT_EQ(chain.FixedFor(1500), 2500 + 2000);
  EXPECT_EQ(chain.RangeFor(1500).low, 2000 + 1500);
  EXPECT_EQ(chain.RangeFor(1500).typical, 4500);
  EXPECT_EQ(chain.RangeFor(1500).high, 10000 + 6000);
}

class ShippedCosts : public ::testing::Test {
 protected:
  document::Diagnostics diagnostics_;
  document::CatalogFiles files_ = document::CatalogFiles::Load(std::nullopt, diagnostics_);
  CostModel costs_ = CostModel::Load(files_, diagnostics_);
};

// Every packet pays for the rules of others, with a knee; what is established pays too.
TEST_F(ShippedCosts, EveryPacketWalksTheRulesOfOthers) {
  const auto profile = CniProfile::Load(files_, "azure-overlay", costs_, diagnostics_);
  ASSERT_TRUE(profile) << diagnostics_.ToString();
  const StageCost& walk = costs_.At("node_rule_walk");
  ASSERT_TRUE(walk.beyond);
  const double knee = walk.beyond->count;
  const auto request = [&](double rules) {
    FlowClass flow;
    flow.counts.Set(Count::kNodeRules, rules);
    return Compile(*profile, {}, flow, costs_)[MessageKind::kRequest].Demand(Bytes(1)).value();
  };
  // On the client's node and on the server's.
  EXPECT_NEAR(request(knee) - request(0), 2 * knee * walk.fixed_ns, 1e-6 * knee);
  EXPECT_NEAR(request(2 * knee) - request(knee), 2 * knee * walk.beyond->fixed_ns, 1e-6 * knee);
  EXPECT_GT(walk.beyond->fixed_ns, walk.fixed_ns);
}

// Work is scaled; waits, the fabric and ceilings of node pairs are not.
TEST_F(ShippedCosts, OnlyWorkIsScaled) {
  const CostModel cold = costs_.WithWorkScaled(3);
  for (const StageCost& cost : costs_.all()) {
    const bool work = cost.paid_by == Resource::kTaskCore ||
                      cost.paid_by == Resource::kSoftirqCore || cost.paid_by == Resource::kProxy ||
                      cost.paid_by == Resource::kBackground || cost.paid_by == Resource::kThreads;
    EXPECT_EQ(cold.At(cost.id).fixed_ns, cost.fixed_ns * (work ? 3 : 1)) << cost.id;
    EXPECT_EQ(cold.At(cost.id).per_byte_ns, cost.per_byte_ns * (work ? 3 : 1)) << cost.id;
  }
}

// The catalog's fit knows nothing of a cost that a user has measured.
TEST_F(ShippedCosts, AUsersOwnCostsAreNotReplacedByTheFit) {
  document::Diagnostics diagnostics;
  std::vector<document::CatalogFile> files =
      document::CatalogFiles::Load(std::nullopt, diagnostics).files();
  for (document::CatalogFile& file : files) {
    if (file.path != "costs/host_stack.yaml") continue;
    const std::size_t at = file.text.find("{typical: 750ns");
    ASSERT_NE(at, std::string::npos);
    file.text.replace(at, 15, "{typical: 751ns");
    file.overlaid = true;
  }
  const CostModel own =
      CostModel::Load(document::CatalogFiles::FromFiles(std::move(files)), diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(own.At("routed_hop").fixed_ns, 751);
  EXPECT_EQ(own.At("routed_hop").informed_by, 0);
  EXPECT_GT(costs_.At("routed_hop").informed_by, 0);
  EXPECT_EQ(own.At("vxlan_encap").fixed_ns, costs_.At("vxlan_encap").fixed_ns);
  EXPECT_GT(own.At("vxlan_encap").informed_by, 0);
}

TEST_F(ShippedCosts, AFactorIsDrawnFromItsRange) {
  const CostFactor* factor = costs_.FindFactor("cold_caches");
  ASSERT_NE(factor, nullptr);
  EXPECT_EQ(factor->in_use, factor->value.typical);
  const CostModel drawn = costs_.Draw(5);
  EXPECT_NE(drawn.FindFactor("cold_caches")->in_use, factor->in_use);
  const CostModel bound = costs_.AtBound(true);
  EXPECT_EQ(bound.FindFactor("cold_caches")->in_use, factor->value.high);
}

TEST_F(ShippedCosts, AKneeWithoutItsPriceIsAnError) {
  const test::ScratchFolder overlay;
  overlay.Write("costs/knee.yaml",
                "costs:\n  - id: knee\n    does: something\n    paid_by: softirq\n    paid: each\n"
                "    fixed: {typical: 2ns, low: 1ns, high: 3ns}\n    beyond: {count: 100}\n"
                "    status: assumed\n    why: a test\n");
  document::Diagnostics diagnostics;
  const auto files = document::CatalogFiles::Load(overlay.path().string(), diagnostics);
  CostModel::Load(files, diagnostics);
  EXPECT_NE(diagnostics.ToString().find("knee.yaml:7:13: error: missing key 'fixed'"),
            std::string::npos)
      << diagnostics.ToString();
}

}  // namespace
}  // namespace cnisim::datapath

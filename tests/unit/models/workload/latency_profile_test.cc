#include "models/workload/latency_profile.h"

#include <gtest/gtest.h>

namespace cnisim::workload {
namespace {

using namespace literals;

class LatencyProfileTest : public testing::Test {
 protected:
  document::Diagnostics diagnostics_;
  document::CatalogFiles files_ = document::CatalogFiles::Load(std::nullopt, diagnostics_);
  datapath::CostModel costs_ = datapath::CostModel::Load(files_, diagnostics_);
};

TEST_F(LatencyProfileTest, ResolvesEveryProfileOfTheCatalog) {
  const LatencyProfiles profiles = LatencyProfiles::Load(files_, costs_, diagnostics_);
  EXPECT_FALSE(diagnostics_.has_errors());
  ASSERT_NE(profiles.Find("azure-zonal"), nullptr);
  EXPECT_EQ(profiles.Find("azure-zonel"), nullptr);
  const Latency latency = profiles.Find("azure-zonal")->Resolve(costs_);
  EXPECT_EQ(latency.zones[1][1].mean, 15_us);
  EXPECT_EQ(latency.zones[1][1].floor, 8_us);
  // 0.25 of 15 us, all of it in the 7 us above the floor.
  EXPECT_DOUBLE_EQ(latency.zones[1][1].cv, 0.25 * 15 / 7);
  EXPECT_EQ(latency.zones[2][1].mean, 60_us);
  EXPECT_EQ(latency.zones[3][1].mean, 600_us);
  EXPECT_EQ(latency.external.mean, 100_us);
  // A placement group is closer than its zone, whatever the zone.
  EXPECT_EQ(&latency.Between({2, 1}, {2, 1}), &latency.same_group);
  EXPECT_EQ(&latency.Between({0, 1}, {0, 2}), &latency.zones[0][0]);
  EXPECT_EQ(&latency.Between({1, 0}, {3, 0}), &latency.zones[1][3]);
}

TEST_F(LatencyProfileTest, RefusesAFloorAboveTheCost) {
  const document::CatalogFiles files =
      document::CatalogFiles::FromFiles({{"fabric/wrong.yaml",
                                          "name: wrong\nsummary: x\nwhy: x\n"
                                          "same_zone: {cost: azure_fabric_one_way, floor: 16us}\n"
                                          "cross_zone: {cost: azure_fabric_one_wey, floor: 8us}\n"
                                          "external: {cost: client_one_way, floor: 30us}\n",
                                          "wrong.yaml", false}});
  EXPECT_TRUE(LatencyProfiles::Load(files, costs_, diagnostics_).all().empty());
  ASSERT_EQ(diagnostics_.list().size(), 2U);
  EXPECT_EQ(diagnostics_.list()[0].message,
            "the floor must be above 0 and not above the least of the cost's range");
  EXPECT_EQ(diagnostics_.list()[1].message, "no cost is named 'azure_fabric_one_wey'");
}

}  // namespace
}  // namespace cnisim::workload

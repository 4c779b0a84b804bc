#include "models/azure/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnisim::azure {
namespace {

Limits LoadEmbedded() {
  document::Diagnostics diagnostics;
  const Limits limits =
      Limits::Load(document::CatalogFiles::Load(std::nullopt, diagnostics), diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  return limits;
}

TEST(LimitsTest, TheCatalogHasEveryFigure) {
  const Limits limits = LoadEmbedded();
  EXPECT_EQ(limits[LimitId::kVnetPrivateAddresses], 65'536);
  EXPECT_EQ(limits[LimitId::kRouteTableRoutes], 400);
  EXPECT_EQ(limits[LimitId::kCnsExhaustedReleasePercent], 200);  // the last one
  EXPECT_EQ(ToString(LimitId::kVnetPrivateAddresses), "vnet.private_addresses");
}

TEST(LimitsTest, EveryFigureHasASource) {
  const Limits limits = LoadEmbedded();
  for (const LimitRecord& record : limits.records()) {
    EXPECT_NE(record.source, "") << record.id;
    EXPECT_NE(record.meaning, "") << record.id;
    for (const LimitAlternative& alternative : record.alternatives) {
      EXPECT_NE(alternative.source, "") << record.id;
    }
  }
}

TEST(LimitsTest, TablesGiveTheFirstRowThatReaches) {
  const Limits limits = LoadEmbedded();
  EXPECT_EQ(limits.Lookup(LimitTableId::kLbDefaultPorts, 50), 1024);
  EXPECT_EQ(limits.Lookup(LimitTableId::kLbDefaultPorts, 51), 512);
  EXPECT_EQ(limits.Lookup(LimitTableId::kLbDefaultPorts, 1000), 32);
  EXPECT_EQ(limits.Lookup(LimitTableId::kLbDefaultPorts, 1001), std::nullopt);
}

TEST(LimitsTest, ADisputedFigureCanBeSet) {
  Limits limits = LoadEmbedded();
  EXPECT_EQ(limits.Find("cns.primary_addresses")->alternatives.at(0).value, 0);
  EXPECT_EQ(limits.Set("cns.primary_addresses=0"), std::nullopt);
  EXPECT_EQ(limits[LimitId::kCnsPrimaryAddresses], 0);
  EXPECT_TRUE(limits.Find("cns.primary_addresses")->changed);
  EXPECT_FALSE(limits.Find("cns.batch")->changed);
}

TEST(LimitsTest, WrongAssignmentsSayWhy) {
  Limits limits = LoadEmbedded();
  EXPECT_EQ(limits.Set("cns.batch=many"),
            "'cns.batch=many' gives limit 'cns.batch' no whole number from 0 to 1000000000");
  EXPECT_THAT(limits.Set("cns.bacth=16").value_or(""),
              testing::StartsWith("unknown limit 'cns.bacth'; did you mean 'cns.batch'?"));
}

TEST(LimitsTest, UnknownAndMissingFiguresAreErrors) {
  document::Diagnostics diagnostics;
  document::CatalogFile file{"limits/x.yaml",
                             "limits:\n"
                             "  - {id: vnet.subnetz, value: 1, meaning: m, status: documented, "
                             "source: s}\n",
                             "x.yaml", false};
  Limits::Load(document::CatalogFiles::FromFiles({file}), diagnostics);
  const std::string text = diagnostics.ToString();
  EXPECT_THAT(text, testing::HasSubstr("x.yaml:2:5: error: unknown limit 'vnet.subnetz' in id\n"));
  EXPECT_THAT(text, testing::HasSubstr("did you mean 'vnet.subnets'?"));
  EXPECT_THAT(text, testing::HasSubstr(
                        "error: limit 'vnet.subnets' is missing in the catalog (limits/*.yaml)"));
}

}  // namespace
}  // namespace cnisim::azure

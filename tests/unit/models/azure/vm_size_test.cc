#include "models/azure/vm_size.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnisim::azure {
namespace {

using namespace literals;

TEST(VmSizeTest, TheCatalogLoads) {
  document::Diagnostics diagnostics;
  const auto table =
      VmSizeTable::Load(document::CatalogFiles::Load(std::nullopt, diagnostics), diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_EQ(table.sizes().size(), 87u);
  const VmSize* size = table.Find("standard_d4s_V5");
  ASSERT_NE(size, nullptr);
  EXPECT_EQ(size->name, "Standard_D4s_v5");
  EXPECT_EQ(size->vcpus, 4);
  EXPECT_EQ(size->memory, 16384_MiB);
  EXPECT_EQ(size->bandwidth, 12'500_Mbps);
  EXPECT_EQ(table.Find("Standard_D4s_v55"), nullptr);
  EXPECT_THAT(table.Hint("Standard_D4s_v55"),
              testing::StartsWith("did you mean 'Standard_D4s_v5'"));
}

TEST(VmSizeTest, WrongRowsSayWhere) {
  document::Diagnostics diagnostics;
  document::CatalogFile file{
      "skus/a.csv",
      "sku,series,vcpus,memory_gib,max_nics,max_bandwidth_mbps,accelerated_networking,notes,"
      "confidence,source\n"
      "A,a,two,8,2,,required,,documented,s\n"
      "B,b,2,8,2\n",
      "a.csv", false};
  const auto table = VmSizeTable::Load(document::CatalogFiles::FromFiles({file}), diagnostics);
  EXPECT_EQ(table.sizes().size(), 1u);
  EXPECT_EQ(diagnostics.list().at(0).message, "the row has 5 cells, the header has 10");
  EXPECT_EQ(diagnostics.list().at(1).message, "found 'two', expected a positive number");
  EXPECT_EQ(diagnostics.list().at(1).where.ToString(), "a.csv:2:1");
}

}  // namespace
}  // namespace cnisim::azure

#include "models/workload/port_table.h"

#include <gtest/gtest.h>

namespace cnisim::workload {
namespace {

using namespace literals;

const PortHolds kHolds{240_s, 15_s, 30_s};  // FIN, RST, half open

TEST(PortTableTest, PortsAreCountedForEachDestination) {
  PortTable table(2, 3, 0, kHolds);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(table.Take(0_s, 0));
  EXPECT_FALSE(table.Take(0_s, 0));
  EXPECT_TRUE(table.Take(0_s, 1));
  EXPECT_EQ(table.MostUsed().destination, 0U);
  EXPECT_EQ(table.MostUsed().peak, 3U);
  EXPECT_DOUBLE_EQ(table.MostUsed().share(), 1);
}

TEST(PortTableTest, APortIsKeptForAsLongAsTheEndOfItsConnectionSays) {
  PortTable table(1, 3, 0, kHolds);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(table.Take(0_s, 0));
  table.Release(1_s, 0, PortEnd::kFin);
  table.Release(2_s, 0, PortEnd::kRst);
  table.Release(3_s, 0, PortEnd::kHalfOpen);
  EXPECT_FALSE(table.Take(16_s, 0));
  EXPECT_TRUE(table.Take(17_s, 0));  // 2 s + 15 s
  EXPECT_FALSE(table.Take(32_s, 0));
  EXPECT_TRUE(table.Take(33_s, 0));  // 3 s + 30 s
  EXPECT_FALSE(table.Take(240_s, 0));
  EXPECT_TRUE(table.Take(241_s, 0));  // 1 s + 240 s
}

TEST(PortTableTest, ConnectionsToAllDestinationsHaveALimitToo) {
  PortTable table(2, 0, 2, kHolds);
  EXPECT_TRUE(table.Take(0_s, 0));
  EXPECT_TRUE(table.Take(0_s, 1));
  EXPECT_FALSE(table.Take(0_s, 1));
  table.Release(0_s, 0, PortEnd::kRst);
  EXPECT_FALSE(table.Take(14_s, 1));
  EXPECT_TRUE(table.Take(15_s, 1));  // though nobody asked for the other destination since
}

TEST(PortTableTest, PeaksAreThoseSinceTheLastReset) {
  PortTable table(1, 10, 0, kHolds);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(table.Take(0_s, 0));
  for (int i = 0; i < 3; ++i) table.Release(0_s, 0, PortEnd::kRst);
  table.ResetStatistics(20_s);
  EXPECT_EQ(table.MostUsed().peak, 1U);
}

}  // namespace
}  // namespace cnisim::workload

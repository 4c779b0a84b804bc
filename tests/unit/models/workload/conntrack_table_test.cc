#include "models/workload/conntrack_table.h"

#include <gtest/gtest.h>

namespace cnisim::workload {
namespace {

using namespace literals;

TEST(ConntrackTableTest, RefusesWhenFullAndForgetsClosedConnectionsAfterTheirTime) {
  ConntrackTable table(/*limit=*/3, /*evicts=*/false, /*linger=*/120_s);
  EXPECT_TRUE(table.Insert(0_s, 2));
  EXPECT_TRUE(table.Insert(1_s, 1));
  EXPECT_FALSE(table.Insert(2_s, 1));
  table.Close(3_s, 2);
  EXPECT_FALSE(table.Insert(122_s, 1));
  EXPECT_TRUE(table.Insert(123_s, 1));
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.peak(), 3U);
  EXPECT_EQ(table.refused(), 2U);
}

TEST(ConntrackTableTest, AnLruTableForgetsTheOldestInstead) {
  ConntrackTable table(/*limit=*/2, /*evicts=*/true, /*linger=*/120_s);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(table.Insert(1_s, 1));
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.evicted(), 3U);
  EXPECT_EQ(table.refused(), 0U);
}

TEST(ConntrackTableTest, WithoutALimitItOnlyCounts) {
  ConntrackTable table(/*limit=*/0, /*evicts=*/false, /*linger=*/1_s);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(table.Insert(1_s, 1));
  EXPECT_EQ(table.size(), 1000U);
  table.Close(1_s, 400);
  EXPECT_TRUE(table.Insert(1000_s, 0));  // a long silence
  EXPECT_EQ(table.size(), 600U);
}

}  // namespace
}  // namespace cnisim::workload

#include "models/workload/edge_table.h"

#include <cstddef>
#include <cstdint>
#include <map>

#include <gtest/gtest.h>

#include "sim/base/random.h"

namespace cnisim::workload {
namespace {

TEST(EdgeTable, HoldsOnlyWhatWasAskedForInTheOrderOfTheEdges) {
  EdgeTable<int> table;
  EXPECT_EQ(table.size(), 0U);
  table[7] = 70;
  table[3] = 30;
  EXPECT_EQ(table[9], 0);  // made by asking
  ASSERT_EQ(table.size(), 3U);
  EXPECT_EQ(table.edge(0), 3U);
  EXPECT_EQ(table.entry(0), 30);
  EXPECT_EQ(table.edge(1), 7U);
  EXPECT_EQ(table.entry(1), 70);
  EXPECT_EQ(table.edge(2), 9U);
}

TEST(EdgeTable, CountsLikeAMap) {
  EdgeTable<std::uint64_t> table;
  std::map<std::uint32_t, std::uint64_t> expected;
  RandomStream random(1, 2, 3);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint32_t edge = random.Below(300);
    ++table[edge];
    ++expected[edge];
  }
  ASSERT_EQ(table.size(), expected.size());
  std::size_t i = 0;
  for (const auto& [edge, count] : expected) {
    EXPECT_EQ(table.edge(i), edge);
    EXPECT_EQ(table.entry(i), count);
    ++i;
  }
}

}  // namespace
}  // namespace cnisim::workload

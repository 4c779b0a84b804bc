#include "models/cluster/node_pool.h"

#include <gtest/gtest.h>

namespace cnisim::cluster {
namespace {

TEST(MaxSurge, RoundsAShareUp) {
  EXPECT_EQ((MaxSurge{std::nullopt, 0.33}.NodesFor(14)), 5);  // 4.62
  EXPECT_EQ((MaxSurge{std::nullopt, 0.33}.NodesFor(0)), 0);
  EXPECT_EQ((MaxSurge{std::nullopt, 1.0}.NodesFor(3)), 3);
  EXPECT_EQ((MaxSurge{2, 0.33}.NodesFor(14)), 2);
}

TEST(NodePool, CountsTheAutoscalersMaximum) {
  NodePool pool;
  pool.count = 3;
  EXPECT_EQ(pool.LargestCount(), 3);
  pool.min_count = 2;
  pool.max_count = 9;
  EXPECT_EQ(pool.LargestCount(), 9);
}

}  // namespace
}  // namespace cnisim::cluster

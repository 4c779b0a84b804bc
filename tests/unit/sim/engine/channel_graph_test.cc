#include "sim/engine/internal/channel_graph.h"

#include <vector>

#include <gtest/gtest.h>

namespace cnisim::engine::internal {
namespace {

using namespace literals;

class ChannelGraphTest : public testing::Test {
 protected:
  ChannelGraphTest() {
    for (int i = 0; i < 5; ++i) graph_.AddLp();
  }
  ChannelGraph graph_;
};

TEST_F(ChannelGraphTest, WithoutChannelsThereIsNoBound) {
  EXPECT_EQ(graph_.Lookahead(), std::nullopt);
  EXPECT_EQ(graph_.MinLatencyFrom(LpId(0)), std::nullopt);
  EXPECT_EQ(graph_.Latency(LpId(0), LpId(1)), std::nullopt);
  graph_.ConnectAll(std::vector<LpId>{LpId(3)}, 5_ns);  // nobody to talk to
  EXPECT_EQ(graph_.Lookahead(), std::nullopt);
}

TEST_F(ChannelGraphTest, TheLookaheadIsTheLeastLatency) {
  graph_.Connect(LpId(0), LpId(1), 30_us);
  graph_.Connect(LpId(1), LpId(2), 20_us);
  graph_.Connect(LpId(0), LpId(2), 50_us);
  EXPECT_EQ(graph_.Lookahead(), 20_us);
  EXPECT_EQ(graph_.MinLatencyFrom(LpId(0)), 30_us);
  EXPECT_EQ(graph_.MinLatencyFrom(LpId(2)), std::nullopt);  // channels have a direction
}

TEST_F(ChannelGraphTest, AChannelTwiceCountsOnceWithTheLesserLatency) {
  graph_.Connect(LpId(0), LpId(1), 30_us);
  graph_.Connect(LpId(0), LpId(1), 10_us);
  EXPECT_EQ(graph_.Latency(LpId(0), LpId(1)), 10_us);
  EXPECT_EQ(graph_.Latency(LpId(1), LpId(0)), std::nullopt);
}

TEST_F(ChannelGraphTest, AGroupJoinsItsMembersOnly) {
  graph_.ConnectAll(std::vector<LpId>{LpId(1), LpId(2), LpId(4)}, 25_us);
  graph_.Connect(LpId(1), LpId(2), 40_us);
  EXPECT_EQ(graph_.Lookahead(), 25_us);
  EXPECT_EQ(graph_.Latency(LpId(1), LpId(2)), 25_us);
  EXPECT_EQ(graph_.Latency(LpId(4), LpId(1)), 25_us);
  EXPECT_EQ(graph_.Latency(LpId(1), LpId(3)), std::nullopt);
  EXPECT_EQ(graph_.Latency(LpId(0), LpId(1)), std::nullopt);
}

}  // namespace
}  // namespace cnisim::engine::internal

#include "models/lifecycle/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/document/parser.h"

namespace cnisim::lifecycle {
namespace {

using namespace literals;

class TimelineTest : public testing::Test {
 protected:
  Timeline Read(const std::string& text) {
    document = document::ParseDocument(text, "s.yaml", diagnostics);
    if (!document) return {};
    return ReadTimeline(document->root().Find("timeline"), document->root().Find("growth"),
                        diagnostics);
  }

  document::Diagnostics diagnostics;
  std::optional<document::Document> document;
};

TEST_F(TimelineTest, ReadsEveryStepInOrderOfTime) {
  const Timeline timeline = Read(
      "timeline:\n"
      "  - {at: 30m, upgrade: {pool: apps, kubernetes: '1.31', max_surge: 33%, soak: 1m}}\n"
      "  - {at: 10m, scale: {deployment: frontend, replicas: 40}}\n"
      "  - {at: 20m, scale: {pool: apps, nodes: 20}}\n"
      "  - {at: 1h, rollout: {deployment: frontend, max_surge: 2}}\n"
      "  - {at: 2h, autoscale: {pool: apps}}\n"
      "growth: {rate: 5%, every: 30d, for: 730d}\n");
  EXPECT_EQ(diagnostics.ToString(), "");
  ASSERT_EQ(timeline.operations.size(), 5u);
  EXPECT_EQ(timeline.operations[0].ToString(), "frontend to 40 pods");
  EXPECT_EQ(timeline.operations[1].ToString(), "pool apps to 20 nodes");
  EXPECT_EQ(timeline.operations[2].ToString(), "upgrade of pool apps");
  EXPECT_EQ(timeline.operations[2].at, 1800_s);
  EXPECT_EQ(timeline.operations[2].max_surge->NodesFor(10), 4);
  EXPECT_EQ(timeline.operations[2].soak, 60_s);
  EXPECT_EQ(timeline.operations[3].max_surge->NodesFor(10), 2);
  EXPECT_EQ(timeline.operations[4].kind, OperationKind::kAutoscale);
  ASSERT_TRUE(timeline.growth.has_value());
  ASSERT_FALSE(timeline.growth->steps.empty());
  EXPECT_DOUBLE_EQ(timeline.growth->steps[0].size, 1.05);
  EXPECT_DOUBLE_EQ(timeline.growth->steps[1].size, 1.05 * 1.05);
  EXPECT_EQ(timeline.growth->steps[0].at, 30 * 86'400_s);
}

TEST_F(TimelineTest, ReadsPoolsAndMoves) {
  const Timeline timeline = Read(
      "timeline:\n"
      "  - {at: 1h, add_pool: {name: gpu, sku: Standard_D4s_v5, nodes: 4, max_pods: 30}}\n"
      "  - {at: 2h, replace: {pool: apps, with: {name: apps2, nodes: 8, subnet: more}}}\n"
      "  - {at: 3h, migrate: {configuration: overlay}}\n");
  EXPECT_EQ(diagnostics.ToString(), "");
  ASSERT_EQ(timeline.operations.size(), 3u);
  EXPECT_EQ(timeline.operations[0].ToString(), "new pool gpu of 4 nodes");
  EXPECT_EQ(timeline.operations[0].new_pool->pool.max_pods, 30);
  EXPECT_EQ(timeline.operations[1].ToString(), "pool apps2 for apps");
  EXPECT_EQ(timeline.operations[1].new_pool->node_subnet, "more");
  EXPECT_EQ(timeline.operations[2].ToString(), "move to overlay");
}

TEST_F(TimelineTest, GrowthFollowsATable) {
  const Timeline timeline =
      Read("growth: {table: [{at: 90d, size: 120%}, {at: 30d, size: 150%}], start: 2027-01-31}\n");
  EXPECT_EQ(diagnostics.ToString(), "");
  ASSERT_EQ(timeline.growth->steps.size(), 2u);
  EXPECT_EQ(timeline.growth->steps[0].at, 30 * 86'400_s);  // by time
  EXPECT_DOUBLE_EQ(timeline.growth->steps[0].size, 1.5);
  EXPECT_EQ(*timeline.growth->start, std::chrono::year(2027) / 1 / 31);
}

TEST_F(TimelineTest, GrowthFollowsTheDay) {
  const Timeline timeline = Read("growth: {diurnal: {low: 50%, high: 150%}, every: 6h, for: 2d}\n");
  EXPECT_EQ(diagnostics.ToString(), "");
  EXPECT_TRUE(timeline.growth->shrinks);
  std::vector<double> sizes;
  for (const GrowthStep& step : timeline.growth->steps) sizes.push_back(step.size);
  EXPECT_THAT(sizes, testing::ElementsAre(1.0, 1.5, 1.0, 0.5, 1.0, 1.5, 1.0, 0.5));
}

TEST_F(TimelineTest, MistakesOfGrowthSayWhere) {
  Read("growth: {rate: 5%, table: [], every: 30d, for: 730d, start: 2027-02-30}\n");
  Read("growth: {every: 30d, for: 730d}\n");
  Read("growth: {rate: 0%, every: 30d, for: 730d}\n");
  Read("growth: {rate: 5%, every: 30d, for: 7d}\n");
  Read("growth: {diurnal: {low: 50%, high: 20%}, every: 1h, for: 7d}\n");
  Read("growth: {table: [{at: 3d, size: 0%}]}\n");
  std::vector<std::string> messages;
  for (const auto& each : diagnostics.list()) messages.push_back(each.message);
  EXPECT_THAT(
      messages,
      testing::ElementsAre(
          "found '2027-02-30', expected a date such as 2027-01-31", "growth has one form, found 2",
          "growth has one form, found 0", "found a rate of 0%, expected one above 0%",
          "growth has a step above zero and is at least a step long",
          "a diurnal curve has a low size above zero and a high one that is no less",
          "a row of the table has a size above zero"));
}

TEST_F(TimelineTest, NoBlocksAreNoSteps) {
  EXPECT_TRUE(ReadTimeline(nullptr, nullptr, diagnostics).operations.empty());
  EXPECT_EQ(diagnostics.ToString(), "");
}

TEST_F(TimelineTest, MistakesSayWhere) {
  Read(
      "timeline:\n"
      "  - {at: 10m}\n"
      "  - {at: 10m, upgrade: {pool: apps, max_surge: lots}}\n"
      "growth: {rate: 0%, every: 30d, for: 60d}\n");
  std::vector<std::string> messages;
  for (const document::Diagnostic& diagnostic : diagnostics.list()) {
    messages.push_back(diagnostic.where.ToString() + ": " + diagnostic.message);
  }
  EXPECT_THAT(messages,
              testing::ElementsAre("s.yaml:2:5: a step does one thing, found 0",
                                   "s.yaml:3:48: found 'lots', expected for example 33% or 2",
                                   "s.yaml:4:9: found a rate of 0%, expected one above 0%"));
}

}  // namespace
}  // namespace cnisim::lifecycle

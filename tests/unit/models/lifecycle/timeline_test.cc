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
  EXPECT_DOUBLE_EQ(timeline.growth->rate, 0.05);
  EXPECT_EQ(timeline.growth->every, 30 * 86'400_s);
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
                                   "s.yaml:4:9: growth has a rate and a step above zero"));
}

}  // namespace
}  // namespace cnisim::lifecycle

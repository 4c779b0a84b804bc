#include "models/workload/flow_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_traffic.h"

namespace cnisim::workload {
namespace {

using namespace literals;
using datapath::MessageKind;
using datapath::Resource;
using datapath::Side;
using test::SmallCosts;

std::vector<StepKind> Kinds(const MessagePlan& plan) {
  std::vector<StepKind> kinds;
  for (const Step& step : plan.steps) kinds.push_back(step.kind);
  return kinds;
}

TEST(FlowPlanTest, TheSendersKernelWorkRunsOnTheSendersCore) {
  const FlowPlan plan = PlanFlow(test::SmallFlow({}, false, false), false, 300_B, 1000_B);
  const MessagePlan& request = plan[MessageKind::kRequest];
  EXPECT_DOUBLE_EQ(request.send.mean(), 2000 + 1000);
  EXPECT_DOUBLE_EQ(request.receive.mean(), 500);
  EXPECT_EQ(request.wire_bytes, 366_B);
  EXPECT_THAT(Kinds(request), testing::ElementsAre(StepKind::kCross, StepKind::kSoftirq,
                                                   StepKind::kDelay, StepKind::kDeliver));
  EXPECT_EQ(plan[MessageKind::kReply].wire_bytes, 1066_B);
  EXPECT_DOUBLE_EQ(request.Mean().value(), 2000 + 1000 + 3000 + 1500 + 500);
}

TEST(FlowPlanTest, OnOneNodeNothingCrossesAndTheSenderDoesItAll) {
  const FlowPlan plan = PlanFlow(test::SmallFlow({}, true, false), true, 300_B, 1000_B);
  const MessagePlan& request = plan[MessageKind::kRequest];
  EXPECT_DOUBLE_EQ(request.send.mean(), 2000 + 1000 + 3000);
  EXPECT_THAT(Kinds(request), testing::ElementsAre(StepKind::kDelay, StepKind::kDeliver));
}

TEST(FlowPlanTest, AnEndOutsideStillCrossesTheFabric) {
  const FlowPlan plan = PlanFlow(test::SmallFlow({}, false, true), false, 300_B, 1000_B);
  EXPECT_THAT(Kinds(plan[MessageKind::kRequest]),
              testing::ElementsAre(StepKind::kCross, StepKind::kSoftirq, StepKind::kDelay,
                                   StepKind::kDeliver));
  EXPECT_THAT(Kinds(plan[MessageKind::kReply]),
              testing::ElementsAre(StepKind::kCross, StepKind::kDeliver));
}

TEST(FlowPlanTest, TheLastAckOfTheHandshakeGoesWithTheFirstRequest) {
  const FlowPlan plan = PlanFlow(test::SmallFlow({}, false, false), false, 300_B, 1000_B);
  const MessagePlan& first = plan[MessageKind::kRequestFirst];
  EXPECT_EQ(first.wire_bytes, 366_B + 66_B);
  EXPECT_DOUBLE_EQ(first.Mean().value(), plan[MessageKind::kRequest].Mean().value() + 1000 + 3000);
}

TEST(FlowPlanTest, EncryptedPacketsAreHandedOverOneAfterTheOther) {
  datapath::CompiledFlow flow = test::SmallFlow({}, false, false);
  for (auto& message : flow.messages) message.pair_ceiling = NanosecondsPerByte(1);
  const FlowPlan plan = PlanFlow(flow, false, 300_B, 1000_B);
  const MessagePlan& request = plan[MessageKind::kRequest];
  ASSERT_EQ(request.steps[0].kind, StepKind::kPair);
  EXPECT_EQ(request.steps[0].side, Side::kReceiver);
  EXPECT_DOUBLE_EQ(request.steps[0].demand.mean(), 366);
}

// Whatever the trains are, they cost what the message costs: the call once, each segment once.
TEST(FlowPlanTest, TrainsTogetherCostWhatTheirMessageCosts) {
  datapath::CompiledFlow flow = test::SmallFlow({}, false, false);
  for (auto& message : flow.messages) {
    for (datapath::Segment& segment : message.segments) {
      if (segment.resource == Resource::kLatency) continue;
      segment.per_packet = Nanoseconds(100);
      segment.per_byte = NanosecondsPerByte(0.25);
    }
  }
  const Bytes response(35 * 1448 - 1000);
  const FlowPlan plan = PlanFlow(flow, false, 300_B, response, {.whole = 10});
  EXPECT_EQ(plan[MessageKind::kRequest].trains, nullptr);
  const MessagePlan& whole = plan[MessageKind::kReply];
  ASSERT_NE(whole.trains, nullptr);
  EXPECT_EQ(whole.trains->segments, 35U);
  const TrainPlans& trains = *whole.trains;
  const MessagePlan* parts[] = {&trains[TrainShape(10, TrainShape::kFirst)],
                                &trains[TrainShape(20, 0)],
                                &trains[TrainShape(5, TrainShape::kTail)]};
  const double wakeup = SmallCosts{}.wakeup;  // each wakes the reader
  double time = -2 * wakeup;
  Bytes payload;
  Bytes wire;
  for (const MessagePlan* part : parts) {
    time += part->Mean().value();
    payload += part->payload;
    wire += part->wire_bytes;
    EXPECT_EQ(Kinds(*part), Kinds(whole));
  }
  EXPECT_NEAR(time, whole.Mean().value(), 1e-6);
  EXPECT_EQ(payload, response);
  EXPECT_EQ(wire, whole.wire_bytes);
}

TEST(DemandTest, MeansAddAndSoDoVariances) {
  DemandSum sum;
  sum.Add(Nanoseconds(3000), 1);
  sum.Add(Nanoseconds(4000), 1);
  const Demand demand = sum.Build();
  EXPECT_TRUE(demand.varies());
  EXPECT_DOUBLE_EQ(demand.mean(), 7000);
  // Standard deviation sqrt(3000^2 + 4000^2) = 5000.  100 000 draws: 5 standard errors of the mean
  // are 79 ns, one false alarm in 2 million reseedings.
  double total = 0;
  for (std::uint32_t i = 0; i < 100000; ++i) {
    RandomStream stream(1, i, 0);
    total += static_cast<double>(demand.Draw(stream).nanos());
  }
  EXPECT_NEAR(total / 100000, 7000, 79);
}

TEST(DemandTest, ASavingDoesNotMakeTimeRunBackwards) {
  DemandSum sum;
  sum.Add(Nanoseconds(-800), 0);
  EXPECT_DOUBLE_EQ(sum.Build().mean(), 0);
}

TEST(FabricSamplerTest, NeverBelowTheFloorAndRightOnAverage) {
  const FabricSampler sampler({10_us, 15_us, 0.8});
  double total = 0;
  for (std::uint32_t i = 0; i < 100000; ++i) {
    RandomStream stream(1, i, 0);
    const SimTime delay = sampler.Draw(stream);
    ASSERT_GE(delay, 10_us);
    total += delay.micros();
  }
  // Standard deviation 4 us: 5 standard errors are 0.063 us.
  EXPECT_NEAR(total / 100000, 15, 0.063);
}

}  // namespace
}  // namespace cnisim::workload

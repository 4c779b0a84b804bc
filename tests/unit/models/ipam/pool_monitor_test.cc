#include "models/ipam/pool_monitor.h"

#include <gtest/gtest.h>

namespace cnisim::ipam {
namespace {

constexpr PoolScaler kScaler{16, 50, 150, 250, 1, 100, 200};

TEST(PoolMonitorTest, GrowsOneBatchAtATime) {
  // 60 pods wait, yet one tick adds one batch.
  EXPECT_EQ(StepPool({16, 16, 16, 0}, kScaler, false),
            (PoolDecision{PoolAction::kIncrease, 32, 0}));
}

TEST(PoolMonitorTest, WhatIsOnItsWayBackIsNotFree) {
  // 48 held, 16 of them already releasing: 32 - 20 = 12 free is below 24.
  EXPECT_EQ(StepPool({32, 48, 20, 16}, kScaler, false), (PoolDecision{PoolAction::kNone, 32, 0}));
}

TEST(PoolMonitorTest, StopsAtTheMaximum) {
  EXPECT_EQ(StepPool({250, 250, 250, 0}, kScaler, false),
            (PoolDecision{PoolAction::kNone, 250, 0}));
  EXPECT_EQ(PoolTarget(400, kScaler, false), 250);
}

TEST(PoolMonitorTest, TargetsAreReachedAtOnce) {
  EXPECT_EQ(PoolTarget(60, kScaler, false), 80);  // 16 ceil(0.5 + 3.75)
  EXPECT_EQ(PoolTarget(60, kScaler, true), 61);   // one by one, one free
}

}  // namespace
}  // namespace cnisim::ipam

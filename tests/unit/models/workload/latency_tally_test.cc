#include "models/workload/latency_tally.h"

#include <gtest/gtest.h>

#include "sim/base/histogram.h"

namespace cnisim::workload {
namespace {

// Whatever waits to be put into the histograms is found too, at any time and as often as asked.
TEST(LatencyTallyTest, FindsWhatTwoHistogramsWould) {
  LatencyTally tally;
  Histogram total;
  Histogram network;
  for (std::int64_t i = 0; i < 200; ++i) {
    const std::int64_t value = i * i * 1000;
    total.Record(value);
    if (i % 3 == 0) {
      tally.Record(SimTime::FromNanos(value));
    } else {
      tally.Record(SimTime::FromNanos(value), SimTime::FromNanos(value / 2));
      network.Record(value / 2);
    }
    Histogram found_total;
    Histogram found_network;
    tally.AddTo(found_total, found_network);
    ASSERT_EQ(found_total, total);
    ASSERT_EQ(found_network, network);
  }
}

TEST(LatencyTallyTest, AddsToWhatIsThere) {
  LatencyTally tally;
  tally.Record(SimTime::FromNanos(7), SimTime());
  Histogram total;
  Histogram network;
  tally.AddTo(total, network);
  tally.AddTo(total, network);
  EXPECT_EQ(total.count(), 2U);
  EXPECT_EQ(network.count(), 2U);
  EXPECT_EQ(network.max(), 0);
}

}  // namespace
}  // namespace cnisim::workload

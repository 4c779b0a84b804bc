#include "sim/engine/internal/worker.h"

#include <cstdint>
#include <initializer_list>

#include <gtest/gtest.h>

namespace cnisim::engine::internal {
namespace {

// A multiplication stands in for a division: it must find the same window at every edge.
TEST(LayoutTest, FindsTheWindowOfATimeExactly) {
  for (const std::int64_t width :
       {1, 2, 3, 7, 512, 999, 1000, 1206, 65'537, 999'999, 1'000'000, 1 << 20}) {
    Layout layout;
    layout.SetWidth(SimTime::FromNanos(width));
    EXPECT_EQ(layout.ring_span, SimTime::FromNanos(width * Layout::kRingWindows));
    for (std::int64_t window = 0; window < Layout::kRingWindows; ++window) {
      const auto in = [&](std::int64_t after) {
        return layout.WindowsIn(SimTime::FromNanos(window * width + after));
      };
      ASSERT_EQ(in(0), window) << width;
      ASSERT_EQ(in(width / 2), window) << width;
      ASSERT_EQ(in(width - 1), window) << width;
    }
  }
}

}  // namespace
}  // namespace cnisim::engine::internal

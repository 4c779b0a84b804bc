#include "sim/base/units.h"

#include <gtest/gtest.h>

namespace cnisim {
namespace {

using namespace literals;

TEST(UnitsTest, SerialisationTimeRoundsUp) {
  // 1500 B x 8 / 10 Gbit/s = 1200 ns; one byte at 3 Gbit/s = 2.67 ns.
  EXPECT_EQ(1500_B / 10_Gbps, 1200_ns);
  EXPECT_EQ(1_B / 3_Gbps, 3_ns);
}

TEST(UnitsTest, FractionsAreRoundedOnce) {
  // Three rules at 3.4 ns are 10.2 ns, not 3 x 3 ns.
  EXPECT_EQ((3 * Nanoseconds(3.4)).Round(), 10_ns);
  EXPECT_EQ(Nanoseconds(10.5).Round(), 11_ns);
}

TEST(UnitsTest, PerByteCostTimesBytes) {
  EXPECT_DOUBLE_EQ((NanosecondsPerByte(0.25) * 1000_B).value(), 250.0);
  EXPECT_DOUBLE_EQ((10_Gbps).PerByte().value(), 0.8);
}

TEST(UnitsTest, TimeArithmetic) {
  EXPECT_EQ(1_s, 1'000_ms);
  EXPECT_EQ(5_us + 5_ns, 5'005_ns);
  EXPECT_EQ(1_ms / 3_us, 333);
  EXPECT_LT(1_us, 1_ms);
}

}  // namespace
}  // namespace cnisim

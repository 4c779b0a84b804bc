#include "analysis/report/text.h"

#include <gtest/gtest.h>

namespace cnisim::report {
namespace {

TEST(TextTest, WidthsCountCodePoints) {
  EXPECT_EQ(DisplayWidth("±3 %…"), 5U);
  EXPECT_EQ(PadLeft("±3%", 5), "  ±3%");
  EXPECT_EQ(PadRight("±3%", 5), "±3%  ");
  EXPECT_EQ(PadLeft("longer", 3), "longer");
}

TEST(TextTest, ShortenKeepsWholeCharacters) {
  EXPECT_EQ(Shorten("azure-node-subnet", 17), "azure-node-subnet");
  EXPECT_EQ(Shorten("azure-node-subnet", 16), "azure-node-subn…");
  EXPECT_EQ(Shorten("±±±±", 3), "±±…");
}

TEST(TextTest, WrapBreaksAtBlanks) {
  EXPECT_EQ(Wrap("one two three four", 10, "- ", "  "), "- one two\n  three\n  four\n");
  EXPECT_EQ(Wrap("a-word-longer-than-the-line b", 10, "", ""), "a-word-longer-than-the-line\nb\n");
  EXPECT_EQ(Wrap("", 10, "x", "y"), "x\n");
}

TEST(TextTest, CountHasThousands) {
  EXPECT_EQ(Count(0), "0");
  EXPECT_EQ(Count(999), "999");
  EXPECT_EQ(Count(1019), "1,019");
  EXPECT_EQ(Count(1234567), "1,234,567");
}

TEST(TextTest, ThreeDigits) {
  EXPECT_EQ(ThreeDigits(0), "0");
  EXPECT_EQ(ThreeDigits(3.214), "3.21");
  EXPECT_EQ(ThreeDigits(9.996), "10.0");
  EXPECT_EQ(ThreeDigits(12.34), "12.3");
  EXPECT_EQ(ThreeDigits(99.96), "100");
  EXPECT_EQ(ThreeDigits(1234.4), "1234");
  EXPECT_EQ(ThreeDigits(0.01234), "0.0123");
  EXPECT_EQ(ThreeDigits(-0.5), "-0.500");
}

TEST(TextTest, QuantitiesTakeTheLargestFittingUnit) {
  EXPECT_EQ(Duration(950), "950 ns");
  EXPECT_EQ(Duration(3.21e6), "3.21 ms");
  EXPECT_EQ(Duration(999.9e3), "1.00 ms");
  EXPECT_EQ(Duration(0), "0 ns");
  EXPECT_EQ(BitRate(9.41e9), "9.41 Gbit/s");
}

TEST(TextTest, Percent) {
  EXPECT_EQ(Percent(0), "0 %");
  EXPECT_EQ(Percent(0.0004), "<0.1 %");
  EXPECT_EQ(Percent(0.004), "0.4 %");
  EXPECT_EQ(Percent(0.124), "12 %");
  EXPECT_EQ(Percent(1), "100 %");
}

TEST(TextTest, AndList) {
  EXPECT_EQ(AndList({}), "");
  EXPECT_EQ(AndList({"a"}), "a");
  EXPECT_EQ(AndList({"a", "b"}), "a and b");
  EXPECT_EQ(AndList({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(AndList({"a", "b", "c", "d"}, 3), "a, b and 2 others");
}

TEST(TextTest, OneThingHasNoPlural) {
  EXPECT_EQ(CountOf(1, "Service"), "1 Service");
  EXPECT_EQ(CountOf(0, "node"), "0 nodes");
  EXPECT_EQ(CountOf(1019, "node"), "1,019 nodes");
}

}  // namespace
}  // namespace cnisim::report

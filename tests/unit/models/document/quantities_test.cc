#include "models/document/quantities.h"

#include <gtest/gtest.h>

namespace cnisim::document {
namespace {

TEST(ParseDuration, TakesEveryUnitAndSums) {
  EXPECT_EQ(ParseDuration("7ns")->nanos(), 7);
  EXPECT_EQ(ParseDuration("7us")->nanos(), 7'000);
  EXPECT_EQ(ParseDuration("7\xC2\xB5s")->nanos(), 7'000);
  EXPECT_EQ(ParseDuration("1.5ms")->nanos(), 1'500'000);
  EXPECT_EQ(ParseDuration("0.000000001s")->nanos(), 1);
  EXPECT_EQ(ParseDuration("10m30s")->nanos(), 630'000'000'000);
  EXPECT_EQ(ParseDuration("1h30m")->nanos(), 5'400'000'000'000);
  EXPECT_EQ(ParseDuration("2d")->nanos(), 172'800'000'000'000);
  EXPECT_EQ(ParseDuration("10 ms")->nanos(), 10'000'000);
}

TEST(ParseDuration, SaysWhatIsWrong) {
  EXPECT_EQ(ParseDuration("10").error(), QuantityError::kNoUnit);
  EXPECT_EQ(ParseDuration("0").error(), QuantityError::kNoUnit);
  EXPECT_EQ(ParseDuration("1h30").error(), QuantityError::kNoUnit);
  EXPECT_EQ(ParseDuration("").error(), QuantityError::kNotANumber);
  EXPECT_EQ(ParseDuration("soon").error(), QuantityError::kNotANumber);
  EXPECT_EQ(ParseDuration("10sec").error(), QuantityError::kUnknownUnit);
  EXPECT_EQ(ParseDuration("30s1h").error(), QuantityError::kUnknownUnit);
  EXPECT_EQ(ParseDuration("1.s").error(), QuantityError::kUnknownUnit);
  EXPECT_EQ(ParseDuration("-1s").error(), QuantityError::kNegative);
  EXPECT_EQ(ParseDuration("0.5ns").error(), QuantityError::kTooFine);
  EXPECT_EQ(ParseDuration("106752d").error(), QuantityError::kTooLarge);  // 2^63 ns is 106751.99 d
  EXPECT_EQ(ParseDuration("99999999999999999999s").error(), QuantityError::kTooLarge);
}

TEST(ParseFineDuration, KeepsFractionsOfANanosecond) {
  EXPECT_EQ(ParseFineDuration("0.05ns")->value(), 0.05);
  EXPECT_EQ(ParseFineDuration("2.5us")->value(), 2500);
  EXPECT_EQ(ParseFineDuration("5").error(), QuantityError::kNoUnit);
}

TEST(ParseSize, KnowsPowersOf1000And1024) {
  EXPECT_EQ(ParseSize("300B")->count(), 300);
  EXPECT_EQ(ParseSize("2KB")->count(), 2'000);
  EXPECT_EQ(ParseSize("2KiB")->count(), 2'048);
  EXPECT_EQ(ParseSize("1.5MiB")->count(), 1'572'864);
  EXPECT_EQ(ParseSize("3GiB")->count(), 3'221'225'472);
  EXPECT_EQ(ParseSize("3K").error(), QuantityError::kUnknownUnit);
  EXPECT_EQ(ParseSize("0.5B").error(), QuantityError::kTooFine);
  EXPECT_EQ(ParseSize("9000000TiB").error(), QuantityError::kTooLarge);
}

TEST(ParseRate, IsInBitsPerSecond) {
  EXPECT_EQ(ParseRate("12.5Gbps")->value(), 12'500'000'000);
  EXPECT_EQ(ParseRate("100Mbps")->value(), 100'000'000);
  EXPECT_EQ(ParseRate("64kbps")->value(), 64'000);
  EXPECT_EQ(ParseRate("10Gb").error(), QuantityError::kUnknownUnit);
}

TEST(ParsePerSecond, DividesByThePeriod) {
  EXPECT_EQ(*ParsePerSecond("500/s"), 500);
  EXPECT_EQ(*ParsePerSecond("90/m"), 1.5);
  EXPECT_EQ(*ParsePerSecond("7200/h"), 2);
  EXPECT_EQ(ParsePerSecond("500").error(), QuantityError::kNoUnit);
  EXPECT_EQ(ParsePerSecond("500 rps").error(), QuantityError::kUnknownUnit);
}

TEST(ParsePercentage, IsAShare) {
  EXPECT_EQ(*ParsePercentage("33%"), 0.33);
  EXPECT_EQ(*ParsePercentage("150%"), 1.5);
  EXPECT_EQ(ParsePercentage("33").error(), QuantityError::kNoUnit);
}

TEST(ParseInteger, TakesWholeDecimalNumbersOnly) {
  EXPECT_EQ(ParseInteger("-3"), -3);
  EXPECT_EQ(ParseInteger("+3"), 3);
  EXPECT_EQ(ParseInteger("9223372036854775807"), INT64_MAX);
  for (const char* text :
       {"", "-", "3.0", "0x10", "1e3", " 3", "3 ", "9223372036854775808", "+-3"}) {
    EXPECT_EQ(ParseInteger(text), std::nullopt) << text;
  }
}

TEST(ParseNumber, TakesFiniteDecimalNumbersOnly) {
  EXPECT_EQ(ParseNumber("-0.5"), -0.5);
  EXPECT_EQ(ParseNumber("1e3"), 1000);
  EXPECT_EQ(ParseNumber(".5"), 0.5);
  for (const char* text : {"", "inf", "nan", "-inf", "-nan", "1e999", "1,5", "0x10"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace cnisim::document

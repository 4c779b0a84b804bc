#include "sim/base/result.h"

#include <string>

#include <gtest/gtest.h>

namespace cnisim {
namespace {

Result<int, std::string> Half(int n) {
  if (n % 2 != 0) return Failure{std::string("odd")};
  return n / 2;
}

TEST(ResultTest, HoldsTheValue) {
  const auto result = Half(8);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(*result, 4);
}

TEST(ResultTest, HoldsTheError) {
  const auto result = Half(7);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error(), "odd");
}

TEST(ResultDeathTest, ReadingTheWrongSideEndsTheProgram) {
  EXPECT_EXIT((void)Half(7).value(), testing::ExitedWithCode(3), "holds an error");
}

}  // namespace
}  // namespace cnisim

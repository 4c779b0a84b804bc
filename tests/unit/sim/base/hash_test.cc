#include "sim/base/hash.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace cnisim {
namespace {

TEST(HasherTest, OrderAndBoundariesMatter) {
  const auto texts = [](std::initializer_list<std::string_view> parts) {
    Hasher hasher;
    for (const std::string_view part : parts) hasher.Add(part);
    return hasher.digest();
  };
  const std::set<std::uint64_t> digests = {
      texts({}),           texts({""}),
      texts({"", ""}),     texts({"ab", "c"}),
      texts({"a", "bc"}),  texts({"abc"}),
      texts({"c", "ab"}),  texts({std::string_view("abc\0", 4)}),
      texts({"abcdefgh"}), texts({"abcdefghi"}),
      texts({"abcdefg"}),
  };
  EXPECT_EQ(digests.size(), 11U);
}

TEST(HasherTest, TheSameOnEveryMachine) {
  EXPECT_EQ(HashText("cnisim"), 0x3da9e4ba4a964c9cU);
  EXPECT_EQ(MixBits(1), 0x5692161d100b05e5U);  // SplitMix64's finaliser of 1
}

}  // namespace
}  // namespace cnisim

#include "models/document/spelling.h"

#include <gtest/gtest.h>

namespace cnisim::document {
namespace {

using Words = std::vector<std::string>;

TEST(NearSpellings, FindsSlipsNearestFirst) {
  const Words known = {"az", "calico", "cilium", "flannel", "linkerd", "name"};
  EXPECT_EQ(NearSpellings("cillium", known), Words{"cilium"});
  EXPECT_EQ(NearSpellings("celico", known), Words{"calico"});
  EXPECT_EQ(NearSpellings("mane", known), (Words{}));      // two replacements of four letters
  EXPECT_EQ(NearSpellings("naem", known), Words{"name"});  // neighbours swapped
  EXPECT_EQ(NearSpellings("weave", known), Words{});
  EXPECT_EQ(NearSpellings("", known), Words{});
}

TEST(NearSpellings, IgnoresCaseAndSeparators) {
  EXPECT_EQ(NearSpellings("maxPods", {"max_pods", "max_surge"}), Words{"max_pods"});
  EXPECT_EQ(NearSpellings("standard_d4s_V5", {"Standard_D4s_v5", "Standard_D2s_v5"}),
            (Words{"Standard_D4s_v5", "Standard_D2s_v5"}));
}

TEST(NearSpellings, GivesAtMostThree) {
  EXPECT_EQ(NearSpellings("abcd", {"abce", "abcf", "abcg", "abch"}),
            (Words{"abce", "abcf", "abcg"}));
}

TEST(NearSpellings, LeavesLongWordsAlone) {
  EXPECT_EQ(NearSpellings(std::string(100'000, 'a'), {std::string(100'000, 'b')}), Words{});
}

TEST(SpellingHint, NamesNearAndKnownWords) {
  EXPECT_EQ(SpellingHint("cillium", {"cilium", "az", "calico"}),
            "did you mean 'cilium'? known: az, calico, cilium");
  EXPECT_EQ(SpellingHint("weave", {"cilium", "az", "calico"}), "known: az, calico, cilium");
  EXPECT_EQ(SpellingHint("x", {"aa", "bb", "cc"}, 2), "known: aa, bb and 1 more");
  EXPECT_EQ(SpellingHint("x", {}), "");
}

TEST(Quote, ReplacesControlCharactersAndCuts) {
  EXPECT_EQ(Quote("plain"), "'plain'");
  EXPECT_EQ(Quote("a\x1b[31mb\n"), "'a?[31mb?'");
  EXPECT_EQ(Quote(std::string(61, 'x')), "'" + std::string(60, 'x') + "...'");
  // A character of two bytes is not cut in half.
  EXPECT_EQ(Quote(std::string(59, 'x') + "\xC3\xA9\xC3\xA9"), "'" + std::string(59, 'x') + "...'");
}

TEST(OrList, ReadsAsASentence) {
  EXPECT_EQ(OrList({}), "");
  EXPECT_EQ(OrList({"a"}), "a");
  EXPECT_EQ(OrList({"a", "b"}), "a or b");
  EXPECT_EQ(OrList({"a", "b", "c"}), "a, b or c");
}

}  // namespace
}  // namespace cnisim::document

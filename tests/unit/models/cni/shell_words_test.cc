#include "models/cni/shell_words.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cnisim::cni {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Words(const ShellCommand& command) {
  std::vector<std::string> words;
  for (const ShellWord& word : command) words.push_back(word.text);
  return words;
}

std::vector<ShellCommand> Split(std::string_view text) {
  return SplitCommands(text, {"s.sh", 1, 1}, /*one_place=*/false);
}

TEST(ShellWords, JoinsLinesByBackslashAndByBacktick) {
  const auto commands = Split("az aks create \\\n  --name a\naz aks create `\n  --name b\n");
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_THAT(Words(commands[0]), ElementsAre("az", "aks", "create", "--name", "a"));
  EXPECT_THAT(Words(commands[1]), ElementsAre("az", "aks", "create", "--name", "b"));
}

TEST(ShellWords, ForgivesBlanksBehindTheJoiningCharacter) {
  const auto commands = Split("a \\  \n b");
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_THAT(Words(commands[0]), ElementsAre("a", "b"));
}

TEST(ShellWords, KeepsQuotedTextTogether) {
  const auto commands = Split("x 'a b' \"c d\" e\\ f g'h'i");
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_THAT(Words(commands[0]), ElementsAre("x", "a b", "c d", "e f", "ghi"));
  EXPECT_TRUE(commands[0][1].quoted);
  EXPECT_FALSE(commands[0][3].quoted);
}

TEST(ShellWords, CommentsEndWithTheLineAndBeginAtAWord) {
  const auto commands = Split("#!/bin/sh\na b#c # d\n# e\nf");
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_THAT(Words(commands[0]), ElementsAre("a", "b#c"));
  EXPECT_THAT(Words(commands[1]), ElementsAre("f"));
}

TEST(ShellWords, SeparatesCommands) {
  const auto commands = Split("a; b && c | d\ne");
  ASSERT_EQ(commands.size(), 5u);
  EXPECT_THAT(Words(commands[3]), ElementsAre("d"));
}

TEST(ShellWords, KnowsVariablesThatTheTextSets) {
  const auto commands =
      Split("export RG=shop\nPODS=60 ; x $RG \"${PODS}\" $NODES $(date) ${PODS:-3}");
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_THAT(Words(commands[0]),
              ElementsAre("x", "shop", "60", "$NODES", "$(date)", "${PODS:-3}"));
  EXPECT_EQ(commands[0][1].unresolved, "");
  EXPECT_EQ(commands[0][2].unresolved, "");
  EXPECT_EQ(commands[0][3].unresolved, "$NODES");
  EXPECT_EQ(commands[0][4].unresolved, "$(date)");
  EXPECT_EQ(commands[0][5].unresolved, "${PODS:-3}");
}

TEST(ShellWords, ForgetsAVariableThatIsSetFromAnUnknownOne) {
  const auto commands = Split("A=1\nA=$(get)\nx $A");
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(commands[0][1].unresolved, "$A");
}

TEST(ShellWords, SingleQuotesExpandNothing) {
  const auto commands = Split("A=1\nx '$A'");
  EXPECT_EQ(commands[0][1].text, "$A");
  EXPECT_EQ(commands[0][1].unresolved, "");
}

TEST(ShellWords, PlacesCountFromTheStart) {
  const auto commands = SplitCommands("ab cd \\\n  ef", {"f.yaml", 7, 5}, /*one_place=*/false);
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(commands[0][0].where, (document::SourceLocation{"f.yaml", 7, 5}));
  EXPECT_EQ(commands[0][1].where, (document::SourceLocation{"f.yaml", 7, 8}));
  EXPECT_EQ(commands[0][2].where, (document::SourceLocation{"f.yaml", 8, 3}));
}

TEST(ShellWords, OnePlaceForAll) {
  const auto commands = SplitCommands("ab\ncd", {"f.yaml", 7, 5}, /*one_place=*/true);
  EXPECT_EQ(commands[1][0].where, (document::SourceLocation{"f.yaml", 7, 5}));
}

TEST(ShellWords, AnUnclosedQuoteTakesTheRest) {
  const auto commands = Split("x 'a b");
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_THAT(Words(commands[0]), ElementsAre("x", "a b"));
}

}  // namespace
}  // namespace cnisim::cni

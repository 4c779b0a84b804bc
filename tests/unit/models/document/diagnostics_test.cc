#include "models/document/diagnostics.h"

#include <gtest/gtest.h>

#include "models/document/parser.h"

namespace cnisim::document {
namespace {

Diagnostics WithSource(const std::string& text) {
  Diagnostics diagnostics;
  diagnostics.AddSource("f.yaml", std::make_shared<const std::string>(text));
  return diagnostics;
}

TEST(Diagnostics, PrintsLineCaretAndHint) {
  Diagnostics diagnostics = WithSource("a: 1\n    cillium: {values: values.yaml}\n");
  diagnostics.Error({"f.yaml", 2, 5}, "configurations[1]", "unknown key 'cillium'",
                    "did you mean 'cilium'? known: az, cilium");
  EXPECT_EQ(diagnostics.ToString(),
            "f.yaml:2:5: error: unknown key 'cillium' in configurations[1]\n"
            "    2 |     cillium: {values: values.yaml}\n"
            "      |     ^\n"
            "  did you mean 'cilium'? known: az, cilium\n");
}

TEST(Diagnostics, NamesTheFieldOnce) {
  Diagnostics diagnostics;
  diagnostics.Warning(SourceLocation{}, "cluster.vnet", "cluster.vnet has no subnets");
  diagnostics.Note({"g.yaml", 0, 0}, "", "nothing to do");
  EXPECT_EQ(diagnostics.ToString(),
            "warning: cluster.vnet has no subnets\n"
            "g.yaml: note: nothing to do\n");
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.warning_count(), 1U);
}

TEST(Diagnostics, PutsTheCaretUnderTheCharacterNotTheByte) {
  Diagnostics diagnostics = WithSource("n\xC3\xA4me:\tx\x1b[1m\r\n");
  diagnostics.Error({"f.yaml", 1, 8}, "", "bad");
  EXPECT_EQ(diagnostics.ToString(),
            "f.yaml:1:8: error: bad\n"
            "    1 | n\xC3\xA4me: x?[1m\n"
            "      |       ^\n");
}

TEST(Diagnostics, CutsLongLinesAroundTheCaret) {
  Diagnostics diagnostics = WithSource(std::string(300, 'a') + "X" + std::string(300, 'b'));
  diagnostics.Error({"f.yaml", 1, 301}, "", "bad");
  EXPECT_EQ(diagnostics.ToString(),
            "f.yaml:1:301: error: bad\n"
            "    1 | ..." +
                std::string(50, 'a') + "X" + std::string(49, 'b') +
                "...\n"
                "      |    " +
                std::string(50, ' ') + "^\n");
}

TEST(Diagnostics, TakesTheSameMistakeOnce) {
  Diagnostics diagnostics;
  for (int i = 0; i < 3; ++i) diagnostics.Error({"f.yaml", 1, 1}, "a", "bad");
  diagnostics.Error({"f.yaml", 1, 1}, "b", "bad");
  EXPECT_EQ(diagnostics.error_count(), 2U);
}

TEST(Diagnostics, KeepsABoundedNumber) {
  Diagnostics diagnostics;
  for (int i = 0; i < 1500; ++i) diagnostics.Error({"f.yaml", i, 1}, "", "bad");
  EXPECT_EQ(diagnostics.list().size(), Diagnostics::kMaxKept);
  EXPECT_EQ(diagnostics.error_count(), 1500U);
  EXPECT_TRUE(diagnostics.ToString().ends_with("500 more are not shown\n"));
}

TEST(Diagnostics, CountsKeysThatAreNotModelledByPath) {
  Diagnostics diagnostics;
  IgnoredKeys ignored;
  ignored.Add("image");
  ignored.Add("metadata.uid");
  diagnostics.set_ignored_keys(std::move(ignored));
  const auto documents = ParseDocuments(
      "- {image: a, b: 1, metadata: {uid: 1}}\n- {image: a, b: 2, uid: 3, images: 4}\n", "f.yaml",
      diagnostics);
  for (const Value& item : documents[0].root().items()) {
    for (const Member& member : item.members()) {
      if (member.key == "metadata") {
        diagnostics.NotModelled(*member.value.Find("uid"));
      } else {
        diagnostics.NotModelled(member.value);
      }
    }
  }
  const auto keys = diagnostics.not_modelled();
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].key_path, "[].b");
  EXPECT_EQ(keys[0].count, 2U);
  EXPECT_EQ(keys[0].first, (SourceLocation{"f.yaml", 1, 14}));
  EXPECT_EQ(keys[1].key_path, "[].images");
  EXPECT_EQ(keys[2].key_path, "[].uid");
  EXPECT_EQ(diagnostics.ignored_count(), 3U);
}

TEST(Diagnostics, MergesInOrder) {
  Diagnostics first = WithSource("x: 1\n");
  first.Error({"f.yaml", 1, 1}, "", "one");
  first.NotModelled("a.b", {"f.yaml", 1, 1});
  Diagnostics second;
  second.Error({"f.yaml", 1, 1}, "", "one");
  second.Warning({"f.yaml", 1, 4}, "", "two");
  second.NotModelled("a.b", {"g.yaml", 9, 9});
  second.NotModelled("c", {"g.yaml", 9, 9});
  first.Merge(second);
  EXPECT_EQ(first.ToString(),
            "f.yaml:1:1: error: one\n    1 | x: 1\n      | ^\n"
            "f.yaml:1:4: warning: two\n    1 | x: 1\n      |    ^\n");
  ASSERT_EQ(first.not_modelled().size(), 2U);
  EXPECT_EQ(first.not_modelled()[0].count, 2U);
  EXPECT_EQ(first.not_modelled()[0].first.file, "f.yaml");
}

}  // namespace
}  // namespace cnisim::document

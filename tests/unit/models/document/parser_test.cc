#include "models/document/parser.h"

#include <gtest/gtest.h>

namespace cnisim::document {
namespace {

std::string ErrorsOf(std::string_view text, const ParseLimits& limits = {}) {
  Diagnostics diagnostics;
  ParseDocuments(text, "f.yaml", diagnostics, limits);
  return diagnostics.ToString();
}

TEST(ParseDocuments, KeepsPlacesOfKeysAndValues) {
  Diagnostics diagnostics;
  const auto documents = ParseDocuments(
      "name: shop\n"
      "ports:\n"
      "  - {port: 80, name: \"http\"}\n",
      "f.yaml", diagnostics);
  ASSERT_EQ(documents.size(), 1U);
  EXPECT_EQ(documents[0].file(), "f.yaml");
  const Value& root = documents[0].root();
  EXPECT_EQ(root.Find("name")->where(), (SourceLocation{"f.yaml", 1, 7}));
  EXPECT_EQ(root.Find("name")->key_where(), (SourceLocation{"f.yaml", 1, 1}));
  const Value& port = root.Find("ports")->items()[0];
  EXPECT_EQ(port.where(), (SourceLocation{"f.yaml", 3, 5}));
  EXPECT_EQ(port.Find("port")->key_where(), (SourceLocation{"f.yaml", 3, 6}));
  EXPECT_EQ(port.Find("name")->where(), (SourceLocation{"f.yaml", 3, 22}));
  EXPECT_EQ(diagnostics.ToString(), "");
}

TEST(ParseDocuments, LeavesOutEmptyDocumentsOfAStream) {
  Diagnostics diagnostics;
  const auto documents =
      ParseDocuments("---\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n", "f.yaml", diagnostics);
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_EQ(documents[0].root().Find("a")->text(), "1");
  EXPECT_EQ(documents[1].root().Find("b")->where().line, 7);
}

TEST(ParseDocuments, ReadsJson) {
  Diagnostics diagnostics;
  const auto documents = ParseDocuments(
      "{\n\t\"kind\": \"List\",\n\t\"items\": [\n\t\t{\"a\": \"x\\u003cy \\ud83d\\ude00 \\\\u0041 "
      "\\/\"},\n"
      "\t\t{\"n\": null, \"t\": true, \"f\": 1.5e3}\n\t]\n}\n",
      "f.json", diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  ASSERT_EQ(documents.size(), 1U);
  const auto& items = documents[0].root().Find("items")->items();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].Find("a")->text(), "x<y \xF0\x9F\x98\x80 \\u0041 /");
  EXPECT_TRUE(items[1].Find("n")->is_null());
  EXPECT_EQ(items[1].Find("t")->scalar_type(), ScalarType::kBoolean);
  EXPECT_EQ(items[1].Find("f")->scalar_type(), ScalarType::kFloat);
}

TEST(ParseDocuments, TakesACommentBetweenKeyAndScalar) {
  Diagnostics diagnostics;
  const auto documents =
      ParseDocuments("kubeProxyReplacement:\n  # no kube-proxy here\n  true\n", "f", diagnostics);
  ASSERT_EQ(documents.size(), 1U);
  EXPECT_EQ(documents[0].root().Find("kubeProxyReplacement")->text(), "true");
}

TEST(ParseDocuments, ReportsEveryDuplicateKey) {
  EXPECT_EQ(ErrorsOf("a: 1\nb: {c: 1, c: 2}\na: 3\n"),
            "f.yaml:2:11: error: duplicate key 'c'\n"
            "    2 | b: {c: 1, c: 2}\n"
            "      |           ^\n"
            "  it stands already in line 2\n"
            "f.yaml:3:1: error: duplicate key 'a'\n"
            "    3 | a: 3\n"
            "      | ^\n"
            "  it stands already in line 1\n");
}

TEST(ParseDocuments, ReportsBrokenYamlWithItsPlace) {
  EXPECT_EQ(ErrorsOf("a: 1\n  b: 2\n"),
            "f.yaml:2:4: error: broken YAML: a key is not allowed here\n"
            "    2 |   b: 2\n"
            "      |    ^\n"
            "  check the indentation, and quote values that contain ': '\n");
  EXPECT_EQ(ErrorsOf("a: [1, 2\n"),
            "f.yaml:2:1: error: broken YAML: a '[' before this is never closed\n"
            "    2 | \n"
            "      | ^\n");
  EXPECT_EQ(ErrorsOf("a: @b\n"),
            "f.yaml:1:4: error: broken YAML: no value begins with this character\n"
            "    1 | a: @b\n"
            "      |    ^\n"
            "  put the value in quotes\n");
}

TEST(ParseDocuments, NamesTabsInTheIndentation) {
  EXPECT_EQ(ErrorsOf("a:\n\tb: 1\n"),
            "f.yaml:2:3: error: broken YAML: a tab in the indentation\n"
            "    2 |  b: 1\n"
            "      |   ^\n"
            "  indent with spaces\n");
}

TEST(ParseDocuments, GetsPastTextThatBeginsNoDocument) {
  EXPECT_EQ(ErrorsOf(",}3{\"k\": 1}\n"),
            "f.yaml:1:1: error: broken YAML: unexpected text\n"
            "    1 | ,}3{\"k\": 1}\n"
            "      | ^\n"
            "  is a bracket or a quote missing before it?\n");
}

TEST(ParseDocuments, ReturnsTheDocumentsBeforeAnError) {
  Diagnostics diagnostics;
  const auto documents = ParseDocuments("a: 1\n---\nb: [\n", "f.yaml", diagnostics);
  EXPECT_EQ(documents.size(), 1U);
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(ParseDocuments, ExpandsAliasesAndMergeKeys) {
  Diagnostics diagnostics;
  const auto documents = ParseDocuments(
      "base: &base {image: x, port: 80}\n"
      "web:\n  <<: *base\n  port: 8080\n"
      "copy: *base\n"
      "quoted: {\"<<\": 1}\n"
      "list: {<<: [*base, {more: 1}]}\n",
      "f.yaml", diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  ASSERT_EQ(documents.size(), 1U);
  const Value& root = documents[0].root();
  EXPECT_EQ(root.At({"web", "port"})->text(), "8080");
  EXPECT_EQ(root.At({"web", "image"})->text(), "x");
  EXPECT_EQ(root.At({"web", "image"})->path(), "web.image");
  EXPECT_EQ(root.At({"web", "image"})->where(), (SourceLocation{"f.yaml", 1, 21}));
  EXPECT_EQ(root.At({"copy", "port"})->path(), "copy.port");
  EXPECT_EQ(root.At({"quoted", "<<"})->text(), "1");
  EXPECT_EQ(root.At({"list", "more"})->text(), "1");
  EXPECT_EQ(root.At({"list", "image"})->text(), "x");
}

TEST(ParseDocuments, RefusesAnAliasInsideItself) {
  EXPECT_EQ(ErrorsOf("a: &x [1, *x]\n"),
            "f.yaml:1:11: error: the alias refers to a value that contains it\n"
            "    1 | a: &x [1, *x]\n"
            "      |           ^\n");
}

TEST(ParseDocuments, RefusesKeysThatAreNoText) {
  EXPECT_EQ(ErrorsOf("a: {{ .Values.x }}\n"),
            "f.yaml:1:5: error: a key must be a single word or text, found a map\n"
            "    1 | a: {{ .Values.x }}\n"
            "      |     ^\n"
            "  text such as {{ .Values.x }} is a template: render it first\n");
}

TEST(ParseDocuments, RefusesTagsThatItDoesNotKnow) {
  EXPECT_EQ(ErrorsOf("a: !!str 5\nb: !Ref x\n"),
            "f.yaml:2:4: error: unknown tag '!Ref'\n"
            "    2 | b: !Ref x\n"
            "      |    ^\n"
            "  write the plain value\n");
}

TEST(ParseDocuments, LimitsDepthSizeAndExpansion) {
  ParseLimits limits;
  limits.depth = 3;
  EXPECT_EQ(ErrorsOf("[[[]]]", limits), "");
  EXPECT_EQ(ErrorsOf("[[[[]]]]", limits),
            "f.yaml:1:4: error: nested more than 3 levels deep\n"
            "    1 | [[[[]]]]\n"
            "      |    ^\n");
  limits = {};
  limits.bytes = 4;
  EXPECT_EQ(ErrorsOf("a: 12", limits), "f.yaml: error: the file has 5 bytes, more than 4\n");
  limits = {};
  limits.nodes = 3;
  EXPECT_EQ(ErrorsOf("[1, 2, 3]", limits),
            "f.yaml:1:8: error: more than 3 values in one file\n"
            "    1 | [1, 2, 3]\n"
            "      |        ^\n");
}

TEST(ParseDocuments, EndsQuicklyOnAliasesOfAliases) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j > 0 ? ", *a" : "*a") + before;
    bomb += "]\n";
  }
  Diagnostics diagnostics;
  ParseDocuments(bomb, "f.yaml", diagnostics);
  ASSERT_EQ(diagnostics.list().size(), 1U);
  EXPECT_EQ(diagnostics.list()[0].message, "aliases expand to more than 200000 values in one file");
}

TEST(ParseDocuments, SurvivesDepthThatYamlCppItselfRefuses) {
  ParseLimits limits;
  limits.depth = 100'000;
  EXPECT_NE(ErrorsOf(std::string(20'000, '['), limits), "");
  EXPECT_NE(ErrorsOf(std::string(20'000, '[')), "");
}

// A stream that is long enough to be read in pieces; document i begins in line 1 + 6 i.
std::string LongStream(int documents) {
  std::string text;
  for (int i = 0; i < documents; ++i) {
    text += "---\nname: &n app-" + std::to_string(i) +
            "\nagain: *n\ntext: |\n  ---\nnumber: " + std::to_string(i) + "\n";
  }
  return text;
}

TEST(ParseDocuments, ReadsALongStreamLikeItsDocuments) {
  constexpr int kDocuments = 20'000;
  Diagnostics diagnostics;
  const auto documents = ParseDocuments(LongStream(kDocuments), "f.yaml", diagnostics);
  EXPECT_EQ(diagnostics.ToString(), "");
  ASSERT_EQ(documents.size(), static_cast<std::size_t>(kDocuments));
  for (int i = 0; i < kDocuments; ++i) {
    const Value& root = documents[static_cast<std::size_t>(i)].root();
    ASSERT_EQ(root.Find("again")->text(), "app-" + std::to_string(i));
    ASSERT_EQ(root.Find("text")->text(), "---\n");
    ASSERT_EQ(root.Find("number")->text(), std::to_string(i));
    ASSERT_EQ(root.Find("number")->key_where(), (SourceLocation{"f.yaml", 6 * i + 6, 1}));
  }
}

TEST(ParseDocuments, SaysOfALongStreamWhatItSaysOfAShortOne) {
  constexpr int kDocuments = 20'000;
  std::string text = LongStream(kDocuments);
  text += "---\na: 1\na: 2\n---\nb: [\n";
  Diagnostics diagnostics;
  const auto documents = ParseDocuments(text, "f.yaml", diagnostics);
  EXPECT_EQ(documents.size(), kDocuments + 1U);
  EXPECT_EQ(diagnostics.ToString(),
            "f.yaml:120003:1: error: duplicate key 'a'\n"
            "120003 | a: 2\n"
            "       | ^\n"
            "  it stands already in line 120002\n"
            "f.yaml:120006:1: error: broken YAML: a '[' before this is never closed\n"
            "120006 | \n"
            "       | ^\n");
}

TEST(ParseDocuments, CountsTheValuesOfALongStreamTogether) {
  ParseLimits limits;
  limits.nodes = 100'000;  // eight a document, keys included: 12,500 documents
  EXPECT_EQ(ErrorsOf(LongStream(20'000), limits).substr(0, 60),
            "f.yaml:75002:1: error: more than 100000 values in one file\n7");
}

TEST(ParseDocument, WantsExactlyOne) {
  Diagnostics diagnostics;
  EXPECT_FALSE(ParseDocument("# nothing\n", "f.yaml", diagnostics));
  EXPECT_FALSE(ParseDocument("a: 1\n---\nb: 2\n", "g.yaml", diagnostics));
  EXPECT_EQ(diagnostics.ToString(),
            "f.yaml: error: the file is empty\n"
            "g.yaml:3:1: error: expected one document, found 2\n"
            "    3 | b: 2\n"
            "      | ^\n"
            "  remove the line '---' and what follows it\n");
  EXPECT_TRUE(ParseDocument("a: 1\n", "h.yaml", diagnostics));
}

TEST(ReadFile, NamesTheFileAndThePlaceThatWantsIt) {
  Diagnostics diagnostics;
  diagnostics.AddSource("s.yaml", std::make_shared<const std::string>("apps: [shop.yaml]\n"));
  EXPECT_FALSE(ReadFile("/nowhere/shop.yaml", diagnostics, {"s.yaml", 1, 8}));
  EXPECT_FALSE(ReadFile("/nowhere/other.yaml", diagnostics));
  EXPECT_FALSE(ReadFile("/", diagnostics));
  EXPECT_EQ(diagnostics.ToString(),
            "s.yaml:1:8: error: cannot read '/nowhere/shop.yaml': no such file\n"
            "    1 | apps: [shop.yaml]\n"
            "      |        ^\n"
            "/nowhere/other.yaml: error: cannot read '/nowhere/other.yaml': no such file\n"
            "/: error: cannot read '/': it is a directory\n");
}

TEST(ResolvePath, StartsAtTheFolderOfTheFile) {
  EXPECT_EQ(ResolvePath("inputs/a.yaml", "scenarios/q.yaml"), "scenarios/inputs/a.yaml");
  EXPECT_EQ(ResolvePath("../a.yaml", "scenarios/q.yaml"), "a.yaml");
  EXPECT_EQ(ResolvePath("/etc/a.yaml", "scenarios/q.yaml"), "/etc/a.yaml");
  EXPECT_EQ(ResolvePath("a.yaml", "q.yaml"), "a.yaml");
}

}  // namespace
}  // namespace cnisim::document

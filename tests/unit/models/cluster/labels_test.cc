#include "models/cluster/labels.h"

#include <gtest/gtest.h>

#include "models/document/parser.h"

namespace cnisim::cluster {
namespace {

class LabelsTest : public ::testing::Test {
 protected:
  const document::Value& Parse(std::string_view text) {
    documents_.push_back(*document::ParseDocument(text, "f.yaml", diagnostics_));
    return documents_.back().root();
  }
  LabelSelector Selector(std::string_view text, LabelSyntax syntax = LabelSyntax::kKubernetes) {
    return ReadLabelSelector(Parse(text), diagnostics_, syntax);
  }
  std::string Messages() const {
    std::string out;
    for (const auto& diagnostic : diagnostics_.list()) {
      out += std::to_string(diagnostic.where.line) + ":" + std::to_string(diagnostic.where.column) +
             " [" + diagnostic.field + "] " + diagnostic.message +
             (diagnostic.hint.empty() ? "" : " (" + diagnostic.hint + ")") + "\n";
    }
    return out;
  }

  document::Diagnostics diagnostics_;
  std::vector<document::Document> documents_;
};

// What each operator says about a label that is there with that value, with another value, and not.
TEST_F(LabelsTest, OperatorsFollowKubernetes) {
  const Labels same = {{"env", "prod"}};
  const Labels other = {{"env", "dev"}};
  const Labels none = {{"app", "prod"}};
  const auto answers = [&](const std::string& op) {
    const LabelSelector selector =
        Selector("{matchExpressions: [{key: env, operator: " + op + "}]}");
    return std::vector<bool>{selector.Matches(same), selector.Matches(other),
                             selector.Matches(none)};
  };
  using Answers = std::vector<bool>;
  EXPECT_EQ(answers("In, values: [prod, test]"), (Answers{true, false, false}));
  EXPECT_EQ(answers("NotIn, values: [prod, test]"), (Answers{false, true, true}));
  EXPECT_EQ(answers("Exists"), (Answers{true, true, false}));
  EXPECT_EQ(answers("DoesNotExist"), (Answers{false, false, true}));
  EXPECT_EQ(Messages(), "");
}

TEST_F(LabelsTest, AllRequirementsMustHold) {
  const LabelSelector selector = Selector(
      "matchLabels: {app: web, tier: front}\n"
      "matchExpressions: [{key: old, operator: DoesNotExist}]\n");
  EXPECT_TRUE(selector.Matches({{"app", "web"}, {"tier", "front"}, {"x", "y"}}));
  EXPECT_FALSE(selector.Matches({{"app", "web"}}));
  EXPECT_FALSE(selector.Matches({{"app", "web"}, {"tier", "front"}, {"old", ""}}));
  EXPECT_EQ(selector.ToString(), "app=web,tier=front,!old");
}

TEST_F(LabelsTest, AnEmptySelectorMatchesEverything) {
  EXPECT_TRUE(Selector("{}").Matches({}));
  EXPECT_TRUE(Selector("{matchLabels: {}, matchExpressions: []}").empty());
  EXPECT_EQ(Selector("{}").ToString(), "everything");
}

TEST_F(LabelsTest, EmptyValuesAreValues) {
  const LabelSelector selector = Selector("{matchLabels: {marker: ''}}");
  EXPECT_TRUE(selector.Matches({{"marker", ""}}));
  EXPECT_FALSE(selector.Matches({}));
}

TEST_F(LabelsTest, WritesItselfAsKubectlDoes) {
  EXPECT_EQ(Selector("matchExpressions:\n"
                     "- {key: a, operator: In, values: [y, x]}\n"
                     "- {key: b, operator: NotIn, values: [z]}\n"
                     "- {key: c, operator: Exists}\n")
                .ToString(),
            "a in (x,y),b!=z,c");
}

TEST_F(LabelsTest, ReportsEveryMistakeOfASelector) {
  const LabelSelector selector =
      Selector("matchLabels: {port: 8080, 'bad key': x, long: '" + std::string(64, 'v') +
               "', ok: fine}\n"
               "matchExpressions:\n"
               "- {key: a, operator: in, values: [x]}\n"
               "- {key: a, operator: In}\n"
               "- {key: a, operator: Exists, values: [x]}\n"
               "- {operator: Exists}\n"
               "- {key: a, operator: In, values: [[x], true]}\n"
               "matchNames: {}\n");
  EXPECT_EQ(selector.ToString(), "ok=fine,a in ()");
  EXPECT_EQ(
      Messages(),
      "1:21 [matchLabels.port] expected a label value (a string), found 8080 (write it in quotes: "
      "\"8080\")\n"
      "1:27 [matchLabels] expected a label key, found 'bad key' (a key is letters, digits, '-', "
      "'_' "
      "and '.', at most 63, perhaps behind a DNS name and '/')\n"
      "1:47 [matchLabels.long] expected a label value, found '" +
          std::string(60, 'v') +
          "...' (a value is letters, digits, '-', '_' and '.', at most 63)\n"
          "3:22 [matchExpressions[0].operator] expected In, NotIn, Exists or DoesNotExist, found "
          "'in' (did you mean 'In'?)\n"
          "4:3 [matchExpressions[1]] operator In needs at least one value\n"
          "5:38 [matchExpressions[2].values] operator Exists takes no values\n"
          "6:3 [matchExpressions[3]] missing key 'key'\n"
          "7:35 [matchExpressions[4].values[0]] expected a label value, found a sequence\n"
          "7:40 [matchExpressions[4].values[1]] expected a label value (a string), found true "
          "(write "
          "it in quotes: \"true\")\n"
          "8:1 [] unknown key 'matchNames' (did you mean 'matchLabels'? known: matchExpressions, "
          "matchLabels)\n");
}

TEST_F(LabelsTest, CiliumKeysMayNameTheirSource) {
  EXPECT_EQ(Selector("{matchLabels: {'k8s:io.kubernetes.pod.namespace': shop, 'any:app': web}}",
                     LabelSyntax::kCilium)
                .requirements.size(),
            2U);
  EXPECT_EQ(Messages(), "");
  Selector("{matchLabels: {'k8s:app': web}}");
  EXPECT_EQ(diagnostics_.error_count(), 1U);
}

TEST_F(LabelsTest, NamesFollowTheirRules) {
  EXPECT_TRUE(IsLabelKey("app.kubernetes.io/name"));
  EXPECT_TRUE(IsLabelKey("A_b.c-1"));
  for (const char* key : {"", "/", "a/", "/a", "-a", "a-", "a b", "A/b", "a/b/c"}) {
    EXPECT_FALSE(IsLabelKey(key)) << key;
  }
  EXPECT_TRUE(IsDnsLabel("a-1"));
  EXPECT_TRUE(IsDnsLabel(std::string(63, 'a')));
  for (const char* name : {"", "-a", "a-", "A", "a.b", "a_b"})
    EXPECT_FALSE(IsDnsLabel(name)) << name;
  EXPECT_FALSE(IsDnsLabel(std::string(64, 'a')));
  EXPECT_TRUE(IsDnsSubdomain("a.b-c.d"));
  for (const char* name : {"", ".", "a.", ".a", "a..b"}) EXPECT_FALSE(IsDnsSubdomain(name)) << name;
}

}  // namespace
}  // namespace cnisim::cluster

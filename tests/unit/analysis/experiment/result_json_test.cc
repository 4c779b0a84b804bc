#include "analysis/experiment/result_json.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/example_results.h"

namespace cnisim::experiment {
namespace {

using testing_support::ExampleResults;

TEST(ResultJsonTest, ReadsBackWhatItWrites) {
  ResultDocument document = ExampleResults();
  document.configurations[0].metrics[0].value = 0.1 + 0.2;
  document.configurations[0].metrics[1].value = kUndefined;
  const std::string text = ToJson(document);
  const auto read = ParseResults(text);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_EQ(ToJson(*read), text);
  EXPECT_EQ(read->configurations[0].metrics[0].value, 0.1 + 0.2);
  EXPECT_FALSE(read->configurations[0].metrics[1].defined());
  EXPECT_EQ(read->comparisons[0].verdict, document.comparisons[0].verdict);
}

TEST(ResultJsonTest, NumbersAreTheShortestThatReadBack) {
  ResultDocument document = ExampleResults();
  document.configurations[0].metrics[0].value = 0.1;
  EXPECT_NE(ToJson(document).find("\"value\": 0.1,"), std::string::npos);
}

TEST(ResultJsonTest, NamesMayHoldAnything) {
  ResultDocument document = ExampleResults();
  document.scenario_name = "a \"quoted\" \n name \xFF";
  EXPECT_TRUE(ParseResults(ToJson(document)).ok());
}

TEST(ResultJsonTest, SaysWhatIsWrong) {
  EXPECT_EQ(ParseResults("{}").error(), "no results of cnisim: 'cnisim_results' is missing");
  EXPECT_EQ(ParseResults(R"({"cnisim_results": 99})").error(),
            "results of version 99; this program reads version 1");
  EXPECT_EQ(ParseResults(R"({"cnisim_results": 1})").error(),
            "broken results: [json.exception.out_of_range.403] key 'program' not found");
  EXPECT_FALSE(ParseResults("{").ok());
}

}  // namespace
}  // namespace cnisim::experiment

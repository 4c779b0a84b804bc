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

TEST(ResultJsonTest, ReadsBackLookUps) {
  ResultDocument document = ExampleResults();
  ConfigurationResult& first = document.configurations[0];
  first.traffic[0].lookup = {6000, 9.5, 0.1 + 0.2, 0.45, {{0.5, 1e5}, {0.99, 5e9, 4e9, 6e9}}};
  TrafficResult queries = first.traffic[0];
  queries.kind = "query";
  queries.to = "CoreDNS";
  first.queries = {queries};
  const std::string text = ToJson(document);
  const auto read = ParseResults(text);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_EQ(ToJson(*read), text);
  ASSERT_TRUE(read->configurations[0].traffic[0].lookup);
  EXPECT_EQ(read->configurations[0].traffic[0].lookup->mean_ns, 0.1 + 0.2);
  EXPECT_EQ(read->configurations[0].queries[0].to, "CoreDNS");
  EXPECT_FALSE(read->configurations[1].traffic[0].lookup);
}

TEST(ResultJsonTest, ReadsBackPathsAndAddresses) {
  ResultDocument document = ExampleResults();
  testing_support::AddExampleContext(document);
  const std::string text = ToJson(document);
  const auto read = ParseResults(text);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_EQ(ToJson(*read), text);
  const ConfigurationResult& first = read->configurations[0];
  ASSERT_TRUE(first.addresses);
  ASSERT_NE(first.addresses->FirstFailure(), nullptr);
  EXPECT_EQ(first.addresses->FirstFailure()->code, "SubnetIsFull");
  EXPECT_EQ(read->configurations[1].addresses->FirstFailure(), nullptr);
  EXPECT_EQ(first.paths[0].stages[1].exchange_ns, 100);
  EXPECT_EQ(read->cost_sources[1].status, "assumed");
}

TEST(ResultJsonTest, ReadsBackASweep) {
  ResultDocument document = ExampleResults();
  document.sweep_parameters = {"services", "rate"};
  for (const char* rate : {"100/s", "2000/s"}) {
    SweepPointResult& point = document.sweep.emplace_back();
    point.values = {"1000", rate};
    point.services = 1010;
    point.policies = 3;
    point.replications = 7;
    point.warm_up_ns = 20'000'000;
    point.duration_ns = 400'000'000;
    point.configurations = document.configurations;
    point.configurations[0].metrics[0].value = 0.1 + 0.2;
    point.comparisons = document.comparisons;
  }
  document.sweep[1].warm_up_rule = WarmUpRule{"MSER-5", "byocni-calico", false};
  const std::string text = ToJson(document);
  const auto read = ParseResults(text);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_EQ(ToJson(*read), text);
  EXPECT_EQ(read->sweep_parameters, document.sweep_parameters);
  ASSERT_EQ(read->sweep.size(), 2U);
  const SweepPointResult& last = read->sweep[1];
  // A plain number is one in the file, so that curves can be drawn, and reads back as its text.
  EXPECT_NE(text.find("1000,\n     \"2000/s\""), std::string::npos);
  EXPECT_EQ(last.values, (std::vector<std::string>{"1000", "2000/s"}));
  EXPECT_EQ(read->LabelOf(last), "services=1000, rate=2000/s");
  EXPECT_EQ(last.services, 1010U);
  EXPECT_EQ(last.policies, 3U);
  EXPECT_EQ(last.replications, 7U);
  EXPECT_EQ(last.warm_up_ns, 20'000'000);
  EXPECT_EQ(last.duration_ns, 400'000'000);
  EXPECT_EQ(last.configurations[0].metrics[0].value, 0.1 + 0.2);
  EXPECT_EQ(last.comparisons.size(), document.comparisons.size());
  EXPECT_EQ(read->sweep[0].warm_up_rule, std::nullopt);
  EXPECT_EQ(last.warm_up_rule, document.sweep[1].warm_up_rule);
}

TEST(ResultJsonTest, ReadsBackHowTheWarmUpWasFound) {
  ResultDocument document = ExampleResults();
  EXPECT_EQ(ToJson(document).find("warm_up_rule"), std::string::npos);
  document.warm_up_rule = WarmUpRule{"MSER-5", "", true};
  const auto read = ParseResults(ToJson(document));
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_EQ(read->warm_up_rule, document.warm_up_rule);
}

TEST(ResultJsonTest, ReadsResultsOfProgramsThatWroteNoPathsAndNoIntervalsOfDistributions) {
  ResultDocument document = ExampleResults();
  std::string text = ToJson(document);
  const auto erase = [&](std::string_view from, std::string_view upto) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from)) {
      text.erase(at, text.find(upto, at) - at);
    }
  };
  erase("\"cost_sources\"", "\"warnings\"");
  const auto read = ParseResults(text);
  ASSERT_TRUE(read.ok()) << read.error();
  EXPECT_TRUE(read->cost_sources.empty());
}

TEST(ResultJsonTest, RefusesATimelineThatDoesNotNameAllPools) {
  ResultDocument document = ExampleResults();
  testing_support::AddExampleContext(document);
  document.configurations[0].addresses->timeline[0].held.push_back(3);
  EXPECT_EQ(ParseResults(ToJson(document)).error(),
            "broken results: 'configurations' is missing, lacks a field or holds one of another "
            "type");
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
            "broken results: 'program' is missing, lacks a field or holds one of another type");
  EXPECT_EQ(ParseResults("").error(), "broken results: no JSON, or cut off, at line 1, column 1");
  EXPECT_EQ(ParseResults("{\n \"a\": ?}").error(),
            "broken results: no JSON, or cut off, at line 2, column 7");
}

TEST(ResultJsonTest, NamesThePartThatIsBroken) {
  const auto error_with = [](const std::string& from, const std::string& to) {
    std::string text = ToJson(ExampleResults());
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return ParseResults(text).error();
  };
  const auto broken = [](const std::string& part) {
    return "broken results: '" + part + "' is missing, lacks a field or holds one of another type";
  };
  EXPECT_EQ(error_with("\"kubernetes\"", "\"k8s\""), broken("scenario"));
  EXPECT_EQ(error_with("\"seed\": ", "\"seed\": \"x\", \"s\": "), broken("experiment"));
  EXPECT_EQ(error_with("\"digests\"", "\"d\""), broken("configurations"));
  EXPECT_EQ(error_with("\"verdict\"", "\"v\""), broken("comparisons"));
}

}  // namespace
}  // namespace cnisim::experiment

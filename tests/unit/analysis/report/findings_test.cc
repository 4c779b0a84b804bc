#include "analysis/report/findings.h"

#include <algorithm>
#include <cmath>
#include <regex>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "analysis/report/text.h"
#include "sim/base/random.h"
#include "tests/support/example_results.h"

namespace cnisim::report {
namespace {

using experiment::Verdict;
using testing_support::ExampleConfiguration;
using testing_support::ExampleResults;

TEST(FindingsTest, Example) {
  EXPECT_EQ(
      Findings(ExampleResults()),
      (std::vector<std::string>{
          "byocni-flannel is past its limit at this load: workers of pod cart-0, 100 % busy; 24 "
          "drops; 0.4 % of requests fail.",
          "azure-node-subnet has the lowest p99, 9.81 ms; azure-overlay cannot be told from it "
          "(chance); byocni-calico differs by less than the model's error; byocni-flannel is "
          "slowest, 14.2 ms (45 % more).",
          "azure-node-subnet takes 947 VNet addresses of the 1,019 in subnet nodes; azure-overlay "
          "needs 17.",
          "byocni-calico spends 37 % more CPU on networking than azure-node-subnet (0.151 against "
          "0.110 cores a node)."}));
}

TEST(FindingsTest, SaysWhichChangeHasNoRoom) {
  experiment::ResultDocument document = ExampleResults();
  testing_support::AddExampleContext(document);
  EXPECT_EQ(Findings(document)[2],
            "azure-node-subnet takes 947 VNet addresses of the 1,019 in subnet nodes, too many for "
            "the upgrade of pool apps; azure-overlay needs 17.");
  document.configurations[0].addresses->operations[1].failed = false;
  EXPECT_EQ(Findings(document)[2].find("too many"), std::string::npos);
}

TEST(FindingsTest, OneConfigurationIsNotCompared) {
  EXPECT_EQ(
      Findings(ExampleResults({{"kubenet", 17, 3e6, 9e6, 0.1}})),
      (std::vector<std::string>{"Requests from external to frontend take 9.00 ms at p99.",
                                "kubenet takes 17 VNet addresses of the 1,019 in subnet nodes."}));
}

TEST(FindingsTest, DifferencesWithinTheErrorsAreNotCalledFaster) {
  EXPECT_EQ(Findings(ExampleResults({{"a", 17, 3e6, 9.00e6, 0.100},
                                     {"b", 17, 3e6, 9.10e6, 0.102},
                                     {"c", 17, 3e6, 9.50e6, 0.105}})),
            (std::vector<std::string>{
                "At p99 all 3 differ by less than chance or the model's error: 9.00 ms to 9.50 ms.",
                "a takes 17 VNet addresses of the 1,019 in subnet nodes, as all do."}));
}

TEST(FindingsTest, OneReplicationTellsNothingOfChance) {
  experiment::ResultDocument document =
      ExampleResults({{"a", 17, 3e6, 9.00e6, 0.100}, {"b", 17, 3e6, 9.50e6, 0.102}});
  for (experiment::ConfigurationResult& configuration : document.configurations) {
    for (experiment::MetricResult& metric : configuration.metrics) metric.replications.resize(1);
  }
  EXPECT_EQ(Findings(document).front(),
            "p99 is 9.00 ms to 9.50 ms; one replication does not tell chance from a difference.");
}

TEST(FindingsTest, WhoDoesNotAnswerIsNotTheFastest) {
  // b answers a third of the requests, and those fast.
  const auto document = ExampleResults(
      {{"a", 17, 3e6, 9.0e6, 0.1}, {"b", 17, 1e6, 2.0e6, 0.05, 0.67, "softirq", true}});
  EXPECT_EQ(LowestOf(document, "latency.p99", "external", "frontend"), 0);
  for (const std::string& sentence : Findings(document)) {
    EXPECT_EQ(sentence.find("b has the lowest"), std::string::npos) << sentence;
  }
}

// Packets that disappear make no errors for as long as the clients' timers run.
TEST(FindingsTest, WhoLeavesRequestsHangingIsNotTheFastest) {
  auto document = ExampleResults({{"a", 17, 3e6, 9.0e6, 0.1}, {"b", 17, 1e6, 2.0e6, 0.05}});
  experiment::TrafficResult& traffic = document.configurations[1].traffic.front();
  traffic.in_flight = traffic.offered * 48 / 100;
  traffic.completed = traffic.offered - traffic.in_flight;
  EXPECT_EQ(LowestOf(document, "latency.p99", "external", "frontend"), 0);
  const std::vector<std::string> sentences = Findings(document);
  EXPECT_EQ(
      sentences[0],
      "Under b 48 % of requests have no answer yet when the run ends, so their latency is not "
      "compared.");
  EXPECT_EQ(sentences[1], "a has the lowest p99, 9.00 ms.");
  traffic.completed = 0;
  EXPECT_EQ(Findings(document)[0], "Under b no request is answered.");
}

TEST(FindingsTest, CpuIsToldWhereItIsCertain) {
  EXPECT_EQ(
      Findings(ExampleResults({{"a", 17, 3e6, 9.0e6, 0.1}, {"b", 17, 3e6, 9.0e6, 0.2}})).back(),
      "b spends 100 % more CPU on networking than a (0.200 against 0.100 cores a node).");
}

std::vector<std::string> SplitNames(std::string text) {
  std::vector<std::string> names;
  const std::regex separator(", | and ");
  for (std::sregex_token_iterator it(text.begin(), text.end(), separator, -1), end; it != end;
       ++it) {
    names.push_back(*it);
  }
  return names;
}

// Whatever the figures, every claim holds in the data.
TEST(FindingsTest, SentencesAreTrue) {
  RandomStream random(/*seed=*/1, /*entity=*/0, /*purpose=*/0);
  int lowest_said = 0;
  int alike_said = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<ExampleConfiguration> examples;
    const std::uint32_t count = 2 + random.Below(6);
    for (std::uint32_t i = 0; i < count; ++i) {
      const double spread = round % 2 == 0 ? 0.1 : 1.0;
      const double p99 = 9e6 * (1 + spread * random.Uniform());
      const bool over = random.Below(5) == 0;
      examples.push_back({fmt::format("c{}", i), 17.0 + random.Below(900), p99 / 3, p99,
                          0.1 * (1 + random.Uniform()), over ? 0.2 * random.Uniform() : 0,
                          over ? "softirq" : "workers", over});
    }
    const experiment::ResultDocument document = ExampleResults(examples);
    const auto p99_of = [&](const std::string& name) {
      return document.Find(name)->Find("latency.p99", "external", "frontend")->value;
    };
    const std::vector<std::string> sentences = Findings(document);
    EXPECT_LE(sentences.size(), 4U);
    for (const std::string& sentence : sentences) {
      std::smatch match;
      if (std::regex_search(sentence, match,
                            std::regex("^(\\w+) has the lowest p99, ([^;.]+\\.?[^;]*)"))) {
        ++lowest_said;
        const std::string best = match[1];
        for (const ExampleConfiguration& other : examples) {
          if (other.errors > 0.01) continue;
          EXPECT_LE(p99_of(best), other.p99_ns) << sentence;
        }
        if (std::regex_search(sentence, match, std::regex("; ([^;]+) cannot be told"))) {
          for (const std::string& name : SplitNames(match[1])) {
            if (name.find("others") != std::string::npos) continue;
            EXPECT_EQ(VerdictAgainst(document, "latency.p99", "external", "frontend", best, name),
                      Verdict::kNotSignificant)
                << sentence;
          }
        }
        if (std::regex_search(sentence, match, std::regex("; ([^;]+) differs? by less"))) {
          for (const std::string& name : SplitNames(match[1])) {
            if (name.find("others") != std::string::npos) continue;
            EXPECT_EQ(VerdictAgainst(document, "latency.p99", "external", "frontend", best, name),
                      Verdict::kWithinModelError)
                << sentence;
          }
        }
        if (std::regex_search(sentence, match,
                              std::regex("; (\\w+) is slowest, .*\\((\\d+) % more"))) {
          const std::string slowest = match[1];
          EXPECT_EQ(VerdictAgainst(document, "latency.p99", "external", "frontend", best, slowest),
                    Verdict::kHigher)
              << sentence;
          EXPECT_NEAR(100 * (p99_of(slowest) / p99_of(best) - 1), std::stod(match[2]), 0.51);
        }
      } else if (std::regex_search(sentence, match,
                                   std::regex("^At p99 nobody is more than 2 % above (\\w+):"))) {
        for (const ExampleConfiguration& other : examples) {
          if (other.errors <= 0.01) {
            EXPECT_LT(other.p99_ns / p99_of(match[1]), 1.02) << sentence;
          }
        }
      } else if (sentence.find("At p99 ") == 0) {
        ++alike_said;
        const int lowest = LowestOf(document, "latency.p99", "external", "frontend");
        const std::string best = document.configurations[static_cast<std::size_t>(lowest)].name;
        for (const ExampleConfiguration& other : examples) {
          if (other.errors > 0.01 || other.name == best) continue;
          const Verdict verdict =
              VerdictAgainst(document, "latency.p99", "external", "frontend", best, other.name);
          EXPECT_TRUE(verdict == Verdict::kNotSignificant || verdict == Verdict::kWithinModelError)
              << sentence;
        }
      } else if (std::regex_search(sentence, match, std::regex("^(\\w+) takes ([\\d,]+) VNet"))) {
        for (const ExampleConfiguration& other : examples) {
          EXPECT_GE(document.Find(match[1].str())->Find("vnet_addresses")->value,
                    std::floor(other.vnet_addresses));
        }
      } else if (sentence.find("past") != std::string::npos) {
        EXPECT_TRUE(std::any_of(examples.begin(), examples.end(),
                                [](const ExampleConfiguration& e) { return e.saturated; }));
      }
    }
  }
  EXPECT_GT(lowest_said, 50);
  EXPECT_GT(alike_said, 20);
}

}  // namespace
}  // namespace cnisim::report

#include "analysis/cli/catalog_command.h"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/program_call.h"

namespace cnisim::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Outcome = test::ProgramOutcome;

Outcome Call(const std::vector<std::string>& rest) { return test::CallProgram({"catalog"}, rest); }

TEST(CatalogCommand, ListsEveryKindInEightyColumns) {
  for (const std::string kind : {"", "cni", "sku", "cost", "limit"}) {
    const Outcome outcome =
        Call(kind.empty() ? std::vector<std::string>{} : std::vector<std::string>{kind});
    EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
    std::istringstream lines(outcome.out);
    std::string line;
    while (std::getline(lines, line)) {
      EXPECT_LE(line.size(), 80U) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(CatalogCommand, ShowsACostWithItsSource) {
  const Outcome outcome = Call({"cost", "policy_iptables_per_policy"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, HasSubstr("  paid        first, by softirq, a GSO packet\n"
                                     "  fixed       150 ns (50.0 ns to 255 ns)\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\n  file        costs/policy.yaml\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("fitted")));
}

TEST(CatalogCommand, ShowsWhatACostWasFittedTo) {
  const Outcome outcome = Call({"cost", "bridge_to_ip"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, HasSubstr("(480 ns to 840 ns)\n  fitted      to "));
  EXPECT_THAT(outcome.out, HasSubstr(" measurements; its source alone says 660 ns\n"
                                     "  status      measured\n"
                                     "  source      network namespaces on a virtual machine"));
}

TEST(CatalogCommand, ListsTheAssumedCostsWithTheirReason) {
  EXPECT_THAT(Call({"cost"}).out,
              HasSubstr("  ebpf_snat_each: no unit measurement found; a hash look-up and a "
                        "checksum\n"));
}

TEST(CatalogCommand, ShowsThePathsOfACni) {
  const Outcome outcome = Call({"cni", "kubenet"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, HasSubstr("pod_to_pod_same_node\n"));
  EXPECT_THAT(outcome.out, HasSubstr("bridge_hop"));
}

TEST(CatalogCommand, NamesNearSpellings) {
  const Outcome kind = Call({"costs"});
  EXPECT_EQ(kind.code, ExitCode::kUserInput);
  EXPECT_EQ(kind.err,
            "cnisim catalog: error: unknown kind 'costs'\n"
            "  did you mean 'cost'? known: cni, cost, limit, sku\n");
  const Outcome cni = Call({"cni", "azure-ovrlay"});
  EXPECT_EQ(cni.code, ExitCode::kUserInput);
  EXPECT_THAT(cni.err, HasSubstr("the catalog has no cni 'azure-ovrlay'\n  did you mean "
                                 "'azure-overlay'?"));
}

TEST(CatalogCommand, JsonHasEveryKind) {
  const Outcome outcome = Call({"--json", "-"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["cni"].size(), 13U);
  for (const auto& cost : json["cost"]) {
    EXPECT_TRUE(cost.contains("why") || !cost["source"]["title"].get<std::string>().empty());
  }
  EXPECT_GT(json["sku"].size(), 10U);
  EXPECT_GT(json["limit"].size(), 10U);
}

}  // namespace
}  // namespace cnisim::cli

#include "analysis/cli/explain_command.h"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/program_call.h"
#include "tests/support/source_path.h"

namespace cnisim::cli {
namespace {

using ::testing::HasSubstr;

using Outcome = test::ProgramOutcome;

/// Explains calls of the quickstart scenario.
Outcome Call(const std::vector<std::string>& rest) {
  return test::CallProgram({"explain", test::SourcePath("scenarios/quickstart.yaml")}, rest);
}

std::size_t LongestLine(const std::string& text) {
  std::size_t longest = 0;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) longest = std::max(longest, line.size());
  return longest;
}

TEST(ExplainCommand, EveryConfigurationOfTheQuickstart) {
  const Outcome outcome = Call({"--from", "frontend", "--to", "api-server"});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  for (const std::string name : {"azure-node-subnet", "azure-overlay", "cilium-overlay", "kubenet",
                                 "byocni-cilium", "byocni-calico", "byocni-flannel"}) {
    EXPECT_THAT(outcome.out, HasSubstr("\n" + name));
  }
  EXPECT_LE(LongestLine(outcome.out), 80U);
}

TEST(ExplainCommand, OneConfigurationStageByStage) {
  const Outcome outcome =
      Call({"--configuration", "byocni-flannel", "--from", "frontend", "--to", "api-server"});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("first packet (SYN), client to server"));
  EXPECT_THAT(outcome.out, HasSubstr("iptables_rule_walk"));
  EXPECT_THAT(outcome.out, HasSubstr("outer_conntrack_create"));
  EXPECT_THAT(outcome.out, HasSubstr("fabric, one way:"));
  EXPECT_THAT(outcome.out, HasSubstr("Sources"));
  EXPECT_LE(LongestLine(outcome.out), 80U);
}

// To the internet: through the CNI's masquerade and Azure's outbound type, whatever the CNI.
TEST(ExplainCommand, AnyWorkloadToTheOutside) {
  const Outcome outcome =
      Call({"--configuration", "azure-overlay", "--from", "payment", "--to", "external"});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("pod to outside"));
  EXPECT_THAT(outcome.out, HasSubstr("nat_bind_and_port_pick"));
  EXPECT_THAT(outcome.out, HasSubstr("azure_outbound_load_balancer"));
  EXPECT_LE(LongestLine(outcome.out), 80U);
  const Outcome all = Call({"--from", "payment", "--to", "external"});
  EXPECT_EQ(all.code, ExitCode::kOk) << all.err;
  EXPECT_THAT(all.out, HasSubstr("\nbyocni-calico"));
}

TEST(ExplainCommand, SaysWhatANewConnectionAsksFirst) {
  const auto call = [](const std::vector<std::string>& rest) {
    return test::CallProgram({"explain", test::SourcePath("scenarios/dns-ndots.yaml")}, rest);
  };
  const Outcome all = call({"--from", "web", "--to", "payments"});
  EXPECT_EQ(all.code, ExitCode::kOk) << all.err;
  EXPECT_THAT(all.out, HasSubstr("  and 10 queries to CoreDNS before\n"));
  EXPECT_THAT(all.out, HasSubstr("  and 2 queries to CoreDNS before\n"));
  EXPECT_THAT(all.out, HasSubstr("  and 10 queries to LocalDNS before\n"));
  const Outcome one =
      call({"--configuration", "ndots-2", "--from", "web", "--to", "payments", "--json", "-"});
  EXPECT_EQ(one.code, ExitCode::kOk) << one.err;
  EXPECT_THAT(one.out, HasSubstr("\"queries\": 2"));
}

TEST(ExplainCommand, TwoConfigurationsSideBySide) {
  const Outcome outcome = Call({"--configuration", "byocni-flannel", "--compare", "byocni-calico",
                                "--from", "frontend", "--to", "api-server"});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("The difference, by stages"));
  EXPECT_LE(LongestLine(outcome.out), 80U);
}

TEST(ExplainCommand, JsonSumsItsStages) {
  const Outcome outcome = Call({"--configuration", "cilium-overlay", "--from", "external", "--to",
                                "frontend", "--json", "-"});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  for (const auto& message : json["messages"]) {
    double sum = 0;
    for (const auto& stage : message["stages"]) {
      EXPECT_TRUE(stage.contains("source") || stage.contains("why"));
      sum += stage["cost_ns"]["typical"].get<double>();
    }
    EXPECT_NEAR(
        sum,
        message["cpu_ns"]["typical"].get<double>() + message["waiting_ns"]["typical"].get<double>(),
        1e-6 * sum);
  }
}

TEST(ExplainCommand, UnknownNamesGetNearSpellings) {
  const Outcome party = Call({"--from", "frontent", "--to", "api-server"});
  EXPECT_EQ(party.code, ExitCode::kUserInput);
  EXPECT_THAT(party.err, HasSubstr("the scenario has no workload or Service 'frontent'"));
  EXPECT_THAT(party.err, HasSubstr("known: external, shop/api-server"));
  const Outcome configuration =
      Call({"--from", "frontend", "--to", "api-server", "--configuration", "calico"});
  EXPECT_EQ(configuration.code, ExitCode::kUserInput);
  EXPECT_THAT(configuration.err, HasSubstr("the scenario has no configuration 'calico'"));
}

}  // namespace
}  // namespace cnisim::cli

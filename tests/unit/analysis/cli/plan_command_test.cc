#include "analysis/cli/plan_command.h"

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/program_call.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/source_path.h"

namespace cnisim::cli {
namespace {

using test::SourcePath;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Outcome = test::ProgramOutcome;

class PlanCommand : public ::testing::Test {
 protected:
  static Outcome Plan(const std::vector<std::string>& rest) {
    return test::CallProgram({"plan"}, rest);
  }
  std::string Folder() const { return folder_.File("out"); }

  test::ScratchFolder folder_;
};

TEST_F(PlanCommand, SaysWhereAnUpgradeStopsAndWhatWouldFit) {
  const Outcome outcome =
      Plan({SourcePath("scenarios/plan/upgrade-that-stops.yaml"), "-o", Folder()});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  EXPECT_THAT(outcome.out,
              StartsWith(R"(upgrade-that-stops: VNet addresses of 1 configuration, 14 nodes, 16 pods

configuration                now    peak stranded first failure        binds
azure-node-subnet            434     496      464 upgrade of pool nod… subnet

azure-node-subnet: upgrade of pool nodes fails after 60 min at
  aks-nodes-surge-2: SubnetIsFull: Subnet nodes with address prefix
  10.224.0.0/23 does not have enough capacity for 31 IP addresses.
  The plan needs nodes as /22 instead of /23. Pool nodes fits 2 surge nodes, not
  5.
)"));
}

TEST_F(PlanCommand, NamesTheDayOnWhichGrowthEnds) {
  const Outcome outcome =
      Plan({SourcePath("scenarios/plan/two-years-of-growth.yaml"), "-o", Folder()});
  EXPECT_EQ(outcome.code, ExitCode::kOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Growth is over after 510 d\n  (2028-05-25).\n"));
  const auto json = nlohmann::json::parse(folder_.Read("out/plan.json"));
  EXPECT_EQ(json.at("configurations").at(2).at("exhausted_after_s"), 510 * 86'400);
  EXPECT_THAT(folder_.Read("out/plan.md"), HasSubstr("azure-overlay-2400-ports"));
}

TEST_F(PlanCommand, VectorsThatDifferAreFindings) {
  const Outcome right = Plan({"--vectors", SourcePath("tests/data/address_vectors.csv")});
  EXPECT_EQ(right.code, ExitCode::kOk) << right.err;
  EXPECT_THAT(right.out, HasSubstr("113"));
  const std::string wrong = folder_.Write("vectors.csv",
                                          "id,mode,inputs,expected,source,confidence\n"
                                          "SUB-29,any,fn=usable_ips;prefix=29,usable=4,own,text\n");
  const Outcome outcome = Plan({"--vectors", wrong});
  EXPECT_EQ(outcome.code, ExitCode::kFinding) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("SUB-29"));
}

TEST_F(PlanCommand, MistakesAreUserErrors) {
  const std::string file = folder_.Write("bad.yaml", R"(cnisim: 1
name: bad
configurations:
  - {name: azure-overlay, az: --network-plugin azure --network-plugin-mode overlay}
timeline:
  - {at: 1h, upgrade: {pool: nodepool2}}
)");
  const Outcome outcome = Plan({file, "-o", Folder()});
  EXPECT_EQ(outcome.code, ExitCode::kUserInput);
  EXPECT_THAT(outcome.err, HasSubstr("bad.yaml:6:5: error: there is no pool 'nodepool2'"));
  EXPECT_FALSE(std::filesystem::exists(Folder()));  // nothing is half-written
}

}  // namespace
}  // namespace cnisim::cli

#include "analysis/cli/run_command.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/program_call.h"
#include "tests/support/scratch_folder.h"

namespace cnisim::cli {
namespace {

using ::testing::HasSubstr;

class RunCommand : public ::testing::Test {
 protected:
  test::ScratchFolder folder_;
};

// A run of a simulated year would outlast every patience.
TEST_F(RunCommand, AWrongBudgetEndsBeforeAnythingIsSimulated) {
  const std::string scenario = folder_.Write("shop.yaml", R"(cnisim: 1
name: shop
configurations:
  - {name: azure-cni, az: --network-plugin azure}
measure: {duration: 8760h}
budgets:
  - {metric: latency.p99, to: wep, max: 5ms}
  - {metric: latency.p98, to: web, max: 5ms}
  - {metric: latency.p99, to: web, max: 5}
)");
  for (const std::string command : {"run", "check"}) {
    const test::ProgramOutcome outcome =
        test::CallProgram({command, scenario}, {"-o", folder_.File("out")});
    EXPECT_EQ(outcome.code, ExitCode::kUserInput);
    EXPECT_THAT(outcome.err,
                HasSubstr("shop.yaml:7:5: error: no traffic and no call is from or to 'wep'"));
    EXPECT_THAT(outcome.err, HasSubstr("shop.yaml:8:5: error: there is no metric 'latency.p98'"));
    EXPECT_THAT(outcome.err, HasSubstr("shop.yaml:9:41: error: '5' is no bound for latency.p99"));
    EXPECT_FALSE(std::filesystem::exists(folder_.File("out")));
  }
}

}  // namespace
}  // namespace cnisim::cli

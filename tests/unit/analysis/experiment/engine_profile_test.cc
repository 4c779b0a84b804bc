#include "analysis/experiment/engine_profile.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/engine/simulation.h"

namespace cnisim::experiment {
namespace {

using namespace literals;
using ::testing::HasSubstr;

engine::RunReport Report() {
  engine::RunReport report;
  report.events = 3'000'000;
  report.windows = 10'000;
  report.lookahead = 20_us;
  report.kinds = {{"clients", 1, 1'000'000}, {"node", 4, 2'000'000}};
  report.profile.threads = 2;
  report.profile.seconds = 2;
  report.profile.set_up_seconds = 0.5;
  report.profile.team_windows = 2'500;
  report.profile.wait_seconds = 0.1;
  report.profile.worker_events = {2'000'000, 1'000'000};
  report.profile.bytes = 3 * 1024 * 1024;
  return report;
}

TEST(EngineProfileTest, SumsRunsUp) {
  EngineProfile profile;
  profile.Add(Report(), 400_ms);
  profile.Add(Report(), 400_ms);
  const std::string text = profile.ToText();
  EXPECT_THAT(text, HasSubstr("loop       4.000 s, and 1.000 s of set-up; 0.80 s simulated\n"));
  EXPECT_THAT(text, HasSubstr("events     6000000 (1.50 M/s a run)\n"));
  EXPECT_THAT(text, HasSubstr("    node     4000000 (1.00 M/s), 66.7 % of all, by 4 LPs\n"));
  // 20,000 windows of 20 us are 400 ms of the 800 ms simulated.
  EXPECT_THAT(text,
              HasSubstr("windows    20000 of 20.0 us, 300.0 events each; they cover 50.0 % "));
  EXPECT_THAT(text, HasSubstr("threads    2 at most in a run; 25.0 % of windows by several\n"));
  EXPECT_THAT(text, HasSubstr("barriers   5.0 % of the loop\n"));
  EXPECT_THAT(text, HasSubstr("imbalance  the busiest thread handles 1.33 times the mean\n"));
  EXPECT_THAT(text, HasSubstr("memory     3.0 MiB for events and LPs in the largest run, "));
}

TEST(EngineProfileTest, SaysWhatRanksCost) {
  EngineProfile profile;
  engine::RunReport report = Report();
  EXPECT_EQ(profile.ToText().find("ranks"), std::string::npos);
  report.profile.ranks = 3;
  report.profile.exchange_seconds = 1;
  profile.Add(report, 400_ms);
  EXPECT_THAT(profile.ToText(), HasSubstr("ranks      3; 50.0 % of the loop in rounds"));
}

}  // namespace
}  // namespace cnisim::experiment

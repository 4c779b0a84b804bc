#include "analysis/cli/progress.h"

#include <chrono>
#include <sstream>

#include <gtest/gtest.h>

namespace cnisim::cli {
namespace {

using namespace std::chrono_literals;

// Runs of two seconds, half of the next one done.
experiment::Progress At(int done) {
  return {done, 10, SimTime::FromNanos((2 * done + 1) * 1'000'000'000LL),
          SimTime::FromNanos(20'000'000'000)};
}

TEST(ProgressLineTest, SpeaksAfterTwoSecondsAndLeavesNothing) {
  std::ostringstream stream;
  const ProgressLine::Clock::time_point start{};
  {
    ProgressLine progress(Output{stream, /*terminal=*/true}, "running", start);
    progress.Update(At(1), start + 1s);
    EXPECT_EQ(stream.str(), "");
    progress.Update(At(2), start + 2s);
    progress.Update(At(3), start + 2050ms);  // too soon after the last one
    progress.Update(At(5), start + 4s);
    EXPECT_EQ(stream.str(),
              "\r\033[Krunning 2/10, 5.0 s simulated at 2.5 x real time, about 6 s left"
              "\r\033[Krunning 5/10, 11.0 s simulated at 2.8 x real time, about 4 s left");
    stream.str("");
  }
  EXPECT_EQ(stream.str(), "\r\033[K");
}

TEST(ProgressLineTest, SilentWithoutATerminal) {
  std::ostringstream stream;
  {
    ProgressLine progress(Output{stream, /*terminal=*/false}, "running", {});
    progress.Update(At(5), ProgressLine::Clock::time_point{} + 1h);
  }
  EXPECT_EQ(stream.str(), "");
}

}  // namespace
}  // namespace cnisim::cli

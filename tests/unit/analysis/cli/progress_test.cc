#include "analysis/cli/progress.h"

#include <chrono>
#include <sstream>

#include <gtest/gtest.h>

namespace cnisim::cli {
namespace {

using namespace std::chrono_literals;

TEST(ProgressLineTest, SpeaksAfterTwoSecondsAndLeavesNothing) {
  std::ostringstream stream;
  const ProgressLine::Clock::time_point start{};
  {
    ProgressLine progress(Output{stream, /*terminal=*/true}, "running", start);
    progress.Update(1, 10, start + 1s);
    EXPECT_EQ(stream.str(), "");
    progress.Update(2, 10, start + 2s);
    progress.Update(3, 10, start + 2050ms);  // too soon after the last one
    progress.Update(5, 10, start + 4s);
    EXPECT_EQ(stream.str(),
              "\r\033[Krunning 2/10, about 8 s left\r\033[Krunning 5/10, about 4 s left");
    stream.str("");
  }
  EXPECT_EQ(stream.str(), "\r\033[K");
}

TEST(ProgressLineTest, SilentWithoutATerminal) {
  std::ostringstream stream;
  {
    ProgressLine progress(Output{stream, /*terminal=*/false}, "running", {});
    progress.Update(5, 10, ProgressLine::Clock::time_point{} + 1h);
  }
  EXPECT_EQ(stream.str(), "");
}

}  // namespace
}  // namespace cnisim::cli

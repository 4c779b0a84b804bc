#include "analysis/cli/progress.h"

#include <cmath>
#include <ostream>
#include <utility>

#include <fmt/format.h>

namespace cnisim::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kQuietTime = 2s;
constexpr auto kBetweenUpdates = 100ms;
constexpr const char* kClearLine = "\r\033[K";

double Seconds(SimTime time) { return static_cast<double>(time.nanos()) / 1e9; }

}  // namespace

ProgressLine::ProgressLine(const Output& output, std::string what, Clock::time_point start)
    : stream_(output.stream),
      enabled_(output.terminal),
      what_(std::move(what)),
      start_(start),
      last_(start) {}

ProgressLine::~ProgressLine() {
  if (shown_) stream_ << kClearLine << std::flush;
}

void ProgressLine::Update(const experiment::Progress& progress, Clock::time_point now) {
  if (!enabled_ || now - start_ < kQuietTime || (shown_ && now - last_ < kBetweenUpdates)) return;
  last_ = now;
  shown_ = true;
  const double spent = std::chrono::duration<double>(now - start_).count();
  std::string text = fmt::format("{} {}/{}", what_, progress.done, progress.total);
  const double simulated = Seconds(progress.simulated);
  const double total = Seconds(progress.simulated_total);
  if (simulated > 0) {
    text += fmt::format(", {:.1f} s simulated at {:.2g} x real time", simulated, simulated / spent);
    if (simulated < total) {
      text +=
          fmt::format(", about {:.0f} s left", std::ceil(spent * (total - simulated) / simulated));
    }
  }
  stream_ << kClearLine << text << std::flush;
}

}  // namespace cnisim::cli

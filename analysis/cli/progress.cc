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

void ProgressLine::Update(int done, int total, Clock::time_point now) {
  if (!enabled_ || now - start_ < kQuietTime || (shown_ && now - last_ < kBetweenUpdates)) return;
  last_ = now;
  shown_ = true;
  const double spent = std::chrono::duration<double>(now - start_).count();
  std::string text = fmt::format("{} {}/{}", what_, done, total);
  if (done > 0 && done < total) {
    text += fmt::format(", about {:.0f} s left", std::ceil(spent * (total - done) / done));
  }
  stream_ << kClearLine << text << std::flush;
}

}  // namespace cnisim::cli

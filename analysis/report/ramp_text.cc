#include "analysis/report/ramp_text.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace cnisim::report {
namespace {

std::string RateText(double rate) { return fmt::format("{:.0f}", rate); }
std::string Milliseconds(std::int64_t ns) {
  return fmt::format("{:.3g}", static_cast<double>(ns) / 1e6);
}

}  // namespace

std::string RampText(const std::vector<experiment::RampResult>& results) {
  std::size_t width = 13;
  for (const auto& result : results) width = std::max(width, result.name.size());
  std::string text = fmt::format("{:<{}} {:>9} {:>9}  {}\n", "configuration", width, "knee /s",
                                 "most /s", "gives way first");
  for (const auto& result : results) {
    const std::string sustained = result.sustained ? RateText(*result.sustained) : "none";
    text += fmt::format("{:<{}} {:>9} {:>9}  {}\n", result.name, width,
                        result.knee ? RateText(*result.knee) : "-",
                        (result.broke ? "" : ">=") + sustained,
                        result.broke ? result.broke->binds + " of " + result.broke->busiest
                                     : "nothing in this range");
  }
  text +=
      "knee: p99 is twice that of the first rate. most: highest rate at which no more\n"
      "than 2 % fail or pile up; one run a rate.\n";
  for (const auto& result : results) {
    text += fmt::format("\n{}\n  {:>9} {:>9} {:>9} {:>9}  {}\n", result.name, "asked /s", "done /s",
                        "p50 ms", "p99 ms", "busiest");
    for (const experiment::RampPoint& point : result.points) {
      text += fmt::format("  {:>9} {:>9} {:>9} {:>9}  {}{}\n", RateText(point.rate),
                          RateText(point.completed), Milliseconds(point.p50_ns),
                          Milliseconds(point.p99_ns), point.binds,
                          point.carried ? "" : ", not carried");
    }
  }
  return text;
}

}  // namespace cnisim::report

#include "analysis/report/ramp_text.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "analysis/report/text.h"

namespace cnisim::report {
namespace {

std::string RateText(double rate) { return fmt::format("{:.0f}", rate); }
std::string Milliseconds(std::int64_t ns) {
  return fmt::format("{:.3g}", static_cast<double>(ns) / 1e6);
}

/// "cores of node apps-3".
std::string Binding(const experiment::RampResult& result) {
  if (!result.broke) return "nothing in this range";
  return result.broke->binds + " of " + result.broke->busiest;
}

/// Where the requests wait most, if that is something that anybody would notice.
std::string WaitsMost(const experiment::RampPoint& point) {
  constexpr double kNoticed = 0.01;
  const auto most =
      std::max_element(point.waits.begin(), point.waits.end(),
                       [](const experiment::RampWait& a, const experiment::RampWait& b) {
                         return a.share < b.share;
                       });
  if (most == point.waits.end() || most->share < kNoticed) return "-";
  return fmt::format("{} {}", Percent(std::min(most->share, 1.0)), most->kind);
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
                        (result.broke ? "" : ">=") + sustained, Binding(result));
  }
  text +=
      "knee: p99 is twice that of the first rate. most: answered at the highest rate of\n"
      "which no more than 1 % fail or pile up. One run a rate.\n";
  for (const auto& result : results) {
    text += fmt::format("\n{}\n  {:>8} {:>9} {:>8} {:>8}  {:<12} {}\n", result.name, "asked /s",
                        "served /s", "p50 ms", "p99 ms", "busiest", "waits most");
    for (const experiment::RampPoint& point : result.points) {
      text += fmt::format("  {:>8} {:>9} {:>8} {:>8}  {:<12} {}{}\n", RateText(point.rate),
                          RateText(point.answered), Milliseconds(point.p50_ns),
                          Milliseconds(point.p99_ns), point.binds, WaitsMost(point),
                          point.carried ? "" : ", not carried");
    }
  }
  return text;
}

}  // namespace cnisim::report

#include "analysis/report/resources_text.h"

#include <cmath>

#include <fmt/format.h>

#include "analysis/report/text.h"

namespace cnisim::report {

using experiment::ConfigurationResult;
using experiment::ResourceResult;

std::string ResourcesText(const experiment::ResultDocument& document) {
  constexpr std::size_t kNameWidth = 28;
  std::string text;
  for (const ConfigurationResult& configuration : document.configurations) {
    text += fmt::format("\n{}\n  {:<11} {:<{}} {:>7} {:>9} {:>8} {:>7}\n", configuration.name,
                        "resource", "busiest", kNameWidth, "busy", "mean wait", "latency", "drops");
    for (const ResourceResult& resource : configuration.resources) {
      const bool binds = resource.kind == configuration.binds;
      text += fmt::format("{} {:<11} {} {:>7} {:>9} {:>8} {:>7}\n",
                          binds ? (configuration.saturated ? '!' : '*') : ' ', resource.kind,
                          PadRight(Shorten(resource.busiest, kNameWidth), kNameWidth),
                          Percent(resource.busy_max), Duration(resource.wait_ns),
                          std::isnan(resource.wait_share) ? "-" : Percent(resource.wait_share),
                          Count(resource.drops));
    }
  }
  return text + Wrap(
                    "*: binds first. !: past its limit. busy: share of time of the busiest of its "
                    "kind (conntrack: of entries). latency: waits there as a share of the time "
                    "that requests take; calls in parallel count each.",
                    80, "  ", "  ");
}

}  // namespace cnisim::report

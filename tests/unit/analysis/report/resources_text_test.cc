#include "analysis/report/resources_text.h"

#include <gtest/gtest.h>

#include "analysis/report/ramp_text.h"

namespace cnisim::report {
namespace {

TEST(ResourcesTextTest, MarksWhatBindsAndSaysWhatWaits) {
  experiment::ResultDocument document;
  experiment::ConfigurationResult configuration;
  configuration.name = "azure-overlay";
  configuration.binds = "CPU limit";
  configuration.saturated = true;
  configuration.resources = {
      {"cores", "node apps-0", 0.05, 0.02, 0, 0, 0, 0},
      {"CPU limit", "pod a-very-long-name-of-an-api-server-7d9f", 1, 0.5, 12e6, 0, 3, 0.86}};
  document.configurations.push_back(configuration);
  configuration.name = "earlier";  // results of a program that did not know shares
  configuration.saturated = false;
  configuration.resources = {{"CPU limit", "pod api-0", 0.4, 0.4, 1000, 1234}};
  document.configurations.push_back(configuration);
  EXPECT_EQ(ResourcesText(document), R"(
azure-overlay
  resource    busiest                         busy mean wait  latency   drops
  cores       node apps-0                      5 %      0 ns      0 %       0
! CPU limit   pod a-very-long-name-of-an-…   100 %   12.0 ms     86 %       0

earlier
  resource    busiest                         busy mean wait  latency   drops
* CPU limit   pod api-0                       40 %   1.00 us        -   1,234
  *: binds first. !: past its limit. busy: share of time of the busiest of its
  kind (conntrack: of entries). latency: waits there as a share of the time that
  requests take; calls in parallel count each.
)");
}

TEST(RampTextTest, NamesTheMostAndWhatGivesWay) {
  experiment::RampPoint rest;
  rest.rate = rest.answered = 100;
  rest.p50_ns = 1'000'000;
  rest.p99_ns = 2'000'000;
  rest.binds = "cores";
  rest.busiest = "node apps-0";
  rest.waits = {{"cores", 0.1, 0.001}};
  rest.carried = true;
  experiment::RampPoint broken = rest;
  broken.rate = 200;
  broken.answered = 150;
  broken.p99_ns = 90'000'000;
  broken.waits = {{"cores", 1, 0.3}, {"workers", 1, 0.6}};
  broken.carried = false;
  experiment::RampResult limited{"overlay", {rest, broken}, 200, 100, broken};
  experiment::RampResult wide{"kubenet", {rest}, std::nullopt, 100, std::nullopt};
  EXPECT_EQ(RampText({limited, wide}), R"(configuration   knee /s   most /s  gives way first
overlay             200       100  cores of node apps-0
kubenet               -     >=100  nothing in this range
knee: p99 is twice that of the first rate. most: answered at the highest rate of
which no more than 1 % fail or pile up. One run a rate.

overlay
  asked /s served /s   p50 ms   p99 ms  busiest      waits most
       100       100        1        2  cores        -
       200       150        1       90  cores        60 % workers, not carried

kubenet
  asked /s served /s   p50 ms   p99 ms  busiest      waits most
       100       100        1        2  cores        -
)");
}

}  // namespace
}  // namespace cnisim::report

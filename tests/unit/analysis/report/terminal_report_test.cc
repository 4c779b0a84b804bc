#include "analysis/report/terminal_report.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/report/text.h"
#include "tests/support/example_results.h"

namespace cnisim::report {
namespace {

using testing_support::ExampleResults;

TEST(TerminalReportTest, WholeScreen) {
  const TerminalOptions options{false, {"out/results.json"}};
  EXPECT_EQ(TerminalReport(ExampleResults(), options),
            R"(example: 17 nodes, 62 pods, 10 Services, Kubernetes 1.30; 1,000 requests/s
  external -> frontend; 3 x 2.00 s, seed 1

                   VNet    p50       p99          done   net drops/     binds
                   addr    ms 95%    ms 95% model   /s cores denied     first
azure-node-subnet   947  3.21 ±1%  9.81 ±1%   ±8% 1000 0.110    0/0   workers
azure-overlay        17  3.25=±1%  9.92=±1%   ±8% 1000 0.118    0/0   workers
byocni-calico        17  3.42~±1%  10.4~±1%   ±8% 1000 0.151    0/0   softirq
byocni-flannel       17  4.05 ±1%  14.2 ±1%   ±8%  996 0.146   24/0  workers!
  95%: chance (3 replications). model: how far 2 draws of all costs from their
  ranges move p99, at least the error of the validation. =: not told from the
  lowest by chance. ~: within the model's error of it. net cores: CPU on
  networking, a node. !: past its limit.

byocni-flannel is past its limit at this load: workers of pod cart-0, 100 %
  busy; 24 drops; 0.4 % of requests fail.
azure-node-subnet has the lowest p99, 9.81 ms; azure-overlay cannot be told from
  it (chance); byocni-calico differs by less than the model's error;
  byocni-flannel is slowest, 14.2 ms (45 % more).
azure-node-subnet takes 947 VNet addresses of the 1,019 in subnet nodes;
  azure-overlay needs 17.
byocni-calico spends 37 % more CPU on networking than azure-node-subnet (0.151
  against 0.110 cores a node).

Warnings (2)
- inputs/cilium-values.yaml:12: 'tunnel' is no key of chart 1.15.0 in tunnel
  (write tunnelProtocol: vxlan)
- read, not modelled: Deployment spec.strategy.rollingUpdate (9 times), first at
  inputs/shop.yaml:14:5

Costs in use without a measurement (2): bridge_forward and veth_pair. 'cnisim
  catalog cost NAME' says why.

Written: out/results.json
)");
}

TEST(TerminalReportTest, ShowsLookUpsWhereSomebodyLooksNamesUp) {
  experiment::ResultDocument document = ExampleResults();
  EXPECT_EQ(TerminalReport(document, {}).find("Look-ups"), std::string::npos);
  document.configurations.resize(2);
  experiment::ConfigurationResult& first = document.configurations[0];
  first.traffic[0].lookup = {6000, 9.4, 1.89e9, 0.45, {}};
  first.traffic[0].failed.emplace_back("look-up", 1903);
  for (const auto& [metric, ns] :
       {std::pair("lookup.p50", 119e6), std::pair("lookup.p99", 5.16e9)}) {
    experiment::MetricResult& result = first.metrics.emplace_back();
    result.metric = metric;
    result.from = "external";
    result.to = "frontend";
    result.unit = "ns";
    result.value = ns;
  }
  EXPECT_THAT(TerminalReport(document, {}), testing::HasSubstr(R"(
Look-ups of external -> frontend
                   queries                               of
                      each    mean     p50     p99  latency  failed
azure-node-subnet     9.40  1.89 s  119 ms  5.16 s     45 %   1,903
azure-overlay            -       -       -       -        -       -
  Part of the latency above. mean: failed ones too. of latency: of the time that
  requests take. p50, p99: those that found an address.
)"));
}

TEST(TerminalReportTest, SaysWhichWarmUpWasCutOffByWhichRule) {
  experiment::ResultDocument document = ExampleResults();
  const auto simulated = [&] {
    const std::string text = TerminalReport(document, {});
    return text.substr(0, text.find("\n\n"));
  };
  document.warm_up_ns = 148'000'000;
  document.warm_up_rule = experiment::WarmUpRule{"MSER-5", "byocni-calico", true};
  EXPECT_EQ(simulated(),
            "example: 17 nodes, 62 pods, 10 Services, Kubernetes 1.30; 1,000 requests/s\n"
            "  external -> frontend; 3 x 2.00 s after 148 ms of warm-up (MSER-5, for\n"
            "  byocni-calico), seed 1");
  document.warm_up_rule->longest = "";
  document.warm_up_ns = 0;
  EXPECT_THAT(simulated(), testing::HasSubstr("after 0 ns of warm-up (MSER-5), seed 1"));
  document.warm_up_ns = 1'000'000'000;
  document.warm_up_rule = experiment::WarmUpRule{"MSER-5", "byocni-calico", false};
  EXPECT_EQ(simulated(),
            "example: 17 nodes, 62 pods, 10 Services, Kubernetes 1.30; 1,000 requests/s\n"
            "  external -> frontend; 3 x 2.00 s after 1.00 s of warm-up (MSER-5 found none\n"
            "  long enough, for byocni-calico), seed 1");
}

TEST(TerminalReportTest, NeverWiderThan80) {
  experiment::ResultDocument document = ExampleResults();
  document.configurations[1].name = "azure-overlay-with-a-name-that-leaves-no-room-for-figures";
  document.configurations[2].binds = "encryption";
  for (auto& metric : document.configurations[2].metrics) metric.value *= 12345;
  std::istringstream lines(TerminalReport(document, {}));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 80U) << line;
}

}  // namespace
}  // namespace cnisim::report

#include "tests/support/example_results.h"

#include <cmath>

namespace cnisim::testing_support {
namespace {

using experiment::ComparisonResult;
using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::Verdict;

MetricResult Metric(const std::string& name, const std::string& from, const std::string& to,
                    const std::string& unit, double value) {
  MetricResult metric;
  metric.metric = name;
  metric.from = from;
  metric.to = to;
  metric.unit = unit;
  metric.value = value;
  metric.low = 0.99 * value;
  metric.high = 1.01 * value;
  metric.model_low = 0.92 * value;
  metric.model_high = 1.08 * value;
  metric.replications = {0.99 * value, value, 1.01 * value};
  metric.cost_draws = {-0.08 * value, 0.08 * value};
  return metric;
}

MetricResult Exact(const std::string& name, const std::string& to, double value) {
  MetricResult metric;
  metric.metric = name;
  metric.to = to;
  metric.unit = "count";
  metric.value = metric.low = metric.high = value;
  return metric;
}

ConfigurationResult Configuration(const ExampleConfiguration& example) {
  ConfigurationResult result;
  result.name = example.name;
  result.profile = example.name;
  result.summary = "an example";
  result.nodes = 17;
  result.pods = 62;
  const auto taken = static_cast<std::uint64_t>(example.vnet_addresses);
  result.subnets = {{"nodes", "10.224.0.0/22", 1019, taken}};
  const auto failed = static_cast<std::uint64_t>(std::llround(6000 * example.errors));
  experiment::TrafficResult traffic;
  traffic.from = "external";
  traffic.to = "frontend";
  traffic.kind = "requests";
  traffic.asked_rate = 1000;
  traffic.offered = 6000;
  traffic.completed = 6000 - failed;
  if (failed > 0) traffic.failed = {{"timeout", failed}};
  traffic.latency = {{0.5, example.p50_ns, 0.99 * example.p50_ns, 1.01 * example.p50_ns},
                     {0.99, example.p99_ns, 0.99 * example.p99_ns, 1.01 * example.p99_ns}};
  traffic.network_latency = {{0.5, example.p50_ns / 2}, {0.99, example.p99_ns / 2}};
  result.traffic = {traffic};
  result.metrics = {
      Metric("latency.p50", "external", "frontend", "ns", example.p50_ns),
      Metric("latency.p99", "external", "frontend", "ns", example.p99_ns),
      Metric("throughput", "external", "frontend", "1/s", 1000 * (1 - example.errors)),
      Metric("errors", "external", "frontend", "1", example.errors),
      Metric("network_cores", "", "", "cores", example.network_cores),
      Exact("vnet_addresses", "", example.vnet_addresses),
      Exact("vnet_addresses", "nodes", example.vnet_addresses),
  };
  result.resources = {{"workers", "pod cart-0", example.saturated ? 1.0 : 0.41, 0.2, 1500, failed}};
  result.binds = example.binds;
  result.saturated = example.saturated;
  if (failed > 0) result.drops = {{"application queue", failed}};
  result.digests = {"0000000000000001", "0000000000000002", "0000000000000003"};
  return result;
}

ComparisonResult Pair(const MetricResult& first, const MetricResult& second,
                      const std::string& first_name, const std::string& second_name) {
  ComparisonResult result;
  result.metric = first.metric;
  result.from = first.from;
  result.to = first.to;
  result.first = first_name;
  result.second = second_name;
  result.difference = second.value - first.value;
  const double unit = 0.01 * first.value;
  result.low = result.difference - 2 * unit;
  result.high = result.difference + 2 * unit;
  result.model_low = result.difference - 10 * unit;
  result.model_high = result.difference + 10 * unit;
  if (std::abs(result.difference) < 2 * unit) {
    result.p_value = 0.5;
    result.verdict = Verdict::kNotSignificant;
  } else {
    result.p_value = 0.001;
    result.verdict = std::abs(result.difference) < 10 * unit ? Verdict::kWithinModelError
                     : result.difference < 0                 ? Verdict::kLower
                                                             : Verdict::kHigher;
  }
  return result;
}

}  // namespace

ResultDocument ExampleResults(const std::vector<ExampleConfiguration>& configurations) {
  ResultDocument document;
  document.program_version = "0.1.0";
  document.scenario_name = "example";
  document.scenario_file = "example.yaml";
  document.scenario_hash = "00000000000000aa";
  document.catalog_hash = "00000000000000bb";
  document.kubernetes = "1.30";
  document.services = 10;
  document.seed = 1;
  document.replications = 3;
  document.cost_draws = 2;
  document.warm_up_ns = 500'000'000;
  document.duration_ns = 2'000'000'000;
  for (const ExampleConfiguration& example : configurations) {
    document.configurations.push_back(Configuration(example));
  }
  for (const char* metric : {"latency.p50", "latency.p99", "throughput", "network_cores"}) {
    for (std::size_t a = 0; a < document.configurations.size(); ++a) {
      for (std::size_t b = a + 1; b < document.configurations.size(); ++b) {
        const ConfigurationResult& first = document.configurations[a];
        const ConfigurationResult& second = document.configurations[b];
        for (const MetricResult& own : first.metrics) {
          if (own.metric != metric) continue;
          document.comparisons.push_back(
              Pair(own, *second.Find(own.metric, own.from, own.to), first.name, second.name));
        }
      }
    }
  }
  return document;
}

void AddExampleContext(ResultDocument& document) {
  double more = 0;
  for (ConfigurationResult& configuration : document.configurations) {
    more += 100;
    experiment::PathResult path;
    path.from = "external";
    path.to = "frontend";
    path.path = "external_to_pod";
    path.opening = path.exchange = {500'000 + more, 400'000, 900'000};
    path.opening_cpu = path.exchange_cpu = {2000 + more, 1000, 4000};
    path.stages = {{"nic_rx", "server", "softirq", 2000, 2000},
                   {"vxlan_decap", "server", "softirq", more, more},
                   {"wake_up", "server", "latency", 3000, 3000}};
    configuration.paths = {path};

    const bool first = &configuration == &document.configurations.front();
    experiment::AddressPlanResult addresses;
    addresses.pools = {{"nodes", true, 1019}};
    addresses.timeline = {{0, {first ? 947U : 17U}}, {7200, {first ? 1008U : 18U}}};
    addresses.operations = {{"creation", 0, 90, false, "", "", "", ""},
                            {"upgrade of pool apps", 7200, 7260, false, "", "", "", ""}};
    if (first) {
      addresses.operations[1] = {
          "upgrade of pool apps", 7200,    7200, true, "SubnetIsFull", "Subnet nodes is full.",
          "aks-apps-surge-1",     "subnet"};
    }
    addresses.vnet_now = addresses.timeline.front().held.front();
    addresses.vnet_peak = addresses.timeline.back().held.front();
    configuration.addresses = addresses;
  }
  document.cost_sources = {{"nic_rx", "the driver", "measured", "a paper", "table 3"},
                           {"vxlan_decap", "the header off", "assumed", "", "nobody measured it"},
                           {"wake_up", "the task", "derived", "another paper", "figure 1"}};
}

ResultDocument ExampleSweep() {
  ResultDocument document = ExampleResults();
  document.sweep_parameters = {"rate"};
  for (const auto& [value, p99] : {std::pair("100/s", 3e6), std::pair("200/s", 3.1e6),
                                   std::pair("300/s", 3.3e6), std::pair("400/s", 30e6)}) {
    experiment::SweepPointResult& point = document.sweep.emplace_back();
    point.values = {value};
    ResultDocument at =
        ExampleResults({{"azure-node-subnet", 947, 1e6, p99, 0.1, 0, "softirq", p99 > 10e6},
                        {"azure-overlay", 17, 1e6, 3e6, 0.1}});
    point.configurations = std::move(at.configurations);
    point.comparisons = std::move(at.comparisons);
  }
  return document;
}

ResultDocument ExampleResults() {
  ResultDocument document = ExampleResults({
      {"azure-node-subnet", 947, 3.21e6, 9.81e6, 0.110, 0, "workers", false},
      {"azure-overlay", 17, 3.25e6, 9.92e6, 0.118, 0, "workers", false},
      {"byocni-calico", 17, 3.42e6, 10.4e6, 0.151, 0, "softirq", false},
      {"byocni-flannel", 17, 4.05e6, 14.2e6, 0.146, 0.004, "workers", true},
  });
  document.configurations[2].assumed_costs = {"bridge_forward", "veth_pair"};
  document.warnings = {{"inputs/cilium-values.yaml", 12, 3, "tunnel",
                        "'tunnel' is no key of chart 1.15.0", "write tunnelProtocol: vxlan"}};
  document.not_modelled = {{"Deployment spec.strategy.rollingUpdate", 9, "inputs/shop.yaml:14:5"}};
  return document;
}

}  // namespace cnisim::testing_support

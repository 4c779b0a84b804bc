#include "analysis/experiment/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>
#include <string_view>

#include "analysis/stats/comparison.h"
#include "analysis/stats/interval.h"
#include "sim/base/check.h"
#include "sim/base/histogram.h"

namespace cnisim::experiment {
namespace {

using workload::DropReason;
using workload::FailureReason;
using workload::FlowRecord;
using workload::TrafficRecord;

constexpr double kLevel = 1 - stats::kConfidence;  // of significance

/// Which flow of a record is meant.
struct FlowPlace {
  bool is_call;
  std::size_t index;
  bool is_query = false;

  const FlowRecord& In(const TrafficRecord& record) const {
    if (is_query) return record.queries[index];
    return (is_call ? record.edges : record.sources)[index];
  }
};

/// A figure that one record gives by itself; kUndefined if it saw nothing of the kind.
using RecordValue = std::function<double(const TrafficRecord&)>;
/// The distribution that a quantile is taken from.
using RecordHistogram = const Histogram& (*)(const FlowRecord&);

const Histogram& Total(const FlowRecord& flow) { return flow.latency_total; }
const Histogram& Network(const FlowRecord& flow) { return flow.latency_network; }
const Histogram& Lookup(const FlowRecord& flow) { return flow.latency_lookup; }

struct QuantileMetric {
  std::string_view name;
  double q;
  RecordHistogram histogram;
  bool of_calls;  // calls have fewer figures
};
constexpr std::array kQuantiles{
    QuantileMetric{"latency.p50", 0.5, Total, true},
    QuantileMetric{"latency.p90", 0.9, Total, false},
    QuantileMetric{"latency.p99", 0.99, Total, true},
    QuantileMetric{"latency.p99_9", 0.999, Total, false},
    QuantileMetric{"network_latency.p50", 0.5, Network, true},
    QuantileMetric{"network_latency.p99", 0.99, Network, true},
};

constexpr std::array kLookupQuantiles{
    QuantileMetric{"lookup.p50", 0.5, Lookup, true},
    QuantileMetric{"lookup.p99", 0.99, Lookup, true},
};

double OwnQuantile(const Histogram& histogram, double q) {
  return histogram.count() == 0 ? kUndefined : stats::InterpolatedQuantile(histogram, q);
}

double OwnMean(const Histogram& histogram) {
  return histogram.count() == 0 ? kUndefined : histogram.Mean();
}

double PerSecond(double count, const TrafficRecord& record) {
  return record.measured > SimTime() ? count / record.measured.seconds() : kUndefined;
}

double ErrorShare(const FlowRecord& flow) {
  const std::uint64_t failed = flow.total_failed();
  const std::uint64_t ended = flow.completed + failed;
  return ended == 0 ? kUndefined : static_cast<double>(failed) / static_cast<double>(ended);
}

/// Cores that a node spends on `part`, mean over the nodes.
double CoresPerNode(const TrafficRecord& record, SimTime workload::NodeCpu::*part) {
  if (record.nodes.empty()) return kUndefined;
  double cores = 0;
  for (const workload::NodeCpu& node : record.nodes) {
    cores += PerSecond((node.*part).seconds(), record);
  }
  return cores / static_cast<double>(record.nodes.size());
}

std::uint64_t DropsWithoutPolicy(const TrafficRecord& record) {
  std::uint64_t total = 0;
  for (std::size_t reason = 0; reason < workload::kDropReasons; ++reason) {
    if (static_cast<DropReason>(reason) != DropReason::kPolicy) total += record.drops[reason];
  }
  return total;
}

std::uint64_t Denials(const TrafficRecord& record) {
  std::uint64_t total = 0;
  for (const FlowRecord& flow : record.sources) total += flow.denied;
  for (const FlowRecord& flow : record.edges) total += flow.denied;
  for (const FlowRecord& flow : record.queries) total += flow.denied;
  return total;
}

std::vector<double> Values(const std::vector<TrafficRecord>& records, const RecordValue& value) {
  std::vector<double> values;
  values.reserve(records.size());
  for (const TrafficRecord& record : records) values.push_back(value(record));
  return values;
}

/// How far each draw of the costs moves the value of replication 0.
std::vector<double> Moves(const SubjectRecord& record, const RecordValue& value) {
  const double typical = value(record.replications.front());
  std::vector<double> moves = Values(record.cost_draws, value);
  for (double& move : moves) move -= typical;
  return moves;
}

/// `value` moved by the least and the most of `moves`; NaN moves (nothing observed) do not count.
void SetModelBounds(double value, std::span<const double> moves, double& low, double& high) {
  for (const double move : moves) {
    if (std::isnan(move)) continue;
    low = std::fmin(low, value + move);
    high = std::fmax(high, value + move);
  }
  if (std::isnan(low)) return;
  low = std::min(low, value);
  high = std::max(high, value);
}

void SetChanceBounds(const stats::Estimate& estimate, MetricResult& result) {
  result.value = estimate.value;
  if (!std::isfinite(estimate.half_width)) return;
  result.low = estimate.low();
  result.high = estimate.high();
}

std::vector<double> WithoutUndefined(const std::vector<double>& values) {
  std::vector<double> kept;
  for (const double value : values) {
    if (!std::isnan(value)) kept.push_back(value);
  }
  return kept;
}

MetricResult Frame(const SubjectRecord& record, std::string_view metric, const FlowLabel& label,
                   std::string_view unit, const RecordValue& value) {
  MetricResult result;
  result.metric = metric;
  result.from = label.from;
  result.to = label.to;
  result.unit = unit;
  result.replications = Values(record.replications, value);
  result.cost_draws = Moves(record, value);
  return result;
}

MetricResult MeanMetric(const SubjectRecord& record, std::string_view metric,
                        const FlowLabel& label, std::string_view unit, const RecordValue& value) {
  MetricResult result = Frame(record, metric, label, unit, value);
  const std::vector<double> kept = WithoutUndefined(result.replications);
  if (kept.empty()) return result;
  SetChanceBounds(stats::MeanEstimate(kept), result);
  SetModelBounds(result.value, result.cost_draws, result.model_low, result.model_high);
  return result;
}

RecordValue QuantileOf(const QuantileMetric& metric, const FlowPlace& place) {
  return [metric, place](const TrafficRecord& record) {
    return OwnQuantile(metric.histogram(place.In(record)), metric.q);
  };
}

MetricResult MakeQuantile(const SubjectRecord& record, const QuantileMetric& metric,
                          const FlowPlace& place, const FlowLabel& label) {
  MetricResult result = Frame(record, metric.name, label, "ns", QuantileOf(metric, place));
  std::vector<const Histogram*> histograms;
  for (const TrafficRecord& replication : record.replications) {
    const Histogram& histogram = metric.histogram(place.In(replication));
    if (histogram.count() > 0) histograms.push_back(&histogram);
  }
  if (histograms.empty()) return result;
  SetChanceBounds(stats::QuantileEstimate(histograms, metric.q), result);
  SetModelBounds(result.value, result.cost_draws, result.model_low, result.model_high);
  return result;
}

RecordValue ThroughputOf(const FlowPlace& place) {
  return [place](const TrafficRecord& record) {
    return PerSecond(static_cast<double>(place.In(record).completed), record);
  };
}

bool LooksUp(const SubjectRecord& record, const FlowPlace& place) {
  return std::any_of(record.replications.begin(), record.replications.end(),
                     [&](const TrafficRecord& r) { return place.In(r).lookups > 0; });
}

double QueriesPerLookup(const FlowRecord& flow) {
  return flow.lookups == 0 ? kUndefined
                           : static_cast<double>(flow.queries) / static_cast<double>(flow.lookups);
}

void AddLookupMetrics(const SubjectRecord& record, const FlowPlace& place, const FlowLabel& label,
                      std::vector<MetricResult>& metrics) {
  if (!LooksUp(record, place)) return;
  for (const QuantileMetric& quantile : kLookupQuantiles) {
    metrics.push_back(MakeQuantile(record, quantile, place, label));
  }
  metrics.push_back(
      MeanMetric(record, "lookup.queries", label, "count",
                 [&](const TrafficRecord& r) { return QueriesPerLookup(place.In(r)); }));
}

void AddFlowMetrics(const SubjectRecord& record, const FlowPlace& place, const FlowLabel& label,
                    std::vector<MetricResult>& metrics) {
  const auto mean = [&](std::string_view name, std::string_view unit, const RecordValue& value) {
    metrics.push_back(MeanMetric(record, name, label, unit, value));
  };
  for (const QuantileMetric& quantile : kQuantiles) {
    if (place.is_call && !quantile.of_calls) continue;
    metrics.push_back(MakeQuantile(record, quantile, place, label));
  }
  mean("latency.mean", "ns",
       [&](const TrafficRecord& r) { return OwnMean(place.In(r).latency_total); });
  mean("network_latency.mean", "ns",
       [&](const TrafficRecord& r) { return OwnMean(place.In(r).latency_network); });
  mean("throughput", "1/s", ThroughputOf(place));
  mean("errors", "1", [&](const TrafficRecord& r) { return ErrorShare(place.In(r)); });
  AddLookupMetrics(record, place, label, metrics);
  if (place.is_call) return;
  mean("goodput", "bit/s", [&](const TrafficRecord& r) {
    return PerSecond(8 * static_cast<double>(place.In(r).delivered.count()), r);
  });
}

double NetworkCores(const TrafficRecord& record) { return record.network_cores_per_node(); }

void AddNodeMetrics(const SubjectRecord& record, std::vector<MetricResult>& metrics) {
  const auto mean = [&](std::string_view name, std::string_view unit, const RecordValue& value) {
    metrics.push_back(MeanMetric(record, name, FlowLabel{}, unit, value));
  };
  mean("network_cores", "cores", NetworkCores);
  const std::pair<std::string_view, SimTime workload::NodeCpu::*> parts[] = {
      {"cpu.application", &workload::NodeCpu::application},
      {"cpu.task", &workload::NodeCpu::task_network},
      {"cpu.softirq", &workload::NodeCpu::softirq},
      {"cpu.proxy", &workload::NodeCpu::proxy},
  };
  for (const auto& [name, part] : parts) {
    mean(name, "cores", [part = part](const TrafficRecord& r) { return CoresPerNode(r, part); });
  }
  mean("drops", "1/s", [](const TrafficRecord& r) {
    return PerSecond(static_cast<double>(DropsWithoutPolicy(r)), r);
  });
  mean("denials", "1/s",
       [](const TrafficRecord& r) { return PerSecond(static_cast<double>(Denials(r)), r); });
}

/// Shares of a distribution that a curve is drawn through: dense where tails are.
constexpr std::array kShares{0.0,  0.01,   0.05,  0.1,    0.2,   0.3,    0.4,    0.5,  0.6,  0.7,
                             0.75, 0.8,    0.85,  0.9,    0.925, 0.95,   0.96,   0.97, 0.98, 0.985,
                             0.99, 0.9925, 0.995, 0.9975, 0.999, 0.9995, 0.9999, 1.0};

/// @param replications  those that observed anything; `pooled` is their sum
Distribution DistributionOf(const std::vector<const Histogram*>& replications,
                            const Histogram& pooled) {
  Distribution distribution;
  if (pooled.count() == 0) return distribution;
  for (const double share : kShares) {
    // A share beyond the last few observations would only repeat the largest one.
    if (share < 1 && (1 - share) * static_cast<double>(pooled.count()) < 1) continue;
    DistributionPoint point{share, stats::InterpolatedQuantile(pooled, share)};
    if (replications.size() > 1) {
      const stats::Estimate estimate = stats::QuantileEstimate(replications, share);
      point.low = estimate.low();
      point.high = estimate.high();
    }
    distribution.push_back(point);
  }
  return distribution;
}

std::optional<LookupResult> SummariseLookups(const SubjectRecord& record, const FlowPlace& place) {
  if (!LooksUp(record, place)) return std::nullopt;
  LookupResult result;
  Histogram found;
  std::vector<const Histogram*> each;
  double queries = 0;
  double time_ns = 0;
  double request_ns = 0;
  for (const TrafficRecord& replication : record.replications) {
    const FlowRecord& flow = place.In(replication);
    result.count += flow.lookups;
    queries += static_cast<double>(flow.queries);
    time_ns += static_cast<double>(flow.lookup_time.nanos());
    request_ns += static_cast<double>(replication.request_time.nanos());
    found.Merge(flow.latency_lookup);
    if (flow.latency_lookup.count() > 0) each.push_back(&flow.latency_lookup);
  }
  result.queries = queries / static_cast<double>(result.count);
  result.mean_ns = time_ns / static_cast<double>(result.count);
  result.share = request_ns > 0 ? time_ns / request_ns : 0;
  result.latency = DistributionOf(each, found);
  return result;
}

TrafficResult SummariseFlow(const SubjectRecord& record, const FlowPlace& place,
                            const FlowLabel& label) {
  TrafficResult result;
  result.from = label.from;
  result.to = label.to;
  result.kind = label.kind;
  result.asked_rate = label.asked_rate;
  std::array<std::uint64_t, workload::kFailureReasons> failed{};
  Histogram total;
  Histogram network;
  std::vector<const Histogram*> totals;
  std::vector<const Histogram*> networks;
  for (const TrafficRecord& replication : record.replications) {
    const FlowRecord& flow = place.In(replication);
    result.offered += flow.offered;
    result.completed += flow.completed;
    result.in_flight += flow.in_flight;
    for (std::size_t i = 0; i < failed.size(); ++i) failed[i] += flow.failed[i];
    total.Merge(flow.latency_total);
    network.Merge(flow.latency_network);
    if (flow.latency_total.count() > 0) totals.push_back(&flow.latency_total);
    if (flow.latency_network.count() > 0) networks.push_back(&flow.latency_network);
  }
  for (std::size_t i = 0; i < failed.size(); ++i) {
    if (failed[i] == 0) continue;
    result.failed.emplace_back(Name(static_cast<FailureReason>(i)), failed[i]);
  }
  result.latency = DistributionOf(totals, total);
  result.network_latency = DistributionOf(networks, network);
  result.lookup = SummariseLookups(record, place);
  return result;
}

/// Means over all replications of what waits at a kind of resource.
void AddWaits(const SubjectRecord& record, workload::ResourceKind kind, ResourceResult& result) {
  const double n = static_cast<double>(record.replications.size());
  result.queue_mean = result.wait_share = 0;
  for (const TrafficRecord& replication : record.replications) {
    const SimTime waited = replication.resources[static_cast<std::size_t>(kind)].waited;
    result.queue_mean += PerSecond(waited.seconds(), replication) / n;
    result.wait_share += replication.WaitShare(kind) / n;
  }
}

/// Loads and drops over all replications: means of shares and times, sums of counts.
TrafficRecord PoolResources(const SubjectRecord& record) {
  TrafficRecord pooled;
  const double n = static_cast<double>(record.replications.size());
  for (std::size_t kind = 0; kind < workload::kResourceKinds; ++kind) {
    workload::ResourceUse& use = pooled.resources[kind];
    use = record.replications.front().resources[kind];  // its kind and its busiest
    use.busy_max = use.busy_mean = 0;
    use.drops = 0;
    double wait_ns = 0;
    for (const TrafficRecord& replication : record.replications) {
      const workload::ResourceUse& own = replication.resources[kind];
      use.busy_max += own.busy_max / n;
      use.busy_mean += own.busy_mean / n;
      wait_ns += static_cast<double>(own.wait_mean.nanos()) / n;
      use.drops += own.drops;
      use.first_drop = std::min(use.first_drop, own.first_drop);
    }
    use.wait_mean = SimTime::FromNanos(std::llround(wait_ns));
  }
  return pooled;
}

void AddResources(const SubjectRecord& record, ConfigurationResult& result) {
  const TrafficRecord pooled = PoolResources(record);
  for (const workload::ResourceUse& use : pooled.resources) {
    if (use.busiest.empty()) continue;
    result.resources.push_back({std::string(Name(use.kind)), use.busiest, use.busy_max,
                                use.busy_mean, static_cast<double>(use.wait_mean.nanos()),
                                use.drops});
    AddWaits(record, use.kind, result.resources.back());
  }
  if (result.resources.empty()) return;
  const TrafficRecord::Binding binding = pooled.binding();
  result.binds = Name(binding.kind);
  result.saturated = binding.saturated;
}

void AddDrops(const SubjectRecord& record, ConfigurationResult& result) {
  for (const TrafficRecord& replication : record.replications) {
    result.denied += Denials(replication);
  }
  for (std::size_t reason = 0; reason < workload::kDropReasons; ++reason) {
    if (static_cast<DropReason>(reason) == DropReason::kPolicy) continue;
    std::uint64_t total = 0;
    for (const TrafficRecord& replication : record.replications) total += replication.drops[reason];
    if (total == 0) continue;
    result.drops.emplace_back(Name(static_cast<DropReason>(reason)), total);
  }
}

/// A metric on which configurations are compared.
struct Contest {
  std::string_view metric;
  FlowLabel label;
  RecordValue value;
};

constexpr std::array<std::string_view, 3> kContested{"latency.p50", "latency.p99",
                                                     "network_latency.p50"};

std::vector<Contest> Contests(const FlowLabels& labels) {
  std::vector<Contest> contests;
  for (std::size_t i = 0; i < labels.sources.size(); ++i) {
    const FlowPlace place{false, i};
    for (const QuantileMetric& quantile : kQuantiles) {
      if (std::find(kContested.begin(), kContested.end(), quantile.name) == kContested.end()) {
        continue;
      }
      contests.push_back({quantile.name, labels.sources[i], QuantileOf(quantile, place)});
    }
    contests.push_back({"throughput", labels.sources[i], ThroughputOf(place)});
  }
  contests.push_back({"network_cores", FlowLabel{}, NetworkCores});
  return contests;
}

/// The pairs of replications in which both saw something.
struct Pairs {
  std::vector<double> first;
  std::vector<double> second;
};

Pairs DefinedPairs(const SubjectRecord& first, const SubjectRecord& second,
                   const RecordValue& value) {
  Pairs pairs;
  for (std::size_t i = 0; i < first.replications.size(); ++i) {
    const double a = value(first.replications[i]);
    const double b = value(second.replications[i]);
    if (std::isnan(a) || std::isnan(b)) continue;
    pairs.first.push_back(a);
    pairs.second.push_back(b);
  }
  return pairs;
}

Verdict Judge(const ComparisonResult& comparison) {
  if (comparison.p_value >= kLevel) return Verdict::kNotSignificant;
  if (comparison.model_low <= 0 && comparison.model_high >= 0) return Verdict::kWithinModelError;
  return comparison.difference < 0 ? Verdict::kLower : Verdict::kHigher;
}

/// Compares two, as far as that goes without the other pairs; the p-value is not adjusted yet.
ComparisonResult ComparePair(const SubjectRecord& first, const SubjectRecord& second,
                             const Contest& contest) {
  ComparisonResult result;
  result.metric = contest.metric;
  result.from = contest.label.from;
  result.to = contest.label.to;
  result.first = first.name;
  result.second = second.name;
  const Pairs pairs = DefinedPairs(first, second, contest.value);
  if (pairs.first.empty()) return result;
  const stats::Difference paired = stats::ComparePairs(pairs.first, pairs.second);
  result.difference = paired.difference.value;
  result.low = paired.difference.low();
  result.high = paired.difference.high();
  result.p_value = paired.p_value;
  std::vector<double> moves = Moves(second, contest.value);
  const std::vector<double> first_moves = Moves(first, contest.value);
  for (std::size_t k = 0; k < moves.size(); ++k) moves[k] -= first_moves[k];
  SetModelBounds(result.difference, moves, result.model_low, result.model_high);
  return result;
}

/// Of "standard/web -> CoreDNS".
FlowLabel QueryLabel(const FlowRecord& flow) {
  constexpr std::string_view kArrow = " -> ";
  const std::size_t arrow = flow.name.find(kArrow);
  if (arrow == std::string::npos) return {flow.name, "", "query", 0};
  return {flow.name.substr(0, arrow), flow.name.substr(arrow + kArrow.size()), "query", 0};
}

}  // namespace

ConfigurationResult Summarise(const SubjectRecord& record, const FlowLabels& labels) {
  CNISIM_CHECK(!record.replications.empty(), "a configuration was not run");
  const TrafficRecord& sample = record.replications.front();
  CNISIM_CHECK(
      sample.sources.size() == labels.sources.size() && sample.edges.size() == labels.calls.size(),
      "every flow of a record needs a label");
  ConfigurationResult result;
  result.name = record.name;
  for (std::size_t i = 0; i < labels.sources.size(); ++i) {
    AddFlowMetrics(record, {false, i}, labels.sources[i], result.metrics);
    result.traffic.push_back(SummariseFlow(record, {false, i}, labels.sources[i]));
  }
  AddNodeMetrics(record, result.metrics);
  for (std::size_t i = 0; i < labels.calls.size(); ++i) {
    AddFlowMetrics(record, {true, i}, labels.calls[i], result.metrics);
    result.calls.push_back(SummariseFlow(record, {true, i}, labels.calls[i]));
  }
  for (std::size_t i = 0; i < sample.queries.size(); ++i) {
    result.queries.push_back(SummariseFlow(record, {true, i, true}, QueryLabel(sample.queries[i])));
  }
  AddResources(record, result);
  AddDrops(record, result);
  for (const TrafficRecord& replication : record.replications) {
    result.digests.push_back(HexDigest(replication.digest));
  }
  return result;
}

std::vector<ComparisonResult> Compare(const std::vector<SubjectRecord>& records,
                                      const FlowLabels& labels) {
  std::vector<ComparisonResult> results;
  for (const Contest& contest : Contests(labels)) {
    const std::size_t begin = results.size();
    std::vector<double> p_values;
    for (std::size_t a = 0; a < records.size(); ++a) {
      for (std::size_t b = a + 1; b < records.size(); ++b) {
        results.push_back(ComparePair(records[a], records[b], contest));
        p_values.push_back(results.back().p_value);
      }
    }
    const std::vector<double> adjusted = stats::HolmAdjust(p_values);
    for (std::size_t i = 0; i < adjusted.size(); ++i) {
      results[begin + i].p_value = adjusted[i];
      results[begin + i].verdict = Judge(results[begin + i]);
    }
  }
  return results;
}

MetricResult ExactMetric(std::string metric, std::string to, std::string unit, double value) {
  MetricResult result;
  result.metric = std::move(metric);
  result.to = std::move(to);
  result.unit = std::move(unit);
  result.value = result.low = result.high = value;
  return result;
}

}  // namespace cnisim::experiment

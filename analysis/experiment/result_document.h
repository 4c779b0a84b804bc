#pragma once

/// @file
/// What a run found, in full and in typed form; results.json is this document (result_json.h), and
/// every table, report and export is drawn from it.  Holds modelled facts only: no wall-clock time,
/// no machine, nothing of the user's files but names.

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/experiment/result_context.h"

namespace cnisim::experiment {

inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// A figure with its two uncertainties.  Bounds of chance are undefined (NaN) with fewer than two
/// replications, those of the model without cost draws.  An exact figure (a count that can be
/// computed) has equal bounds and no replications.
struct MetricResult {
  std::string metric;  ///< "latency.p99"; see metrics.h for all
  std::string from;    ///< traffic and calls: who asks; else empty
  std::string to;      ///< traffic and calls: who is asked; subnet of an address figure
  std::string unit;    ///< "ns", "1/s", "bit/s", "cores", "1" (a share), "count" (exact)

  double value = kUndefined;  ///< undefined if nothing was observed, as the latency of no answer
  double low = kUndefined;    ///< 95 % interval by chance
  double high = kUndefined;
  double model_low = kUndefined;  ///< where cost ranges may move the value
  double model_high = kUndefined;
  std::vector<double> replications;  ///< one value each, in order
  std::vector<double> cost_draws;    ///< how far each draw of the costs moves the value

  bool defined() const { return !std::isnan(value); }
  bool exact() const { return replications.empty(); }
};

/// A point of a latency's distribution over all replications.
struct DistributionPoint {
  double share = 0;  ///< of the requests that took `ns` or less
  double ns = 0;
  double low = kUndefined;  ///< 95 % interval of `ns` by chance, as MetricResult's
  double high = kUndefined;
};
using Distribution = std::vector<DistributionPoint>;  // ascending

/// What clients did to find their server's address, where they ask for it.
struct LookupResult {
  std::uint64_t count = 0;
  double queries = 0;    ///< of one, on average
  double mean_ns = 0;    ///< failed ones too
  double share = 0;      ///< of the time that requests of all sources were under way
  Distribution latency;  ///< of those that found it
};

/// Requests of one source of traffic, or calls of one edge; counts are sums over replications.
struct TrafficResult {
  std::string from;
  std::string to;
  /// "requests", "rr", "crr", "stream"; "call" for an edge, "query" for one of DNS
  std::string kind;
  double asked_rate = 0;  ///< of open-loop requests, 1/s; otherwise 0
  std::uint64_t offered = 0;
  std::uint64_t completed = 0;
  std::uint64_t in_flight = 0;
  std::vector<std::pair<std::string, std::uint64_t>> failed;  ///< by reason, those that occurred
  Distribution latency;
  Distribution network_latency;
  std::optional<LookupResult> lookup;  ///< part of both

  std::uint64_t total_failed() const;
};

/// How loaded the resources of one kind were, over all replications.
struct ResourceResult {
  std::string kind;     ///< "softirq"
  std::string busiest;  ///< "node apps-3"
  double busy_max = 0;  ///< mean over replications of the busiest one's share of time
  double busy_mean = 0;
  double wait_ns = 0;  ///< mean of those that came
  std::uint64_t drops = 0;
  double queue_mean = kUndefined;  ///< waiting at any of the kind, mean over time
  /// As workload::TrafficRecord::WaitShare(); undefined in results of earlier programs.
  double wait_share = kUndefined;
};

struct SubnetResult {
  std::string name;
  std::string prefix;
  std::uint64_t usable = 0;
  std::uint64_t taken = 0;
};

struct ConfigurationResult {
  std::string name;
  std::string profile;  ///< catalog entry of the CNI
  std::string summary;  ///< what it is, in one line

  std::uint64_t nodes = 0;
  std::uint64_t pods = 0;
  std::uint64_t pods_unplaced = 0;
  std::vector<SubnetResult> subnets;

  std::vector<MetricResult> metrics;  ///< order of metrics.h
  std::vector<TrafficResult> traffic;
  std::vector<TrafficResult> calls;
  std::vector<TrafficResult> queries;  ///< of DNS, by who asks
  std::vector<ResourceResult> resources;
  std::string binds;       ///< kind of resource that gives way first; empty if nothing was used
  bool saturated = false;  ///< it gave way: drops, or busy nearly all the time
  /// Packets that ended, by reason, those that occurred; what policies stopped is not among them.
  std::vector<std::pair<std::string, std::uint64_t>> drops;
  std::uint64_t denied = 0;                ///< requests and calls that policies stopped
  std::vector<std::string> assumed_costs;  ///< stages in use without measurement
  std::vector<std::string> digests;        ///< of each replication, hex

  std::vector<PathResult> paths;               ///< of each traffic and call, if known
  std::optional<AddressPlanResult> addresses;  ///< over time, if planned

  std::uint64_t total_drops() const;
  /// nullptr if there is none.
  const MetricResult* Find(std::string_view metric, std::string_view from = {},
                           std::string_view to = {}) const;
};

/// What can be said about a difference.
enum class Verdict : std::uint8_t {
  kLower,             ///< second < first, beyond chance and beyond the model's error
  kHigher,            ///< second > first, likewise
  kNotSignificant,    ///< chance alone explains it
  kWithinModelError,  ///< beyond chance, but the costs may turn it round
};
std::string_view Name(Verdict verdict);

/// One metric of two configurations.
struct ComparisonResult {
  std::string metric;
  std::string from;
  std::string to;
  std::string first;
  std::string second;
  double difference = 0;  ///< mean of second - first by replication
  double low = 0;         ///< 95 % interval by chance
  double high = 0;
  double p_value = 1;  ///< adjusted for all pairs compared on this metric (Holm)
  double model_low = kUndefined;
  double model_high = kUndefined;
  Verdict verdict = Verdict::kNotSignificant;
};

struct WarningResult {
  std::string file;
  int line = 0;
  int column = 0;
  std::string field;
  std::string message;
  std::string hint;
};

struct NotModelledResult {
  std::string key_path;
  std::uint64_t count = 0;
  std::string first;  ///< place, "values.yaml:3:1"
};

/// How the warm-up was found, one for all configurations.
struct WarmUpRule {
  std::string name;      ///< "MSER-5"
  std::string longest;   ///< configuration that needs the most of it; empty if none needs any
  bool settled = false;  ///< false: for some configuration the rule found no end of the beginning

  friend bool operator==(const WarmUpRule&, const WarmUpRule&) = default;
};

/// The scenario with some of its fields changed, under every configuration.
struct SweepPointResult {
  std::vector<std::string> values;  ///< of ResultDocument::sweep_parameters, as the scenario says
  std::uint64_t services = 0;       ///< as the document's
  std::uint64_t policies = 0;
  std::uint64_t replications = 0;
  std::int64_t warm_up_ns = 0;
  std::optional<WarmUpRule> warm_up_rule;
  std::int64_t duration_ns = 0;
  std::vector<ConfigurationResult> configurations;  ///< without paths and addresses
  std::vector<ComparisonResult> comparisons;
};

struct ResultDocument {
  std::string program_version;
  std::string scenario_name;
  std::string scenario_file;  ///< its name without folders
  std::string scenario_hash;  ///< hex
  std::string catalog_hash;
  bool catalog_overlaid = false;

  std::string kubernetes;
  std::uint64_t services = 0;
  std::uint64_t policies = 0;

  std::uint64_t seed = 0;
  std::uint64_t replications = 0;
  std::uint64_t cost_draws = 0;
  std::int64_t warm_up_ns = 0;
  std::optional<WarmUpRule> warm_up_rule;  ///< none: the scenario says how long
  std::int64_t duration_ns = 0;

  /// The scenario as it stands; what a sweep makes of it follows below.
  std::vector<ConfigurationResult> configurations;  ///< order of the scenario
  std::vector<ComparisonResult> comparisons;
  std::vector<std::string> sweep_parameters;  ///< as the scenario names them; empty: no sweep
  std::vector<SweepPointResult> sweep;        ///< order of the scenario, its last parameter fastest
  std::vector<CostSourceResult> cost_sources;  ///< of all stages in `paths`, by name
  std::vector<WarningResult> warnings;
  std::vector<NotModelledResult> not_modelled;

  const ConfigurationResult* Find(std::string_view configuration) const;
  /// "services=100, rate=500/s".
  std::string LabelOf(const SweepPointResult& point) const;
  /// Either order of the two; nullptr if they were not compared on this metric.
  const ComparisonResult* FindComparison(std::string_view metric, std::string_view from,
                                         std::string_view to, std::string_view one,
                                         std::string_view other) const;
};

/// The document with the figures of one of its points in the place of the scenario's own, as if the
/// scenario had been written so.
ResultDocument AtPoint(const ResultDocument& document, const SweepPointResult& point);

/// 16 hexadecimal digits.
std::string HexDigest(std::uint64_t digest);

}  // namespace cnisim::experiment

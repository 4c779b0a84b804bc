#include "analysis/experiment/result_json.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/experiment/context_json.h"
#include "analysis/experiment/version.h"

namespace cnisim::experiment {
namespace {

// Keeps the order in which fields are written: results are read by people too.
using Json = nlohmann::ordered_json;

Json Number(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

Json Numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(Number(value));
  return list;
}

template <class T, class Write>
Json List(const std::vector<T>& items, Write write) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(write(item));
  return list;
}

Json CountsToJson(const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  Json object = Json::object();
  for (const auto& [name, count] : counts) object[name] = count;
  return object;
}

Json MetricToJson(const MetricResult& metric) {
  Json json;
  json["metric"] = metric.metric;
  if (!metric.from.empty()) json["from"] = metric.from;
  if (!metric.to.empty()) json["to"] = metric.to;
  json["unit"] = metric.unit;
  json["value"] = Number(metric.value);
  if (metric.exact()) {
    json["exact"] = true;
    return json;
  }
  json["low"] = Number(metric.low);
  json["high"] = Number(metric.high);
  json["model_low"] = Number(metric.model_low);
  json["model_high"] = Number(metric.model_high);
  json["replications"] = Numbers(metric.replications);
  json["cost_draws"] = Numbers(metric.cost_draws);
  return json;
}

Json DistributionToJson(const Distribution& distribution) {
  return List(distribution, [](const DistributionPoint& point) {
    return Json{point.share, point.ns, Number(point.low), Number(point.high)};
  });
}

Json LookupToJson(const LookupResult& lookup) {
  Json json;
  json["count"] = lookup.count;
  json["queries"] = lookup.queries;
  json["mean_ns"] = lookup.mean_ns;
  json["share"] = lookup.share;
  json["latency_ns"] = DistributionToJson(lookup.latency);
  return json;
}

Json TrafficToJson(const TrafficResult& traffic) {
  Json json;
  json["from"] = traffic.from;
  json["to"] = traffic.to;
  json["kind"] = traffic.kind;
  if (traffic.asked_rate > 0) json["asked_rate"] = traffic.asked_rate;
  json["offered"] = traffic.offered;
  json["completed"] = traffic.completed;
  json["failed"] = CountsToJson(traffic.failed);
  json["in_flight"] = traffic.in_flight;
  json["latency_ns"] = DistributionToJson(traffic.latency);
  json["network_latency_ns"] = DistributionToJson(traffic.network_latency);
  if (traffic.lookup) json["lookup"] = LookupToJson(*traffic.lookup);
  return json;
}

Json ResourceToJson(const ResourceResult& resource) {
  Json json;
  json["kind"] = resource.kind;
  json["busiest"] = resource.busiest;
  json["busy_max"] = resource.busy_max;
  json["busy_mean"] = resource.busy_mean;
  json["wait_ns"] = resource.wait_ns;
  json["drops"] = resource.drops;
  if (!std::isnan(resource.queue_mean)) json["queue_mean"] = resource.queue_mean;
  if (!std::isnan(resource.wait_share)) json["wait_share"] = resource.wait_share;
  return json;
}

Json SubnetToJson(const SubnetResult& subnet) {
  Json json;
  json["name"] = subnet.name;
  json["prefix"] = subnet.prefix;
  json["usable"] = subnet.usable;
  json["taken"] = subnet.taken;
  return json;
}

Json ConfigurationToJson(const ConfigurationResult& configuration) {
  Json json;
  json["name"] = configuration.name;
  json["profile"] = configuration.profile;
  json["summary"] = configuration.summary;
  json["nodes"] = configuration.nodes;
  json["pods"] = configuration.pods;
  json["pods_unplaced"] = configuration.pods_unplaced;
  json["subnets"] = List(configuration.subnets, SubnetToJson);
  json["binds"] = configuration.binds;
  json["saturated"] = configuration.saturated;
  json["drops"] = CountsToJson(configuration.drops);
  json["denied"] = configuration.denied;
  json["traffic"] = List(configuration.traffic, TrafficToJson);
  json["calls"] = List(configuration.calls, TrafficToJson);
  if (!configuration.queries.empty()) json["queries"] = List(configuration.queries, TrafficToJson);
  json["resources"] = List(configuration.resources, ResourceToJson);
  json["assumed_costs"] = configuration.assumed_costs;
  json["metrics"] = List(configuration.metrics, MetricToJson);
  json["digests"] = configuration.digests;
  json["paths"] = List(configuration.paths, [](const PathResult& path) { return ToJson(path); });
  if (configuration.addresses) json["addresses"] = ToJson(*configuration.addresses);
  return json;
}

Json ComparisonToJson(const ComparisonResult& comparison) {
  Json json;
  json["metric"] = comparison.metric;
  if (!comparison.from.empty()) json["from"] = comparison.from;
  if (!comparison.to.empty()) json["to"] = comparison.to;
  json["first"] = comparison.first;
  json["second"] = comparison.second;
  json["verdict"] = Name(comparison.verdict);
  json["difference"] = Number(comparison.difference);
  json["low"] = std::isfinite(comparison.low) ? Json(comparison.low) : Json(nullptr);
  json["high"] = std::isfinite(comparison.high) ? Json(comparison.high) : Json(nullptr);
  json["p_value"] = comparison.p_value;
  json["model_low"] = Number(comparison.model_low);
  json["model_high"] = Number(comparison.model_high);
  return json;
}

/// A number where the scenario has one, so that curves can be drawn; otherwise its text.
Json SweepValueToJson(const std::string& text) {
  const Json number = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return number.is_number() && number.dump() == text ? number : Json(text);
}

void AddRule(const std::optional<WarmUpRule>& rule, Json& json) {
  if (!rule) return;
  json["warm_up_rule"] = {
      {"name", rule->name}, {"longest", rule->longest}, {"settled", rule->settled}};
}

Json SweepToJson(const ResultDocument& document) {
  Json json;
  json["parameters"] = document.sweep_parameters;
  json["points"] = List(document.sweep, [&](const SweepPointResult& point) {
    Json entry;
    entry["label"] = document.LabelOf(point);
    entry["values"] = List(point.values, SweepValueToJson);
    entry["services"] = point.services;
    entry["policies"] = point.policies;
    entry["replications"] = point.replications;
    entry["warm_up_ns"] = point.warm_up_ns;
    AddRule(point.warm_up_rule, entry);
    entry["duration_ns"] = point.duration_ns;
    entry["configurations"] = List(point.configurations, ConfigurationToJson);
    entry["comparisons"] = List(point.comparisons, ComparisonToJson);
    return entry;
  });
  return json;
}

Json WarningToJson(const WarningResult& warning) {
  Json json;
  json["file"] = warning.file;
  json["line"] = warning.line;
  json["column"] = warning.column;
  json["field"] = warning.field;
  json["message"] = warning.message;
  json["hint"] = warning.hint;
  return json;
}

Json NotModelledToJson(const NotModelledResult& entry) {
  Json json;
  json["key_path"] = entry.key_path;
  json["count"] = entry.count;
  json["first"] = entry.first;
  return json;
}

// Reading: nlohmann's accessors throw what is missing or of another type; ParseResults() turns
// that into its answer.

double ReadNumber(const Json& json) { return json.is_null() ? kUndefined : json.get<double>(); }

double ReadNumber(const Json& json, const char* key) {
  return json.contains(key) ? ReadNumber(json.at(key)) : kUndefined;
}

std::string ReadText(const Json& json, const char* key) {
  return json.contains(key) ? json.at(key).get<std::string>() : std::string();
}

std::vector<double> ReadNumbers(const Json& json) {
  std::vector<double> values;
  for (const Json& item : json) values.push_back(ReadNumber(item));
  return values;
}

template <class Read>
auto ReadList(const Json& json, Read read) {
  std::vector<decltype(read(json))> items;
  for (const Json& item : json) items.push_back(read(item));
  return items;
}

std::vector<std::pair<std::string, std::uint64_t>> ReadCounts(const Json& json) {
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  for (const auto& [name, count] : json.items()) counts.emplace_back(name, count);
  return counts;
}

MetricResult ReadMetric(const Json& json) {
  MetricResult metric;
  metric.metric = json.at("metric");
  metric.from = ReadText(json, "from");
  metric.to = ReadText(json, "to");
  metric.unit = json.at("unit");
  metric.value = ReadNumber(json.at("value"));
  if (json.contains("exact")) {
    metric.low = metric.high = metric.value;
    return metric;
  }
  metric.low = ReadNumber(json, "low");
  metric.high = ReadNumber(json, "high");
  metric.model_low = ReadNumber(json, "model_low");
  metric.model_high = ReadNumber(json, "model_high");
  metric.replications = ReadNumbers(json.at("replications"));
  metric.cost_draws = ReadNumbers(json.at("cost_draws"));
  return metric;
}

Distribution ReadDistribution(const Json& json) {
  Distribution distribution;
  for (const Json& point : json) {
    const bool bounds = point.size() == 4;  // earlier programs wrote none
    distribution.push_back({point.at(0), point.at(1), bounds ? ReadNumber(point.at(2)) : kUndefined,
                            bounds ? ReadNumber(point.at(3)) : kUndefined});
  }
  return distribution;
}

LookupResult ReadLookup(const Json& json) {
  return {json.at("count"), json.at("queries"), json.at("mean_ns"), json.at("share"),
          ReadDistribution(json.at("latency_ns"))};
}

TrafficResult ReadTraffic(const Json& json) {
  TrafficResult traffic;
  traffic.from = json.at("from");
  traffic.to = json.at("to");
  traffic.kind = json.at("kind");
  traffic.asked_rate = json.value("asked_rate", 0.0);
  traffic.offered = json.at("offered");
  traffic.completed = json.at("completed");
  traffic.failed = ReadCounts(json.at("failed"));
  traffic.in_flight = json.at("in_flight");
  traffic.latency = ReadDistribution(json.at("latency_ns"));
  traffic.network_latency = ReadDistribution(json.at("network_latency_ns"));
  if (json.contains("lookup")) traffic.lookup = ReadLookup(json.at("lookup"));
  return traffic;
}

ResourceResult ReadResource(const Json& json) {
  return {json.at("kind"),
          json.at("busiest"),
          json.at("busy_max"),
          json.at("busy_mean"),
          json.at("wait_ns"),
          json.at("drops"),
          ReadNumber(json, "queue_mean"),
          ReadNumber(json, "wait_share")};
}

SubnetResult ReadSubnet(const Json& json) {
  return {json.at("name"), json.at("prefix"), json.at("usable"), json.at("taken")};
}

ConfigurationResult ReadConfiguration(const Json& json) {
  ConfigurationResult configuration;
  configuration.name = json.at("name");
  configuration.profile = json.at("profile");
  configuration.summary = json.at("summary");
  configuration.nodes = json.at("nodes");
  configuration.pods = json.at("pods");
  configuration.pods_unplaced = json.at("pods_unplaced");
  configuration.subnets = ReadList(json.at("subnets"), ReadSubnet);
  configuration.binds = json.at("binds");
  configuration.saturated = json.at("saturated");
  configuration.drops = ReadCounts(json.at("drops"));
  configuration.denied = json.at("denied");
  configuration.traffic = ReadList(json.at("traffic"), ReadTraffic);
  configuration.calls = ReadList(json.at("calls"), ReadTraffic);
  if (json.contains("queries")) configuration.queries = ReadList(json.at("queries"), ReadTraffic);
  configuration.resources = ReadList(json.at("resources"), ReadResource);
  configuration.assumed_costs = json.at("assumed_costs").get<std::vector<std::string>>();
  configuration.metrics = ReadList(json.at("metrics"), ReadMetric);
  configuration.digests = json.at("digests").get<std::vector<std::string>>();
  if (json.contains("paths")) configuration.paths = ReadList(json.at("paths"), ReadPath);
  if (json.contains("addresses")) configuration.addresses = ReadAddressPlan(json.at("addresses"));
  return configuration;
}

Verdict ReadVerdict(const std::string& name) {
  for (const Verdict verdict : {Verdict::kLower, Verdict::kHigher, Verdict::kWithinModelError}) {
    if (Name(verdict) == name) return verdict;
  }
  return Verdict::kNotSignificant;
}

ComparisonResult ReadComparison(const Json& json) {
  ComparisonResult comparison;
  comparison.metric = json.at("metric");
  comparison.from = ReadText(json, "from");
  comparison.to = ReadText(json, "to");
  comparison.first = json.at("first");
  comparison.second = json.at("second");
  comparison.verdict = ReadVerdict(json.at("verdict"));
  comparison.difference = ReadNumber(json, "difference");
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  comparison.low = json.at("low").is_null() ? -kInfinity : json.at("low").get<double>();
  comparison.high = json.at("high").is_null() ? kInfinity : json.at("high").get<double>();
  comparison.p_value = json.at("p_value");
  comparison.model_low = ReadNumber(json, "model_low");
  comparison.model_high = ReadNumber(json, "model_high");
  return comparison;
}

std::optional<WarmUpRule> ReadRule(const Json& json) {
  if (!json.contains("warm_up_rule")) return std::nullopt;
  const Json& rule = json.at("warm_up_rule");
  return WarmUpRule{rule.at("name"), rule.at("longest"), rule.at("settled")};
}

SweepPointResult ReadSweepPoint(const Json& json) {
  SweepPointResult point;
  for (const Json& value : json.at("values")) {
    point.values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  point.services = json.at("services");
  point.policies = json.at("policies");
  point.replications = json.at("replications");
  point.warm_up_ns = json.at("warm_up_ns");
  point.warm_up_rule = ReadRule(json);
  point.duration_ns = json.at("duration_ns");
  point.configurations = ReadList(json.at("configurations"), ReadConfiguration);
  point.comparisons = ReadList(json.at("comparisons"), ReadComparison);
  return point;
}

WarningResult ReadWarning(const Json& json) {
  return {json.at("file"),  json.at("line"),    json.at("column"),
          json.at("field"), json.at("message"), json.at("hint")};
}

NotModelledResult ReadNotModelled(const Json& json) {
  return {json.at("key_path"), json.at("count"), json.at("first")};
}

/// `part` is the field of the document being read, for the error should it be broken.
ResultDocument ReadDocument(const Json& json, std::string_view& part) {
  ResultDocument document;
  part = "program";
  document.program_version = json.at("program").at("version");
  part = "scenario";
  const Json& scenario = json.at("scenario");
  document.scenario_name = scenario.at("name");
  document.scenario_file = scenario.at("file");
  document.scenario_hash = scenario.at("hash");
  document.kubernetes = scenario.at("kubernetes");
  document.services = scenario.at("services");
  document.policies = scenario.at("policies");
  part = "catalog";
  document.catalog_hash = json.at("catalog").at("hash");
  document.catalog_overlaid = json.at("catalog").at("overlaid");
  part = "experiment";
  const Json& experiment = json.at("experiment");
  document.seed = experiment.at("seed");
  document.replications = experiment.at("replications");
  document.cost_draws = experiment.at("cost_draws");
  document.warm_up_ns = experiment.at("warm_up_ns");
  document.warm_up_rule = ReadRule(experiment);
  document.duration_ns = experiment.at("duration_ns");
  part = "configurations";
  document.configurations = ReadList(json.at("configurations"), ReadConfiguration);
  part = "comparisons";
  document.comparisons = ReadList(json.at("comparisons"), ReadComparison);
  part = "sweep";
  if (json.contains("sweep")) {
    const Json& sweep = json.at("sweep");
    document.sweep_parameters = sweep.at("parameters").get<std::vector<std::string>>();
    document.sweep = ReadList(sweep.at("points"), ReadSweepPoint);
    for (const SweepPointResult& point : document.sweep) {
      if (point.values.size() != document.sweep_parameters.size()) {
        throw Json::other_error::create(501, "one value a parameter", &sweep);
      }
    }
  }
  part = "cost_sources";
  if (json.contains("cost_sources")) {
    document.cost_sources = ReadList(json.at("cost_sources"), ReadCostSource);
  }
  part = "warnings";
  document.warnings = ReadList(json.at("warnings"), ReadWarning);
  part = "not_modelled";
  document.not_modelled = ReadList(json.at("not_modelled"), ReadNotModelled);
  return document;
}

/// "line 3, column 7" of a byte counted from one.
std::string PlaceOf(std::size_t byte, std::string_view text) {
  const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  const std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

std::string ToJson(const ResultDocument& document) {
  Json json;
  json["cnisim_results"] = kResultsVersion;
  json["program"] = {{"name", "cnisim"}, {"version", document.program_version}};
  json["scenario"] = {{"name", document.scenario_name}, {"file", document.scenario_file},
                      {"hash", document.scenario_hash}, {"kubernetes", document.kubernetes},
                      {"services", document.services},  {"policies", document.policies}};
  json["catalog"] = {{"hash", document.catalog_hash}, {"overlaid", document.catalog_overlaid}};
  json["experiment"] = {{"seed", document.seed},
                        {"replications", document.replications},
                        {"cost_draws", document.cost_draws},
                        {"warm_up_ns", document.warm_up_ns},
                        {"duration_ns", document.duration_ns},
                        {"confidence", 0.95}};
  AddRule(document.warm_up_rule, json["experiment"]);
  json["configurations"] = List(document.configurations, ConfigurationToJson);
  json["comparisons"] = List(document.comparisons, ComparisonToJson);
  if (!document.sweep_parameters.empty()) json["sweep"] = SweepToJson(document);
  json["cost_sources"] =
      List(document.cost_sources, [](const CostSourceResult& source) { return ToJson(source); });
  json["warnings"] = List(document.warnings, WarningToJson);
  json["not_modelled"] = List(document.not_modelled, NotModelledToJson);
  // Names come from the user's files and may hold anything; bytes that are no UTF-8 are replaced.
  return json.dump(1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

Result<ResultDocument, std::string> ParseResults(std::string_view text) {
  std::string_view part = "cnisim_results";
  try {
    const Json json = Json::parse(text);
    if (!json.is_object() || !json.contains("cnisim_results")) {
      return Failure{std::string("no results of cnisim: 'cnisim_results' is missing")};
    }
    const Json& version = json.at("cnisim_results");
    if (version != kResultsVersion) {
      return Failure{fmt::format("results of version {}; this program reads version {}",
                                 version.dump(), kResultsVersion)};
    }
    return ReadDocument(json, part);
  } catch (const Json::parse_error& error) {
    return Failure{fmt::format("broken results: no JSON, or cut off, at {}",
                               PlaceOf(static_cast<std::size_t>(error.byte), text))};
  } catch (const Json::exception&) {
    return Failure{fmt::format(
        "broken results: '{}' is missing, lacks a field or holds one of another type", part)};
  }
}

}  // namespace cnisim::experiment

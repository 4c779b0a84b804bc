#include "analysis/experiment/scenario_experiment.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "analysis/experiment/metrics.h"
#include "analysis/experiment/replication_plan.h"
#include "analysis/experiment/validation_errors.h"
#include "analysis/experiment/version.h"
#include "analysis/experiment/warm_up_pilot.h"
#include "models/document/diagnostics.h"
#include "models/document/spelling.h"
#include "models/scenario/catalog.h"
#include "models/scenario/prepared_configuration.h"
#include "models/scenario/replication.h"
#include "models/scenario/scenario.h"
#include "sim/base/hash.h"

namespace cnisim::experiment {
namespace {

using document::Diagnostic;
using document::Diagnostics;
using document::Severity;
using scenario::Catalog;
using scenario::ConfigurationSpec;
using scenario::PreparedConfiguration;
using scenario::Scenario;
using scenario::TrafficKind;

using PreparedList = std::vector<std::unique_ptr<const PreparedConfiguration>>;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The configurations asked for, in the scenario's order.
std::vector<const ConfigurationSpec*> Select(const Scenario& scenario,
                                             const std::vector<std::string>& names,
                                             Diagnostics& diagnostics) {
  std::vector<std::string> known;
  for (const ConfigurationSpec& spec : scenario.configurations) known.push_back(spec.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    diagnostics.Error({scenario.path, 0, 0}, "configurations",
                      fmt::format("there is no configuration {}", document::Quote(name)),
                      document::SpellingHint(name, known));
  }
  std::vector<const ConfigurationSpec*> selected;
  for (const ConfigurationSpec& spec : scenario.configurations) {
    if (names.empty() || std::find(names.begin(), names.end(), spec.name) != names.end()) {
      selected.push_back(&spec);
    }
  }
  return selected;
}

/// One configuration a task; diagnostics come together in the scenario's order.
PreparedList PrepareAll(const Scenario& scenario, const Catalog& catalog,
                        const std::vector<const ConfigurationSpec*>& specs,
                        const ScenarioOptions& options, Diagnostics& diagnostics) {
  PreparedList prepared(specs.size());
  std::vector<Diagnostics> own(specs.size());
  tbb::task_arena arena(static_cast<int>(options.threads));
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, specs.size(), [&](std::size_t i) {
      prepared[i] = PreparedConfiguration::Prepare(scenario, *specs[i], catalog, own[i]);
      if (prepared[i] && options.inspect) options.inspect(*prepared[i]);
    });
  });
  for (const Diagnostics& part : own) diagnostics.Merge(part);
  return prepared;
}

std::string_view KindName(TrafficKind kind) {
  switch (kind) {
    case TrafficKind::kOpenLoop:
      return "requests";
    case TrafficKind::kRr:
      return "rr";
    case TrafficKind::kCrr:
      return "crr";
    case TrafficKind::kStream:
      return "stream";
  }
  return "";
}

/// What tells traffic between the same ends apart: the scenario's own name for it.
std::string TargetName(const Scenario& scenario, const scenario::TrafficSpec& traffic) {
  const auto same_ends = [&](const scenario::TrafficSpec& other) {
    return other.from == traffic.from && other.to == traffic.to;
  };
  const bool alone =
      std::count_if(scenario.traffic.begin(), scenario.traffic.end(), same_ends) == 1;
  if (alone || traffic.name.empty()) return traffic.to.ToString();
  return fmt::format("{} ({})", traffic.to.ToString(), traffic.name);
}

/// Labels name flows in results; two flows that would have the same get a number.
void AddLabel(FlowLabel label, std::vector<FlowLabel>& labels) {
  const auto same_ends = [&](const FlowLabel& other) {
    return other.from == label.from && other.to == label.to;
  };
  const std::string to = label.to;
  for (int number = 2; std::any_of(labels.begin(), labels.end(), same_ends); ++number) {
    label.to = fmt::format("{} #{}", to, number);
  }
  labels.push_back(std::move(label));
}

FlowLabels LabelsOf(const Scenario& scenario) {
  FlowLabels labels;
  for (const scenario::TrafficSpec& traffic : scenario.traffic) {
    AddLabel({traffic.from.ToString(), TargetName(scenario, traffic),
              std::string(KindName(traffic.kind)),
              traffic.kind == TrafficKind::kOpenLoop ? traffic.rate : 0},
             labels.sources);
  }
  for (const scenario::CallSpec& call : scenario.calls) {
    AddLabel({call.from.ToString(), call.to.ToString(), "call", 0}, labels.calls);
  }
  return labels;
}

Subject SubjectOf(const PreparedConfiguration& prepared) {
  return {prepared.name(), [&prepared](const RunRequest& request) {
            scenario::ReplicationOptions options;
            options.seed = request.seed;
            options.threads = request.threads;
            options.cost_draw = request.cost_draw;
            options.warm_up = request.warm_up;
            options.duration = request.duration;
            options.series_step = request.series_step;
            options.shuffle_ties = request.shuffle_ties;
            options.fused = request.fused;
            options.ranks = request.ranks;
            options.tell = request.tell;
            options.profile = request.profile;
            options.stripes = request.stripes;
            return scenario::RunReplication(prepared, options);
          }};
}

/// What can be said of a configuration without running it.
void AddFacts(const PreparedConfiguration& prepared, ConfigurationResult& result) {
  const scenario::ConfigurationFacts& facts = prepared.facts();
  result.profile = prepared.profile().name();
  result.summary = prepared.profile().summary();
  result.nodes = facts.nodes;
  result.pods = facts.pods;
  result.pods_unplaced = facts.pods_unplaced;
  result.assumed_costs = facts.assumed_costs;

  const auto add = [&](std::string_view metric, std::string_view to, std::uint64_t value) {
    result.metrics.push_back(
        ExactMetric(std::string(metric), std::string(to), "count", static_cast<double>(value)));
  };
  add("vnet_addresses", "", facts.vnet_addresses);
  for (const scenario::SubnetUse& subnet : facts.subnets) {
    result.subnets.push_back(
        {subnet.subnet, subnet.prefix.ToString(), subnet.usable, subnet.taken});
    add("vnet_addresses", subnet.subnet, subnet.taken);
  }
  add("pods", "", facts.pods);
  add("pods_unplaced", "", facts.pods_unplaced);
  add("service_ports", "", facts.service_ports);
  add("service_endpoints", "", facts.service_endpoints);
  add("service_rules", "", facts.service_rules);
  add("service_lines", "", facts.service_lines);
  add("service_map_entries", "", facts.service_map_entries);
  const auto add_time = [&](std::string_view metric, Nanoseconds value) {
    result.metrics.push_back(ExactMetric(std::string(metric), "", "ns", value.value()));
  };
  if (facts.endpoint_changes > 0) {
    const auto span = [](SimTime time) { return Nanoseconds(static_cast<double>(time.nanos())); };
    add("endpoint_changes", "", facts.endpoint_changes);
    add_time("endpoint_enforcement_mean", span(facts.enforcement_mean));
    add_time("endpoint_enforcement_max", span(facts.enforcement_longest));
  }
  add("policies", "", facts.policies);
  add("policies_enforced", "", facts.policies_enforced);
  add_time("policy_first_packet", facts.policy_first_packet);
  add_time("policy_packet", facts.policy_packet);
  add_time("policy_update", facts.policy_update);
  add("policy_map_entries", "", facts.policy_map_entries_max);
  add("policy_rules", "", facts.policy_rules_max);
}

void AddWarnings(const Diagnostics& diagnostics, ResultDocument& document) {
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    if (diagnostic.severity == Severity::kError) continue;
    document.warnings.push_back({diagnostic.where.file, diagnostic.where.line,
                                 diagnostic.where.column, diagnostic.field, diagnostic.message,
                                 diagnostic.hint});
  }
  for (const document::NotModelledKey& key : diagnostics.not_modelled()) {
    document.not_modelled.push_back({key.key_path, key.count, key.first.ToString()});
  }
}

bool CatalogIsOverlaid(const Catalog& catalog) {
  const auto& files = catalog.files.files();
  return std::any_of(files.begin(), files.end(),
                     [](const document::CatalogFile& file) { return file.overlaid; });
}

/// Finds the warm-up, the same for all, and says so where it is none.
WarmUpRule FindWarmUp(const Scenario& scenario, const std::vector<Subject>& subjects,
                      const FlowLabels& labels, PlanOptions& plan, Diagnostics& diagnostics) {
  const WarmUpCut cut = RunPilots(subjects, plan);
  plan.warm_up = cut.time;
  WarmUpRule rule{"MSER-5", cut.longest ? subjects[*cut.longest].name : "", cut.unsettled.empty()};
  for (const WarmUpCut::Place& place : cut.unsettled) {
    const FlowLabel& source = labels.sources[place.source];
    diagnostics.Warning(
        scenario.measure.where, "measure.warm_up",
        fmt::format(
            "under {} the latency {} -> {} does not settle in the {:.3g} s measured, so half "
            "of them was taken as warm-up, and figures may hang on when it ends",
            subjects[place.subject].name, source.from, source.to, plan.duration.seconds()),
        "a longer duration, unless a queue grows without end");
  }
  return rule;
}

PlanOptions PlanOf(const Scenario& scenario, const ScenarioOptions& options) {
  PlanOptions plan;
  plan.seed = options.seed.value_or(scenario.measure.seed);
  plan.replications = options.replications.value_or(scenario.measure.replications);
  plan.cost_draws = options.cost_draws;
  plan.precision = options.precision ? options.precision : scenario.measure.precision;
  plan.warm_up = options.warm_up.value_or(scenario.measure.warm_up);
  plan.duration = options.duration.value_or(scenario.measure.duration);
  plan.threads = options.threads;
  plan.progress = options.progress;
  plan.profile = options.profile;
  plan.shuffle_ties = options.shuffle_ties;
  plan.fused = options.fused;
  plan.ranks = options.ranks;
  plan.rank_use = options.rank_use;
  return plan;
}

void Describe(const Scenario& scenario, const Catalog& catalog, const PreparedConfiguration& any,
              const PlanOptions& plan, ResultDocument& document) {
  document.program_version = ProgramVersion();
  document.scenario_name = scenario.name;
  document.scenario_file = std::filesystem::path(scenario.path).filename().string();
  document.scenario_hash = HexDigest(HashText(scenario.text));
  document.catalog_hash = HexDigest(catalog.files.content_hash());
  document.catalog_overlaid = CatalogIsOverlaid(catalog);
  document.kubernetes = scenario.cluster.kubernetes;
  document.services = any.cluster().services().size();
  document.policies = any.facts().policies;
  document.seed = plan.seed;
  document.cost_draws = static_cast<std::uint64_t>(plan.cost_draws);
  document.warm_up_ns = plan.warm_up.nanos();
  document.duration_ns = plan.duration.nanos();
}

ConfigurationResult Result(const PreparedConfiguration& prepared, const SubjectRecord& record,
                           const FlowLabels& labels) {
  ConfigurationResult result = Summarise(record, labels);
  AddFacts(prepared, result);
  return result;
}

/// Results of runs in which nothing happened.
ResultDocument Unmeasured(const PreparedList& prepared, const FlowLabels& labels) {
  workload::TrafficRecord nothing;
  nothing.sources.resize(labels.sources.size());
  nothing.edges.resize(labels.calls.size());
  ResultDocument document;
  for (const auto& configuration : prepared) {
    SubjectRecord record;
    record.name = configuration->name();
    record.replications = {nothing};
    document.configurations.push_back(Result(*configuration, record, labels));
  }
  return document;
}

void CountRuns(const std::vector<SubjectRecord>& records, ExperimentTiming& timing) {
  for (const SubjectRecord& record : records) {
    for (const auto* list : {&record.replications, &record.cost_draws}) {
      timing.runs += list->size();
      for (const workload::TrafficRecord& run : *list) timing.events += run.events;
    }
  }
}

}  // namespace

std::optional<ResultDocument> RunScenario(const Scenario& scenario, const Catalog& catalog,
                                          const ScenarioOptions& options, Diagnostics& diagnostics,
                                          ExperimentTiming& timing) {
  const Stopwatch preparing;
  timing.threads = options.threads;
  const std::vector<const ConfigurationSpec*> specs =
      Select(scenario, options.configurations, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  const PreparedList prepared = PrepareAll(scenario, catalog, specs, options, diagnostics);
  if (diagnostics.has_errors() || prepared.empty() ||
      std::find(prepared.begin(), prepared.end(), nullptr) != prepared.end()) {
    return std::nullopt;
  }
  const FlowLabels labels = LabelsOf(scenario);
  if (options.review) {
    options.review(Unmeasured(prepared, labels), diagnostics);
    if (diagnostics.has_errors()) return std::nullopt;
  }
  timing.prepare_seconds = preparing.seconds();

  const Stopwatch running;
  PlanOptions plan = PlanOf(scenario, options);
  std::vector<Subject> subjects;
  for (const auto& configuration : prepared) subjects.push_back(SubjectOf(*configuration));
  ResultDocument document;
  if (options.find_warm_up || (scenario.measure.find_warm_up && !options.warm_up)) {
    document.warm_up_rule = FindWarmUp(scenario, subjects, labels, plan, diagnostics);
  }
  const std::vector<SubjectRecord> records = RunAll(subjects, plan);
  timing.run_seconds = running.seconds();
  CountRuns(records, timing);

  Describe(scenario, catalog, *prepared.front(), plan, document);
  document.replications = records.front().replications.size();
  document.configurations.resize(records.size());
  tbb::task_arena arena(static_cast<int>(options.threads));
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, records.size(), [&](std::size_t i) {
      document.configurations[i] = Result(*prepared[i], records[i], labels);
    });
  });
  document.comparisons = Compare(records, labels);
  ValidationErrors::Load(catalog.files, diagnostics).Apply(document);
  AddWarnings(diagnostics, document);
  return document;
}

std::string ToJson(const ExperimentTiming& timing) {
  nlohmann::ordered_json json;
  json["prepare_seconds"] = timing.prepare_seconds;
  json["run_seconds"] = timing.run_seconds;
  json["threads"] = timing.threads;
  json["runs"] = timing.runs;
  json["events"] = timing.events;
  json["events_per_second"] =
      timing.run_seconds > 0 ? static_cast<double>(timing.events) / timing.run_seconds : 0;
  return json.dump(1) + "\n";
}

}  // namespace cnisim::experiment

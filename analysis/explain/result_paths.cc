#include "analysis/explain/result_paths.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/explain/path_finder.h"
#include "models/datapath/cost_model.h"
#include "models/document/diagnostics.h"

namespace cnisim::explain {
namespace {

using datapath::CostStatus;
using datapath::StageCost;
using experiment::ConfigurationResult;
using experiment::CostSourceResult;
using experiment::CostSpan;
using experiment::PathResult;
using experiment::StageResult;

using Sources = std::map<std::string, CostSourceResult>;  // by stage

CostSpan ToSpan(const Span& span) { return {span.typical, span.low, span.high}; }

void AddSource(const StageCost& cost, Sources& sources) {
  const bool assumed = cost.status == CostStatus::kAssumed;
  sources.try_emplace(cost.id, CostSourceResult{cost.id, cost.does, std::string(Name(cost.status)),
                                                assumed ? "" : cost.source.title,
                                                assumed ? cost.why : cost.source.where});
}

/// What a call or traffic of the scenario has in common.
template <class Spec>
std::optional<PathResult> LikeliestPath(const scenario::Scenario& scenario,
                                        const scenario::Catalog& catalog,
                                        const scenario::PreparedConfiguration& configuration,
                                        const Spec& spec, bool reuses_connection,
                                        Sources& sources) {
  const auto questions = FindPaths(scenario, configuration, catalog, spec.from, spec.to, spec.port,
                                   {spec.request, spec.response});
  if (questions.empty()) return std::nullopt;
  const PathExplanation explanation = Explain(questions.front());
  PathResult path = Summarise(explanation);
  path.reuses_connection = reuses_connection;
  for (const MessageExplanation& message : explanation.messages) {
    for (const StageLine& line : message.stages) AddSource(*line.cost, sources);
  }
  return path;
}

/// Puts the names that results give the flows on their paths.
void AddNamed(const std::vector<std::optional<PathResult>>& paths,
              const std::vector<experiment::TrafficResult>& labels,
              std::vector<PathResult>& named) {
  for (std::size_t i = 0; i < paths.size() && i < labels.size(); ++i) {
    if (!paths[i]) continue;
    named.push_back(*paths[i]);
    named.back().from = labels[i].from;
    named.back().to = labels[i].to;
  }
}

}  // namespace

PathResult Summarise(const PathExplanation& explanation) {
  PathResult path;
  path.from = explanation.question.client;
  path.to = explanation.question.server;
  path.path = Name(explanation.question.flow.path);
  path.share = explanation.question.share;
  path.opening = ToSpan(explanation.open_way);
  path.exchange = ToSpan(explanation.exchange_way);
  path.opening_cpu = ToSpan(explanation.open_cpu);
  path.exchange_cpu = ToSpan(explanation.exchange_cpu);
  for (const MessageExplanation& message : explanation.messages) {
    for (const StageLine& line : message.stages) {
      const auto paid_by = Name(line.cost->paid_by);
      auto stage = std::find_if(path.stages.begin(), path.stages.end(), [&](const StageResult& s) {
        return s.stage == line.cost->id && s.node == line.node && s.paid_by == paid_by;
      });
      if (stage == path.stages.end()) {
        stage = path.stages.insert(
            stage, StageResult{line.cost->id, line.node, std::string(paid_by), 0, 0});
      }
      if (OfOpening(message)) stage->opening_ns += line.ns.typical;
      if (OfExchange(message)) stage->exchange_ns += line.ns.typical;
    }
  }
  return path;
}

void ResultPaths::Collect(const scenario::PreparedConfiguration& configuration) {
  Collected found;
  for (const scenario::TrafficSpec& spec : scenario_.traffic) {
    const bool reuses = spec.reuse_connection && spec.kind != scenario::TrafficKind::kCrr;
    found.traffic.push_back(
        LikeliestPath(scenario_, catalog_, configuration, spec, reuses, found.sources));
  }
  for (const scenario::CallSpec& spec : scenario_.calls) {
    found.calls.push_back(LikeliestPath(scenario_, catalog_, configuration, spec,
                                        spec.reuse_connection, found.sources));
  }
  const std::lock_guard lock(mutex_);
  collected_[configuration.name()] = std::move(found);
}

void ResultPaths::AddTo(experiment::ResultDocument& document) {
  Sources sources;
  for (ConfigurationResult& configuration : document.configurations) {
    if (collected_.count(configuration.name) == 0) {
      const scenario::ConfigurationSpec* spec = scenario_.FindConfiguration(configuration.name);
      if (spec == nullptr) continue;
      document::Diagnostics said_before;  // what preparing warns of stands in the document already
      const auto prepared =
          scenario::PreparedConfiguration::Prepare(scenario_, *spec, catalog_, said_before);
      if (prepared == nullptr) continue;
      Collect(*prepared);
    }
    const Collected& found = collected_.at(configuration.name);
    AddNamed(found.traffic, configuration.traffic, configuration.paths);
    AddNamed(found.calls, configuration.calls, configuration.paths);
    sources.insert(found.sources.begin(), found.sources.end());
  }
  document.cost_sources.clear();
  for (auto& [stage, source] : sources) document.cost_sources.push_back(std::move(source));
}

}  // namespace cnisim::explain

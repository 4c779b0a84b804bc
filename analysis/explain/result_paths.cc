#include "analysis/explain/result_paths.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/explain/path_finder.h"
#include "models/datapath/cost_model.h"
#include "models/document/diagnostics.h"
#include "models/scenario/prepared_configuration.h"

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

/// A flow of the scenario, by the names that results give it.
struct Flow {
  std::string from;
  std::string to;
  const scenario::Party* client;
  const scenario::Party* server;
  int port;
  ExchangeSizes sizes;
  bool reuses_connection;
};

std::vector<Flow> FlowsOf(const scenario::Scenario& scenario,
                          const ConfigurationResult& configuration) {
  std::vector<Flow> flows;
  for (std::size_t i = 0; i < configuration.traffic.size() && i < scenario.traffic.size(); ++i) {
    const auto& label = configuration.traffic[i];
    const scenario::TrafficSpec& spec = scenario.traffic[i];
    flows.push_back({label.from,
                     label.to,
                     &spec.from,
                     &spec.to,
                     spec.port,
                     {spec.request, spec.response},
                     spec.reuse_connection && spec.kind != scenario::TrafficKind::kCrr});
  }
  for (std::size_t i = 0; i < configuration.calls.size() && i < scenario.calls.size(); ++i) {
    const auto& label = configuration.calls[i];
    const scenario::CallSpec& spec = scenario.calls[i];
    flows.push_back({label.from,
                     label.to,
                     &spec.from,
                     &spec.to,
                     spec.port,
                     {spec.request, spec.response},
                     spec.reuse_connection});
  }
  return flows;
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

void AddPaths(const scenario::Scenario& scenario, const scenario::Catalog& catalog,
              experiment::ResultDocument& document) {
  Sources sources;
  for (ConfigurationResult& configuration : document.configurations) {
    const scenario::ConfigurationSpec* spec = scenario.FindConfiguration(configuration.name);
    if (spec == nullptr) continue;
    document::Diagnostics said_before;  // what preparing warns of stands in the document already
    const auto prepared =
        scenario::PreparedConfiguration::Prepare(scenario, *spec, catalog, said_before);
    if (prepared == nullptr) continue;
    for (const Flow& flow : FlowsOf(scenario, configuration)) {
      const auto questions = FindPaths(scenario, *prepared, catalog, *flow.client, *flow.server,
                                       flow.port, flow.sizes);
      if (questions.empty()) continue;
      const PathExplanation explanation = Explain(questions.front());
      PathResult path = Summarise(explanation);
      path.from = flow.from;
      path.to = flow.to;
      path.reuses_connection = flow.reuses_connection;
      configuration.paths.push_back(std::move(path));
      for (const MessageExplanation& message : explanation.messages) {
        for (const StageLine& line : message.stages) AddSource(*line.cost, sources);
      }
    }
  }
  document.cost_sources.clear();
  for (auto& [stage, source] : sources) document.cost_sources.push_back(std::move(source));
}

}  // namespace cnisim::explain
